// timeout: 300
// Streams of the real kubectl through a session's endpoint to a real API server: exec, attach, cp, port-forward, logs and watches, over
// WebSocket and over SPDY, behave as without it, and a secret in what comes back is masked.
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Secret } from '../../src/lib/core/secret.ts';
import { openUpstream } from '../../src/lib/kubernetes/server/upstream.ts';
import type { ApiOutcome } from '../../src/lib/ports/api-gate.ts';
import { type ApiEndpoint, apiEndpoint } from '../helpers/api-endpoint.ts';
import { type CliResult, type RunOptions, until } from '../helpers/cli.ts';
import { type Cluster, needsCluster, startCluster } from '../helpers/cluster.ts';
import { kubectlStage } from '../helpers/kubectl-stage.ts';
import { inTerminal, readToEnd } from '../helpers/local-program.ts';

const test = suite('kubectl-streams');
const withCluster = needsCluster(test);

const SECRET = `s3-${randomBytes(15).toString('base64url')}`;

interface World {
  readonly cluster: Cluster;
  readonly api: ApiEndpoint;
}

let started: Promise<World> | undefined;

/** One cluster and one endpoint for all tests of this file, started by the first that asks. */
function shared(): Promise<World> {
  started ??= (async () => {
    const cluster = await startCluster();
    const read = (name: string) => readFileSync(join(cluster.folder, 'pki', name), 'utf8');
    const upstream = openUpstream(
      { server: new URL(cluster.url), ca: read('ca.crt'), serverName: undefined },
      { kind: 'certificate', certificate: read('admin.crt'), privateKey: new Secret(read('admin.key')) },
    );
    return { cluster, api: await apiEndpoint({ upstream, secret: SECRET }) };
  })();
  return started;
}

test.after(async () => {
  const world = await started;
  await world?.api[Symbol.asyncDispose]();
  await world?.cluster[Symbol.asyncDispose]();
});

/** A pod that runs, with one container `main`. */
async function runPod({ cluster }: World, name: string, container: object = {}): Promise<void> {
  const spec = { containers: [{ name: 'main', image: 'none', ...container }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  const { status, body } = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body: pod });
  assert.is(status, 201, JSON.stringify(body));
  const { exit, stderr } = await cluster.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=30s']);
  assert.is(exit, 0, stderr);
}

/** The environment of a kubectl that talks to the endpoint. */
const envOf = ({ api }: World, isWebSocket: boolean) => ({
  KUBECONFIG: api.kubeconfig,
  KUBECTL_REMOTE_COMMAND_WEBSOCKETS: String(isWebSocket),
  KUBECTL_PORT_FORWARD_WEBSOCKETS: String(isWebSocket),
});

function through(
  world: World,
  args: readonly string[],
  isWebSocket = true,
  options: RunOptions = {},
): Promise<CliResult> {
  return world.cluster.kubectl(args, { ...options, env: envOf(world, isWebSocket) });
}

/** Of the last stream that was opened and is over. */
const lastOutcome = ({ api }: World): ApiOutcome | undefined => api.outcomes.findLast(({ status }) => status === 101);

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

for (const [protocol, isWebSocket] of [
  ['WebSocket', true],
  ['SPDY', false],
] as const) {
  const pod = `pod-${protocol.toLowerCase()}`;

  withCluster(
    `${protocol}: a program has its input, both outputs and its exit code; a secret is masked in all of them`,
    async () => {
      const world = await shared();
      await runPod(world, pod, { command: ['tr', 'a-z', 'A-Z'] });
      const before = world.api.recorded.length;
      const script = `cat; echo "it is ${SECRET}."; echo "no ${SECRET}" >&2; exit 7`;
      const ran = await through(world, ['exec', '-i', pod, '--', 'sh', '-c', script], isWebSocket, {
        input: 'typed\n',
      });
      assert.is(ran.stdout, 'typed\nit is [known:0000].\n', ran.stderr);
      assert.match(ran.stderr, /^no \[known:0000\]\n/);
      assert.match(ran.stderr, /exit code 7/);
      assert.is(ran.exit, 7);
      await until(() => lastOutcome(world)?.exitCode === 7, 'the outcome is told');
      assert.equal(lastOutcome(world)?.streams, [
        { name: 'stdin', bytes: 6, sha256: sha256('typed\n') },
        { name: 'stdout', bytes: 14 + SECRET.length, sha256: sha256(`typed\nit is ${SECRET}.\n`) },
        { name: 'stderr', bytes: 4 + SECRET.length, sha256: sha256(`no ${SECRET}\n`) },
      ]);
      const recorded = world.api.recorded.slice(before);
      const of = (stream: string) =>
        recorded
          .filter((one) => one.stream === stream)
          .map(({ text }) => text)
          .join('');
      assert.equal(
        [of('stdin'), of('stdout'), of('stderr')],
        ['typed\n', 'typed\nit is [known:0000].\n', 'no [known:0000]\n'],
      );
    },
  );

  withCluster(`${protocol}: a program that reads nothing and says nothing ends`, async () => {
    const world = await shared();
    const ran = await through(world, ['exec', pod, '--', 'true'], isWebSocket);
    assert.equal([ran.exit, ran.stdout, ran.stderr], [0, '', '']);
  });

  withCluster(`${protocol}: what cannot be run is told as the server tells it`, async () => {
    const world = await shared();
    const direct = await world.cluster.kubectl(['exec', pod, '--', '/no/such/program'], {
      // Whatever the client speaks, the server is spoken to by WebSocket, and words some errors in another way there.
      env: { ...envOf(world, true), KUBECONFIG: world.cluster.kubeconfig },
    });
    const ran = await through(world, ['exec', pod, '--', '/no/such/program'], isWebSocket);
    assert.equal([ran.exit, ran.stderr], [direct.exit, direct.stderr]);
    const none = await through(world, ['exec', 'nobody', '--', 'true'], isWebSocket);
    assert.match(none.stderr, /pods "nobody" not found/);
  });

  withCluster(`${protocol}: attach reads and writes what the container's program does`, async () => {
    const world = await shared();
    const attached = await through(world, ['attach', '-i', pod], isWebSocket, { input: 'aloud\n' });
    assert.is(attached.stdout, 'ALOUD\n', attached.stderr);
  });

  withCluster(`${protocol}: a terminal has the caller's size, and its secrets are masked`, async () => {
    const world = await shared();
    const settings = Object.entries({ ...envOf(world, isWebSocket), HOME: world.cluster.folder })
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    const command = `exec -it ${pod} -- sh -c 'stty size; tty; echo ${SECRET}; exit 5'`;
    const terminal = inTerminal(`env ${settings} ${world.cluster.kubectlFile} ${command}; echo code $?`, {
      cols: 101,
      rows: 33,
    });
    const { stdout } = await readToEnd(await terminal);
    assert.match(stdout, /33 101\r\n\/dev\/pts\/\d+\r\n\[known:0000\]\r\n/);
    assert.match(stdout, /code 5/);
    assert.not.match(stdout, SECRET);
  });

  withCluster(`${protocol}: files are copied both ways as they are`, async () => {
    const world = await shared();
    const { cluster } = world;
    const bytes = randomBytes(3_000_000);
    writeFileSync(join(cluster.folder, 'there'), bytes);
    const inside = cluster.podFolder({ pod });
    const there = await through(world, ['cp', 'there', `${pod}:${inside}/kept`], isWebSocket);
    assert.is(there.exit, 0, there.stderr);
    assert.is(sha256(readFileSync(join(inside, 'kept'))), sha256(bytes));
    const back = await through(world, ['cp', `${pod}:${inside}/kept`, `back-${pod}`], isWebSocket);
    assert.is(back.exit, 0, back.stderr);
    assert.is(sha256(readFileSync(join(cluster.folder, `back-${pod}`))), sha256(bytes));
  });

  withCluster(`${protocol}: a forwarded port carries bytes both ways, which are counted and not kept`, async () => {
    const world = await shared();
    const recorded = world.api.recorded.length;
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const forward = world.cluster.startKubectl(['port-forward', `pod/${pod}`, `:${port}`], {
      env: envOf(world, isWebSocket),
    });
    try {
      const [, local] = await forward.says(/Forwarding from 127\.0\.0\.1:(\d+) ->/);
      for (const size of [1, 100_000, 2_000_000]) {
        const bytes = randomBytes(size);
        assert.is(sha256(await echoed(Number(local), bytes)), sha256(bytes));
      }
    } finally {
      forward.child.kill();
      await forward.done;
      server.close();
    }
    await until(() => lastOutcome(world)?.streams?.[0]?.name === 'sent', 'the end of the forwarding is told');
    const outcome = lastOutcome(world);
    for (const { bytes } of outcome?.streams ?? []) assert.ok(bytes > 2_100_000, String(bytes));
    assert.equal(
      outcome?.streams?.map(({ name }) => name),
      ['sent', 'received'],
    );
    assert.is(world.api.recorded.length, recorded);
  });

  withCluster(`${protocol}: when the session ends, so does what runs in it`, async () => {
    const world = await shared();
    const own = await apiEndpoint({ upstream: world.api.upstream, secret: SECRET });
    const running = world.cluster.startKubectl(['exec', pod, '--', 'sh', '-c', 'echo up; sleep 60; echo "not this"'], {
      env: { ...envOf(world, isWebSocket), KUBECONFIG: own.kubeconfig },
    });
    await running.says(/up/);
    const began = performance.now();
    await own[Symbol.asyncDispose]();
    const { exit, stdout } = await running.done;
    assert.not.equal([exit, stdout.includes('not this')], [0, false]);
    assert.ok(performance.now() - began < 5000, 'it took too long');
  });
}

/** What an echoing server says to these bytes. */
async function echoed(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(bytes);
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of socket) {
    pieces.push(piece);
    length += piece.length;
    if (length >= bytes.length) break;
  }
  socket.destroy();
  return Buffer.concat(pieces);
}

withCluster('logs are followed, masked, also where nothing was logged for a while', async () => {
  const world = await shared();
  await runPod(world, 'talker');
  const follow = world.cluster.startKubectl(['logs', '-f', 'talker'], { env: envOf(world, true) });
  await delay(1000);
  world.cluster.appendLog({ pod: 'talker' }, `one\nkey ${SECRET} of it\n`);
  await follow.says(/one\nkey \[known:0000\] of it\n/);
  follow.child.kill();
  await follow.done;
});

withCluster('a watch tells of what comes', async () => {
  const world = await shared();
  const watching = world.cluster.startKubectl(['get', 'pods', '-w', '-o', 'name'], { env: envOf(world, true) });
  await watching.says(/pod\/talker/);
  await runPod(world, 'newcomer');
  await watching.says(/pod\/newcomer/);
  watching.child.kill();
  await watching.done;
});

withCluster('the API server goes away in the middle: the client is told, and the next request says why', async () => {
  const world = await shared();
  const running = world.cluster.startKubectl(['exec', 'talker', '--', 'sh', '-c', 'echo up; sleep 60'], {
    env: envOf(world, true),
  });
  await running.says(/up/);
  await world.cluster.stopApiServer();
  assert.is.not((await running.done).exit, 0);
  const away = await through(world, ['exec', 'talker', '--', 'true']);
  assert.match(away.stderr, /cluster-unreachable/);
});

withCluster('a folder that is copied out of a pod arrives whole, with its secrets masked', async () => {
  await using stage = await kubectlStage({
    policy: `
  rules:
    - { id: all, match: { verb: "*", resource: "*" }, verdict: allow }
    - { id: pack, match: { command: tar, args: ["cf", "-", "**"] }, verdict: allow }
  default: allow
`,
  });
  const { cluster, world } = stage;
  await stage.admin(['run', 'store', '--image=none']);
  await stage.admin(['wait', '--for=condition=Ready', 'pod/store', '--timeout=30s']);
  const inside = join(cluster.podFolder({ pod: 'store' }), 'app');
  const noise = randomBytes(400_000);
  const secret = randomBytes(12).toString('hex');
  const files = {
    '.env': `MODE=fast\nDB_PASSWORD=${secret}`,
    'words.txt': 'just words\n'.repeat(2000),
    'below/noise': noise,
    'below/last.env': `export API_TOKEN=${secret}\nLEVEL=1\n`,
  };
  mkdirSync(join(inside, 'below'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(inside, name), content);

  const copy = join(world.folder, 'copy');
  const copied = await stage.kubectl(['cp', `store:${inside}`, copy]);
  assert.is(copied.exit, 0, copied.stderr);
  const read = (name: string) => readFileSync(join(copy, name));
  assert.match(String(read('.env')), /^MODE=fast\nDB_PASSWORD=\[password:[0-9a-f]{4}\]\*{9}$/);
  assert.match(String(read('below/last.env')), /^export API_TOKEN=\[[a-z-]+:[0-9a-f]{4}\]\**\nLEVEL=1\n$/);
  assert.is(String(read('words.txt')), files['words.txt']);
  for (const [name, content] of Object.entries(files)) assert.is(read(name).length, content.length, name);
  assert.is(sha256(read('below/noise').subarray(0, 100)), sha256(noise.subarray(0, 100)));
  assert.not.ok(`${copied.stdout}${copied.stderr}`.includes(secret));

  const { json } = await world.run(['recordings', 'list', '--json']);
  const id = json.recordings[0].session;
  const shown = (await world.run(['recordings', 'show', id, '--json'])).json;
  const packed = shown.requests.find(({ resource }: { resource: string }) => resource === 'pods/exec');
  const { bytes } = packed.streams.find(({ name }: { name: string }) => name === 'stdout');
  assert.ok(bytes > 400_000, 'the archive is counted');
  for (const file of readdirSync(world.state, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    assert.not.ok(readFileSync(join(file.parentPath, file.name)).includes(secret), `${file.name} holds it`);
  }
});

test.run();
