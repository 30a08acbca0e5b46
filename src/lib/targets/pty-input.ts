// Types into a terminal: in order, without ever blocking the event loop, and as slowly as the program reads.
import { writeSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { programEnded } from './launch.ts';

interface PendingWrite {
  readonly bytes: Uint8Array;
  offset: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class PtyInput {
  readonly #master: number;
  readonly #clock: Clock;
  readonly #pending: PendingWrite[] = [];
  #closed = false;
  #atLineStart = true;
  #retryMs = MIN_RETRY_MS;
  #cancelRetry: (() => void) | null = null;

  /** `master` is non-blocking and stays the caller's; `close` comes before closing it. */
  constructor(master: number, clock: Clock) {
    this.#master = master;
    this.#clock = clock;
  }

  /** Resolves once the terminal has taken all of it; rejects with `program-ended` (exit 69). */
  write(bytes: Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(programEnded());
    const last = bytes.at(-1);
    if (last !== undefined) this.#atLineStart = LINE_ENDS.includes(last);
    return new Promise((resolve, reject) => {
      this.#pending.push({ bytes, offset: 0, resolve, reject });
      if (this.#pending.length === 1) this.#pump();
    });
  }

  /**
   * Types the end of input. ^D ends it where a line begins; after characters of an unfinished line it only hands those
   * over, and a second one ends the input (termios(3), VEOF as a terminal is set at the start).
   */
  end(): void {
    const bytes = this.#atLineStart ? [END_OF_FILE] : [END_OF_FILE, END_OF_FILE];
    // After the program's end there is no input to end, and close() has told the writers.
    this.write(Uint8Array.from(bytes)).catch(() => {});
  }

  /** Rejects what is still waiting, and every write from now on. Safe to call again. */
  close(): void {
    this.#closed = true;
    this.#cancelRetry?.();
    for (const write of this.#pending.splice(0)) write.reject(programEnded());
  }

  #pump(): void {
    this.#cancelRetry = null;
    let turnBytes = MAX_TURN_BYTES;
    for (let write = this.#pending[0]; write !== undefined; write = this.#pending[0]) {
      while (write.offset < write.bytes.byteLength) {
        const byteCount = turnBytes > 0 ? this.#writeSome(write) : 'turn-over';
        if (typeof byteCount === 'string') {
          this.#pause(byteCount);
          return;
        }
        write.offset += byteCount;
        turnBytes -= byteCount;
        this.#retryMs = MIN_RETRY_MS;
      }
      this.#pending.shift();
      write.resolve();
    }
  }

  #pause(reason: 'full' | 'closed' | 'turn-over'): void {
    if (reason === 'closed') {
      this.close();
      return;
    }
    // The kernel does not say when a terminal has room again (poll(2) calls a master writable long before), so ask
    // again, less and less often.
    const ms = reason === 'full' ? this.#retryMs : 0;
    if (reason === 'full') this.#retryMs = Math.min(this.#retryMs * 2, MAX_RETRY_MS);
    this.#cancelRetry = this.#clock.after(ms, () => this.#pump());
  }

  #writeSome(write: PendingWrite): number | 'full' | 'closed' {
    try {
      return writeSync(this.#master, write.bytes, write.offset) || 'full';
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'EAGAIN') return 'full';
      // EIO: hung up. Anything else is as final; the writer hears "ended" either way.
      return 'closed';
    }
  }
}

const END_OF_FILE = 0x04;
/** Line feed, carriage return (which a terminal turns into one), end of file. */
const LINE_ENDS: readonly number[] = [0x0a, 0x0d, END_OF_FILE];
const MAX_TURN_BYTES = 256 * 1024;
const MIN_RETRY_MS = 1;
const MAX_RETRY_MS = 50;
