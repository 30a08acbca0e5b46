// Who acts in a test's cluster: a broker with an account of its own that has no more rights than `targets rbac` prints, and sessions that
// act as an account which may do everything, so that what is refused is refused by the broker.
import { clusterRbac } from '../../src/lib/kubernetes/server/cluster-rbac.ts';
import { until } from './cli.ts';
import type { Cluster } from './cluster.ts';

/** What stands in a target's configuration for the account of its sessions. */
export const AGENT = 'agents/agent';

/** Runs kubectl as the administrator, past every broker; rejects where it fails. */
export async function asAdmin(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  const { exit, stdout, stderr } = await cluster.kubectl(args, { input });
  if (exit !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** Creates both accounts and resolves once their roles count, with the path of the broker's kubeconfig. */
export async function createAccounts(cluster: Cluster): Promise<string> {
  for (const args of [
    ['create', 'namespace', 'agents'],
    ['create', 'namespace', 'broker'],
    ['-n', 'agents', 'create', 'serviceaccount', 'agent'],
    ['-n', 'broker', 'create', 'serviceaccount', 'sallyport'],
    ['create', 'clusterrolebinding', 'agents', '--clusterrole=cluster-admin', '--serviceaccount=agents:agent'],
  ]) {
    await asAdmin(cluster, args);
  }
  const broker = { kind: 'ServiceAccount', namespace: 'broker', name: 'sallyport' } as const;
  const items = clusterRbac({ namespace: 'agents', serviceAccounts: ['agent'], broker });
  await asAdmin(cluster, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const token = await asAdmin(cluster, ['-n', 'broker', 'create', 'token', 'sallyport', '--duration=2h']);
  // The authorizer learns of roles by a watch.
  const canBegin = ['auth', 'can-i', 'create', 'serviceaccounts/agent', '--subresource=token', '-n', 'agents'];
  const asBroker = ['--as', 'system:serviceaccount:broker:sallyport'];
  await until(async () => (await cluster.kubectl([...canBegin, ...asBroker])).exit === 0, 'the roles count');
  return cluster.kubeconfigFor(token.trim());
}
