// Writes a session's events as a recording, before anybody sees them: `record` resolves once the bytes are with the
// archive. It fails closed: after the first failure nothing is accepted any more, so nothing may be forwarded.
import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { asBrokerError, BrokerError, Bug } from '../core/errors.ts';
import type { ExitStatus, SessionEvent } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { SessionId } from '../core/ids.ts';
import type { TerminalSize } from '../core/terminal.ts';
import type { Archive, ArchiveWriter } from '../ports/archive.ts';
import { DEFAULT_SIZE, encodeEvent, encodeHeader, type SessionFacts } from './asciicast.ts';
import { type CastLine, EventEncoder } from './event-encoder.ts';
import { type Manifest, putManifest } from './manifest.ts';

/** What the session says of itself when recording begins. */
export interface RecordingHeader extends Omit<SessionFacts, 'session' | 'terminal'> {
  /** Null for a session without a terminal (pipes). */
  readonly size: TerminalSize | null;
  readonly term: string | null;
  readonly shell: string | null;
  readonly title: string | null;
}

export interface RecorderOptions {
  readonly archive: Archive;
  readonly session: SessionId;
  readonly header: RecordingHeader;
  readonly clock: Clock;
  /** Size of the file at which recording, and with it the session, ends. */
  readonly maxBytes: number;
}

export interface Recorder {
  /**
   * Resolves once the event is with the archive: only then may it be forwarded. Events keep the order of the calls,
   * also when several wait at once. Rejects with `cannot-record` or `recording-full` (both exit 74), and so does
   * every later call. The caller may reuse its buffer after it resolved, not before.
   */
  record(event: SessionEvent): Promise<void>;
  /**
   * Ends the recording: exit marker (unless `record` wrote one), fsync, read-only, manifest. Call it on every way
   * out. After `recording-full` it still seals what there is (`complete: false`); after any other failure it
   * releases the file and rejects with that failure. A second call gives the first one's answer.
   */
  close(end: { readonly status: ExitStatus | null }): Promise<Manifest>;
}

/** Creates the recording and writes its header. Rejects with `cannot-record`; then nothing may run. */
export async function openRecorder(options: RecorderOptions): Promise<Recorder> {
  const writer = await options.archive.create(options.session);
  const recorder = new CastRecorder(options, writer);
  await recorder.begin();
  return recorder;
}

class CastRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #writer: ArchiveWriter;
  readonly #encoder: EventEncoder;
  readonly #startedAt: number;
  readonly #startMs: number;
  /** Of the bytes that reached the archive. */
  readonly #hash = createHash('sha256');
  readonly #events: Record<string, number> = {};
  #writtenBytes = 0;
  /** Written and still to be written. */
  #acceptedBytes = 0;
  #waiting: Buffer[] = [];
  #nextWrite: Promise<void> | null = null;
  #lastWrite: Promise<void> = Promise.resolve();
  #failure: BrokerError | null = null;
  /** The archive itself failed: nothing more can be written, not even the end. */
  #broken = false;
  #closing: Promise<Manifest> | null = null;

  constructor(options: RecorderOptions, writer: ArchiveWriter) {
    this.#options = options;
    this.#writer = writer;
    this.#encoder = new EventEncoder(options.header.size !== null);
    this.#startedAt = options.clock.now();
    this.#startMs = options.clock.monotonic();
  }

  async begin(): Promise<void> {
    const { size, term, shell, title, ...facts } = this.#options.header;
    const line = encodeHeader({
      size: size ?? DEFAULT_SIZE,
      startedAt: this.#startedAt,
      term,
      shell,
      title,
      facts: { ...facts, session: this.#options.session, terminal: size !== null },
    });
    try {
      this.#accept(Buffer.from(line));
      await this.#commit();
    } catch (error) {
      await this.#writer.close().catch(() => undefined);
      throw error;
    }
  }

  record(event: SessionEvent): Promise<void> {
    if (this.#closing !== null) return Promise.reject(new Bug('an event was recorded after the end'));
    if (this.#failure !== null) return Promise.reject(this.#failure);
    try {
      this.#add(this.#encoder.encode(event));
    } catch (error) {
      this.#failure = asBrokerError(error);
      return Promise.reject(this.#failure);
    }
    return this.#commit();
  }

  close(end: { readonly status: ExitStatus | null }): Promise<Manifest> {
    this.#closing ??= this.#finish(end.status);
    return this.#closing;
  }

  #add(lines: readonly CastLine[]): void {
    const atMs = this.#options.clock.monotonic() - this.#startMs;
    for (const { code, data } of lines) {
      this.#accept(encodeEvent(atMs, code, data));
      this.#events[code] = (this.#events[code] ?? 0) + 1;
    }
  }

  #accept(line: Buffer): void {
    const { maxBytes } = this.#options;
    // The end of a recording is written also when it is full: it says why it stops.
    if (this.#acceptedBytes + line.length > maxBytes && this.#closing === null) throw recordingFull(maxBytes);
    this.#acceptedBytes += line.length;
    this.#waiting.push(line);
  }

  /** One write at a time; what is accepted meanwhile goes together with the next one. */
  #commit(): Promise<void> {
    if (this.#nextWrite === null) {
      this.#nextWrite = this.#lastWrite.then(() => this.#writeWaiting());
      // Its callers get the rejection; the chain itself goes on to refuse what follows.
      this.#lastWrite = this.#nextWrite.catch(() => undefined);
    }
    return this.#nextWrite;
  }

  async #writeWaiting(): Promise<void> {
    this.#nextWrite = null;
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.#broken) throw this.#failure ?? new Bug('a broken recorder has no failure');
    const [only] = lines;
    const bytes = lines.length === 1 && only !== undefined ? only : Buffer.concat(lines);
    try {
      await this.#writer.write(bytes);
    } catch (error) {
      this.#broken = true;
      this.#failure = asBrokerError(error);
      throw this.#failure;
    }
    this.#hash.update(bytes);
    this.#writtenBytes += bytes.length;
  }

  async #finish(status: ExitStatus | null): Promise<Manifest> {
    const { archive, session, clock, maxBytes } = this.#options;
    // Not in the same turn: `close` must have noted that this is the end, which is written whatever the limit.
    await Promise.resolve();
    if (this.#failure?.code === 'recording-full') {
      this.#add(this.#encoder.encode({ kind: 'marker', name: 'recording.full', data: { maxBytes } }));
    }
    if (!this.#encoder.ended) this.#add(this.#encoder.exit(status));
    await this.#commit().catch(() => undefined);
    if (this.#broken) return this.#abandon();
    await this.#writer.close();
    const manifest: Manifest = {
      version: 1,
      session,
      file: { bytes: this.#writtenBytes, sha256: this.#hash.digest('hex') },
      events: this.#events,
      startedAt: this.#startedAt,
      endedAt: clock.now(),
      status: this.#encoder.status,
      complete: this.#failure === null,
      streams: this.#encoder.totals(),
    };
    await putManifest(archive, manifest);
    return manifest;
  }

  /** Lets go of the file and says again what went wrong; a further error of closing adds nothing to it. */
  async #abandon(): Promise<never> {
    await this.#writer.close().catch(() => undefined);
    throw this.#failure ?? new Bug('a broken recorder has no failure');
  }
}

function recordingFull(maxBytes: number): BrokerError {
  return new BrokerError({
    code: 'recording-full',
    exit: EXIT.cannotRecord,
    message: `the recording reached its limit of "${maxBytes}" bytes`,
    hint: 'raise the limit of recordings in the configuration, or let the command write less',
  });
}
