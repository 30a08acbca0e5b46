// What an account asks an API server about itself: who it is, and what it may do. Every account may ask that.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { type ApiFields, type ClusterApi, fieldsOf, type ObjectPlace } from './cluster-api.ts';

/** A right as RBAC has it. */
export interface Right {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | null;
  /** Null for the whole cluster. */
  readonly namespace: string | null;
  /** Null for every name. */
  readonly name: string | null;
}

/** Rejects with what `ClusterApi` does, `cluster-too-old` (78) and `cluster-nonsense` (69). */
export async function ownName(api: ClusterApi, signal: AbortSignal): Promise<string> {
  const status = await review(api, 'authentication.k8s.io', 'SelfSubjectReview', {}, signal);
  const { username } = fieldsOf(status.userInfo);
  if (typeof username === 'string' && username !== '') return username;
  throw nonsense('SelfSubjectReview');
}

/** Whether the server's authorizers allow it now; as `ownName` otherwise. */
export async function mayOwn(api: ClusterApi, right: Right, signal: AbortSignal): Promise<boolean> {
  const { verb, group, resource, subresource, namespace, name } = right;
  const resourceAttributes = {
    verb,
    group,
    resource,
    ...(subresource === null ? {} : { subresource }),
    ...(namespace === null ? {} : { namespace }),
    ...(name === null ? {} : { name }),
  };
  const spec = { resourceAttributes };
  const { allowed } = await review(api, 'authorization.k8s.io', 'SelfSubjectAccessReview', { spec }, signal);
  if (typeof allowed === 'boolean') return allowed;
  throw nonsense('SelfSubjectAccessReview');
}

/** The status of the review that was made. */
async function review(
  api: ClusterApi,
  group: string,
  kind: string,
  fields: ApiFields,
  signal: AbortSignal,
): Promise<ApiFields> {
  const resource = `${kind.toLowerCase()}s`;
  const place: ObjectPlace = { group, version: 'v1', resource, subresource: null, namespace: null, name: null };
  const found = await api.create(place, { apiVersion: `${group}/v1`, kind, ...fields }, signal);
  if (found.kind === 'missing') {
    throw new BrokerError({
      code: 'cluster-too-old',
      exit: EXIT.configuration,
      message: `the API server knows no "${kind}"`,
      hint: 'it must be Kubernetes 1.28 or later',
    });
  }
  if (found.object.kind !== kind) throw nonsense(kind);
  return fieldsOf(found.object.status);
}

function nonsense(kind: string): BrokerError {
  return new BrokerError({
    code: 'cluster-nonsense',
    exit: EXIT.unavailable,
    message: `a "${kind}" was answered with something else`,
    hint: 'check the address of the cluster',
  });
}
