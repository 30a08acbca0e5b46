// The way to the API server for a broker that runs as a pod: what Kubernetes puts into each pod, and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { Secret } from '../../core/secret.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** As the variables KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT say it. */
export interface ClusterService {
  readonly host: string;
  readonly port: string;
}

/** Where a pod finds the token of its service account. */
const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * As the pod's service account, in the pod's namespace. The token is read anew each time it is asked for: the kubelet renews it in its
 * place. Throws `not-in-cluster` (78) outside of a pod, and where the pod has no token, also when the token is asked for.
 */
export function inClusterAccess(service: ClusterService | null, folder = ACCOUNT_FOLDER): ClusterAccess {
  if (service === null) throw notInCluster('it runs in no pod: KUBERNETES_SERVICE_HOST is not set');
  const token = () => {
    const text = readAccountFile(folder, 'token').trim();
    // What is no token must not get into a header.
    if (/^[\x21-\x7e]+$/.test(text)) return new Secret(text);
    throw notInCluster(`"${join(folder, 'token')}" holds no token`);
  };
  token();
  const ca = readAccountFile(folder, 'ca.crt');
  if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw notInCluster(`"${join(folder, 'ca.crt')}" holds no certificate`);
  }
  return {
    address: { server: addressOf(service), ca, serverName: undefined },
    identity: { kind: 'token', token },
    namespace: readAccountFile(folder, 'namespace').trim() || undefined,
  };
}

function addressOf({ host, port }: ClusterService): URL {
  // An address of IPv6 comes without brackets.
  const text = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (/^[0-9A-Za-z.:-]+$/.test(host) && /^\d{1,5}$/.test(port) && URL.canParse(text)) return new URL(text);
  const said = JSON.stringify(`${host}:${port}`.slice(0, 200));
  throw notInCluster(`KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no address: ${said}`);
}

function readAccountFile(folder: string, name: string): string {
  const file = join(folder, name);
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw notInCluster(`"${file}" cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function notInCluster(why: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'not-in-cluster',
    exit: EXIT.configuration,
    message: `the broker has no account of a cluster around it: ${why}`,
    hint: 'name a kubeconfig for the cluster, or run the broker in a pod with automountServiceAccountToken: true',
    cause,
  });
}
