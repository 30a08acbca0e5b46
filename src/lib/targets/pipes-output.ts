// Reads a program's stdout and stderr into one bounded queue, in order per stream, to the end of both, or until what
// the program left running has been silent for too long.
import { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { OutputStream } from '../core/events.ts';
import { LEFTOVER_QUIET_MS, MAX_UNREAD_BYTES } from './launch.ts';
import { OutputQueue } from './output-queue.ts';

export interface PipesOutputOptions {
  /** Read ends of pipes; this takes them over and closes them. */
  readonly stdout: number;
  readonly stderr: number;
  readonly clock: Clock;
  /** Ends what the program left running; called at most once, after `LEFTOVER_QUIET_MS` of silence. */
  readonly endLeftovers: () => Promise<void>;
}

export class PipesOutput {
  readonly queue: OutputQueue;
  readonly #clock: Clock;
  readonly #endLeftovers: () => Promise<void>;
  readonly #open: Set<Socket>;
  #lastDataAt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: PipesOutputOptions) {
    this.#clock = options.clock;
    this.#endLeftovers = options.endLeftovers;
    this.queue = new OutputQueue({ maxBytes: MAX_UNREAD_BYTES, resume: () => this.#resume() });
    this.#open = new Set([this.#read('stdout', options.stdout), this.#read('stderr', options.stderr)]);
  }

  /** The program was waited for. What still holds the pipes gets `LEFTOVER_QUIET_MS` after its last byte. */
  programExited(): void {
    this.#lastDataAt = this.#clock.monotonic();
    this.#watchSilence(LEFTOVER_QUIET_MS, () => {
      // A leftover that cannot be ended is reported by the program's disposal, which tries again.
      const lastWords = () => this.#watchSilence(LAST_WORDS_MS, () => this.#finish());
      this.#endLeftovers().then(lastWords, lastWords);
    });
  }

  /** Drops what is unread and closes the pipes. Safe to call again. */
  dispose(): void {
    this.queue[Symbol.dispose]();
    this.#finish();
  }

  #read(stream: OutputStream, fd: number): Socket {
    const socket = new Socket({ fd, readable: true, writable: false });
    socket.on('data', (bytes: Buffer) => {
      this.#lastDataAt = this.#clock.monotonic();
      if (!this.queue.push({ stream, bytes })) for (const each of this.#open) each.pause();
    });
    socket.on('error', (error) => this.queue.fail(error));
    socket.on('close', () => {
      this.#open.delete(socket);
      if (this.#open.size === 0) this.#finish();
    });
    return socket;
  }

  #resume(): void {
    // Silence counts only while we listen.
    this.#lastDataAt = this.#clock.monotonic();
    for (const socket of this.#open) socket.resume();
  }

  #watchSilence(quietMs: number, then: () => void): void {
    if (this.queue.ended) return;
    const silentMs = this.#clock.monotonic() - this.#lastDataAt;
    if (silentMs >= quietMs && !this.queue.paused) then();
    else this.#cancelTimer = this.#clock.after(POLL_MS, () => this.#watchSilence(quietMs, then));
  }

  #finish(): void {
    this.#cancelTimer?.();
    this.queue.end();
    for (const socket of this.#open) socket.destroy();
  }
}

const POLL_MS = 50;
/** After the leftovers were ended: the pipes are at their end, or a process outside of the session holds them. */
const LAST_WORDS_MS = 100;
