// What the shell inside a sandbox says to the broker on a pipe of its own: that the walls stand, and how the program ended.
// The program never has that pipe; the little that comes is not believed further than that.
import { Socket } from 'node:net';
import type { ExitStatus } from '../../core/events.ts';
import { exitStatus } from '../launch.ts';

export class StatusWords {
  readonly #pipe: Socket;
  readonly #ended: Promise<void>;
  #text = '';

  /** Owns the reading end of the pipe from now on. */
  constructor(fd: number) {
    this.#pipe = new Socket({ fd, readable: true, writable: false });
    this.#pipe.on('data', (bytes: Buffer) => {
      if (this.#text.length < MAX_CHARACTERS) this.#text += bytes.toString('latin1');
    });
    // A pipe that breaks says no more: that is its end.
    this.#pipe.on('error', () => {});
    this.#ended = new Promise((resolve) => this.#pipe.once('close', () => resolve()));
  }

  /** True once the walls stand; false, and closed, where they never will, or where the caller left. */
  async saysIn(signal: AbortSignal): Promise<boolean> {
    const word = new Promise<void>((resolve) => this.#pipe.once('data', () => resolve()));
    const onAbort = () => this.#pipe.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    await Promise.race([word, this.#ended]);
    signal.removeEventListener('abort', onAbort);
    if (!signal.aborted && this.#text.startsWith('in\n')) return true;
    this.#pipe.destroy();
    return false;
  }

  /**
   * How the program ended, given how what stood around it did: 128 and a number are a signal where the shell calls it one
   * (`[1] + 12 Terminated`, and not `Done(143)`). A shell that says nothing leaves the code as it is.
   */
  async exitStatus(around: ExitStatus): Promise<ExitStatus> {
    await this.#ended;
    const said = this.#text.slice('in\n'.length);
    const isSignal = said.startsWith('[') && !/\b(Done|Exit)\b/.test(said);
    if (around.kind !== 'code' || around.code <= SIGNAL_BASE || !isSignal) return around;
    return exitStatus(0, around.code - SIGNAL_BASE);
  }
}

const MAX_CHARACTERS = 4096;
const SIGNAL_BASE = 128;
