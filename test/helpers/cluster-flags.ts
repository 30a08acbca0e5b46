// The command lines of the test cluster's programs: everything on loopback, everything in one folder.
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface ClusterPlace {
  readonly folder: string;
  /** Of the API server. */
  readonly port: number;
}

/** Names of files in the cluster's folder. */
const pki = (folder: string, file: string) => join(folder, 'pki', file);

/**
 * A port nobody listens on, below those that the kernel gives to outgoing connections: between now and the API server's
 * listen, a second or more later, a parallel test's connection could get one of those.
 */
export async function clusterPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** It listens on Unix sockets in the private folder, which is its working directory: no port, and nobody else's. */
export function etcdArgs({ folder }: ClusterPlace): string[] {
  const clients = `unix://${join(folder, 'etcd.sock')}`;
  // Of this address it takes the host alone, so it cannot be an absolute path.
  const peers = 'unix://etcd-peers.sock';
  return [
    ...['--name', 'test', '--data-dir', join(folder, 'etcd')],
    ...['--listen-client-urls', clients, '--advertise-client-urls', clients],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `test=${peers}`],
    // What is lost with the machine is lost.
    '--unsafe-no-fsync',
    ...['--log-level', 'warn'],
  ];
}

export function apiServerArgs({ folder, port }: ClusterPlace): string[] {
  return [
    `--etcd-servers=unix://${join(folder, 'etcd.sock')}`,
    ...['--bind-address=127.0.0.1', `--secure-port=${port}`],
    // An address for documentation, that nobody has: loopback is refused here. With "none" nothing is told to go there.
    ...['--advertise-address=192.0.2.1', '--endpoint-reconciler-type=none'],
    `--tls-cert-file=${pki(folder, 'apiserver.crt')}`,
    `--tls-private-key-file=${pki(folder, 'apiserver.key')}`,
    `--client-ca-file=${pki(folder, 'ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${pki(folder, 'accounts.pub')}`,
    `--service-account-signing-key-file=${pki(folder, 'accounts.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    `--kubelet-certificate-authority=${pki(folder, 'ca.crt')}`,
    `--kubelet-client-certificate=${pki(folder, 'apiserver-to-kubelet.crt')}`,
    `--kubelet-client-key=${pki(folder, 'apiserver-to-kubelet.key')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
    '--profiling=false',
  ];
}

/** Those that kubectl's users see at work; none that judges nodes, which have no heartbeat here. */
const CONTROLLERS = [
  'serviceaccount',
  'serviceaccount-token',
  'root-ca-certificate-publisher',
  'namespace',
  'garbage-collector',
  'deployment',
  'replicaset',
  'statefulset',
  'daemonset',
  'job',
  'cronjob',
  'endpointslice',
  'clusterrole-aggregation',
];

export function controllersArgs({ folder }: ClusterPlace): string[] {
  return [
    `--kubeconfig=${join(folder, 'controllers.kubeconfig')}`,
    `--controllers=${CONTROLLERS.map((name) => `${name}-controller`).join(',')}`,
    `--service-account-private-key-file=${pki(folder, 'accounts.key')}`,
    `--root-ca-file=${pki(folder, 'ca.crt')}`,
    // Each controller with its own role, as in a real cluster: together they have none.
    '--use-service-account-credentials',
    ...['--leader-elect=false', '--secure-port=0'],
    // The defaults, 20 and 30 requests a second, are for clusters with neighbours.
    ...['--kube-api-qps=1000', '--kube-api-burst=2000'],
  ];
}

export function nodeArgs({ folder }: ClusterPlace, nodes: number): string[] {
  return [
    ...['--kubeconfig', join(folder, 'node.kubeconfig'), '--pki', join(folder, 'pki')],
    ...['--folder', join(folder, 'pods'), '--nodes', String(nodes)],
  ];
}
