// What a request comes to besides what it is called: a list shows what single reads would, an eviction deletes a pod. Rules that deny
// or ask concern all of it, so that nobody gets around one by another name; a rule that allows covers what it names.
import { type ApiRequest, isStream, type ResourceSubject } from '../../core/api-request.ts';

/** Any of these verbs, of any of these resources. */
export interface Kin {
  readonly verbs: readonly string[];
  /** With and without their groups: `deployments`, `deployments.apps`. */
  readonly resources: readonly string[];
}

const CHANGES: readonly string[] = ['update', 'patch'];

/** Each verb with those that do no more than it does. */
const ALSO: Readonly<Record<ResourceSubject['verb'], readonly string[]>> = {
  get: ['get'],
  list: ['list', 'get'],
  watch: ['watch', 'list', 'get'],
  create: ['create'],
  update: CHANGES,
  patch: CHANGES,
  delete: ['delete'],
  deletecollection: ['deletecollection', 'delete'],
};

/** The same objects under a group that they left, or that they have as well. */
const TWINS: readonly (readonly string[])[] = [
  ['deployments.apps', 'deployments.extensions'],
  ['daemonsets.apps', 'daemonsets.extensions'],
  ['replicasets.apps', 'replicasets.extensions'],
  ['replicationcontrollers', 'replicationcontrollers.extensions'],
  ['ingresses.networking.k8s.io', 'ingresses.extensions'],
  ['networkpolicies.networking.k8s.io', 'networkpolicies.extensions'],
  ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  ['events', 'events.events.k8s.io'],
];

/** Kinds that the server creates where an update finds none. */
const CREATED_BY_UPDATE = new Set(['endpoints', 'events', 'limitranges', 'leases']);

/** `isApply`: whether it is a server-side apply; undefined where that is not known. */
export function kinOf(
  subject: ResourceSubject,
  { request, isApply }: { readonly request: ApiRequest; readonly isApply?: boolean },
): readonly Kin[] {
  const { verb, resource: plural, subresource } = subject;
  const itself: Kin = { verbs: verbsOf(subject, request, isApply), resources: namesOf(subject, subresource) };
  if (subresource === null) {
    return plural === 'bindings' ? [itself, pods('create', 'binding'), pods('update', null)] : [itself];
  }
  const isChange = CHANGES.includes(verb) && subresource !== 'status';
  const ofTheObject: Kin = { verbs: CHANGES, resources: namesOf(subject, null) };
  if (plural !== 'pods') return isChange ? [itself, ofTheObject] : [itself];
  if (subresource === 'eviction') return [itself, pods('delete', null)];
  if (subresource === 'binding') return [itself, ofTheObject];
  // A container that is added to a pod runs a program in it.
  if (subresource === 'ephemeralcontainers' && isChange) return [itself, ofTheObject, pods('create', 'exec')];
  return isChange ? [itself, ofTheObject] : [itself];
}

function verbsOf(
  { verb, resource, subresource }: ResourceSubject,
  { query }: ApiRequest,
  isApply: boolean | undefined,
) {
  const also = ALSO[verb];
  // Clients open streams with GET as well as with POST, and older servers had it as a right to `get`.
  if (isStream(subresource)) return ['create', 'get'];
  if (subresource !== null) return also;
  // The server takes no apply without the name of a field manager.
  const mayApply = isApply ?? query.some(([name]) => name === 'fieldManager');
  const mayCreate = (verb === 'patch' && mayApply) || (verb === 'update' && CREATED_BY_UPDATE.has(resource));
  return mayCreate ? [...also, 'create'] : also;
}

function namesOf({ group, resource }: ResourceSubject, subresource: string | null): readonly string[] {
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const twins = TWINS.find((names) => names.includes(qualified)) ?? [qualified];
  const below = subresource === null ? '' : `/${subresource}`;
  return [...new Set([resource, qualified, ...twins])].map((name) => name + below);
}

const pods = (verb: string, subresource: string | null): Kin => ({
  verbs: verb === 'update' ? CHANGES : [verb],
  resources: [subresource === null ? 'pods' : `pods/${subresource}`],
});
