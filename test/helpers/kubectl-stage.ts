// A real cluster, and the real CLI with a target `prod` in it: a broker with an account of its own, sessions that act as an account which
// may do everything, so that what is refused is refused by the broker.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterRbac } from '../../src/lib/kubernetes/cluster-rbac.ts';
import { type CliResult, type CliWorld, cliWorld, type RunOptions, type StartedCli, until } from './cli.ts';
import { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';

export interface KubectlStage extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly world: CliWorld;
  /** The approver's private key, `ann`. */
  readonly key: string;
  /** `sallyport kubectl prod FLAGS -- ARGS`. */
  kubectl(args: readonly string[], options?: StageOptions): Promise<CliResult>;
  start(args: readonly string[], options?: StageOptions): StartedCli;
  /** As the administrator, past the broker; throws where it fails. */
  admin(args: readonly string[], input?: string): Promise<string>;
  /** Approves the request that waits, once there is one; resolves with what the approver saw. */
  approve(): Promise<string>;
}

export interface StageOptions extends RunOptions {
  readonly flags?: readonly string[];
}

export interface StageSetup extends ClusterOptions {
  /** YAML below `policy:`, indented by two; the built-in packs and `default: ask` where absent. */
  readonly policy?: string;
  /** YAML of more fields of the target, in flow style: `quota: { deletes: 2 }`. */
  readonly target?: string;
}

const POLICY = '  packs: all\n  default: ask\n';

export async function kubectlStage({
  policy = POLICY,
  target = '',
  ...options
}: StageSetup = {}): Promise<KubectlStage> {
  const cluster = await startCluster(options);
  try {
    return await onCluster(cluster, policy, target);
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

async function onCluster(cluster: Cluster, policy: string, more: string): Promise<KubectlStage> {
  const admin = async (args: readonly string[], input = '') => {
    const { exit, stdout, stderr } = await cluster.kubectl(args, { input });
    if (exit !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}${stdout}`);
    return stdout;
  };
  for (const args of [
    ['create', 'namespace', 'agents'],
    ['create', 'namespace', 'broker'],
    ['-n', 'agents', 'create', 'serviceaccount', 'agent'],
    ['-n', 'broker', 'create', 'serviceaccount', 'sallyport'],
    ['create', 'clusterrolebinding', 'agents', '--clusterrole=cluster-admin', '--serviceaccount=agents:agent'],
  ]) {
    await admin(args);
  }
  const broker = { kind: 'ServiceAccount', namespace: 'broker', name: 'sallyport' } as const;
  const items = clusterRbac({ namespace: 'agents', serviceAccounts: ['agent'], broker });
  await admin(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const token = (await admin(['-n', 'broker', 'create', 'token', 'sallyport', '--duration=2h'])).trim();

  const world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', key]);
  const kubeconfig = join(world.folder, 'broker.kubeconfig');
  writeFileSync(kubeconfig, readFileSync(cluster.kubeconfigFor(token)), { mode: 0o600 });
  // Nothing else of the cluster's folder is to be found: one of its programs is called `node`.
  const bin = join(world.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(cluster.kubectlFile, join(bin, 'kubectl'));
  world.env.PATH = `${bin}:${world.env.PATH}`;
  const fields = [
    'kind: kubectl',
    `kubeconfig: ${kubeconfig}`,
    'apiServers: one',
    'credential: { serviceAccount: agents/agent }',
    ...(more === '' ? [] : [more]),
  ];
  world.configure(
    `targets:\n  prod: { ${fields.join(', ')} }\n` +
      `approvers:\n  ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] }\npolicy:\n${policy}`,
  );
  // The authorizer learns of roles by a watch.
  const canBegin = ['auth', 'can-i', 'create', 'serviceaccounts/agent', '--subresource=token', '-n', 'agents'];
  const asBroker = ['--as', 'system:serviceaccount:broker:sallyport'];
  await until(async () => (await cluster.kubectl([...canBegin, ...asBroker])).exit === 0, 'the roles count');

  const argsOf = (args: readonly string[], { flags = [] }: StageOptions) => [
    'kubectl',
    'prod',
    ...flags,
    '--',
    ...args,
  ];
  return {
    ...{ cluster, world, key, admin },
    kubectl: (args, options = {}) => world.run(argsOf(args, options), options),
    start: (args, options = {}) => world.start(argsOf(args, options), options),
    async approve() {
      let id = '';
      await until(async () => {
        const { json } = await world.run(['approve', '--json']);
        id = json.requests[0]?.id ?? '';
        return id !== '';
      }, 'a request waits');
      const { exit, stdout, stderr } = await world.run(['approve', id, '--key', key]);
      if (exit !== 0) throw new Error(stderr);
      return `${stderr}${stdout}`;
    },
    async [Symbol.asyncDispose]() {
      try {
        await world[Symbol.asyncDispose]();
      } finally {
        await cluster[Symbol.asyncDispose]();
      }
    },
  };
}
