// kubectl through the broker and without it, as the same account of the same real API server.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CLI } from '../helpers/cli.ts';
import { clusterMissing } from '../helpers/cluster.ts';
import { keptEndpoint } from '../helpers/kept-endpoint.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';
import { clusterRequests } from './kubectl-requests.ts';
import { clusterWatches } from './kubectl-watches.ts';
import { counted, processorRatio } from './processor-time.ts';
import { ratioLine, runProgram, takeTurns, type Way } from './turns.ts';

/** What kubectl asks for at once. */
const PODS = 500;
const QUICK_ROUNDS = 15;
const LOG_BYTES = 50_000_000;
const LOG_ROUNDS = 3;

/** Every pack as anywhere; what the bench does is allowed. */
const POLICY = `
  packs: all
  rules:
    - { id: all, match: { verb: "*", resource: "*" }, verdict: allow }
    - { id: programs, match: { command: "*" }, verdict: allow }
  default: allow
`;

/** A cluster, a broker, and the two ways to it. */
export interface KubectlBench {
  readonly stage: KubectlStage;
  readonly brokerPid: number;
  /** Of the account whose token sessions get; kept in a file. */
  readonly token: string;
  readonly ours: (...args: string[]) => Way;
  /** `cache: 'cold'`: kubectl asks what the server can do, as it does in each session. */
  readonly plain: (cache: 'warm' | 'cold', ...args: string[]) => Way;
}

export async function kubectlTimes(): Promise<readonly string[]> {
  const missing = clusterMissing();
  if (missing !== undefined) return [`kubectl: skipped, ${missing}`];
  await using stage = await kubectlStage({ policy: POLICY });
  const bench = await prepare(stage);
  return [
    ...(await listOfPods(bench)),
    ...(await execs(bench)),
    ...(await throughKeptEndpoint(bench)),
    ...(await longLog(bench)),
    ...(await clusterRequests(bench)),
    ...(await clusterWatches(bench)),
  ];
}

async function prepare(stage: KubectlStage): Promise<KubectlBench> {
  const { admin, cluster, world } = stage;
  await admin(['create', 'deployment', 'many', '--image=none', `--replicas=${PODS - 1}`]);
  await admin(['run', 'talker', '--image=none', '--restart=Never']);
  await admin(['wait', '--for=condition=Ready', 'pod/talker', '--timeout=60s']);
  await admin(['rollout', 'status', 'deployment/many', '--timeout=300s']);
  const token = (await admin(['-n', 'agents', 'create', 'token', 'agent', '--duration=2h'])).trim();
  const plainEnv = { ...world.env, KUBECONFIG: cluster.kubeconfigFor(token) };
  const newCache = () => mkdtempSync(join(world.folder, 'cache-'));
  const warm = newCache();
  await world.run(['broker', 'start']);
  return {
    ...{ stage, token },
    brokerPid: (await world.run(['broker', 'status', '--json'])).json.pid,
    ours: (...args) => ({
      label: 'sallyport kubectl',
      once: () => runProgram(process.execPath, [CLI, 'kubectl', 'prod', '--', ...args], world.env),
    }),
    plain: (cache, ...args) => ({
      label: cache === 'cold' ? 'kubectl, cold' : 'kubectl',
      once: () =>
        runProgram(cluster.kubectlFile, args, { ...plainEnv, KUBECACHEDIR: cache === 'cold' ? newCache() : warm }),
    }),
  };
}

async function listOfPods({ ours, plain, brokerPid }: KubectlBench): Promise<readonly string[]> {
  const args = ['get', 'pods'];
  const ways = [
    counted(ours(...args), brokerPid),
    counted(plain('warm', ...args)),
    counted(plain('cold', ...args)),
  ] as const;
  const [own = [], warm = [], cold = []] = await takeTurns(ways, QUICK_ROUNDS);
  return [
    ratioLine(`get pods (${PODS})`, [ways[0], ways[1]], [own, warm]),
    ratioLine(`get pods (${PODS}), kubectl's cache empty in both`, [ways[0], ways[2]], [own, cold]),
    `get pods (${PODS}), processor time with the broker's: ${processorRatio(ways[0], ways[1])}`,
  ];
}

/** What clients cost that are started one after the other with the kubeconfig of one session. */
async function throughKeptEndpoint({ stage, plain }: KubectlBench): Promise<readonly string[]> {
  const { kubeconfig, cli } = await keptEndpoint(stage);
  const cache = mkdtempSync(join(stage.world.folder, 'kept-'));
  const env = { ...stage.world.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: cache };
  const inTurns = async (name: string, ...args: string[]): Promise<string> => {
    const kept = {
      label: 'kubectl with --kubeconfig',
      once: () => runProgram(stage.cluster.kubectlFile, args, env),
    };
    const ways = [kept, plain('warm', ...args)] as const;
    return ratioLine(`${name} through an endpoint that is kept`, ways, await takeTurns(ways, QUICK_ROUNDS));
  };
  const lines = [
    await inTurns(`get pods (${PODS})`, 'get', 'pods'),
    await inTurns('exec … true', 'exec', 'talker', '--', 'true'),
  ];
  cli.child.kill('SIGINT');
  await cli.done;
  return lines;
}

async function execs({ ours, plain }: KubectlBench): Promise<readonly string[]> {
  const args = ['exec', 'talker', '--', 'true'];
  const ways = [ours(...args), plain('warm', ...args)] as const;
  return [ratioLine('exec … true', ways, await takeTurns(ways, QUICK_ROUNDS))];
}

async function longLog({ stage, ours, plain }: KubectlBench): Promise<readonly string[]> {
  const line = (i: number) =>
    `2026-01-01T00:00:${i % 60} info handled request ${i} for /items/${i * 7} in ${i % 90} ms, 200 ok\n`;
  const lines = Array.from({ length: 10_000 }, (_, i) => line(i)).join('');
  for (let written = 0; written < LOG_BYTES; written += lines.length) {
    stage.cluster.appendLog({ pod: 'talker', container: 'talker' }, lines);
  }
  const args = ['logs', 'talker'];
  const ways = [ours(...args), plain('warm', ...args)] as const;
  return [ratioLine('a log of 50 MB', ways, await takeTurns(ways, LOG_ROUNDS))];
}
