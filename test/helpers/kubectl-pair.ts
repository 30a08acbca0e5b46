// The same kubectl commands twice, past the broker and through it, each side in a namespace of its own, with what must differ between two
// runs taken out of what they say: so that what is left must be the same.
import { type Row, runRows, type Said } from './kubectl-rows.ts';
import { type KubectlStage, kubectlStage, type StageSetup } from './kubectl-stage.ts';

export interface SaidTwice {
  readonly args: string;
  readonly plain: Said;
  readonly brokered: Said;
}

export interface KubectlPair {
  /** Runs `kubectl -n SPACE ARGS` for each row, in their order, both sides at a time. */
  run(rows: readonly Row[]): Promise<readonly SaidTwice[]>;
}

export interface PairWorld {
  readonly stage: KubectlStage;
  readonly pair: KubectlPair;
}

/** One stage with a pair in it for all tests of a file: started by the first that asks, ended after the last. */
export function sharedPair(
  test: { after(end: () => Promise<void>): void },
  name: string,
  setup: StageSetup,
): () => Promise<PairWorld> {
  let started: Promise<PairWorld> | undefined;
  test.after(async () => {
    await (await started)?.stage[Symbol.asyncDispose]();
  });
  return () => {
    started ??= (async () => {
      const stage = await kubectlStage(setup);
      return { stage, pair: await kubectlPair(stage, name) };
    })();
    return started;
  };
}

/** Two fresh namespaces. `name` is part of theirs. */
export async function kubectlPair(stage: KubectlStage, name: string): Promise<KubectlPair> {
  const { world, cluster, admin, kubectl } = stage;
  const spaces = [`${name}-a`, `${name}-b`] as const;
  for (const space of spaces) await admin(['create', 'namespace', space]);
  // Past the broker as the same account: what it may do shows in some answers.
  const token = (await admin(['-n', 'agents', 'create', 'token', 'agent', '--duration=2h'])).trim();
  const env = { KUBECONFIG: cluster.kubeconfigFor(token), PATH: world.env.PATH as string };
  return {
    async run(rows) {
      const [plain, brokered] = await Promise.all([
        runRows(world, rows, spaces[0], (args) => cluster.kubectl(args, { env, cwd: world.folder })),
        // What waits for a person ends instead.
        runRows(world, rows, spaces[1], (args) => kubectl(args, { flags: ['--no-wait'] })),
      ]);
      return rows.map(({ args }, at) => ({
        args,
        plain: normalised(plain.said[at] as Said, spaces[0]),
        brokered: normalised(brokered.said[at] as Said, spaces[1]),
      }));
    },
  };
}

/** What two runs of the same have in different ways: names that were made up, times, numbers and addresses that were given out. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID'],
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+0000|Z)?/g, 'TIME'],
  [/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, 'TIME'],
  [/("?resourceVersion"?: ?)"\d+"/g, '$1"VERSION"'],
  [/(LIVE|MERGED)-\d+/g, '$1'],
  [/\b10\.\d+\.\d+\.\d+\b/g, 'ADDRESS'],
  // Of replica sets and of their pods; of other pods.
  [/\b(web)-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '$1-MADE'],
  [/\b(web)-[a-z0-9]{8,10}\b/g, '$1-MADE'],
  [/\b(job|debugger|kube-api-access)-[a-z0-9]{5}\b/g, '$1-MADE'],
  [/pod-template-hash(":"|": "|: |=)[a-z0-9]+/g, 'pod-template-hash$1MADE'],
  [/<(unknown|invalid)>|\b(\d+[smhd])+\b/g, 'AGE'],
  [/Forwarding from (\S+):\d+/g, 'Forwarding from $1:PORT'],
  // How many are there at that moment.
  [/^Waiting for .*\n/gm, ''],
  // Columns are as wide as what stands in them.
  [/[ \t]+/g, ' '],
  [/ +$/gm, ''],
];

function normalised({ exit, stdout, stderr }: Said, space: string): Said {
  const plain = (text: string) =>
    VARIABLE.reduce((rest, [what, word]) => rest.replace(what, word), text.replaceAll(space, 'SPACE'));
  return { exit, stdout: plain(stdout), stderr: plain(stderr) };
}
