// Turns session events into events of a recording, with what must be remembered from one to the next: half
// characters, binary runs, which stream wrote last. No time, no bytes of the file, no I/O.
import { Bug } from '../core/errors.ts';
import type { ExitStatus, SessionEvent } from '../core/events.ts';
import { type EventCode, type EventData, encodeMarker, encodeSize } from './asciicast.ts';
import { pipeTrack, type StreamTotals, type StreamTrack, type TrackItem, terminalTrack } from './stream-track.ts';

export interface CastLine {
  readonly code: EventCode;
  readonly data: EventData;
}

export type StreamName = 'stdin' | 'stdout' | 'stderr';
const STREAMS = ['stdin', 'stdout', 'stderr'] as const;

export class EventEncoder {
  readonly #terminal: boolean;
  readonly #tracks: Readonly<Record<StreamName, StreamTrack>>;
  #lastOutput: StreamName = 'stdout';
  #status: ExitStatus | null = null;
  #ended = false;

  constructor(terminal: boolean) {
    this.#terminal = terminal;
    const track = terminal ? terminalTrack : pipeTrack;
    this.#tracks = { stdin: track(), stdout: track(), stderr: track() };
  }

  /** How the program ended, as far as it was said. */
  get status(): ExitStatus | null {
    return this.#status;
  }

  /** True once the exit marker was encoded. */
  get ended(): boolean {
    return this.#ended;
  }

  encode(event: SessionEvent): readonly CastLine[] {
    switch (event.kind) {
      case 'output':
        return this.#bytes(event.stream, event.bytes);
      case 'input':
        return this.#bytes('stdin', event.bytes);
      case 'hidden-input':
        return [marker('input.hidden', { bytes: event.byteCount })];
      case 'resize':
        return [{ code: 'r', data: encodeSize(event.size) }];
      case 'marker':
        return [marker(event.name, event.data)];
      case 'exit':
        return this.exit(event.status);
      default:
        return unknownEvent(event);
    }
  }

  /** Everything still held back, then the exit marker; `status` null where nobody knows. */
  exit(status: ExitStatus | null): readonly CastLine[] {
    const lines = STREAMS.flatMap((stream) => this.#lines(stream, this.#tracks[stream].end()));
    this.#status = status;
    this.#ended = true;
    const streams = this.totals();
    return [...lines, marker('exit', streams === null ? howEnded(status) : { ...howEnded(status), streams })];
  }

  /** Every byte that passed, by stream; null with a terminal, whose streams are stored whole. */
  totals(): Readonly<Record<StreamName, StreamTotals>> | null {
    const [stdin, stdout, stderr] = STREAMS.map((stream) => this.#tracks[stream].totals());
    return stdin && stdout && stderr ? { stdin, stdout, stderr } : null;
  }

  #bytes(stream: StreamName, bytes: Uint8Array): readonly CastLine[] {
    return this.#lines(stream, this.#tracks[stream].push(bytes));
  }

  #lines(stream: StreamName, items: readonly TrackItem[]): readonly CastLine[] {
    return items.flatMap((item) => this.#line(stream, item));
  }

  #line(stream: StreamName, item: TrackItem): CastLine | readonly CastLine[] {
    switch (item.kind) {
      case 'text':
        return this.#text(stream, item.utf8);
      case 'binary-begins':
        return marker('binary.begins', { stream });
      case 'binary':
        return marker('binary', { stream, bytes: item.bytes, sha256: item.sha256 });
    }
  }

  #text(stream: StreamName, utf8: Buffer): CastLine | readonly CastLine[] {
    if (stream === 'stdin') return { code: 'i', data: { utf8, crLf: false } };
    // A pipe's line feed shows as a staircase in every player. A terminal would have made CR LF of each
    // (termios(3), ONLCR), which can be undone: readers turn every CR LF back.
    const output: CastLine = { code: 'o', data: { utf8, crLf: !this.#terminal } };
    if (stream === this.#lastOutput) return output;
    this.#lastOutput = stream;
    return [{ code: 's', data: stream }, output];
  }
}

function marker(name: string, data: Readonly<Record<string, unknown>>): CastLine {
  return { code: 'm', data: encodeMarker(name, data) };
}

function howEnded(status: ExitStatus | null): Readonly<Record<string, unknown>> {
  if (status === null) return { unknown: true };
  return status.kind === 'code' ? { code: status.code } : { signal: status.signal };
}

function unknownEvent(event: never): never {
  throw new Bug(`unknown event ${JSON.stringify(event)}`);
}
