// What the broker's account in a cluster must be allowed for tokens of service accounts, and nothing more.
import type { Right } from './self-review.ts';

/** As RBAC names who is given a role. */
export type RbacSubject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string };

/** By the name that the cluster knows somebody by. */
export function subjectOf(username: string): RbacSubject {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  if (namespace === undefined || name === undefined) return { kind: 'User', name: username };
  return { kind: 'ServiceAccount', name, namespace };
}

export interface ClusterRbacOptions {
  /** Of the service accounts whose tokens the broker asks for. */
  readonly namespace: string;
  readonly serviceAccounts: readonly string[];
  /** The broker's own account. */
  readonly broker: RbacSubject;
  /** Of every object; `sallyport-broker` where absent. Two brokers of one cluster need two. */
  readonly name?: string;
}

/** A manifest: printed as JSON or YAML it can be applied. */
export type RbacObject = Readonly<Record<string, unknown>> & { readonly kind: string };

const API = 'rbac.authorization.k8s.io';

/** A rule of a role. */
interface RbacRule {
  readonly apiGroups: readonly [string];
  readonly resources: readonly [string];
  readonly resourceNames?: readonly [string];
  readonly verbs: readonly string[];
}

/** In the namespace of the service accounts. */
const rulesFor = (serviceAccounts: readonly string[]): readonly RbacRule[] => [
  { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
  // To RBAC an empty list of names is every name.
  ...serviceAccounts.map(
    (account): RbacRule => ({
      apiGroups: [''],
      resources: ['serviceaccounts/token'],
      resourceNames: [account],
      verbs: ['create'],
    }),
  ),
];

/** Whether a token is still accepted: the reviews belong to no namespace. */
const EVERYWHERE: readonly RbacRule[] = [
  { apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] },
];

/**
 * A Role and a ClusterRole with their bindings. Secrets are made and deleted, never read. RBAC cannot limit `create` to names, nor
 * `delete` to names that are not known beforehand: give the service accounts a namespace that has no other Secrets.
 */
export function clusterRbac({
  namespace,
  serviceAccounts,
  broker,
  name = 'sallyport-broker',
}: ClusterRbacOptions): RbacObject[] {
  const own = { name, namespace };
  return [
    { apiVersion: `${API}/v1`, kind: 'Role', metadata: own, rules: rulesFor(serviceAccounts) },
    binding('Role', own, broker),
    { apiVersion: `${API}/v1`, kind: 'ClusterRole', metadata: { name }, rules: EVERYWHERE },
    binding('ClusterRole', { name }, broker),
  ];
}

/** The same, one by one, as a server can be asked about them. */
export function brokerRights({
  namespace,
  serviceAccounts,
}: Pick<ClusterRbacOptions, 'namespace' | 'serviceAccounts'>): Right[] {
  return [...rulesFor(serviceAccounts).flatMap(rightsIn(namespace)), ...EVERYWHERE.flatMap(rightsIn(null))];
}

const rightsIn =
  (namespace: string | null) =>
  ({ apiGroups: [group], resources: [path], resourceNames, verbs }: RbacRule): Right[] => {
    const [resource = '', subresource = null] = path.split('/');
    return verbs.map((verb) => ({ verb, group, resource, subresource, namespace, name: resourceNames?.[0] ?? null }));
  };

function binding(kind: 'Role' | 'ClusterRole', metadata: { readonly name: string }, broker: RbacSubject): RbacObject {
  return {
    apiVersion: `${API}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: API, kind, name: metadata.name },
    subjects: [broker.kind === 'User' ? { apiGroup: API, ...broker } : broker],
  };
}
