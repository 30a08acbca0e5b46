// A stage turns bytes into bytes, synchronously. Whatever it holds back at the end of a push comes out of a
// later push, of `flush`, or of `expire`; for every way of splitting the input the joined output is the same.
import type { TerminalSize } from '../core/terminal.ts';

export interface Stage {
  /** Takes the next bytes and returns what may go on now. The input is not modified and may be returned as is. */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** True while bytes are held back. */
  readonly holding: boolean;
  /** True while what is held would be masked by `expire`; where it would be shown, it need not wait as long. */
  readonly holdsSecret: boolean;
  /** The terminal has another size from the next byte on. */
  resize(size: TerminalSize): void;
  /** The consumer waited long enough: lets go of what is held, masked where it could be a secret. */
  expire(): readonly Uint8Array[];
  /** End of the stream: returns what is left. */
  flush(): readonly Uint8Array[];
}
