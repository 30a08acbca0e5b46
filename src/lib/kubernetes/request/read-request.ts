// Method and target of a request → what is asked, of which object: as the API server itself finds it out (k8s.io/apiserver,
// RequestInfoFactory), but for what it would take for something else than it looks like. Pure.
import {
  type ApiMethod,
  type ApiRequest,
  type ApiSubject,
  isStream,
  type QueryParameter,
  type ResourceVerb,
} from '../../core/api-request.ts';
import { RefusedRequest } from './refused-request.ts';
import { printPath, readPath } from './request-path.ts';
import { isOn, parameter, readQuery } from './request-query.ts';

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** First parts of paths that only tell what API there is, and how it feels. */
const DISCOVERY = new Set(['version', 'openapi', 'healthz', 'livez', 'readyz']);

/** Of `namespaces`: what follows the name is a part of the namespace itself, not a kind of object within it. */
const OF_NAMESPACE = new Set(['status', 'finalize']);

/**
 * Reads `method` and the target of the request line (`/api/v1/pods?limit=500`). Throws `RefusedRequest`: `bad-target`, `bad-path`,
 * `bad-query` (400), `bad-method` (405), `no-such-path` (404), and `legacy-path`, `proxied-path` (403) for what goes round policy.
 */
export function readRequest(method: string, target: string): ApiRequest {
  if (!METHODS.includes(method))
    throw refused(405, 'bad-method', `the method "${method.slice(0, 20)}" is not let through`);
  if (target.includes('#')) throw refused(400, 'bad-target', 'the target of the request has a fragment');
  const question = target.indexOf('?');
  const segments = readPath(question === -1 ? target : target.slice(0, question));
  const query = readQuery(question === -1 ? '' : target.slice(question + 1));
  const subject = readSubject(method as ApiMethod, segments, query);
  refuseStrayHash(segments, query);
  refuseHistory(subject, query);
  return { subject, method: method as ApiMethod, path: printPath(segments), query };
}

function readSubject(method: ApiMethod, segments: readonly string[], query: readonly QueryParameter[]): ApiSubject {
  const [root, ...rest] = segments;
  if (root === 'api' && rest.length > 1) return readResource(method, '', rest, query);
  if (root === 'apis' && rest.length > 2) return readResource(method, rest[0] as string, rest.slice(1), query);
  const isDiscovery = root === 'api' || root === 'apis' || (root !== undefined && DISCOVERY.has(root));
  if (isDiscovery && method === 'GET') return { kind: 'discovery', verb: 'get' };
  throw refused(404, 'no-such-path', `the path "${printPath(segments).slice(0, 200)}" is none of the API`);
}

/** The server lists what it deletes by all options of a list: what was there once, or a part of it, is not what anybody was shown. */
const OF_LISTS = [
  'resourceVersion',
  'resourceVersionMatch',
  'continue',
  'limit',
  'watch',
  'sendInitialEvents',
] as const;

function refuseHistory({ verb }: ApiSubject, query: readonly QueryParameter[]): void {
  const stray = verb === 'deletecollection' ? OF_LISTS.find((name) => parameter(query, name) !== undefined) : undefined;
  if (stray === undefined) return;
  throw refused(
    400,
    'bad-query',
    `the request has a query that is not let through: "${stray}" of a deletion of several`,
  );
}

/** Parts of the API's description are asked for by what they were when the list of them was read. */
function refuseStrayHash([root, version]: readonly string[], query: readonly QueryParameter[]): void {
  const hash = parameter(query, 'hash');
  if (hash === undefined) return;
  if (root === 'openapi' && version === 'v3' && /^[0-9A-Fa-f]{1,256}$/.test(hash)) return;
  throw refused(400, 'bad-query', 'the request has a query that is not let through: "hash" has no meaning here');
}

function readResource(
  method: ApiMethod,
  group: string,
  [version, ...parts]: readonly string[],
  query: readonly QueryParameter[],
): ApiSubject {
  if (parts[0] === 'watch' || parts[0] === 'proxy') {
    throw refused(403, 'legacy-path', `the old paths of "${parts[0]}" are not let through`);
  }
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2 && !OF_NAMESPACE.has(parts[2] as string);
  const namespace = parts[0] === 'namespaces' ? (parts[1] ?? null) : null;
  const [resource = '', name = null, subresource = null, ...more] = isNamespaced ? parts.slice(2) : parts;
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(resource)) {
    throw refused(404, 'no-such-path', `"${resource.slice(0, 60)}" is no kind of object`);
  }
  if (subresource === 'proxy') throw refused(403, 'proxied-path', `"${resource}/proxy" is not let through`);
  if (more.length > 0) throw refused(404, 'no-such-path', `nothing stands below "${resource}/${subresource}"`);
  const verb = verbOf(method, name, subresource, query);
  return {
    ...{ kind: 'resource', verb, group, version: version as string, resource, subresource },
    // A list of one object by its name is a read of it: whoever may not read it may not list it so.
    ...{ namespace, name: name ?? nameSelected(verb, query) },
  };
}

function verbOf(
  method: ApiMethod,
  name: string | null,
  subresource: string | null,
  query: readonly QueryParameter[],
): ResourceVerb {
  // What is asked is the same whether a client comes with GET or with POST.
  if (isStream(subresource)) {
    if (method === 'GET' || method === 'POST') return 'create';
    throw refused(405, 'bad-method', `"${subresource}" is not asked for with ${method}`);
  }
  switch (method) {
    case 'GET':
      // With a name the server reads that one object, whatever else is asked for.
      return name !== null ? 'get' : isOn(query, 'watch') ? 'watch' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === null ? 'deletecollection' : 'delete';
  }
}

/** `fieldSelector=metadata.name=web`: the server lets nobody see more than that object. */
function nameSelected(verb: ResourceVerb, query: readonly QueryParameter[]): string | null {
  if (verb !== 'list' && verb !== 'watch') return null;
  return /^metadata\.name==?([a-z0-9][a-z0-9.-]*)$/.exec(parameter(query, 'fieldSelector') ?? '')?.[1] ?? null;
}

function refused(status: 400 | 403 | 404 | 405, code: string, message: string): RefusedRequest {
  return new RefusedRequest({
    status,
    code,
    message,
    hint: 'use kubectl, or the paths of the API as it documents them',
  });
}
