// timeout: 300
// Secrets through the whole of `sallyport kubectl`: no output, no recording and no approver shows a value, and a masked one is not written
// back. The account in the cluster may do everything, and policy allows it: only masks stand before the values.
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';
import { expectNoValue } from '../helpers/secret-outputs.ts';

const test = suite('kubectl-secrets');
const withCluster = needsCluster(test);

const POLICY = `  packs: []
  default: ask
  rules:
    - { id: asked, on: { kind: kubectl }, match: { verb: [patch], resource: [secrets], name: [asked] }, verdict: ask }
    - { id: all, on: { kind: kubectl }, match: { verb: ["*"], resource: ["*"] }, verdict: allow }
`;

/** One of each sort; all that kubectl can print is tried in kubernetes-writes.test.ts. */
const OUTPUTS: readonly (readonly string[])[] = [
  ['get', 'secrets', '-A', '-o', 'yaml', '--show-managed-fields'],
  ['get', 'secret', 'shown', '-o', 'jsonpath={.data}'],
  ['get', 'secret', 'shown', '-o', 'go-template={{range $k, $v := .data}}{{$k}}={{$v | base64decode}}{{"\\n"}}{{end}}'],
  ['get', '--raw', '/api/v1/namespaces/default/secrets'],
  ['get', 'secret', 'shown', '-w', '--output-watch-events', '-o', 'json', '--request-timeout=2s'],
  ['describe', 'secret', 'shown', 'account'],
  ['patch', 'secret', 'shown', '-p', '{"metadata":{"labels":{"b":"c"}}}', '-o', 'yaml', '-v=9'],
];

const draw = (bytes = 24) => randomBytes(bytes).toString('base64url').replace(/[-_]/g, 'x');

let started: Promise<KubectlStage> | undefined;

const shared = (): Promise<KubectlStage> => {
  started ??= kubectlStage({ policy: POLICY });
  return started;
};

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

const manifest = (name: string, values: Readonly<Record<string, string>>) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, labels: { of: name } }, stringData: values });

async function real({ admin }: KubectlStage, name: string, key: string): Promise<string> {
  const text = await admin(['get', 'secret', name, '-o', `jsonpath={.data.${key}}`]);
  return Buffer.from(text, 'base64').toString();
}

/** Everything that was left behind: state, recordings, logs. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

withCluster('no output of kubectl shows a value, nor does anything that is kept of the session', async () => {
  const stage = await shared();
  const { admin, kubectl, world } = stage;
  const values = { password: draw(), url: `postgres://app:${draw()}@db/app`, long: draw(600) };
  await admin(['apply', '-f', '-'], manifest('shown', values));
  await admin(
    ['apply', '-f', '-'],
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'account', annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    }),
  );
  let token = '';
  await until(async () => {
    token = await real(stage, 'account', 'token');
    return token !== '';
  }, 'the token is there');
  const hidden = [...Object.values(values), token];
  for (const args of OUTPUTS) {
    const { stdout, stderr } = await kubectl(args);
    const all = `${stdout}${stderr}`;
    assert.ok(all.length > 20, `${args.join(' ')}: ${all}`);
    assert.not.match(all, /sallyport \(|denied/, args.join(' '));
    expectNoValue(all, hidden, args.join(' '));
  }
  const { stdout } = await kubectl(['get', 'secret', 'shown', '-o', 'json']);
  const { data } = JSON.parse(stdout);
  assert.equal(Object.keys(data).sort(), Object.keys(values).sort());
  for (const [key, value] of Object.entries(values)) {
    const label = Buffer.from(data[key], 'base64').toString();
    assert.match(label, /^\[kubernetes-secret:[0-9a-f]{4}\]\**$/);
    assert.is(label.length, value.length);
  }
  for (const file of filesBelow(world.folder)) {
    if (!file.endsWith('.kubeconfig')) expectNoValue(readFileSync(file, 'latin1'), hidden, file);
  }
});

withCluster('a masked value is not written back, and a real one is', async () => {
  const stage = await shared();
  const { admin, kubectl } = stage;
  const [value, fresh] = [draw(), draw()];
  await admin(['apply', '-f', '-'], manifest('kept', { value, other: 'x' }));
  const { stdout: shown } = await kubectl(['get', 'secret', 'kept', '-o', 'yaml']);
  for (const args of [
    ['apply', '-f', '-'],
    ['replace', '-f', '-'],
  ]) {
    const { exit, stderr, stdout } = await kubectl(args, { input: shown });
    assert.is.not(exit, 0, stdout);
    assert.match(stderr, 'masked-value', args.join(' '));
    assert.is(await real(stage, 'kept', 'value'), value);
  }
  const same = await kubectl(['apply', '-f', '-'], { input: manifest('kept', { value, other: 'x' }) });
  assert.is(same.exit, 0, same.stderr);
  assert.equal([await real(stage, 'kept', 'value'), await real(stage, 'kept', 'other')], [value, 'x']);
  const changed = await kubectl(['apply', '-f', '-'], { input: manifest('kept', { value: fresh, other: 'x' }) });
  assert.is(changed.exit, 0, changed.stderr);
  assert.is(await real(stage, 'kept', 'value'), fresh);
});

withCluster('who approves a change of a Secret sees which value changes, and none of them', async () => {
  const stage = await shared();
  const { admin, approve, start } = stage;
  const [value, fresh] = [draw(), draw()];
  await admin(['apply', '-f', '-'], manifest('asked', { value, other: draw() }));
  const patch = JSON.stringify({ stringData: { value: fresh } });
  const { child, done } = start(['patch', 'secret', 'asked', '-p', patch], { flags: ['--why', 'a test'] });
  child.stdin?.end();
  const seen = await approve();
  const { exit, stdout, stderr } = await done;
  assert.is(exit, 0, stderr);
  expectNoValue(seen + stdout + stderr, [value, fresh], 'the approval');
  assert.match(seen, /- {3}value: .*\[kubernetes-secret:[0-9a-f]{4} \d+ bytes\]/);
  assert.match(seen, /\+ {3}value: .*\[kubernetes-secret:[0-9a-f]{4} \d+ bytes\]/);
  assert.is(await real(stage, 'asked', 'value'), fresh);
});

test.run();
