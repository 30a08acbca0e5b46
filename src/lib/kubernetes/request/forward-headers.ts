// Which headers of a client go on to the server: those that are known to say nothing about who asks, written anew. Everything a server
// might take for identity is refused or left out, and replies come as JSON that can be read, not compressed.
import type { ApiRequest } from '../../core/api-request.ts';
import { RefusedRequest } from './refused-request.ts';

/** As Node gives them: names in lower case. */
export type HeadersIn = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Speaking for somebody else, or for a proxy that has authenticated somebody. */
const SPEAKS_FOR_OTHERS = /^(?:impersonate-|x-remote-)/;

/** Media types of bodies that are let through; which of them goes with a method, and what is in it, is read later. */
const BODIES: ReadonlySet<string> = new Set([
  'application/json',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  // Server-side apply: YAML, of which JSON is a part.
  'application/apply-patch+yaml',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
]);

/**
 * What to send with the request. Throws `RefusedRequest`: `impersonation` (403), `unreadable-body` (415) for CBOR and
 * whatever else is sent that cannot be judged, and for a body that is compressed.
 */
export function forwardHeaders(request: ApiRequest, headers: HeadersIn, hasBody: boolean): Record<string, string> {
  const speaking = Object.keys(headers).find((name) => SPEAKS_FOR_OTHERS.test(name));
  if (speaking !== undefined) {
    throw new RefusedRequest({
      status: 403,
      code: 'impersonation',
      message: `the header "${speaking}" speaks for somebody else`,
      hint: 'leave out --as, --as-group and --as-uid: the session has an account of its own',
    });
  }
  const agent = one(headers['user-agent']);
  return {
    accept: acceptable(request, one(headers.accept)),
    ...(request.subject.kind === 'discovery'
      ? compressed(one(headers['accept-encoding']))
      : { 'accept-encoding': 'identity' }),
    ...(agent === undefined ? {} : { 'user-agent': agent.slice(0, 512) }),
    ...(request.subject.kind === 'discovery' ? validators(headers) : {}),
    ...(hasBody ? { 'content-type': bodyType(headers) } : {}),
  };
}

function bodyType(headers: HeadersIn): string {
  const encoding = one(headers['content-encoding']);
  const [type = '', ...parameters] = (one(headers['content-type']) ?? 'application/json')
    .split(';')
    .map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every((parameter) => parameter === 'charset=utf-8' || parameter === '');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw unreadable(`content-encoding: ${encoding}`);
  if (BODIES.has(type) && isUtf8) return type;
  throw unreadable(type);
}

/** Descriptions of the API are the same for everybody, in whatever form; objects come as JSON, or as a table of them. */
function acceptable({ subject }: ApiRequest, accept: string | undefined): string {
  if (subject.kind === 'discovery') return accept ?? 'application/json';
  const table = accept
    ?.split(',')
    .map((type) => type.trim())
    .find((type) => /^application\/json;as=(?:Table|PartialObjectMetadata(?:List)?);v=v1;g=meta\.k8s\.io$/.test(type));
  return table === undefined ? 'application/json' : `${table},application/json`;
}

const compressed = (encoding: string | undefined) =>
  encoding !== undefined && /\bgzip\b/.test(encoding) ? { 'accept-encoding': 'gzip' } : {};

/** What kubectl has of the API in its cache is asked for again only where it changed. */
function validators(headers: HeadersIn): Record<string, string> {
  const etag = one(headers['if-none-match']);
  return etag === undefined ? {} : { 'if-none-match': etag };
}

function one(value: string | readonly string[] | undefined): string | undefined {
  const text = typeof value === 'object' ? value[0] : value;
  // What is no header text is none.
  return text === undefined || /[^\t\x20-\x7e\x80-\xff]/.test(text) ? undefined : text;
}

function unreadable(what: string): RefusedRequest {
  return new RefusedRequest({
    status: 415,
    code: 'unreadable-body',
    message: `a body of "${what.slice(0, 80)}" cannot be judged`,
    hint: 'send JSON: with kubectl, write the object to a file and use kubectl apply -f FILE',
  });
}
