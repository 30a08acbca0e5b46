// What a write would do, asked of the server itself: the object as it is, and as a dry run of the same request leaves it. Nothing here
// changes anything in the cluster. Values of Secrets become labels before anybody sees them.
import { hash } from 'node:crypto';
import { type ApiRequest, isOfSecrets, type QueryParameter, type ResourceSubject } from '../../core/api-request.ts';
import type { ApiBody, ApiPreview, ParsedBody } from '../../ports/api-gate.ts';
import type { LabelValue } from '../masking/label-value.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';
import { printTarget } from '../request/request-query.ts';
import { askServer, cannotPreview, objectIn, type WholeReply } from '../server/ask-server.ts';
import type { Upstream } from '../server/upstream.ts';
import { asDryRun } from './dry-run.ts';
import { hasDryRun, knowsDryRun } from './dry-run-support.ts';
import { withoutMadeName } from './made-name.ts';

/** Objects are 1.5 MiB at most in the cluster; what is larger here is shown to nobody. */
const REPLY_MAX_BYTES = 16 * 1024 * 1024;
const REFUSAL_MAX_BYTES = 1024 * 1024;
/** So many objects of a deletion are named. */
const NAMED_MOST = 500;

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** The server would not do it: its own reply, which is the client's. */
export class PreviewRefused extends Error {
  /** HTTP status, none of 200 to 299. */
  readonly status: number;
  readonly contentType: string;
  /** At most 1 MiB, as the server sent them: not masked. */
  readonly bytes: Uint8Array;

  constructor({ status, contentType, bytes }: WholeReply) {
    super(`the API server would refuse the request (${status})`);
    this.name = 'PreviewRefused';
    this.status = status;
    this.contentType = contentType;
    this.bytes = bytes;
  }
}

export interface PreviewDeps {
  readonly request: ApiRequest;
  readonly body: ApiBody | null;
  /** The same body, as `readBody` reads it. */
  readonly parsed: ParsedBody;
  /** What would be sent with the request; see forward-headers.ts. */
  readonly headers: Readonly<Record<string, string>>;
  /** In the session's name. */
  readonly upstream: Upstream;
  /** The same label for the same value whenever it is asked: approvals are bound to what is shown. */
  readonly labelOf: LabelValue;
}

export type Previewer = (signal: AbortSignal) => Promise<ApiPreview & Removed>;

/**
 * Undefined for reads, and for what has no dry run: what opens a stream, tokens, bindings. The function rejects with `PreviewRefused`,
 * with `cannot-preview` (69) where the server does not know dry runs of this kind or its reply is none that can be shown, as
 * `Upstream.send` does, or with the signal's reason.
 */
export function previewerOf(deps: PreviewDeps): Previewer | undefined {
  const { subject } = deps.request;
  if (!hasDryRun(subject)) return undefined;
  return async (signal) => {
    if (!(await knowsDryRun(deps.request, subject, deps.upstream, signal))) {
      throw cannotPreview(`the API "${subject.group}" does not say that it knows dry runs`);
    }
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    try {
      // None of these changes anything, so that their order does not matter.
      const [after, before, removed] = await Promise.all([
        dryRun(deps, subject, both),
        current(deps, subject, both),
        removedBy(deps, subject, both),
      ]);
      const mask = maskedBy(deps.labelOf, subject);
      return { before: mask(before), after: mask(after), ...removed };
    } finally {
      failed.abort();
    }
  };
}

async function dryRun(deps: PreviewDeps, subject: ResourceSubject, signal: AbortSignal): Promise<unknown> {
  const { request, body, parsed, upstream } = deps;
  const { target, body: bytes, type } = asDryRun(request, body, parsed);
  const asked = { method: request.method, target, headers: headersOf(deps, type), body: bytes };
  // Of a deletion only the refusal is of interest: its reply may be a list of all there was.
  const isRead = request.method !== 'DELETE';
  const reply = await askServer(upstream, asked, { maxBytes: REPLY_MAX_BYTES, successIsRead: isRead }, signal);
  if (reply.status < 200 || reply.status > 299) {
    if (reply.bytes.length > REFUSAL_MAX_BYTES) throw cannotPreview(`the server refuses it (${reply.status})`);
    throw new PreviewRefused(reply);
  }
  if (!isRead || subject.subresource === 'eviction') return undefined;
  const object = objectIn(reply);
  if (object.kind === 'Status') throw cannotPreview('the server answers with no object');
  return subject.verb === 'create' ? withoutMadeName(object, parsed) : object;
}

async function current(deps: PreviewDeps, subject: ResourceSubject, signal: AbortSignal): Promise<unknown> {
  const { name, subresource } = subject;
  if (name === null) return undefined;
  const { path } = deps.request;
  // A scale is an object of its own; all other parts are answered with the whole object.
  const target = subresource === null || subresource === 'scale' ? path : path.slice(0, path.lastIndexOf('/'));
  const asked = { method: 'GET', target, headers: headersOf(deps, undefined), body: null };
  const reply = await askServer(deps.upstream, asked, { maxBytes: REPLY_MAX_BYTES }, signal);
  if (reply.status === 200) return objectIn(reply);
  // None is there, or not for this account to read.
  if ([403, 404, 405].includes(reply.status)) return undefined;
  throw cannotPreview(`the object cannot be read (${reply.status})`);
}

interface Removed {
  readonly removed: readonly string[];
  /** How many more there are than are named; `some` where the server does not say. */
  readonly moreRemoved?: number | 'some';
}

/** The names that a deletion of several would meet now, by its own selectors. */
async function removedBy(deps: PreviewDeps, subject: ResourceSubject, signal: AbortSignal): Promise<Removed> {
  if (subject.verb !== 'deletecollection') return { removed: [] };
  const { request, upstream } = deps;
  const query: readonly QueryParameter[] = [
    ...request.query.filter(([name]) => name === 'labelSelector' || name === 'fieldSelector'),
    ['limit', String(NAMED_MOST)],
  ];
  const target = printTarget(request.path, query);
  const headers = { ...headersOf(deps, undefined), accept: METADATA_LIST };
  const reply = await askServer(
    upstream,
    { method: 'GET', target, headers, body: null },
    { maxBytes: REPLY_MAX_BYTES },
    signal,
  );
  if (reply.status === 403 || reply.status === 405) return { removed: [], moreRemoved: 'some' };
  if (reply.status !== 200) throw cannotPreview(`what would be deleted cannot be listed (${reply.status})`);
  return namesIn(objectIn(reply));
}

function namesIn({ items, metadata }: Readonly<Record<string, unknown>>): Removed {
  const removed = (Array.isArray(items) ? items : []).map((item: unknown) => {
    const { namespace, name } = fieldsOf(fieldsOf(item).metadata);
    return typeof namespace === 'string' && namespace !== '' ? `${namespace}/${String(name)}` : String(name);
  });
  const { continue: more, remainingItemCount: count } = fieldsOf(metadata);
  if (typeof more !== 'string' || more === '') return { removed };
  // With a selector the server does not count.
  return { removed, moreRemoved: typeof count === 'number' && count > 0 ? count : 'some' };
}

function headersOf({ headers }: PreviewDeps, type: string | undefined): Record<string, string> {
  const agent = headers['user-agent'];
  return {
    accept: 'application/json',
    'accept-encoding': 'identity',
    ...(agent === undefined ? {} : { 'user-agent': agent }),
    ...(type === undefined ? {} : { 'content-type': type }),
  };
}

function maskedBy(labelOf: LabelValue, subject: ResourceSubject): (object: unknown) => unknown {
  if (!isOfSecrets(subject)) return (object) => object;
  const label = distinctLabels(labelOf);
  return (object) => {
    if (object === undefined) return object;
    try {
      return maskSecrets(object, label);
    } catch (cause) {
      throw cannotPreview('the Secret cannot be masked', cause);
    }
  };
}

/** Two values that have the same label by chance must not look the same to who approves the change from one to the other. */
function distinctLabels(labelOf: LabelValue): LabelValue {
  const values = new Map<string, string>();
  return (value) => {
    const digest = hash('sha256', value);
    const label = labelOf(value);
    const longer = [label, ...[...'123456789'].map((digit) => label.replace(/\]$/, `${digit}]`))];
    const free = longer.find((one) => (values.get(one) ?? digest) === digest) ?? label;
    values.set(free, digest);
    return free;
  };
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
