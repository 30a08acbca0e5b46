// The demo's cluster: it starts while the first steps are shown, and is waited for when its own turn comes.
import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '../helpers/cluster.ts';
import { AGENT, asAdmin, createAccounts } from '../helpers/cluster-agents.ts';

/** What a Secret of the cluster holds; nobody may see it. */
export const SECRET = 'database';

export interface ClusterPart extends AsyncDisposable {
  /** Of the configuration: the target, and the rules for it. */
  readonly target: object;
  readonly rules: readonly object[];
  /** For the agent's PATH: the real kubectl alone. */
  readonly bin: string;
  /** Resolves once there is something to see in it. */
  readonly ready: Promise<void>;
}

/** Begins to start one below `folder`, with `password` in a Secret; whoever starts it disposes of it, whatever became of it. */
export function beginCluster(folder: string, password: string): ClusterPart {
  const kubeconfig = join(folder, 'broker.kubeconfig');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const starting = startCluster();
  const ready = starting.then((cluster) => furnish(cluster, kubeconfig, join(bin, 'kubectl'), password));
  // Whoever waits for it hears of it.
  ready.catch(() => {});
  return {
    target: { kind: 'kubectl', kubeconfig, apiServers: 'one', credential: { serviceAccount: AGENT } },
    rules: [
      {
        id: 'look-at-secrets',
        on: { kind: 'kubectl' },
        match: { verb: ['get'], resource: ['secrets'], namespace: ['default'] },
        verdict: 'allow',
      },
    ],
    bin,
    ready,
    async [Symbol.asyncDispose]() {
      const cluster = await starting.catch(() => undefined);
      await ready.catch(() => {});
      await cluster?.[Symbol.asyncDispose]();
    },
  };
}

async function furnish(cluster: Cluster, kubeconfig: string, kubectl: string, password: string): Promise<void> {
  const brokers = await createAccounts(cluster);
  await asAdmin(cluster, ['create', 'deployment', 'web', '--image=registry.k8s.io/pause:3.10', '--replicas=2']);
  await asAdmin(cluster, ['create', 'secret', 'generic', SECRET, `--from-literal=password=${password}`]);
  await asAdmin(cluster, ['rollout', 'status', 'deployment/web', '--timeout=30s']);
  // The broker reads the file anew for each session.
  copyFileSync(brokers, kubeconfig);
  // Nothing else of the cluster's folder is to be found: one of its programs is called `node`.
  symlinkSync(cluster.kubectlFile, kubectl);
}
