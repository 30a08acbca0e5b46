// The text of a recording: asciicast v2, one JSON value a line. Pure; the only file that knows the format.
// It must stay readable by stock players, so an event is always [seconds, code, text] and nothing more.
// Decisions and what players accept: docs/decisions/0008-asciicast-v2-written-before-forwarded.md.
import { Bug } from '../core/errors.ts';
import type { TerminalSize } from '../core/terminal.ts';

/** `o` output, `i` input, `r` resize, `m` marker; `s` names the stream the following output came from. */
export type EventCode = 'o' | 'i' | 'r' | 'm' | 's';

/** Text, or valid UTF-8 of a stream; with `crLf` each LF is written as CR LF. */
export type EventData = string | { readonly utf8: Buffer; readonly crLf: boolean };

/** What a recording says of its session, under the header's `sallyport` key. Untrusted text when read back. */
export interface SessionFacts {
  readonly session: string;
  readonly target: string;
  /** `shell`, `ssh`, … */
  readonly kind: string;
  readonly principal: string;
  readonly task: string | null;
  /** The printed command, or null for a free terminal. */
  readonly command: string | null;
  /** False where the program ran on pipes: output is then stored with CR LF for LF, as a terminal would show it. */
  readonly terminal: boolean;
}

export interface CastHeader {
  readonly size: TerminalSize;
  /** ms since 1970; the file holds whole seconds. */
  readonly startedAt: number;
  readonly term: string | null;
  readonly shell: string | null;
  readonly title: string | null;
  /** Null in a recording that another program made. */
  readonly facts: SessionFacts | null;
}

/** Size of the header where there is no terminal. */
export const DEFAULT_SIZE: TerminalSize = { cols: 80, rows: 24 };

/** The first line, with its newline. */
export function encodeHeader(header: CastHeader): string {
  const { size, startedAt, term, shell, title, facts } = header;
  const value = {
    version: 2,
    width: size.cols,
    height: size.rows,
    timestamp: Math.floor(startedAt / 1000),
    ...(title === null ? {} : { title }),
    env: { ...(term === null ? {} : { TERM: term }), ...(shell === null ? {} : { SHELL: shell }) },
    ...(facts === null ? {} : { sallyport: facts }),
  };
  // Strict JSON parsers refuse an escaped lone surrogate; what came from a client may hold one.
  return `${jsonText(value).replace(LONE_SURROGATE_ESCAPE, '$1\\ufffd')}\n`;
}

/** One event line, with its newline. `atMs` counts from the start of the recording. */
export function encodeEvent(atMs: number, code: EventCode, data: EventData): Buffer {
  const start = `[${(atMs / 1000).toFixed(6)},"${code}",`;
  if (typeof data === 'string') return Buffer.from(`${start}${jsonText(data)}]\n`);
  // Read byte by byte, as Latin-1, UTF-8 stays UTF-8: JSON escapes only ASCII, and leaves every byte from 0x80 up as it
  // is. Decoding to text and encoding again took 2.3 times as long (181 against 411 MB/s, 64 KiB of non-ASCII text).
  const bytes = data.crLf ? data.utf8.toString('latin1').replaceAll('\n', '\r\n') : data.utf8.toString('latin1');
  return Buffer.from(`${start}${escapeLineEnds(JSON.stringify(bytes), LINE_ENDS_AS_BYTES)}]\n`, 'latin1');
}

/** The data of a marker: its name, a space, JSON. Markers come from the broker alone; output cannot forge one. */
export function encodeMarker(name: string, data: Readonly<Record<string, unknown>>): string {
  if (!MARKER_NAME.test(name)) throw new Bug(`"${name}" is not a marker's name`);
  return `${name} ${JSON.stringify(data)}`;
}

/** The parts of a marker's data; null where it is not one of ours. */
export function decodeMarker(text: string): { name: string; data: Readonly<Record<string, unknown>> } | null {
  const space = text.indexOf(' ');
  const name = text.slice(0, space);
  if (space < 0 || !MARKER_NAME.test(name)) return null;
  const data = parse(text.slice(space + 1));
  return isRecord(data) ? { name, data } : null;
}

export function encodeSize(size: TerminalSize): string {
  return `${size.cols}x${size.rows}`;
}

export function decodeSize(text: string): TerminalSize | null {
  const match = /^(\d{1,5})x(\d{1,5})$/.exec(text);
  return match === null ? null : { cols: Number(match[1]), rows: Number(match[2]) };
}

/** The header of a v2 recording, ours or another program's; null where the line is none. */
export function decodeHeader(line: string): CastHeader | null {
  const value = parse(line);
  if (!isRecord(value) || value.version !== 2) return null;
  const { width, height, timestamp, title } = value;
  if (!isCount(width) || !isCount(height)) return null;
  const env = isRecord(value.env) ? value.env : {};
  return {
    size: { cols: width || DEFAULT_SIZE.cols, rows: height || DEFAULT_SIZE.rows },
    startedAt: typeof timestamp === 'number' ? timestamp * 1000 : 0,
    term: textOrNull(env.TERM),
    shell: textOrNull(env.SHELL),
    title: textOrNull(title),
    facts: decodeFacts(value.sallyport),
  };
}

/** An event line as [milliseconds, code, data]; null where the line is none. */
export function decodeEvent(line: string): readonly [atMs: number, code: string, data: string] | null {
  const value = parse(line);
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [seconds, code, data]: unknown[] = value;
  if (typeof seconds !== 'number' || !(seconds >= 0 && seconds < LONGEST_SECONDS)) return null;
  if (typeof code !== 'string' || typeof data !== 'string') return null;
  return [seconds * 1000, code, data];
}

/** Thirty years; beyond, sums of times lose their meaning, and replays their end. */
const LONGEST_SECONDS = 1e9;
const MARKER_NAME = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*$/;
// After an even number of backslashes: an escape, not an escaped backslash before "ud800".
const LONE_SURROGATE_ESCAPE = /((?<!\\)(?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g;
// Line ends to some readers (Python's codecs split on them), so they are written as escapes.
const LINE_ENDS = [
  ['\u0085', '\\u0085'],
  ['\u2028', '\\u2028'],
  ['\u2029', '\\u2029'],
] as const;
/** The same characters where each byte of their UTF-8 is one character. */
const LINE_ENDS_AS_BYTES = LINE_ENDS.map(([text, escaped]) => [Buffer.from(text).toString('latin1'), escaped] as const);

function jsonText(value: unknown): string {
  return escapeLineEnds(JSON.stringify(value), LINE_ENDS);
}

function escapeLineEnds(json: string, lineEnds: readonly (readonly [string, string])[]): string {
  let text = json;
  for (const [character, escaped] of lineEnds) {
    // Searching first costs next to nothing, replacing in vain does not.
    if (text.includes(character)) text = text.replaceAll(character, escaped);
  }
  return text;
}

function decodeFacts(value: unknown): SessionFacts | null {
  if (!isRecord(value)) return null;
  return {
    session: textOrNull(value.session) ?? '',
    target: textOrNull(value.target) ?? '',
    kind: textOrNull(value.kind) ?? '',
    principal: textOrNull(value.principal) ?? '',
    task: textOrNull(value.task),
    command: textOrNull(value.command),
    terminal: value.terminal !== false,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an expected answer here: the caller says which line it was.
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
