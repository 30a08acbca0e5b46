// timeout: 300
// The test cluster is a real one: what sallyport's kubectl sessions are tested against behaves as Kubernetes does.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runScript } from '../../helpers/child-script.ts';
import { until } from '../../helpers/cli.ts';
import { type Cluster, needsCluster, startCluster } from '../../helpers/cluster.ts';
import { inTerminal, readToEnd } from '../../helpers/local-program.ts';

const test = suite('cluster');
const withCluster = needsCluster(test);

let started: Promise<Cluster> | undefined;

/** One for all tests of this file, started by the first that asks. */
function shared(): Promise<Cluster> {
  started ??= startCluster({ nodes: 2 });
  return started;
}

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

/** Runs kubectl and expects it to succeed. */
async function works(cluster: Cluster, ...args: string[]): Promise<string> {
  const { exit, stdout, stderr } = await cluster.kubectl(args);
  assert.is(exit, 0, `kubectl ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** A pod that runs, with one container `main`. */
async function runPod(cluster: Cluster, name: string, container: object = {}): Promise<void> {
  const spec = { containers: [{ name: 'main', image: 'none', ...container }] };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec };
  const { status, body } = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body: pod });
  assert.is(status, 201, JSON.stringify(body));
  await works(cluster, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=30s');
}

withCluster('has nodes that are ready and the API of the release in go.mod', async () => {
  const cluster = await shared();
  const nodes = await works(cluster, 'get', 'nodes');
  assert.match(nodes, /node-1 +Ready/);
  assert.match(nodes, /node-2 +Ready/);
  const { clientVersion, serverVersion } = JSON.parse(await works(cluster, 'version', '-o', 'json'));
  assert.is(clientVersion.gitVersion, serverVersion.gitVersion);
  const goMod = readFileSync(new URL('go.mod', import.meta.url), 'utf8');
  assert.ok(goMod.includes(`\tk8s.io/kubernetes ${serverVersion.gitVersion} `), serverVersion.gitVersion);
});

withCluster('rolls a deployment out, scales it, and collects what a deleted one leaves', async () => {
  const cluster = await shared();
  await works(cluster, 'create', 'namespace', 'shop');
  await works(cluster, '-n', 'shop', 'create', 'deployment', 'web', '--image=none', '--replicas=3');
  await works(cluster, '-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=60s');
  await works(cluster, '-n', 'shop', 'scale', 'deployment/web', '--replicas=1');
  await works(cluster, '-n', 'shop', 'rollout', 'status', 'deployment/web', '--timeout=60s');
  await until(async () => (await podsOf(cluster, 'shop')) === 1, 'one pod is left');
  await works(cluster, '-n', 'shop', 'delete', 'deployment', 'web');
  await until(async () => (await podsOf(cluster, 'shop')) === 0, 'no pod is left');
  await works(cluster, 'delete', 'namespace', 'shop', '--timeout=60s');
});

async function podsOf(cluster: Cluster, namespace: string): Promise<number> {
  return (await cluster.ask('GET', `/api/v1/namespaces/${namespace}/pods`)).body.items.length;
}

withCluster('refuses a service account what no role gives it', async () => {
  const cluster = await shared();
  await works(cluster, 'create', 'serviceaccount', 'reader');
  const token = (await works(cluster, 'create', 'token', 'reader')).trim();
  const asReader = ['--kubeconfig', cluster.kubeconfigFor(token)];
  const refused = await cluster.kubectl([...asReader, 'get', 'pods']);
  assert.is(refused.exit, 1);
  assert.match(refused.stderr, /Forbidden.*"system:serviceaccount:default:reader" cannot list resource "pods"/);
  await works(cluster, 'create', 'role', 'reads', '--verb=get,list', '--resource=pods');
  await works(cluster, 'create', 'rolebinding', 'reads', '--role=reads', '--serviceaccount=default:reader');
  // The API server's authorizer learns of it by a watch.
  await until(async () => (await cluster.kubectl([...asReader, 'get', 'pods'])).exit === 0, 'the role counts');
  assert.is((await cluster.kubectl([...asReader, 'get', 'secrets'])).exit, 1);
});

withCluster('refuses a token soon after the Secret that it is bound to is deleted', async () => {
  const cluster = await shared();
  await works(cluster, 'create', 'serviceaccount', 'bound');
  await works(cluster, 'create', 'secret', 'generic', 'session-1');
  const secrets = '/api/v1/namespaces/default/secrets/session-1';
  const { name, uid } = (await cluster.ask('GET', secrets)).body.metadata;
  const { status, body } = await cluster.ask('POST', '/api/v1/namespaces/default/serviceaccounts/bound/token', {
    body: { spec: { expirationSeconds: 600, boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid } } },
  });
  assert.is(status, 201, JSON.stringify(body));
  const { token } = body.status;
  const isAccepted = async () =>
    (await cluster.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', { body: { spec: { token } } })).body
      .status.authenticated === true;
  const isUsable = async () => (await cluster.ask('GET', '/apis/authentication.k8s.io/v1', { token })).status === 200;
  assert.ok(await isAccepted());
  assert.ok(await isUsable());

  await cluster.ask('DELETE', secrets);
  const deleted = performance.now();
  // Authentication is remembered for 10 s, so this is no less than what a session's end has to wait for.
  await until(async () => !(await isAccepted()), 'the token is refused', 30_000);
  await until(async () => !(await isUsable()), 'the token cannot be used', 30_000);
  process.stdout.write(`refused ${Math.round(performance.now() - deleted)} ms after the Secret's deletion\n`);
  const late = await cluster.kubectl(['--kubeconfig', cluster.kubeconfigFor(token), 'get', 'pods']);
  assert.match(late.stderr, /You must be logged in to the server/);
});

for (const [protocol, isWebSocket] of [
  ['WebSocket', 'true'],
  ['SPDY', 'false'],
] as const) {
  const env = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: isWebSocket, KUBECTL_PORT_FORWARD_WEBSOCKETS: isWebSocket };
  const pod = `pod-${protocol.toLowerCase()}`;

  withCluster(`runs programs in a pod over ${protocol}: two streams, input, exit code, environment`, async () => {
    const cluster = await shared();
    await runPod(cluster, pod, { env: [{ name: 'COLOUR', value: 'green' }], command: ['tr', 'a-z', 'A-Z'] });
    const script = 'cat; echo "$COLOUR $HOSTNAME"; echo problem >&2; exit 7';
    const ran = await cluster.kubectl(['exec', '-i', pod, '--', 'sh', '-c', script], { env, input: 'typed\n' });
    assert.is(ran.stdout, `typed\ngreen ${pod}\n`);
    assert.match(ran.stderr, /^problem\n/);
    assert.is(ran.exit, 7);
    const attached = await cluster.kubectl(['attach', '-i', pod], { env, input: 'aloud\n' });
    assert.is(attached.stdout, 'ALOUD\n', attached.stderr);
  });

  withCluster(`gives a program a terminal of the caller's size over ${protocol}`, async () => {
    const cluster = await shared();
    const settings = Object.entries({ ...env, KUBECONFIG: cluster.kubeconfig, HOME: cluster.folder })
      .map(([name, value]) => `${name}=${value}`)
      .join(' ');
    const terminal = inTerminal(`env ${settings} ${cluster.kubectlFile} exec -it ${pod} -- sh -c 'stty size; tty'`, {
      cols: 101,
      rows: 33,
    });
    const { stdout } = await readToEnd(await terminal);
    assert.match(stdout, /33 101\r\n\/dev\/pts\/\d+\r\n/);
  });

  withCluster(`forwards a port over ${protocol}`, async () => {
    const cluster = await shared();
    const server = createServer((_, response) => response.end('from the pod'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const forward = cluster.startKubectl(['port-forward', `pod/${pod}`, `:${port}`], { env });
    try {
      const [, local] = await forward.says(/Forwarding from 127\.0\.0\.1:(\d+) ->/);
      for (let time = 0; time < 3; time++) {
        assert.is(await (await fetch(`http://127.0.0.1:${local}/`)).text(), 'from the pod');
      }
    } finally {
      forward.child.kill();
      await forward.done;
      server.close();
    }
  });
}

withCluster('ends a pod that is not to be started again with the exit code of its program', async () => {
  const cluster = await shared();
  const script = ['sh', '-c', 'cat; exit 3'];
  const run = ['run', 'once', '-i', '--rm', '--quiet', '--restart=Never', '--image=none', '--command', '--', ...script];
  const { exit, stdout, stderr } = await cluster.kubectl(run, { input: 'said\n' });
  assert.is(stdout, 'said\n', stderr);
  assert.is(exit, 3, stderr);
  await until(
    async () => (await cluster.ask('GET', '/api/v1/namespaces/default/pods/once')).status === 404,
    'it is gone',
  );
});

withCluster('has logs: all, the last lines, and those to come', async () => {
  const cluster = await shared();
  await runPod(cluster, 'talker');
  cluster.appendLog({ pod: 'talker' }, 'one\ntwo\nthree\n');
  assert.is(await works(cluster, 'logs', 'talker'), 'one\ntwo\nthree\n');
  assert.is(await works(cluster, 'logs', 'talker', '--tail=1'), 'three\n');
  const follow = cluster.startKubectl(['logs', '-f', 'talker', '--tail=1']);
  await follow.says(/three/);
  cluster.appendLog({ pod: 'talker' }, 'four\n');
  await follow.says(/three\nfour\n/);
  follow.child.kill();
  await follow.done;
});

withCluster('copies files into a pod and out of it', async () => {
  const cluster = await shared();
  await runPod(cluster, 'keeper');
  const bytes = Buffer.from(Uint8Array.from({ length: 100_000 }, (_, at) => (at * 31) & 0xff));
  writeFileSync(join(cluster.folder, 'there'), bytes);
  const inside = cluster.podFolder({ pod: 'keeper' });
  await works(cluster, 'cp', 'there', `keeper:${inside}/kept`);
  assert.ok(readFileSync(join(inside, 'kept')).equals(bytes));
  await works(cluster, 'cp', `keeper:${inside}/kept`, 'back');
  assert.ok(readFileSync(join(cluster.folder, 'back')).equals(bytes));
  await works(cluster, 'delete', 'pod', 'keeper');
  await until(() => !existsSync(inside), 'the folder went with its pod');
});

withCluster('lets nobody but its API server ask a node for a shell', async () => {
  const cluster = await shared();
  const { body } = await cluster.ask('GET', '/api/v1/nodes/node-1');
  const { Port: port } = body.status.daemonEndpoints.kubeletEndpoint;
  const read = (name: string) => readFileSync(join(cluster.folder, 'pki', name));
  const asks = (identity: { readonly cert?: Buffer; readonly key?: Buffer }) =>
    new Promise<string>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, ca: read('ca.crt'), ...identity }, () => {
        socket.write('POST /exec/default/talker/main?command=id&output=1 HTTP/1.1\r\nHost: node\r\n\r\n');
      });
      socket.setEncoding('utf8').once('data', resolve);
      socket.once('error', (error) => resolve(error.message));
    });
  assert.match(await asks({}), /alert|ECONNRESET/i);
  assert.match(await asks({ cert: read('admin.crt'), key: read('admin.key') }), /alert|ECONNRESET/i);
  const server = { cert: read('apiserver-to-kubelet.crt'), key: read('apiserver-to-kubelet.key') };
  assert.match(await asks(server), /^HTTP\/1\.1 400 /);
});

withCluster('goes on after the API server was away, with what there was', async () => {
  const cluster = await shared();
  await runPod(cluster, 'stayer');
  const watching = cluster.startKubectl(['get', 'pods', '-w', '-o', 'name']);
  await watching.says(/stayer/);
  await cluster.stopApiServer();
  const away = await cluster.kubectl(['get', 'pods']);
  assert.is(away.exit, 1);
  assert.match(away.stderr, /was refused/);
  await watching.done;
  await cluster.startApiServer();
  assert.match(await works(cluster, 'get', 'pods'), /stayer +1\/1 +Running/);
  await runPod(cluster, 'newcomer');
  assert.is(await works(cluster, 'exec', 'newcomer', '--', 'echo', 'here'), 'here\n');
});

withCluster('leaves no process and no file, also when its test is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-killed-'));
  const script = runScript(new URL('killed-cluster.ts', import.meta.url), [folder]);
  const pids: number[] = JSON.parse(await script.nextLine());
  assert.is(pids.length, 6, 'four programs, a kubectl, and what runs in a pod');
  for (const pid of pids) process.kill(pid, 0);
  await script.kill();
  await until(() => pids.every((pid) => !existsSync(`/proc/${pid}`)), 'every process is gone');
  await until(() => readdirSync(folder).length === 0, 'its folder is gone');
  rmSync(folder, { recursive: true });
});

test.run();
