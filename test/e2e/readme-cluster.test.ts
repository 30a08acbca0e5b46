// timeout: 300
// Follows the README's five minutes with a cluster by the letter, against a real one: its own lines, run by bash in an empty home. Only what
// nobody can know is put in: the home in the path of a kubeconfig, and ids.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseDocument } from 'yaml';
import { CLI, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { type Cluster, needsCluster, startCluster } from '../helpers/cluster.ts';
import { follow, linesOf, startLine } from '../helpers/follow-lines.ts';
import { readPage } from '../helpers/markdown.ts';

const test = suite('README: a cluster');
const withCluster = needsCluster(test);
const tour = readPage('README.md').section('Five minutes with a cluster');
const [letIn = '', look = '', open = '', through = '', lookBack = ''] = tour.blocks('sh');

/** The world of who is the administrator of the cluster, up to what `sallyport init` writes. */
async function administrator(world: CliWorld, cluster: Cluster): Promise<void> {
  const bin = join(world.folder, 'bin');
  for (const folder of [bin, join(world.home, '.kube'), join(world.home, '.ssh')]) mkdirSync(folder, { mode: 0o700 });
  symlinkSync(cluster.kubectlFile, join(bin, 'kubectl'));
  world.env.PATH = `${bin}:${world.env.PATH}`;
  copyFileSync(cluster.kubeconfig, join(world.home, '.kube/config'));
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(world.home, '.ssh/id_ed25519')]);
  await follow('sallyport init', world);
}

/** Step 1: its target and rule, added to those of the file that init wrote. */
async function nameIt(world: CliWorld): Promise<void> {
  const added = parse((tour.blocks('yaml')[0] ?? '').replace('/home/ann', world.home));
  const file = join(world.home, '.config/sallyport/sallyport.yaml');
  const config = parseDocument(readFileSync(file, 'utf8'));
  config.setIn(['targets', 'prod'], config.createNode(added.targets.prod));
  for (const rule of added.policy.rules) config.addIn(['policy', 'rules'], config.createNode(rule));
  writeFileSync(file, config.toString());
}

const sessionOf = async (world: CliWorld, command: string | null): Promise<string> => {
  const { recordings } = (await follow('sallyport recordings list --json', world)).json;
  return recordings.find((row: { command: string | null }) => row.command === command)?.session ?? '';
};

/** What differs from one run to the next. */
const withoutIds = (text: string) =>
  text
    .replace(/\br-\w{8}\b/g, 'ID')
    .replace(/hmac-sha256:[0-9a-f]{64}/g, 'DIGEST')
    .trimEnd();

/** A session ends with the codes that the README names. */
async function endsAsSaid(world: CliWorld): Promise<void> {
  const kubectl = (...args: string[]) => world.run(['kubectl', 'prod', '--no-wait', '--', ...args]);
  assert.is((await kubectl('get', 'pods', 'missing')).exit, 1, "kubectl's own");
  assert.is((await kubectl('scale', 'deployment', 'web', '--replicas=4')).exit, 75);
  for (const args of [
    ['delete', 'namespace', 'default'],
    ['create', 'token', 'agent', '-n', 'agents'],
    ['get', 'pods', '--as=admin'],
    ['get', '--raw', '/api/v1/namespaces/default/services/web/proxy/'],
    ['label', 'namespace', 'default', 'a=b'],
  ]) {
    const { exit, stderr } = await kubectl(...args);
    assert.is(exit, 77, `${args.join(' ')}: ${stderr}`);
  }
  const other = await kubectl('get', 'pods', '--token=another');
  assert.is(other.exit, 1, other.stderr);
  assert.match(other.stderr, /not yours|logged in|Unauthorized/i);
}

withCluster('the five minutes go as they are written, and the approver sees what they show', async () => {
  await using cluster = await startCluster();
  await using world = cliWorld();
  await administrator(world, cluster);
  await nameIt(world);

  // Step 2 is one script: its umask counts for the lines after it.
  await follow(`set -eu -o pipefail\n${letIn}`, world);
  const kubeconfig = readFileSync(join(world.home, '.kube/sallyport'), 'utf8');
  assert.not.match(kubeconfig, /client-key|client-certificate/, 'the administrator is not in it');
  const ready = ['-n', 'default', 'wait', '--for=condition=Available', 'deployment/web', '--timeout=30s'];
  assert.is((await cluster.kubectl(ready)).exit, 0);

  // Step 3. The API server learns of roles by a watch.
  const [check = '', pods = '', describe = '', judge = ''] = linesOf(look);
  await until(async () => (await startLine(check, world).done).exit === 0, 'the roles count');
  assert.not.match((await follow(check, world)).stdout, /failed|skipped/);
  assert.match((await follow(pods, world)).stdout, /^NAME .*\n(web-\S+ +1\/1 +Running .*\n){2}$/);
  assert.match((await follow(describe, world)).stdout, /^Replicas: +2 desired/m);
  assert.match((await follow(judge, world)).stdout, /^ask {2}default\n/);

  // Step 4: the console block is how the inbox begins.
  const [, scale = ''] = /\*\*4\. Ask\.\*\* `([^`]+)`/.exec(tour.text) ?? [];
  const waiting = startLine(scale, world);
  const [, id = ''] = await waiting.says(
    /^waiting: request (r-\w{8}) needs an approver \(it changes how many pods run\)/m,
  );
  const [asked = '', ...shown] = (tour.blocks('console')[0] ?? '').trimEnd().split('\n');
  const inbox = (await follow(asked.replace('$ ', ''), world)).stdout;
  assert.is(withoutIds(inbox).slice(0, withoutIds(shown.join('\n')).length), withoutIds(shown.join('\n')));
  await follow(`sallyport approve ${id}`, world);
  const { exit, stdout, stderr } = await waiting.done;
  assert.is(exit, 0, stderr);
  assert.is(stdout, 'deployment.apps/web scaled\n');

  // Step 5: one terminal keeps it open, another one uses it.
  const file = join(world.home, 'prod.kubeconfig');
  const endpoint = startLine((linesOf(open)[0] ?? '').replace(/^sallyport/, `exec ${process.execPath} ${CLI}`), world);
  await endpoint.says(/^ready: /m);
  const [get = '', list = ''] = linesOf(through);
  assert.match((await follow(get, world)).stdout, /^NAME .*\n(web-.*\n){3}$/);
  assert.match((await follow(list, world)).stdout, /^etc$/m);
  assert.match((await follow('sallyport session list', world)).stdout, /^s-.* gated .* \(request by request\)$/m);
  endpoint.child.kill('SIGINT');
  await endpoint.done;
  assert.not.ok(existsSync(file));

  // Step 6.
  const session = await sessionOf(world, 'kubectl get pods');
  const [all = '', one = '', log = ''] = linesOf(lookBack).map((line) => line.replace(/s-\w{12}/, session));
  assert.match((await follow(all, world)).stdout, /^3 +list +pods +default +allow +kubernetes\/look +200 /m);
  assert.match((await follow(one, world)).stdout, /^request {3}3 list pods default$/m);
  // Of a session without a terminal, too, what a program in a pod wrote can be read.
  const kept = await sessionOf(world, null);
  const { requests } = (await follow(`sallyport recordings show ${kept} --json`, world)).json;
  const exec = requests.find(({ resource }: { resource: string }) => resource === 'pods/exec');
  assert.match(
    (await follow(`sallyport recordings show ${kept} --request ${exec.number}`, world)).stdout,
    /^stdout \| etc$/m,
  );
  await until(async () => /credential\.dead/.test((await follow(log, world)).stdout), 'a token is dead', 60_000);

  await endsAsSaid(world);
});

test.run();
