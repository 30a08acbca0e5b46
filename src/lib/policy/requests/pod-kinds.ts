// Which writes bring about pods at all. Data, and the two questions asked of it.
import type { ResourceSubject } from '../../core/api-request.ts';

/** Kinds of the server's own that are pods, hold templates of them, or stand for what pods use of a node. */
const HOLDERS = new Set([
  ...['pods', 'podtemplates', 'replicationcontrollers', 'persistentvolumes'],
  ...['deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'replicasets.apps', 'controllerrevisions.apps'],
  ...['jobs.batch', 'cronjobs.batch'],
  ...['deployments.extensions', 'daemonsets.extensions', 'replicasets.extensions'],
]);

/** Groups of the server's own: their other kinds hold no pods. What stands in any other group may. */
const BUILT_IN = new Set([
  ...['', 'apps', 'batch', 'extensions', 'autoscaling', 'policy', 'networking.k8s.io', 'storage.k8s.io'],
  ...['rbac.authorization.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'events.k8s.io', 'node.k8s.io'],
  ...['scheduling.k8s.io', 'certificates.k8s.io', 'admissionregistration.k8s.io', 'apiextensions.k8s.io'],
  ...['apiregistration.k8s.io', 'authentication.k8s.io', 'authorization.k8s.io', 'flowcontrol.apiserver.k8s.io'],
]);

const WRITES: readonly string[] = ['create', 'update', 'patch'];
/** Subresources of the server's own that say nothing of how a pod is. */
const WITHOUT_PODS = new Set(['status', 'scale', 'eviction', 'binding', 'exec', 'attach', 'portforward', 'resize']);

/** `by-shape`: a kind that nobody knows here, which has pods where it looks like that. */
export function bringsPods({ verb, group, resource, subresource }: ResourceSubject): 'never' | 'always' | 'by-shape' {
  if (!WRITES.includes(verb)) return 'never';
  if (subresource !== null && WITHOUT_PODS.has(subresource)) return 'never';
  if (HOLDERS.has(group === '' ? resource : `${resource}.${group}`)) return 'always';
  return BUILT_IN.has(group) ? 'never' : 'by-shape';
}

/** True for a merge patch of nothing but names of things and numbers of copies. */
export function changesNoPods(patch: object): boolean {
  if (Array.isArray(patch)) return false;
  return Object.entries(patch).every(([key, value]) => {
    if (key === 'spec') return isOnly(value, ['replicas', 'paused', 'suspend']);
    return key === 'apiVersion' || key === 'kind' || key === 'metadata';
  });
}

function isOnly(value: unknown, keys: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.keys(value).every((key) => keys.includes(key));
}
