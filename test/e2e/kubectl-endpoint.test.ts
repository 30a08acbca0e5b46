// timeout: 300
// An endpoint for clients that somebody else starts: a kubeconfig without a secret, whose plugin reads what opens it from a private file.
// What comes through it is judged and recorded as what kubectl asks is.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type KeptEndpoint, keptEndpoint } from '../helpers/kept-endpoint.ts';
import { askEndpoint } from '../helpers/kubectl-hold.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';
import { has, needs } from '../helpers/needs.ts';
import { newAccount } from '../helpers/os-account.ts';

const test = suite('kubectl-endpoint');
const withCluster = needsCluster(test);
const withAccount = has('root') && has('useradd') ? withCluster : needs(test, 'root', 'useradd');

let started: Promise<KubectlStage> | undefined;

function shared(): Promise<KubectlStage> {
  started ??= kubectlStage();
  return started;
}

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

interface Kept extends KeptEndpoint {
  /** A kubectl that nobody but the test started, with that kubeconfig alone. */
  plain(args: readonly string[]): Promise<CliResult>;
}

async function keep(stage: KubectlStage, flags: readonly string[] = []): Promise<Kept> {
  const kept = await keptEndpoint(stage, flags);
  return { ...kept, plain: (args) => stage.cluster.kubectl(args, { env: { KUBECONFIG: kept.kubeconfig } }) };
}

const secretsLeft = async ({ admin }: KubectlStage): Promise<string> =>
  (await admin(['-n', 'agents', 'get', 'secrets', '-o', 'name'])).trim();

withCluster('a plain kubectl works with the file, which holds no secret, until it is interrupted', async () => {
  const stage = await shared();
  const kept = await keep(stage);
  const text = readFileSync(kept.kubeconfig, 'utf8');
  assert.is(statSync(kept.kubeconfig).mode & 0o777, 0o600);
  assert.is(statSync(kept.secretFile).mode & 0o777, 0o600);
  assert.is(statSync(dirname(kept.secretFile)).mode & 0o777, 0o700);
  assert.not.match(text, kept.token);
  assert.not.match(text, /token:|client-key|password|eyJ/);
  assert.match(text, 'client.authentication.k8s.io/v1');

  const nodes = await kept.plain(['get', 'nodes', '-o', 'name']);
  assert.equal([nodes.exit, nodes.stdout], [0, 'node/node-1\n'], nodes.stderr);
  const denied = await kept.plain(['delete', 'namespace', 'agents']);
  assert.is(denied.exit, 1);
  assert.match(denied.stderr, /Forbidden.*sallyport: denied by rule "kubernetes\/pillars"/);
  await stage.admin(['get', 'namespace', 'agents']);

  // A change waits for a person, as anywhere.
  const asked = stage.cluster.startKubectl(['create', 'configmap', 'made'], { env: { KUBECONFIG: kept.kubeconfig } });
  await kept.cli.says(/waiting: request r-\w+/);
  const shown = await stage.approve();
  assert.match(shown, /configmaps/);
  assert.equal(
    [(await asked.done).exit, await stage.admin(['get', 'configmap', 'made', '-o', 'name'])],
    [0, 'configmap/made\n'],
  );

  kept.cli.child.kill('SIGINT');
  const { exit, stderr } = await kept.cli.done;
  assert.is(exit, 0, stderr);
  assert.not.ok(existsSync(kept.kubeconfig));
  assert.type(await askEndpoint(kept), 'string');
  writeFileSync(kept.kubeconfig, text, { mode: 0o600 });
  const after = await kept.plain(['get', 'nodes']);
  assert.is.not(after.exit, 0);
  assert.is(after.stdout, '');
  await until(async () => (await secretsLeft(stage)) === '', 'the Secret of the session is deleted');

  const audit = (await stage.world.run(['audit', 'tail', '--lines', '200', '--json'])).stdout;
  for (const line of [
    'GET /api/v1/nodes',
    'DELETE /api/v1/namespaces/agents',
    'POST /api/v1/namespaces/default/configmaps',
  ]) {
    assert.match(audit, line);
  }
});

withCluster('any client with the token is let in, and no other', async () => {
  const stage = await shared();
  const kept = await keep(stage);
  assert.is(await askEndpoint(kept), 200);
  assert.is(await askEndpoint(kept, '/api/v1/nodes/node-1/proxy/pods'), 403);
  assert.is(await askEndpoint(kept, '/api/v1/namespaces/..%2f..%2fsecrets'), 400);
  assert.is(await askEndpoint({ ...kept, token: '' }), 401);
  assert.is(await askEndpoint({ ...kept, token: `${kept.token.slice(0, -1)}!` }), 401);
  // A second session's token does not open the first.
  const other = await keep(stage);
  assert.is(await askEndpoint({ ...kept, token: other.token }), 401);
  for (const { cli } of [kept, other]) {
    cli.child.kill('SIGTERM');
    assert.is((await cli.done).exit, 0);
  }
  for (const { secretFile } of [kept, other]) assert.not.ok(existsSync(dirname(secretFile)));
});

withCluster('it ends by itself when its time is up, with 0, and takes its file along', async () => {
  const stage = await shared();
  const began = performance.now();
  const kept = await keep(stage, ['--ttl', '5s']);
  const { exit, stderr } = await kept.cli.done;
  assert.is(exit, 0, stderr);
  assert.ok(performance.now() - began >= 5000);
  assert.not.ok(existsSync(kept.kubeconfig));
  process.stdout.write(`# an endpoint with a ttl of 5 s was there for ${Math.round(performance.now() - began)} ms\n`);
});

withCluster('a file that is there stays as it is, and nothing is opened', async () => {
  const stage = await shared();
  const file = join(stage.world.folder, 'mine');
  writeFileSync(file, 'mine');
  const { exit, stderr } = await stage.world.run(['kubectl', 'prod', '--kubeconfig', file]);
  assert.is(exit, 64, stderr);
  assert.match(stderr, /is there already/);
  assert.is(readFileSync(file, 'utf8'), 'mine');
  const nowhere = await stage.world.run(['kubectl', 'prod', '--kubeconfig', join(stage.world.folder, 'no', 'folder')]);
  assert.is(nowhere.exit, 64, nowhere.stderr);
  const homeless = await stage.world.run(['kubectl', 'prod', '--kubeconfig', `${file}2`], {
    env: { TMPDIR: join(stage.world.folder, 'no', 'folder') },
  });
  assert.is(homeless.exit, 64, homeless.stderr);
  assert.match(homeless.stderr, 'TMPDIR');
  for (const [args, exit64] of [
    [['kubectl', 'prod', '--kubeconfig', `${file}2`, '--', 'get', 'pods'], 64],
    [['kubectl', 'prod', '--ttl', '5s', '--', 'get', 'pods'], 64],
    [['kubectl', 'prod'], 64],
    [['kubectl', 'prod', '--kubeconfig', `${file}2`, '--ttl', 'soon'], 64],
  ] as const) {
    const result = await stage.world.run(args);
    assert.is(result.exit, exit64, `${args.join(' ')}: ${result.stderr}`);
  }
  assert.not.ok(existsSync(`${file}2`));
  assert.is(await secretsLeft(stage), '');
});

withCluster('bodies that nobody can read are refused, and nothing comes of them', async () => {
  const stage = await shared();
  const kept = await keep(stage);
  const path = '/api/v1/namespaces/default/configmaps';
  const before = await stage.admin(['get', 'configmaps', '-o', 'name']);
  const protobuf = 'application/vnd.kubernetes.protobuf';
  for (const [type, body, status] of [
    [protobuf, 'k8s\0\x0a\xff\xff\xff\xff\xffno object', 400],
    [protobuf, 'no protobuf at all', 400],
    ['application/json', '{"kind":"ConfigMap"', 400],
    ['application/json', '{"kind":"ConfigMap","kind":"Secret"}', 400],
    ['application/cbor', '\xd9\xd9\xf7\xa0', 415],
  ] as const) {
    const answer = await fetchFrom(kept, path, { type, body: Buffer.from(body, 'latin1') });
    assert.is(answer.status, status, `${type}: ${answer.text}`);
    assert.is(JSON.parse(answer.text).kind, 'Status', answer.text);
  }
  assert.is(await stage.admin(['get', 'configmaps', '-o', 'name']), before);
  kept.cli.child.kill('SIGINT');
  assert.is((await kept.cli.done).exit, 0);
  const { stdout } = await stage.world.run(['recordings', 'show', kept.id, '--json']);
  assert.match(stdout, /server-would-refuse/);
  assert.match(stdout, /malformed-body/);
});

/** A POST as a client library would send it. */
function fetchFrom(
  { server, ca, token }: { readonly server: string; readonly ca: string; readonly token: string },
  path: string,
  { type, body }: { readonly type: string; readonly body: Buffer },
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': type };
    const asked = request(`${server}${path}`, { ca, agent: false, method: 'POST', headers }, async (reply) => {
      let text = '';
      for await (const piece of reply) text += piece;
      resolve({ status: reply.statusCode ?? 0, text });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

withCluster('kill -9 of the CLI closes the endpoint', async () => {
  const stage = await shared();
  const kept = await keep(stage);
  assert.is(await askEndpoint(kept), 200);
  kept.cli.child.kill('SIGKILL');
  await kept.cli.done;
  await until(async () => typeof (await askEndpoint(kept)) === 'string', 'the endpoint is closed');
  await until(async () => (await secretsLeft(stage)) === '', 'the Secret of the session is deleted');
  // Nobody was left to remove it; it opens nothing.
  assert.ok(existsSync(kept.kubeconfig));
});

withAccount('another account of this machine cannot read what opens it', async () => {
  const stage = await shared();
  const kept = await keep(stage);
  await using account = await newAccount('/bin/sh');
  const other = spawnSync('cat', [kept.secretFile], { uid: account.uid, cwd: '/', encoding: 'utf8' });
  assert.is.not(other.status, 0);
  assert.is(other.stdout, '');
  assert.match(other.stderr, 'Permission denied');
  kept.cli.child.kill('SIGINT');
  assert.is((await kept.cli.done).exit, 0);
});

test.run();
