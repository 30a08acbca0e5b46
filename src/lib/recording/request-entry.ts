// The requests of a session whose target is an API, as its recording's markers tell them. What stands in them is untrusted: a file may come
// from anywhere, so fields that are not what they should be are left out, and whoever shows the rest escapes it.
import type { CastEvent, CastMarker } from './read.ts';

/** Numbers are null where the marker has none. */
export interface RequestEntry {
  /** From the start of the recording, when it ended, or was opened. */
  readonly atMs: number;
  /** From 1, in the order in which they came. */
  readonly number: number | null;
  /**
   * `open`: the recording ends before it did. `refused`: for its form, before anybody judged it. `failed`: nobody could say whether it may go,
   * and it did not; `status` is then what the server said to a dry run.
   */
  readonly state: 'ended' | 'open' | 'refused' | 'failed';
  readonly verb: string | null;
  /** `deployments.apps`, `pods/exec`; null for a description of the API. */
  readonly resource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  /** Method, path and query as they went to the server; of a refused one as they came. */
  readonly line: string;
  readonly verdict: string | null;
  readonly rule: string | null;
  /** Who said yes where the verdict is `ask`; null where nobody did, or was asked. */
  readonly approval: RequestApproval | null;
  /** HTTP status of the server's reply; null where none came. */
  readonly status: number | null;
  /** Bytes of the reply that the client got. */
  readonly bytes: number | null;
  readonly ms: number | null;
  /** Of a program that was run. */
  readonly exitCode: number | null;
  readonly streams: readonly RequestStream[];
  /** Why it was refused, or failed; the message may be empty. */
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface RequestApproval {
  /** Of the question, as `sallyport requests show` takes it. */
  readonly request: string;
  readonly by: readonly string[];
}

/** What went through a connection that stayed open; the hash is of the bytes as the server's side had them, before any mask. */
export interface RequestStream {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** A piece of what a program in the cluster wrote or was sent, masked. */
export interface StreamPiece {
  readonly atMs: number;
  readonly request: number;
  readonly stream: string;
  readonly text: string;
}

/** More than these are not remembered while they are open; what ends is listed all the same. */
const MOST_OPEN = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** Null for a marker that is about no request. */
export function requestEntry({ name, data, atMs }: Pick<CastMarker, 'name' | 'data' | 'atMs'>): RequestEntry | null {
  const state = STATES.get(name);
  if (state === undefined) return null;
  const status = numberIn(data, 'status');
  return {
    atMs,
    number: numberIn(data, 'request'),
    state,
    verb: textIn(data, 'verb'),
    resource: textIn(data, 'resource'),
    namespace: textIn(data, 'namespace'),
    name: textIn(data, 'name'),
    line: textIn(data, 'line') ?? '',
    verdict: textIn(data, 'verdict'),
    rule: textIn(data, 'rule'),
    approval: approvalIn(data),
    status: status === 0 ? null : status,
    bytes: numberIn(data, 'bytes'),
    ms: numberIn(data, 'ms'),
    exitCode: numberIn(data, 'exitCode'),
    streams: streamsIn(data),
    error:
      state === 'refused' || state === 'failed'
        ? { code: textIn(data, 'code') ?? '', message: textIn(data, 'message') ?? '' }
        : null,
  };
}

/** Null for a marker that is none. */
export function streamPiece({ name, data, atMs }: Pick<CastMarker, 'name' | 'data' | 'atMs'>): StreamPiece | null {
  if (name !== 'api.stream') return null;
  const [request, stream, text] = [numberIn(data, 'request'), textIn(data, 'stream'), textIn(data, 'text')];
  return request === null || stream === null || text === null ? null : { atMs, request, stream, text };
}

/** In the order in which they ended; those that never did come last. Holds one entry at a time, and those that are open. */
export async function* requestsOf(events: AsyncIterable<CastEvent>): AsyncGenerator<RequestEntry> {
  const open = new Map<number, RequestEntry>();
  for await (const event of events) {
    const entry = event.kind === 'marker' ? requestEntry(event) : null;
    if (entry === null) continue;
    if (entry.state !== 'open') {
      open.delete(entry.number ?? 0);
      yield entry;
    } else if (open.size < MOST_OPEN) {
      open.set(entry.number ?? 0, entry);
    }
  }
  yield* open.values();
}

/** What went through the request with this number, piece by piece. */
export async function* streamsOf(events: AsyncIterable<CastEvent>, number: number): AsyncGenerator<StreamPiece> {
  for await (const event of events) {
    const piece = event.kind === 'marker' ? streamPiece(event) : null;
    if (piece?.request === number) yield piece;
  }
}

/** About a request, or what went through one. */
export const isApiMarker = ({ name }: Pick<CastMarker, 'name'>): boolean => name.startsWith('api.');

/** Everybody may read those, and clients do before each request of theirs: they are counted rather than listed. */
export const isDescription = ({ state, resource, verdict }: RequestEntry): boolean =>
  state === 'ended' && resource === null && verdict === 'allow';

/** Program and arguments of an exec, from the query of its line; none for anything else. */
export function programOf({ resource, line }: Pick<RequestEntry, 'resource' | 'line'>): readonly string[] {
  const query = resource === 'pods/exec' ? line.split('?')[1] : undefined;
  return query === undefined ? [] : new URLSearchParams(query).getAll('command');
}

/** `default/web`; `default` for all in it; `node-1` for what belongs to no namespace; empty for everything. */
export function placeOf({ namespace, name }: Pick<RequestEntry, 'namespace' | 'name'>): string {
  if (name === null) return namespace ?? '';
  return namespace === null ? name : `${namespace}/${name}`;
}

const STATES: ReadonlyMap<string, RequestEntry['state']> = new Map([
  ['api.request', 'ended'],
  ['api.opened', 'open'],
  ['api.refused', 'refused'],
  ['api.failed', 'failed'],
]);

function textIn(data: Fields, key: string): string | null {
  const value = data[key];
  return typeof value === 'string' ? value : null;
}

function numberIn(data: Fields, key: string): number | null {
  const value = data[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function approvalIn({ approval }: Fields): RequestApproval | null {
  if (typeof approval !== 'object' || approval === null) return null;
  const fields = approval as Fields;
  const request = textIn(fields, 'request');
  if (request === null || !Array.isArray(fields.by)) return null;
  return { request, by: fields.by.filter((name: unknown) => typeof name === 'string') };
}

function streamsIn({ streams }: Fields): readonly RequestStream[] {
  if (!Array.isArray(streams)) return [];
  return streams.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const fields = each as Fields;
    const [name, bytes, sha256] = [textIn(fields, 'name'), numberIn(fields, 'bytes'), textIn(fields, 'sha256')];
    return name === null || bytes === null || sha256 === null ? [] : [{ name, bytes, sha256 }];
  });
}
