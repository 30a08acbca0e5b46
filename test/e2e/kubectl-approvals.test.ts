// timeout: 300
// What a person approves is what happens: a write through the real kubectl waits, shows what it would do to the real cluster, and is done
// once, as it was shown, or not at all.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';

const test = suite('kubectl-approvals');
const withCluster = needsCluster(test);

const IDLE_MS = 8000;

let started: Promise<KubectlStage> | undefined;

function shared(): Promise<KubectlStage> {
  started ??= kubectlStage({ target: `limits: { idle: ${IDLE_MS / 1000}s }` });
  return started;
}

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

// What a failed test leaves open is no question of the next.
test.after.each(async () => {
  const stage = await started;
  const { requests } = (await stage?.world.run(['approve', '--json']))?.json ?? { requests: [] };
  for (const { id } of requests) await stage?.world.run(['deny', id, '--reason', 'over', '--key', stage.key]);
});

/** Writes the manifest of a ConfigMap; returns the file. */
function manifest(stage: KubectlStage, name: string, value: string): string {
  const file = join(stage.world.folder, `${name}.yaml`);
  writeFileSync(file, `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\ndata: { colour: ${value} }\n`);
  return file;
}

const colourOf = (stage: KubectlStage, name: string): Promise<string> =>
  stage.admin(['get', 'configmap', name, '-o', 'jsonpath={.data.colour}', '--ignore-not-found']);

interface Waiting {
  readonly id: string;
  readonly command: string;
}

/** What waits for ann, once there are so many. */
async function waiting({ world }: KubectlStage, count = 1): Promise<readonly Waiting[]> {
  let found: readonly Waiting[] = [];
  await until(
    async () => {
      const { requests } = (await world.run(['approve', '--json'])).json;
      found = requests.map((each: { id: string; subject: { command: string } }) => ({
        id: each.id,
        command: each.subject.command,
      }));
      return found.length === count;
    },
    `${count} requests wait`,
    40_000,
  );
  return found;
}

async function decide({ world, key }: KubectlStage, id: string, deny?: string): Promise<void> {
  const words = deny === undefined ? ['approve', id] : ['deny', id, '--reason', deny];
  const { exit, stderr } = await world.run([...words, '--key', key]);
  assert.is(exit, 0, stderr);
}

withCluster('a change waits; whoever decides sees the object and what becomes of it; then it is done', async () => {
  const stage = await shared();
  const made = stage.start(['apply', '-f', manifest(stage, 'shown', 'red')]);
  const [first] = await waiting(stage);
  assert.is(await colourOf(stage, 'shown'), '');
  assert.match(first?.command ?? '', /^POST \/api\/v1\/namespaces\/default\/configmaps\?/);
  assert.match(first?.command ?? '', /shown/);
  assert.match(first?.command ?? '', /^\+.*colour: red/m);
  await decide(stage, first?.id ?? '');
  const { exit, stdout, stderr } = await made.done;
  assert.equal([exit, stdout], [0, 'configmap/shown created\n'], stderr);
  assert.is(await colourOf(stage, 'shown'), 'red');

  const changed = stage.start(['apply', '-f', manifest(stage, 'shown', 'blue')]);
  const [second] = await waiting(stage);
  assert.match(second?.command ?? '', /^PATCH \/api\/v1\/namespaces\/default\/configmaps\/shown\?/);
  assert.match(second?.command ?? '', /^-.*colour: red\n\+.*colour: blue/m);
  await decide(stage, second?.id ?? '');
  assert.is((await changed.done).exit, 0);
  assert.is(await colourOf(stage, 'shown'), 'blue');
});

withCluster('what is denied does not happen: kubectl prints who said so and why, and it ends with 77', async () => {
  const stage = await shared();
  const asked = stage.start(['create', 'configmap', 'unwanted']);
  const [request] = await waiting(stage);
  await decide(stage, request?.id ?? '', 'not on a Friday');
  const { exit, stderr } = await asked.done;
  assert.is(exit, 77, stderr);
  assert.match(stderr, /error: failed to create configmap: .*was denied by "ann": not on a Friday/);
  assert.is(await colourOf(stage, 'unwanted'), '');
});

withCluster('without waiting it ends with 75; approved, the same command does it, once', async () => {
  const stage = await shared();
  const file = manifest(stage, 'later', 'red');
  const run = () => stage.kubectl(['create', '-f', file], { flags: ['--no-wait'] });
  const before = await run();
  assert.is(before.exit, 75, before.stderr);
  const [request] = await waiting(stage);
  assert.match(before.stderr, new RegExp(`sallyport approve ${request?.id}`));
  await decide(stage, request?.id ?? '');
  // Another file is another request.
  manifest(stage, 'later', 'green');
  const other = await run();
  assert.is(other.exit, 75, other.stderr);
  const [changed] = await waiting(stage);
  assert.is.not(changed?.id, request?.id);
  assert.match(changed?.command ?? '', /colour: green/);
  await decide(stage, changed?.id ?? '', 'no');
  assert.is(await colourOf(stage, 'later'), '');

  manifest(stage, 'later', 'red');
  const after = await run();
  assert.is(after.exit, 0, after.stderr);
  assert.is(await colourOf(stage, 'later'), 'red');
  await stage.admin(['delete', 'configmap', 'later']);
  const again = await run();
  assert.is(again.exit, 75, 'an approval is used once');
  assert.is(await colourOf(stage, 'later'), '');
  for (const { id } of await waiting(stage)) await decide(stage, id, 'enough');
});

withCluster('an object that changed while somebody was asked is asked about anew', async () => {
  const stage = await shared();
  await stage.admin(['apply', '-f', manifest(stage, 'moving', 'red')]);
  const asked = stage.start(['apply', '-f', manifest(stage, 'moving', 'blue')]);
  const [first] = await waiting(stage);
  assert.match(first?.command ?? '', /^-.*colour: red\n\+.*colour: blue/m);
  await stage.admin(['patch', 'configmap', 'moving', '-p', '{"data":{"colour":"black","more":"here"}}']);
  await decide(stage, first?.id ?? '');
  const [second] = await waiting(stage);
  assert.is.not(second?.id, first?.id);
  assert.match(second?.command ?? '', /^-.*colour: black\n\+.*colour: blue/m);
  assert.is(await colourOf(stage, 'moving'), 'black');
  await decide(stage, second?.id ?? '');
  assert.is((await asked.done).exit, 0);
  assert.is(await colourOf(stage, 'moving'), 'blue');
});

withCluster('of a deletion of many the count and the names are shown, and one more is another question', async () => {
  const stage = await shared();
  const make = async (name: string) => {
    await stage.admin(['create', 'configmap', name]);
    await stage.admin(['label', 'configmap', name, 'set=one']);
  };
  for (const name of ['many-1', 'many-2', 'many-3']) await make(name);
  const path = '/api/v1/namespaces/default/configmaps?labelSelector=set%3Done';
  const asked = stage.start(['delete', '--raw', path]);
  const [request] = await waiting(stage);
  assert.match(request?.command ?? '', /^DELETE \/api\/v1\/namespaces\/default\/configmaps\?labelSelector=set%3Done/);
  assert.match(request?.command ?? '', /\b3\b/);
  for (const name of ['many-1', 'many-2', 'many-3']) assert.match(request?.command ?? '', name);
  await make('many-4');
  await decide(stage, request?.id ?? '');
  const [more] = await waiting(stage);
  assert.match(more?.command ?? '', /many-4/);
  await decide(stage, more?.id ?? '');
  const { exit, stderr } = await asked.done;
  assert.is(exit, 0, stderr);
  assert.is(await stage.admin(['get', 'configmaps', '-l', 'set=one', '-o', 'name']), '');
});

withCluster('of exec the words are shown as they will be run, and two questions are two', async () => {
  const stage = await shared();
  await stage.admin(['run', 'pod', '--image=none']);
  await stage.admin(['wait', '--for=condition=Ready', 'pod/pod', '--timeout=30s']);
  const one = stage.start(['exec', 'pod', '--', 'touch', "a b'; rm -rf x", '$HOME']);
  const [first] = await waiting(stage);
  assert.match(first?.command ?? '', /^POST \/api\/v1\/namespaces\/default\/pods\/pod\/exec\?command=touch&/);
  assert.match(first?.command ?? '', /its 3 words:\n {2}1: touch\n {2}2: "a b'; rm -rf x"\n {2}3: "\$HOME"/);
  const two = stage.start(['exec', 'pod', '--', 'touch', 'other']);
  const both = await waiting(stage, 2);
  const second = both.find(({ id }) => id !== first?.id);
  assert.match(second?.command ?? '', / 1: touch\n {2}2: other/);
  await decide(stage, second?.id ?? '');
  const ended = await two.done;
  assert.equal([ended.exit, ended.stdout], [0, ''], ended.stderr);
  assert.equal(
    (await waiting(stage)).map(({ id }) => id),
    [first?.id],
  );
  await decide(stage, first?.id ?? '');
  const { exit, stdout, stderr } = await one.done;
  assert.equal([exit, stdout], [0, ''], stderr);
});

withCluster('values of Secrets are in no question; that another is written shows', async () => {
  const stage = await shared();
  const value = `v-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
  const encoded = Buffer.from(value).toString('base64');
  const questions: string[] = [];
  const through = async (count: number, args: readonly string[]) => {
    const asked = stage.start(args);
    // kubectl reads a Secret before it patches it, which is a question of its own.
    for (let left = count; left > 0; left--) {
      const [request] = await waiting(stage);
      questions.push(request?.command ?? '');
      await decide(stage, request?.id ?? '');
    }
    const { exit, stderr, stdout } = await asked.done;
    assert.is(exit, 0, stderr);
    return `${stdout}${stderr}`;
  };
  const said = [
    await through(1, ['create', 'secret', 'generic', 'keys', `--from-literal=first=${value}`]),
    await through(2, ['patch', 'secret', 'keys', '-p', JSON.stringify({ stringData: { second: `${value}2` } })]),
    await through(1, ['get', 'secret', 'keys', '-o', 'yaml']),
  ];
  assert.is(await stage.admin(['get', 'secret', 'keys', '-o', 'jsonpath={.data.first}']), encoded);
  // The command line of a session is masked like everything else, where its value is known to be one.
  for (const text of [...questions, ...said]) {
    assert.not.match(text, encoded);
    assert.not.match(text, Buffer.from(`${value}2`).toString('base64'));
    assert.not.match(text, value);
  }
  assert.match(questions[0] ?? '', /first/);
  assert.match(questions[1] ?? '', /^GET /);
  assert.match(questions[2] ?? '', /second/);
});

withCluster('a session that waits for somebody is not idle', async () => {
  const stage = await shared();
  const asked = stage.start(['create', 'configmap', 'patient']);
  const [request] = await waiting(stage);
  await delay(IDLE_MS + 3000);
  await decide(stage, request?.id ?? '');
  const { exit, stderr } = await asked.done;
  assert.is(exit, 0, stderr);
});

test.run();
