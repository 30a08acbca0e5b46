// What a program on an SSH channel writes, as one bounded queue: to the last byte the server sent, or until what the
// program left running has been silent for too long. It opens and closes nothing.
import type { Clock } from '../core/clock.ts';
import { LEFTOVER_QUIET_MS, MAX_UNREAD_BYTES } from './launch.ts';
import { OutputQueue } from './output-queue.ts';
import type { ClientChannel, SshConnection } from './ssh-connection.ts';
import { hasAllOutput } from './ssh-connection.ts';
import { connectionLost, type Place } from './ssh-errors.ts';

export interface SshOutputParts {
  readonly channel: ClientChannel;
  readonly connection: SshConnection;
  readonly place: Place;
  readonly clock: Clock;
}

export class SshOutput implements Disposable {
  /** Beside what it holds, the channel holds up to one SSH window (2 MiB). */
  readonly queue: OutputQueue;
  readonly #parts: SshOutputParts;
  #open = 2;
  #exited = false;
  #isCut = false;
  #lastDataAt = 0;
  #cancelTimer: (() => void) | undefined;
  readonly #stopListening: () => void;

  /** Must be called in the same turn in which the channel opened: its first bytes may already be on the way. */
  constructor(parts: SshOutputParts) {
    this.#parts = parts;
    const { channel, connection } = parts;
    this.queue = new OutputQueue({ maxBytes: MAX_UNREAD_BYTES, resume: () => this.#resume() });
    this.#read('stdout', channel);
    this.#read('stderr', channel.stderr);
    this.#stopListening = connection.onClosed(() => {
      this.#isCut = !hasAllOutput(channel);
    });
  }

  /**
   * The exit is known. sshd keeps the channel while anything holds the program's output open, for ever if need be; here
   * it gets `LEFTOVER_QUIET_MS` after its last byte.
   */
  programExited(): void {
    this.#exited = true;
    this.#lastDataAt = this.#parts.clock.monotonic();
    this.#watchSilence();
  }

  /** Drops what is unread. Safe to call again. */
  [Symbol.dispose](): void {
    this.#cancelTimer?.();
    this.#stopListening();
    this.queue[Symbol.dispose]();
  }

  #read(stream: 'stdout' | 'stderr', source: NodeJS.ReadableStream): void {
    const { channel, clock } = this.#parts;
    source.on('data', (bytes: Buffer) => {
      this.#lastDataAt = clock.monotonic();
      if (this.queue.ended || this.queue.push({ stream, bytes })) return;
      channel.pause();
      channel.stderr.pause();
    });
    source.once('end', () => {
      this.#open--;
      if (this.#open === 0) this.#finish();
    });
  }

  #resume(): void {
    // Silence counts only while we listen.
    this.#lastDataAt = this.#parts.clock.monotonic();
    this.#parts.channel.resume();
    this.#parts.channel.stderr.resume();
  }

  #watchSilence(): void {
    const { clock } = this.#parts;
    if (this.queue.ended) return;
    if (clock.monotonic() - this.#lastDataAt >= LEFTOVER_QUIET_MS && !this.queue.paused) this.#finish();
    else this.#cancelTimer = clock.after(POLL_MS, () => this.#watchSilence());
  }

  #finish(): void {
    this.#cancelTimer?.();
    // ssh2 ends the streams of a dead connection as if the server had. Where the exit is not known, `exited` tells; where
    // it is, the reader must not take what it got for everything.
    if (this.#isCut && this.#exited) this.queue.fail(connectionLost(this.#parts.place));
    else this.queue.end();
  }
}

const POLL_MS = 50;
