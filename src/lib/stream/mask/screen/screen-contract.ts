// What the mask's screen takes and gives: the border between reading a stream as lines and reading it as a screen.
import type { TerminalSize } from '../../../core/terminal.ts';

export interface ScreenMask {
  /** Takes the next bytes and returns what may go on now: everything up to the last frame that is over. */
  push(bytes: Uint8Array): readonly Uint8Array[];
  /** Takes bytes up to, and with, the one after which `isLinearAgain` is true, and gives back the rest unread. */
  pushUntilLinear(bytes: Uint8Array): { readonly passed: readonly Uint8Array[]; readonly unread: Uint8Array };
  readonly holding: boolean;
  /** A frame ended, and is held all the same: it may end in the begin of a secret. Otherwise a frame waits for its end. */
  readonly holdsSecret: boolean;
  /** Lets go of what is held, but for an unfinished sequence; what could be the begin of a secret at the cursor is masked. */
  expire(): readonly Uint8Array[];
  /** Lets go of everything, an unfinished sequence too; the screen is gone then, and nothing may be pushed any more. */
  flush(): readonly Uint8Array[];
  /** What is held is let go as by `expire`, and comes out of the next call. */
  resize(size: TerminalSize): void;
  /** The output went on for two screens of lines without addressing: it can be read as lines again, after a `flush`. */
  readonly isLinearAgain: boolean;
}

/** A secret in visible text, half open, and what names it in the output: `[kind:3f2a]`. */
export interface ScreenSpan {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly label: string;
}

/** `early`: the text will go on; what is undecided at its end counts as secret. */
export type FindSpans = (visible: Buffer, early: boolean) => readonly ScreenSpan[];

export interface ScreenMaskOptions {
  readonly size: TerminalSize;
  readonly findSpans: FindSpans;
  /** The stream's last bytes so far, from the begin of a line on: they were shown, and are played from the screen's top. */
  readonly context: Uint8Array;
  /** Called once for every secret that is masked. */
  readonly onMask?: (kind: string, label: string) => void;
}
