// Reads a terminal to its very last byte. Node's stream reads while the program lives; when it is gone, plain read(2)
// takes over, because libuv reports the end of a terminal while the kernel still has data (docs/decisions/0004).
import { closeSync, constants, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import type { Clock } from '../core/clock.ts';
import { dup } from '../os/libc.ts';
import { LEFTOVER_QUIET_MS, MAX_UNREAD_BYTES } from './launch.ts';
import { OutputQueue } from './output-queue.ts';
import { READ_BYTES, readBatch } from './pty-read.ts';

export interface PtyOutputOptions {
  /** The terminal's master side, non-blocking. Stays the caller's; it must stay open until `dispose`. */
  readonly master: number;
  readonly slavePath: string;
  readonly clock: Clock;
  /** Ends what the program left running on the terminal; called at most once, after `LEFTOVER_QUIET_MS` of silence. */
  readonly endLeftovers: () => Promise<void>;
}

type Phase =
  /** The program lives: the stream reads. */
  | 'live'
  /** The program is gone, or the terminal was hung up under it: read(2) reads. */
  | 'tail'
  /** Leftovers are being ended, or were: the first silence is the end. */
  | 'ending'
  | 'last'
  | 'done';

export class PtyOutput {
  readonly queue: OutputQueue;
  readonly #options: PtyOutputOptions;
  readonly #stream: ReadStream;
  #held: number | null;
  #phase: Phase = 'live';
  #exited = false;
  #lastDataAt = 0;
  #cancelTimer: (() => void) | null = null;

  constructor(options: PtyOutputOptions) {
    this.#options = options;
    this.queue = new OutputQueue({ maxBytes: MAX_UNREAD_BYTES, resume: () => this.#resume() });
    // Our own hold on the other side: while we have it the terminal is not hung up, so the stream cannot end early,
    // not even when the program closes its terminal and opens it again. O_NOCTTY: never the broker's own terminal.
    this.#held = openSync(options.slavePath, constants.O_RDWR | constants.O_NOCTTY);
    try {
      this.#stream = streamOf(options.master);
    } catch (error) {
      this.#letGo();
      throw error;
    }
    this.#stream.on('data', (bytes: Buffer) => {
      if (!this.queue.push({ stream: 'stdout', bytes: this.#readOn(bytes) })) this.#stream.pause();
    });
    // vhangup(2) by a root program hangs up our hold as well; what it wrote is still there to be read.
    this.#stream.on('error', () => this.#takeOver());
    this.#stream.on('end', () => this.#takeOver());
  }

  /** The program was waited for; what it wrote is in the kernel. The queue ends after the last byte of it. */
  programExited(): void {
    this.#exited = true;
    this.#lastDataAt = this.#options.clock.monotonic();
    if (this.#phase === 'live') this.#takeOver();
    else this.#drain();
  }

  /** Drops what is unread and lets go of the terminal; the master can be closed afterwards. Safe to call again. */
  dispose(): void {
    this.#phase = 'done';
    this.#cancelTimer?.();
    this.#stream.destroy();
    this.#letGo();
    this.queue[Symbol.dispose]();
  }

  #resume(): void {
    if (this.#phase === 'live') {
      this.#stream.resume();
      return;
    }
    // Silence counts only while we listen.
    this.#lastDataAt = this.#options.clock.monotonic();
    this.#drain();
  }

  /** What the stream read, and what the kernel has behind it; an end or an error is left for the stream to find. */
  #readOn(first: Buffer): Uint8Array {
    // A short read is somebody typing, with nothing behind it. And what the stream read after `first`, before it was
    // paused, comes before anything the kernel still has.
    if (first.byteLength < READ_BYTES / 2 || this.#stream.readableLength > 0) return first;
    return readBatch(this.#options.master, first).bytes;
  }

  #takeOver(): void {
    if (this.#phase !== 'live') return;
    this.#phase = 'tail';
    // The stream may hold what it read before it was paused.
    this.#stream.removeAllListeners('data');
    this.#stream.pause();
    for (let bytes = this.#stream.read(); bytes !== null; bytes = this.#stream.read()) {
      this.queue.push({ stream: 'stdout', bytes });
    }
    this.#stream.destroy();
    this.#letGo();
    this.#drain();
  }

  #letGo(): void {
    if (this.#held !== null) closeSync(this.#held);
    this.#held = null;
  }

  #drain(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    switch (this.#readAvailable()) {
      case 'full':
        break;
      case 'turn-over':
        this.#drainAfter(0);
        break;
      case 'silent':
        if (this.#phase === 'last') this.#finish();
        else this.#waitForMore();
        break;
      case 'ended':
        // Before the exit it only means that nobody has the terminal open right now.
        if (this.#exited) this.#finish();
        else this.#waitForMore();
        break;
    }
  }

  #waitForMore(): void {
    const silentMs = this.#options.clock.monotonic() - this.#lastDataAt;
    if (this.#exited && this.#phase === 'tail' && silentMs >= LEFTOVER_QUIET_MS) this.#endLeftovers();
    this.#drainAfter(POLL_MS);
  }

  /** Hands over what the kernel has, until the reader is full or one turn's share is done. */
  #readAvailable(): 'full' | 'turn-over' | 'silent' | 'ended' {
    for (let taken = 0; taken < MAX_UNREAD_BYTES; ) {
      if (this.#phase === 'done' || this.queue.paused) return 'full';
      const { bytes, stop } = readBatch(this.#options.master);
      if (bytes.byteLength > 0) {
        taken += bytes.byteLength;
        this.#lastDataAt = this.#options.clock.monotonic();
        this.queue.push({ stream: 'stdout', bytes });
      }
      if (typeof stop === 'object') {
        this.#phase = 'done';
        this.queue.fail(stop.error);
        return 'full';
      }
      if (stop !== 'full') return stop;
    }
    // A leftover that never stops writing must not keep the broker from its other sessions.
    return 'turn-over';
  }

  #drainAfter(ms: number): void {
    this.#cancelTimer = this.#options.clock.after(ms, () => this.#drain());
  }

  #endLeftovers(): void {
    this.#phase = 'ending';
    const done = () => {
      if (this.#phase === 'ending') this.#phase = 'last';
    };
    // A leftover that cannot be ended is reported by the program's disposal, which tries again.
    this.#options.endLeftovers().then(done, done);
  }

  #finish(): void {
    this.#phase = 'done';
    this.queue.end();
  }
}

/** Node's own reader of a copy of the descriptor, which it closes. */
function streamOf(master: number): ReadStream {
  const copy = dup(master);
  try {
    return new ReadStream(copy);
  } catch (error) {
    closeSync(copy);
    throw error;
  }
}

const POLL_MS = 20;
