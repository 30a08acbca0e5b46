// timeout: 300
// How sessions of a cluster end, on every way out: tokens are dead, the endpoint is gone, nothing is left behind.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until, watch } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type ClusterProxy, clusterProxy } from '../helpers/cluster-proxy.ts';
import { askEndpoint, type HeldSession, holdSession } from '../helpers/kubectl-hold.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';
import { has, needs } from '../helpers/needs.ts';
import { newAccount } from '../helpers/os-account.ts';

const test = suite('kubectl-life');
const withCluster = needsCluster(test);
const withAccount = has('root') && has('useradd') ? withCluster : needs(test, 'root', 'useradd');

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
}

let started: Promise<World> | undefined;

function shared(): Promise<World> {
  started ??= (async () => {
    const stage = await kubectlStage({ policy: POLICY });
    const { world, cluster } = stage;
    const proxy = await clusterProxy(cluster);
    const brokerKubeconfig = join(world.folder, 'broker.kubeconfig');
    writeFileSync(brokerKubeconfig, readFileSync(brokerKubeconfig, 'utf8').replace(cluster.url, proxy.url));
    await stage.admin(['run', 'pod', '--image=none']);
    await stage.admin(['wait', '--for=condition=Ready', 'pod/pod', '--timeout=30s']);
    return { stage, proxy };
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

/** Nothing of the session is left, or will be soon. */
async function isGone(stage: KubectlStage, held: HeldSession): Promise<void> {
  const { world } = stage;
  await until(async () => typeof (await askEndpoint(held)) === 'string', 'the endpoint is closed');
  await until(async () => (await secretsLeft(stage)) === '', 'the Secret of the session is deleted');
  await until(() => !existsSync(dirname(held.kubeconfig)), 'the folder of the kubeconfig is removed');
  assert.equal((await world.run(['session', 'list', '--json'])).json.sessions, []);
  assert.equal((await world.run(['leases', '--json'])).json.leases, []);
}

withCluster("after the session copies of its token and of the cluster's are refused", async () => {
  const { stage, proxy } = await shared();
  const held = await holdSession(stage);
  assert.is(statSync(held.kubeconfig).mode & 0o777, 0o600);
  assert.is(await askEndpoint(held), 200);
  assert.is(await askEndpoint({ ...held, token: `${held.token}x` }), 401);
  const clusters = proxy.tokens.at(-1) as string;
  const { cluster } = stage;
  // A claim of the token says so: it is bound to the session's Secret, and no other.
  const claims = JSON.parse(Buffer.from(clusters.split('.')[1] as string, 'base64url').toString('utf8'));
  assert.match(await secretsLeft(stage), claims['kubernetes.io'].secret.name);
  assert.is((await cluster.ask('GET', '/api/v1/namespaces', { token: clusters })).status, 200);
  // The session's own token is nothing to the cluster.
  assert.is((await cluster.ask('GET', '/api/v1/namespaces', { token: held.token })).status, 401);

  const { exit } = await held.release();
  const ended = performance.now();
  assert.is(exit, 0);
  assert.type(await askEndpoint(held), 'string');
  say("the session's token is refused after its end, at the latest after", performance.now() - ended);
  await until(
    async () => (await cluster.ask('GET', '/api/v1/namespaces', { token: clusters })).status === 401,
    "the cluster's token is refused",
    20_000,
  );
  say("the cluster's token is refused after the end of its session, after", performance.now() - ended);
  await isGone(stage, held);
});

withCluster('two sessions share nothing', async () => {
  const { stage } = await shared();
  const [one, two] = [await holdSession(stage), await holdSession(stage)];
  assert.is.not(one.server, two.server);
  assert.is.not(one.token, two.token);
  assert.equal([await askEndpoint(one), await askEndpoint(two)], [200, 200]);
  assert.is(await askEndpoint({ ...two, token: one.token }), 401);
  assert.type(await askEndpoint({ ...two, ca: one.ca }), 'string', 'a session trusts its own certificate alone');
  await one.release();
  assert.is(await askEndpoint(two), 200, 'the end of one is not that of the other');
  await two.release();
  await isGone(stage, two);
});

withAccount(
  'a session is not for another account of this machine: neither its endpoint nor its kubeconfig',
  async () => {
    const { stage } = await shared();
    const one = await holdSession(stage);
    await using account = await newAccount('/bin/sh');
    const url = new URL(one.server);
    const script = `
    const { connect } = require('node:tls'); const { readFileSync } = require('node:fs');
    let read = 'no'; try { readFileSync(${JSON.stringify(one.kubeconfig)}); read = 'yes'; } catch {}
    const done = (how) => { console.log(how + ' ' + read); process.exit(0); };
    const socket = connect({ host: '127.0.0.1', port: ${url.port}, rejectUnauthorized: false }, () => {
      socket.write('GET /api HTTP/1.1\\r\\nhost: x\\r\\nauthorization: Bearer ${one.token}\\r\\n\\r\\n');
    });
    socket.on('data', () => done('answered')); socket.on('error', () => done('refused')); socket.on('close', () => done('refused'));
  `;
    // Not at once and to its end: the broker's requests pass through this process.
    const as = (uid?: number) =>
      watch(spawn(process.execPath, ['-e', script], { cwd: '/', ...(uid === undefined ? {} : { uid }) })).done;
    assert.is((await as()).stdout, 'answered yes\n');
    const other = await as(account.uid);
    assert.is(other.stdout, 'refused no\n', other.stderr);
    await one.release();
  },
);

for (const victim of ['the CLI', 'kubectl'] as const) {
  withCluster(`kill -9 of ${victim} leaves nothing`, async () => {
    const { stage } = await shared();
    const held = await holdSession(stage);
    if (victim === 'the CLI') held.cli.child.kill('SIGKILL');
    else process.kill(clientOf(held), 'SIGKILL');
    const { exit } = await held.cli.done;
    assert.is(exit, 137);
    await isGone(stage, held);
  });
}

/** The pid of what the broker started: its environment names the kubeconfig. */
function clientOf({ kubeconfig }: HeldSession): number {
  const pids = execFileSync('pgrep', ['-f', 'kubectl-hold'], { encoding: 'utf8' }).trim().split('\n').map(Number);
  const found = pids.find((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8').includes(kubeconfig));
  if (found === undefined) throw new Error('no client runs');
  return found;
}

withCluster('kill -9 of the broker ends what it opened; the next broker removes what is left', async () => {
  const { stage } = await shared();
  const held = await holdSession(stage);
  await stage.world.killBrokers();
  const died = performance.now();
  assert.type(await askEndpoint(held), 'string', 'the endpoint died with it');
  assert.is.not((await held.cli.done).exit, 0);
  assert.is.not(await secretsLeft(stage), '');
  await stage.world.run(['session', 'list']);
  await isGone(stage, held);
  say('a session of a broker that was killed has left nothing after', performance.now() - died);
});

withCluster('session kill ends watches and streams at once', async () => {
  const { stage } = await shared();
  for (const [args, sign] of [
    [['get', 'pods', '-w', '-o', 'name'], /pod\/pod/],
    [['exec', 'pod', '--', 'sh', '-c', 'echo up; sleep 60'], /up/],
    [['logs', '-f', 'pod'], /said/],
  ] as const) {
    const cli = stage.start(args);
    if (args[0] === 'logs') stage.cluster.appendLog({ pod: 'pod', container: 'pod' }, 'said\n');
    await cli.says(sign);
    const [{ id }] = (await stage.world.run(['session', 'list', '--json'])).json.sessions;
    const began = performance.now();
    assert.is((await stage.world.run(['session', 'kill', id])).exit, 0);
    assert.is((await cli.done).exit, 79, args.join(' '));
    say(`kubectl ${args[0]} is ended by a kill after`, performance.now() - began);
    assert.ok(performance.now() - began < 10_000);
  }
  await until(async () => (await secretsLeft(stage)) === '', 'the Secrets of the sessions are deleted');
});

withCluster('broker stop --force ends a session, and leaves nothing', async () => {
  const { stage } = await shared();
  const held = await holdSession(stage);
  const stopped = await stage.world.run(['broker', 'stop', '--force']);
  assert.is(stopped.exit, 0, stopped.stderr);
  assert.is((await held.cli.done).exit, 79);
  assert.is(await secretsLeft(stage), '', 'before any other broker');
  await isGone(stage, held);
});

withCluster('a token that dies in the middle is one error, or another token', async () => {
  const { stage } = await shared();
  const held = await holdSession(stage, ['get', '--raw', '/api/v1/nodes/node-1']);
  await stage.admin(['-n', 'agents', 'delete', 'secret', '--all']);
  // What the server remembers of it, it remembers for ten seconds.
  await delay(11_000);
  const { exit, stdout, stderr } = await held.release();
  if (exit === 0) assert.match(stdout, '"kind":"Node"');
  else assert.match(stderr, /^error: You must be logged in to the server|sallyport/, stderr);
  await isGone(stage, held);
});

test.run();
