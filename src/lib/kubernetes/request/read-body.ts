// The body of a request as what policy, previews and people look at. The server gets the caller's own bytes: so a body that its reader
// and this one could take for two different things is refused.
import type { ApiRequest } from '../../core/api-request.ts';
import { isJsonObject, type Json } from '../../core/json.ts';
import type { ApiBody, ParsedBody } from '../../ports/api-gate.ts';
import { readDeleteOptions } from './delete-options.ts';
import { MAGIC } from './protobuf.ts';
import { RefusedRequest } from './refused-request.ts';
import { NotStrict, readStrictJson, strictText } from './strict-json.ts';
import { readStrictYaml } from './strict-yaml.ts';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';

type Reading = 'json' | 'json-patch' | 'yaml' | 'protobuf' | 'options';

/** What a body may be by the method it comes with: the media types that the server itself takes. */
const READINGS: Readonly<Record<ApiRequest['method'], Readonly<Record<string, Reading>>>> = {
  GET: {},
  POST: { 'application/json': 'json', 'application/yaml': 'yaml', [PROTOBUF]: 'protobuf' },
  PUT: { 'application/json': 'json', 'application/yaml': 'yaml', [PROTOBUF]: 'protobuf' },
  PATCH: {
    'application/merge-patch+json': 'json',
    'application/strategic-merge-patch+json': 'json',
    'application/json-patch+json': 'json-patch',
    'application/apply-patch+yaml': 'yaml',
  },
  // Options of a deletion are changed for its preview, and so must be read.
  DELETE: { 'application/json': 'json', [PROTOBUF]: 'options' },
};

/**
 * Throws `RefusedRequest`: `unreadable-body` (415) for a media type that does not go with the method, and `malformed-body` (400) for
 * what is not one value that all readers agree on: see strict-json.ts and strict-yaml.ts.
 */
export function readBody({ method }: ApiRequest, body: ApiBody | null): ParsedBody {
  if (body === null) return { kind: 'none' };
  const readings = READINGS[method];
  const reading = Object.hasOwn(readings, body.type) ? readings[body.type] : undefined;
  if (reading === undefined) throw unreadable(method, body.type);
  if (reading === 'protobuf') {
    if (MAGIC.equals(body.bytes.subarray(0, MAGIC.length))) return { kind: 'protobuf' };
    throw malformed('is no protobuf of Kubernetes');
  }
  if (reading === 'options') {
    const object = readDeleteOptions(body.bytes);
    if (object !== undefined) return { kind: 'object', object };
    throw malformed('holds no options of a deletion that can be read');
  }
  const value = parsedValue(body.bytes, reading);
  if (reading !== 'json-patch') {
    if (isJsonObject(value)) return { kind: 'object', object: value };
    throw malformed('is no object');
  }
  if (Array.isArray(value) && value.every(isJsonObject)) return { kind: 'list', list: value };
  throw malformed('is no list of operations');
}

function parsedValue(bytes: Uint8Array, reading: 'json' | 'json-patch' | 'yaml'): Json {
  try {
    const text = strictText(bytes);
    return reading === 'yaml' ? readStrictYaml(text) : readStrictJson(text);
  } catch (error) {
    if (error instanceof NotStrict) throw malformed(error.message);
    throw error;
  }
}

function malformed(why: string): RefusedRequest {
  return new RefusedRequest({
    status: 400,
    code: 'malformed-body',
    message: `the body ${why}`,
    hint: 'send one object as plain JSON, each field once',
  });
}

function unreadable(method: string, type: string): RefusedRequest {
  return new RefusedRequest({
    status: 415,
    code: 'unreadable-body',
    message: `a body of "${type.slice(0, 80)}" does not go with ${method}`,
    hint: method === 'GET' ? 'leave the body out' : 'send JSON, a patch with the type of its kind',
  });
}
