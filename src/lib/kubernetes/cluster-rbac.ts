// What the broker's account in a cluster must be allowed for tokens of service accounts, and nothing more.

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
    {
      apiVersion: `${API}/v1`,
      kind: 'Role',
      metadata: own,
      rules: [
        { apiGroups: [''], resources: ['secrets'], verbs: ['create', 'delete'] },
        // To RBAC an empty list of names is every name.
        ...serviceAccounts.map((account) => ({
          apiGroups: [''],
          resources: ['serviceaccounts/token'],
          resourceNames: [account],
          verbs: ['create'],
        })),
      ],
    },
    binding('Role', own, broker),
    {
      apiVersion: `${API}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      // Whether a token is still accepted: the reviews belong to no namespace.
      rules: [{ apiGroups: ['authentication.k8s.io'], resources: ['tokenreviews'], verbs: ['create'] }],
    },
    binding('ClusterRole', { name }, broker),
  ];
}

function binding(kind: 'Role' | 'ClusterRole', metadata: { readonly name: string }, broker: RbacSubject): RbacObject {
  return {
    apiVersion: `${API}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: API, kind, name: metadata.name },
    subjects: [broker.kind === 'User' ? { apiGroup: API, ...broker } : broker],
  };
}
