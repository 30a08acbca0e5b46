// timeout: 300
// A cluster that is slow, away or back again, a kubectl that is not there and a kubeconfig that is none: one clear error each, and other
// targets go on.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type ClusterProxy, clusterProxy } from '../helpers/cluster-proxy.ts';
import { holdSession } from '../helpers/kubectl-hold.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';

const test = suite('kubectl-away');
const withCluster = needsCluster(test);

const POLICY = `
  packs: []
  rules:
    - { id: all, match: { verb: "*", resource: "*" }, verdict: allow }
  default: allow
`;

interface World {
  readonly stage: KubectlStage;
  /** All of the broker's requests go through it. */
  readonly proxy: ClusterProxy;
  readonly brokerKubeconfig: string;
}

let started: Promise<World> | undefined;

function shared(): Promise<World> {
  started ??= (async () => {
    const stage = await kubectlStage({ policy: POLICY });
    const { world, cluster } = stage;
    const proxy = await clusterProxy(cluster);
    const brokerKubeconfig = join(world.folder, 'broker.kubeconfig');
    writeFileSync(brokerKubeconfig, readFileSync(brokerKubeconfig, 'utf8').replace(cluster.url, proxy.url));
    // Another target, which has nothing to do with the cluster.
    const config = join(world.home, '.config/sallyport/sallyport.yaml');
    world.configure(readFileSync(config, 'utf8').replace('targets:\n', 'targets:\n  here: { kind: shell }\n'));
    await stage.admin(['run', 'pod', '--image=none']);
    await stage.admin(['wait', '--for=condition=Ready', 'pod/pod', '--timeout=30s']);
    return { stage, proxy, brokerKubeconfig };
  })();
  return started;
}

test.after(async () => {
  const world = await started;
  await world?.proxy[Symbol.asyncDispose]();
  await world?.stage[Symbol.asyncDispose]();
});

const say = (what: string, ms: number) => process.stdout.write(`# ${what}: ${Math.round(ms)} ms\n`);

const secretsLeft = async ({ admin }: KubectlStage): Promise<string> =>
  (await admin(['-n', 'agents', 'get', 'secrets', '-o', 'name'])).trim();

withCluster('an API server that is slow is waited for', async () => {
  const { stage, proxy } = await shared();
  proxy.delayMs = 700;
  try {
    const { exit, stdout, stderr } = await stage.kubectl(['get', 'nodes', '-o', 'name']);
    assert.equal([exit, stdout], [0, 'node/node-1\n'], stderr);
  } finally {
    proxy.delayMs = 0;
  }
});

withCluster(
  'an API server that goes away: watches end, openings are refused, other targets go on, and it comes back',
  async () => {
    const { stage } = await shared();
    const { world, cluster } = stage;
    const watch = stage.start(['get', 'pods', '-w', '-o', 'name']);
    await watch.says(/pod\/pod/);
    const held = await holdSession(stage, ['get', '--raw', '/api/v1/nodes']);
    await cluster.stopApiServer();
    // As without the broker: its end is the end of the watch.
    const began = performance.now();
    assert.is.not((await watch.done).exit, 79);
    say('a watch whose API server was killed is over after', performance.now() - began);
    const inside = await held.release();
    assert.is.not(inside.exit, 0);
    assert.match(inside.stderr, /sallyport \(cluster-unreachable\)/, inside.stderr);
    const asked = performance.now();
    const away = await stage.kubectl(['get', 'nodes']);
    say('an opening without an API server is refused after', performance.now() - asked);
    assert.is(away.exit, 69, away.stderr);
    assert.match(away.stderr, /^sallyport: .*\n {2}next: /m);
    assert.is(away.stdout, '');
    const here = await world.run(['shell', 'here', '--', 'echo fine']);
    assert.equal([here.exit, here.stdout], [0, 'fine\n'], here.stderr);
    await cluster.startApiServer();
    const back = await stage.kubectl(['get', 'nodes', '-o', 'name']);
    assert.equal([back.exit, back.stdout], [0, 'node/node-1\n'], back.stderr);
    // What could not be deleted meanwhile, the next broker deletes.
    await world.run(['broker', 'stop', '--force']);
    await world.run(['session', 'list']);
    await until(async () => (await secretsLeft(stage)) === '', 'the Secrets are deleted', 30_000);
  },
);

withCluster('kubectl that is not there, and a kubeconfig of the broker that is none, are one error each', async () => {
  const { stage, brokerKubeconfig } = await shared();
  const none = await stage.kubectl(['get', 'nodes'], { env: { PATH: stage.world.home } });
  assert.is(none.exit, 69, none.stderr);
  assert.match(none.stderr, /kubectl/, none.stderr);
  const json = await stage.kubectl(['get', 'nodes'], { env: { PATH: stage.world.home }, flags: ['--json'] });
  assert.is(json.json.error.code, 'no-kubectl');
  const before = readFileSync(brokerKubeconfig, 'utf8');
  for (const [text, code] of [
    ['{ not: yaml', 'bad-kubeconfig'],
    ['', 'bad-kubeconfig'],
    [before.replace(/https:\/\/127\.0\.0\.1:\d+/, 'http://127.0.0.1:1'), 'bad-kubeconfig'],
    [before.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'), 'cluster-unreachable'],
  ] as const) {
    writeFileSync(brokerKubeconfig, text);
    const broken = await stage.kubectl(['get', 'nodes'], { flags: ['--json'] });
    assert.is(broken.json.error.code, code, text);
    const here = await stage.world.run(['shell', 'here', '--', 'echo fine']);
    assert.equal([here.exit, here.stdout], [0, 'fine\n'], here.stderr);
  }
  writeFileSync(brokerKubeconfig, before);
  const again = await stage.kubectl(['get', 'nodes', '-o', 'name']);
  assert.is(again.exit, 0, again.stderr);
});

test.run();
