// The objects of the provider `kube-token` as the cluster has them, and where they are.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type ApiFields, type Found, fieldsOf, type ObjectPlace } from '../kubernetes/server/cluster-api.ts';
import type { LeasePlan } from '../ports/provider.ts';

/** What a plan remembers: no secret, and enough to end the token. */
export interface KubeTokenRef {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The Secret's name; the token lives as long as the Secret. */
  readonly secret: string;
}

const CORE = { group: '', version: 'v1', subresource: null } as const;

/** Throws `credential-request-refused` (78) for a plan of another provider. */
export function refOf({ ref }: LeasePlan): KubeTokenRef {
  const { cluster, namespace, serviceAccount, secret } = ref;
  if (cluster === undefined || namespace === undefined || serviceAccount === undefined || secret === undefined)
    throw refused('the plan is incomplete');
  return { cluster, namespace, serviceAccount, secret };
}

export const secretPlace = ({ namespace, secret }: KubeTokenRef): ObjectPlace => ({
  ...CORE,
  resource: 'secrets',
  namespace,
  name: secret,
});

export const tokenPlace = ({ namespace, serviceAccount }: KubeTokenRef): ObjectPlace => ({
  ...CORE,
  resource: 'serviceaccounts',
  subresource: 'token',
  namespace,
  name: serviceAccount,
});

export const REVIEWS: ObjectPlace = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'tokenreviews',
  subresource: null,
  namespace: null,
  name: null,
};

/** It never holds anything: that it exists is all it says. */
export const emptySecret = ({ namespace, secret }: KubeTokenRef, session: string): ApiFields => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: secret,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'sallyport' },
    annotations: { 'sallyport/session': session },
  },
  type: 'Opaque',
  immutable: true,
});

/** Bound by uid as well: a Secret of the same name, made later, brings no token back to life. */
export const tokenRequest = (ref: KubeTokenRef, uid: string, seconds: number): ApiFields => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: {
    expirationSeconds: seconds,
    boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: ref.secret, uid },
  },
});

export const tokenReview = (token: string): ApiFields => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenReview',
  spec: { token },
});

export interface GrantedToken {
  readonly token: string;
  /** As the server shortened it, perhaps. */
  readonly seconds: number;
}

/** API servers grant ten minutes at least; a session would ask for one after the other. */
const SHORTEST_GRANT_S = 60;

/** Throws `cluster-nonsense` (69) where there is no token in it, or one that has ended by the time it is used. */
export function readGranted(answer: ApiFields): GrantedToken {
  const { token } = fieldsOf(answer.status);
  const { expirationSeconds } = fieldsOf(answer.spec);
  if (typeof token !== 'string' || token === '' || typeof expirationSeconds !== 'number')
    throw nonsense('a request for a token was answered without one');
  if (!(expirationSeconds >= SHORTEST_GRANT_S))
    throw nonsense(`a request for a token was answered with one for "${expirationSeconds}" s`);
  return { token, seconds: expirationSeconds };
}

/** Throws `cluster-nonsense` (69) where there is none. */
export function readUid(secret: ApiFields): string {
  const { uid } = fieldsOf(secret.metadata);
  if (typeof uid !== 'string' || uid === '') throw nonsense('a Secret was made that has no uid');
  return uid;
}

/** True where the server knows the token. `authenticated` is left out where it is false. Throws `cluster-nonsense` (69). */
export function readReview(answer: ApiFields): boolean {
  if (answer.kind !== 'TokenReview' || typeof answer.status !== 'object')
    throw nonsense('a review of a token was answered with something else');
  return fieldsOf(answer.status).authenticated === true;
}

/** The object, or throws `no-service-account`, `no-namespace` (78), or `cluster-refused` (69) for what should be there. */
export function expectFound(found: Found, { cluster, namespace, serviceAccount }: KubeTokenRef): ApiFields {
  if (found.kind === 'found') return found.object;
  const known: Readonly<Record<string, readonly [code: string, message: string, hint: string]>> = {
    serviceaccounts: [
      'no-service-account',
      `cluster "${cluster}" has no service account "${serviceAccount}" in namespace "${namespace}"`,
      `kubectl -n ${namespace} create serviceaccount ${serviceAccount}`,
    ],
    namespaces: [
      'no-namespace',
      `cluster "${cluster}" has no namespace "${namespace}"`,
      `kubectl create namespace ${namespace}`,
    ],
  };
  const words = known[found.what];
  if (words !== undefined) {
    const [code, message, hint] = words;
    throw new BrokerError({ code, exit: EXIT.configuration, message, hint });
  }
  throw new BrokerError({
    code: 'cluster-refused',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" has lost one of "${found.what.slice(0, 100)}" while a token was made`,
    hint: 'try again',
  });
}

export function refused(message: string): BrokerError {
  return new BrokerError({
    code: 'credential-request-refused',
    exit: EXIT.configuration,
    message,
    hint: 'correct the target in sallyport.yaml: sallyport targets check TARGET',
  });
}

function nonsense(message: string): BrokerError {
  return new BrokerError({
    code: 'cluster-nonsense',
    exit: EXIT.unavailable,
    message,
    hint: 'check the address of the cluster',
  });
}
