// Recordings made by the real recorder, for the tests of this room.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type { ExitStatus, SessionEvent } from '../../src/lib/core/events.ts';
import { newSessionId, type SessionId } from '../../src/lib/core/ids.ts';
import type { TerminalSize } from '../../src/lib/core/terminal.ts';
import type { Archive } from '../../src/lib/ports/archive.ts';
import { type CastEvent, type CastSummary, openCast, summarise } from '../../src/lib/recording/read.ts';
import { openRecorder, type Recorder, type RecordingHeader } from '../../src/lib/recording/recorder.ts';

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'recording-'));
}

export function temporaryArchive(): Archive {
  return localDirectoryArchive(join(temporaryFolder(), 'recordings'));
}

export const header = (size: TerminalSize | null, command: string | null = 'make test'): RecordingHeader => ({
  size,
  term: 'xterm-256color',
  shell: '/bin/bash',
  title: null,
  target: 'here',
  kind: 'shell',
  principal: 'unix:agent',
  task: 'task-1',
  command,
});

export interface OpenOptions {
  readonly archive?: Archive;
  readonly session?: SessionId;
  readonly size?: TerminalSize | null;
  readonly clock?: Clock;
  readonly maxBytes?: number;
  readonly command?: string;
}

export interface Opened {
  readonly archive: Archive;
  readonly session: SessionId;
  readonly recorder: Recorder;
}

export async function openSample(options: OpenOptions = {}): Promise<Opened> {
  const archive = options.archive ?? temporaryArchive();
  const session = options.session ?? newSessionId();
  const recorder = await openRecorder({
    archive,
    session,
    header: header(options.size === undefined ? { cols: 80, rows: 24 } : options.size, options.command),
    clock: options.clock ?? systemClock,
    maxBytes: options.maxBytes ?? 1e9,
  });
  return { archive, session, recorder };
}

/** Records the events, closes, and says where it is. */
export async function recordSample(
  events: readonly SessionEvent[],
  options: OpenOptions & { readonly status?: ExitStatus | null } = {},
): Promise<Opened> {
  const opened = await openSample(options);
  for (const event of events) await opened.recorder.record(event);
  await opened.recorder.close({ status: options.status === undefined ? { kind: 'code', code: 0 } : options.status });
  return opened;
}

export function output(text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout'): SessionEvent {
  return { kind: 'output', stream, bytes: typeof text === 'string' ? Buffer.from(text) : text };
}

export function input(text: string | Uint8Array): SessionEvent {
  return { kind: 'input', bytes: typeof text === 'string' ? Buffer.from(text) : text };
}

function chunksOf(archive: Archive, session: SessionId): AsyncIterable<Uint8Array> {
  const chunks = archive.read(session);
  if (chunks === undefined) throw new Error(`no recording ${session}`);
  return chunks;
}

export async function bytesOf(archive: Archive, session: SessionId): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunksOf(archive, session)) parts.push(chunk);
  return Buffer.concat(parts);
}

export function eventsOf(archive: Archive, session: SessionId): Promise<CastEvent[]> {
  return castEvents(chunksOf(archive, session));
}

export function summaryOf(archive: Archive, session: SessionId): Promise<CastSummary> {
  return summarise(chunksOf(archive, session));
}

export async function castEvents(chunks: AsyncIterable<Uint8Array>): Promise<CastEvent[]> {
  const events: CastEvent[] = [];
  for await (const event of (await openCast(chunks)).events) events.push(event);
  return events;
}

/** What the program wrote to a stream, as far as it is stored. */
export function written(events: readonly CastEvent[], stream?: 'stdout' | 'stderr'): string {
  let text = '';
  for (const event of events) {
    if (event.kind === 'output' && (stream === undefined || event.stream === stream)) text += event.original;
  }
  return text;
}

/** The text exactly as players show it. */
export function shown(events: readonly CastEvent[]): string {
  return events.map((event) => (event.kind === 'output' ? event.text : '')).join('');
}

export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
