// Whether a dry run of a request is one. A server that does not know of dry runs would do what it is asked: those that are not the
// cluster's own (aggregated APIs) are asked for their description first.
import type { ApiRequest, ResourceSubject } from '../../core/api-request.ts';
import { printPath } from '../request/request-path.ts';
import { askServer, objectIn } from '../server/ask-server.ts';
import type { Upstream } from '../server/upstream.ts';

/** Groups of kube-apiserver itself (k8s.io/kubernetes, pkg/controlplane), all of which take dry runs. */
const OWN_GROUPS: ReadonlySet<string> = new Set([
  '',
  ...['apps', 'autoscaling', 'batch', 'policy'],
  ...['admissionregistration', 'apiextensions', 'authentication', 'authorization', 'certificates', 'coordination'].map(
    (name) => `${name}.k8s.io`,
  ),
  ...['discovery', 'events', 'networking', 'node', 'rbac.authorization', 'resource', 'scheduling', 'storage'].map(
    (name) => `${name}.k8s.io`,
  ),
  ...['apiregistration.k8s.io', 'flowcontrol.apiserver.k8s.io', 'storagemigration.k8s.io'],
]);

/** Parts of objects that take dry runs. Not: `token` and `binding`, and whatever opens a stream. */
const OWN_PARTS: ReadonlySet<string> = new Set([
  ...['scale', 'status', 'eviction', 'ephemeralcontainers', 'resize', 'approval', 'finalize'],
]);
/** All that a custom resource can have. */
const OTHER_PARTS: ReadonlySet<string> = new Set(['scale', 'status']);

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** A description of one group is some MiB at most. */
const DESCRIPTION_MAX_BYTES = 32 * 1024 * 1024;

/** True for a group that is a part of Kubernetes, and no resource of somebody's own. */
export const isServersOwn = (group: string): boolean => OWN_GROUPS.has(group);

/** True where the form of the request is one of which a dry run may be asked. */
export function hasDryRun(subject: ApiRequest['subject']): subject is ResourceSubject {
  if (subject.kind !== 'resource' || !WRITES.has(subject.verb)) return false;
  const parts = OWN_GROUPS.has(subject.group) ? OWN_PARTS : OTHER_PARTS;
  return subject.subresource === null || parts.has(subject.subresource);
}

/** True where the server says that it knows dry runs of this. Rejects as `askServer` does. */
export async function knowsDryRun(
  { method }: ApiRequest,
  subject: ResourceSubject,
  upstream: Upstream,
  signal: AbortSignal,
): Promise<boolean> {
  const { group, version } = subject;
  if (OWN_GROUPS.has(group)) return true;
  const reply = await askServer(
    upstream,
    {
      method: 'GET',
      target: `/openapi/v3${printPath(['apis', group, version])}`,
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
      body: null,
    },
    { maxBytes: DESCRIPTION_MAX_BYTES },
    signal,
  );
  if (reply.status !== 200) return false;
  const path = inside(inside(objectIn(reply), 'paths'), templateOf(subject));
  return [path, inside(path, method.toLowerCase())].some((each) => {
    const parameters = inside(each, 'parameters');
    return Array.isArray(parameters) && parameters.some((one) => inside(one, 'name') === 'dryRun');
  });
}

/** As descriptions name it: `/apis/example.org/v1/namespaces/{namespace}/sheep/{name}`. */
function templateOf({ group, version, namespace, resource, name, subresource }: ResourceSubject): string {
  const parts = [
    ...['apis', group, version],
    ...(namespace === null ? [] : ['namespaces', '{namespace}']),
    resource,
    ...(name === null ? [] : ['{name}']),
    ...(subresource === null ? [] : [subresource]),
  ];
  return `/${parts.join('/')}`;
}

function inside(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
