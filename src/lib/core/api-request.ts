// A request to a Kubernetes API server as policy, approvals and the audit log speak of it: what is asked, of which object. It is
// read from the wire once, and what goes on to the server is printed from it: never the caller's own bytes.

/** As RBAC has them. `exec`, `attach` and `portforward` are `create` of a subresource, however a client asks for them. */
export const RESOURCE_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
] as const;
export type ResourceVerb = (typeof RESOURCE_VERBS)[number];

/** Of an object, or of all objects of a kind. */
export interface ResourceSubject {
  readonly kind: 'resource';
  readonly verb: ResourceVerb;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, lower case: `pods`. */
  readonly resource: string;
  readonly subresource: string | null;
  /** Null for what belongs to no namespace, and for all of them together. */
  readonly namespace: string | null;
  readonly name: string | null;
}

/** Discovery, the API's description, version and health. */
export interface DiscoverySubject {
  readonly kind: 'discovery';
  readonly verb: 'get';
}

export type ApiSubject = ResourceSubject | DiscoverySubject;

/** True for requests whose objects are Secrets. */
export const isOfSecrets = (subject: ApiSubject): subject is ResourceSubject =>
  subject.kind === 'resource' && subject.group === '' && subject.resource === 'secrets';

export interface ApiRequest {
  readonly subject: ApiSubject;
  readonly method: ApiMethod;
  /** As it goes to the server: every segment checked, and encoded anew. */
  readonly path: string;
  /** Parameters in their order, each of them known, and at most one of each where it can have one value only. */
  readonly query: readonly QueryParameter[];
}

const STREAMS: ReadonlySet<string | null> = new Set(['exec', 'attach', 'portforward']);

/** True for a subresource that is answered by a connection that stays open both ways. */
export const isStream = (subresource: string | null): boolean => STREAMS.has(subresource);

export type ApiMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type QueryParameter = readonly [name: string, value: string];

/** The words of the program that `exec` runs; none where there is no program. */
export const commandIn = (query: readonly QueryParameter[]): readonly string[] =>
  query.flatMap(([name, value]) => (name === 'command' ? [value] : []));

/** As the API server reads a switch: every word but `false` and `0` is on. */
export const isSwitchedOn = (query: readonly QueryParameter[], wanted: string): boolean =>
  query.some(([name, value]) => name === wanted && value !== 'false' && value !== '0');
