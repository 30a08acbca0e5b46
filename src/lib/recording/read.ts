// Reads recordings, ours and other programs' asciicast v2, as a stream. What it returns is untrusted: the text of a
// recording is whatever a program printed. A recording cut short (a dead broker) reads up to its last whole line.
import { BrokerError } from '../core/errors.ts';
import type { ExitStatus, OutputStream } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { TerminalSize } from '../core/terminal.ts';
import { type CastHeader, decodeEvent, decodeHeader, decodeMarker, decodeSize } from './asciicast.ts';

/** Longest line accepted: four times what a chunk of 16 MiB can become is far more than any recorder writes. */
export const MAX_LINE_BYTES = 64 * 1024 * 1024;

/** `atMs` counts from the start of the recording. */
export type CastEvent = {
  readonly atMs: number;
} /** `text` as the terminal would get it; `original` as the program wrote it (they differ on pipes). */ & (
  | { readonly kind: 'output'; readonly stream: OutputStream; readonly text: string; readonly original: string }
  | { readonly kind: 'input'; readonly text: string }
  | { readonly kind: 'resize'; readonly size: TerminalSize }
  /** `name` is empty for a marker that is not ours; `label` is its text as stored. */
  | {
      readonly kind: 'marker';
      readonly name: string;
      readonly data: Readonly<Record<string, unknown>>;
      readonly label: string;
    }
  /** The last thing read: a line without its end, `bytes` long. */
  | { readonly kind: 'cut'; readonly bytes: number }
);

export interface Cast {
  readonly header: CastHeader;
  /** Iterated once. Throws BrokerError `recording-damaged` (exit 69) at a line that is no event, with its number. */
  readonly events: AsyncIterable<CastEvent>;
}

/** Reads the header; the events follow as they are asked for. Throws `recording-damaged` where it is no recording. */
export async function openCast(
  bytes: AsyncIterable<Uint8Array>,
  options: { readonly maxLineBytes?: number } = {},
): Promise<Cast> {
  const lines = linesOf(bytes, options.maxLineBytes);
  const first = await lines.next();
  const header = first.done ? null : decodeHeader(first.value.text);
  if (header === null) {
    await lines.return(undefined);
    throw damaged('the first line is no asciicast v2 header');
  }
  return { header, events: eventsOf(lines, header) };
}

export interface CastSummary {
  readonly header: CastHeader;
  readonly durationMs: number;
  readonly bytes: number;
  readonly eventCount: number;
  readonly markers: readonly CastMarker[];
  readonly exit: ExitStatus | null;
  /** True where the end is missing: a cut line, or a recording of ours without its exit marker. */
  readonly truncated: boolean;
}

export type CastMarker = Extract<CastEvent, { kind: 'marker' }>;

/** At most this many markers are kept; a recording can hold millions. */
const MAX_MARKERS = 10_000;
/** Of each marker; what programs in a cluster write stands in markers, and has no end. */
const MAX_MARKER_LENGTH = 4000;

/**
 * Reads a recording to its end and says what is in it; of its markers the first ones that `keeps` names, long ones cut. Throws as
 * `openCast` and its events do.
 */
export async function summarise(
  bytes: AsyncIterable<Uint8Array>,
  keeps: (marker: CastMarker) => boolean = () => true,
): Promise<CastSummary> {
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      size += chunk.length;
      yield chunk;
    }
  }
  const { header, events } = await openCast(counted());
  const markers: CastMarker[] = [];
  let [durationMs, eventCount, cut] = [0, 0, false];
  let exit: CastMarker | null = null;
  for await (const event of events) {
    durationMs = Math.max(durationMs, event.atMs);
    if (event.kind === 'cut') cut = true;
    else eventCount += 1;
    if (event.kind !== 'marker') continue;
    if (markers.length < MAX_MARKERS && keeps(event)) markers.push(cutMarker(event));
    if (event.name === 'exit') exit = event;
  }
  return {
    header,
    durationMs,
    bytes: size,
    eventCount,
    markers,
    exit: exit === null ? null : exitStatusOf(exit),
    truncated: cut || (header.facts !== null && exit === null),
  };
}

function cutMarker(marker: CastMarker): CastMarker {
  if (marker.label.length <= MAX_MARKER_LENGTH) return marker;
  let room = MAX_MARKER_LENGTH;
  const data = Object.entries(marker.data).flatMap(([name, value]): [string, unknown][] => {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value) || value === null;
    room -= name.length;
    if (!isPlain || room < 0) return [];
    const cut = typeof value === 'string' ? ownText(value.slice(0, room)) : value;
    room -= String(cut).length;
    return [[name, cut]];
  });
  const label = `${ownText(marker.label.slice(0, MAX_MARKER_LENGTH))}…`;
  return { ...marker, label, data: Object.fromEntries(data) };
}

/** A copy: the engine would keep the whole text alive for a piece of it. */
const ownText = (text: string): string => Buffer.from(text).toString();

/** What an exit marker says. */
export function exitStatusOf(marker: Pick<CastMarker, 'data'>): ExitStatus | null {
  const { code, signal } = marker.data;
  if (typeof code === 'number') return { kind: 'code', code };
  return typeof signal === 'string' ? { kind: 'signal', signal } : null;
}

async function* eventsOf(lines: AsyncGenerator<CastLine>, header: CastHeader): AsyncGenerator<CastEvent> {
  const pipes = header.facts?.terminal === false;
  let stream: OutputStream = 'stdout';
  let lastMs = 0;
  for await (const { text, bytes, number, whole } of lines) {
    const decoded = decodeEvent(text);
    if (decoded === null) {
      if (!whole) yield { kind: 'cut', atMs: lastMs, bytes };
      else if (text.trim() !== '') throw damaged(`line ${number} is no event`);
      continue;
    }
    const [atMs, code, data] = decoded;
    lastMs = atMs;
    switch (code) {
      case 'o':
        yield { kind: 'output', atMs, stream, text: data, original: pipes ? data.replaceAll('\r\n', '\n') : data };
        break;
      case 's':
        stream = data === 'stderr' ? 'stderr' : 'stdout';
        break;
      case 'i':
        yield { kind: 'input', atMs, text: data };
        break;
      case 'r': {
        const size = decodeSize(data);
        if (size === null) throw damaged(`line ${number} is no terminal size`);
        yield { kind: 'resize', atMs, size };
        break;
      }
      case 'm':
        yield { kind: 'marker', atMs, label: data, ...(decodeMarker(data) ?? { name: '', data: {} }) };
        break;
      // Codes of later versions are skipped, as every player does.
    }
  }
}

export interface CastLine {
  readonly text: string;
  /** In the file, without the newline. */
  readonly bytes: number;
  /** From 1. */
  readonly number: number;
  /** False for a last line without its newline. */
  readonly whole: boolean;
}

/** The lines of a file. Throws `recording-damaged` where one is too long. */
export async function* linesOf(
  bytes: AsyncIterable<Uint8Array>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<CastLine> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const take = (whole: boolean): CastLine => {
    const line = { text: Buffer.concat(parts).toString('utf8'), bytes: length, number: number++, whole };
    parts = [];
    length = 0;
    return line;
  };
  const keep = (part: Uint8Array) => {
    length += part.length;
    if (length > maxLineBytes) throw damaged(`line ${number} is longer than ${maxLineBytes} bytes`);
    parts.push(part);
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      keep(chunk.subarray(from, end));
      yield take(true);
      from = end + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (length > 0) yield take(false);
}

function damaged(what: string): BrokerError {
  return new BrokerError({
    code: 'recording-damaged',
    exit: EXIT.unavailable,
    message: `the recording cannot be read: ${what}`,
    hint: 'compare it with its manifest, and take it from a backup',
  });
}
