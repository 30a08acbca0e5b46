// A real cluster, and the real CLI with a target `prod` in it: a broker with an account of its own, sessions that act as an account which
// may do everything, so that what is refused is refused by the broker.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, type CliWorld, cliWorld, type RunOptions, type StartedCli, until } from './cli.ts';
import { type Cluster, type ClusterOptions, startCluster } from './cluster.ts';
import { AGENT, asAdmin, createAccounts } from './cluster-agents.ts';

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
  const brokerKubeconfig = await createAccounts(cluster);
  const world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', key]);
  const kubeconfig = join(world.folder, 'broker.kubeconfig');
  writeFileSync(kubeconfig, readFileSync(brokerKubeconfig), { mode: 0o600 });
  // Nothing else of the cluster's folder is to be found: one of its programs is called `node`.
  const bin = join(world.folder, 'bin');
  mkdirSync(bin);
  symlinkSync(cluster.kubectlFile, join(bin, 'kubectl'));
  world.env.PATH = `${bin}:${world.env.PATH}`;
  const fields = [
    'kind: kubectl',
    `kubeconfig: ${kubeconfig}`,
    'apiServers: one',
    `credential: { serviceAccount: ${AGENT} }`,
    ...(more === '' ? [] : [more]),
  ];
  world.configure(
    `targets:\n  prod: { ${fields.join(', ')} }\n` +
      `approvers:\n  ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] }\npolicy:\n${policy}`,
  );
  const argsOf = (args: readonly string[], { flags = [] }: StageOptions) => [
    'kubectl',
    'prod',
    ...flags,
    '--',
    ...args,
  ];
  return {
    ...{ cluster, world, key },
    admin: (args, input) => asAdmin(cluster, args, input),
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
