// timeout: 300
// helm through the kubeconfig of an endpoint. It keeps each release in a Secret, with every value that the release was made with: it can
// read its releases, and no value is in what it reads.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { unpackRelease } from '../../src/lib/kubernetes/masking/helm/release-data.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { clusterProgram } from '../helpers/cluster-programs.ts';
import { type KeptEndpoint, keptEndpoint } from '../helpers/kept-endpoint.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';

const POLICY = `
  packs: all
  rules:
    - { id: shop, on: { kind: kubectl }, match: { verb: "*", resource: [secrets, configmaps, deployments.apps], namespace: [default] }, verdict: allow }
  default: ask
`;

const CHART = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.2.3\n',
  'values.yaml': 'tag: "1.0"\ngreeting: hello\nfallback: none\n',
  'templates/NOTES.txt': 'Log in with {{ .Values.password }}.\n',
  'templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: 1
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [{ name: web, image: "shop:{{ .Values.tag }}" }] }
`,
  'templates/greeting.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { greeting: {{ .Values.greeting }} }
`,
  'templates/login.yaml': `{{ if .Values.password }}
apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }} }
stringData:
  password: {{ .Values.password }}
  url: postgres://shop:{{ .Values.password }}@db/shop
{{ end }}
`,
};

const test = suite('kubectl-helm');
const withCluster = needsCluster(test);

let started: Promise<KubectlStage> | undefined;
const shared = () => (started ??= kubectlStage({ policy: POLICY }));
test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

function writeChart(folder: string): string {
  for (const [name, text] of Object.entries(CHART)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

interface Helm {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function helmWith({ world }: KubectlStage, { kubeconfig }: KeptEndpoint): (...args: string[]) => Helm {
  return (...args) => {
    const env = { ...world.env, KUBECONFIG: kubeconfig, HELM_NO_PLUGINS: '1' };
    const { status, stdout, stderr } = spawnSync(clusterProgram('helm'), args, { env, encoding: 'utf8' });
    return { exit: status, stdout, stderr };
  };
}

/** What helm keeps of a release, as the server has it. */
async function stored({ admin }: KubectlStage, name: string): Promise<Record<string, unknown>> {
  const secret = JSON.parse(await admin(['get', 'secret', `sh.helm.release.v1.${name}`, '-o', 'json']));
  return unpackRelease(secret.data.release) as Record<string, unknown>;
}

withCluster('a release with a Secret is installed, read, upgraded and removed, and no value is shown', async () => {
  const stage = await shared();
  const chart = writeChart(join(stage.world.folder, 'shop'));
  const kept = await keptEndpoint(stage);
  const helm = helmWith(stage, kept);
  const [first, second] = [`pw-${crypto.randomUUID()}`, `pw-${crypto.randomUUID()}`];
  const said: Helm[] = [];
  const ok = (...args: string[]): string => {
    const done = helm(...args);
    assert.is(done.exit, 0, `helm ${args.join(' ')}: ${done.stderr}`);
    said.push(done);
    return done.stdout;
  };

  // What it was told itself, it prints.
  assert.is(helm('install', 'web', chart, '--set', `password=${first}`).exit, 0);
  assert.match(await stage.admin(['get', 'secret', 'web', '-o', 'json']), Buffer.from(first).toString('base64'));
  assert.match(ok('list'), /^web\s+default\s+1\s.*\sdeployed\s+shop-1\.2\.3/m);
  assert.match(ok('status', 'web'), 'STATUS: deployed');
  assert.match(ok('get', 'values', 'web'), /^password: .*\[kubernetes-secret:\w{4}\]/m);
  const manifest = ok('get', 'manifest', 'web');
  assert.match(manifest, 'image: "shop:1.0"');
  assert.match(manifest, /"password": "\[kubernetes-secret:\w{4}\]/);
  const values = ok('get', 'values', 'web', '--all');
  assert.match(values, 'greeting: hello');
  ok('get', 'all', 'web');

  const upgraded = helm('upgrade', 'web', chart, '--set', `password=${second},tag=2.0`);
  assert.is(upgraded.exit, 0, upgraded.stderr);
  assert.match(await stage.admin(['get', 'deployment', 'web', '-o', 'json']), 'shop:2.0');
  assert.match(await stage.admin(['get', 'secret', 'web', '-o', 'json']), Buffer.from(second).toString('base64'));
  assert.match(ok('history', 'web'), /^1\s.*superseded[\s\S]*^2\s.*deployed/m);
  // What helm wrote back of the first one is whole.
  const before = await stored(stage, 'web.v1');
  assert.equal(before.config, { password: first });
  assert.match(String(before.manifest), first);
  assert.match(JSON.stringify(before.info), 'superseded');

  // Labels must not become values.
  const back = helm('rollback', 'web', '1');
  assert.is.not(back.exit, 0);
  assert.match(back.stderr, /stands for a value that was masked/);
  assert.match(await stage.admin(['get', 'secret', 'web', '-o', 'json']), Buffer.from(second).toString('base64'));
  const reused = helm('upgrade', 'web', chart, '--reuse-values', '--set', 'tag=3.0');
  assert.is.not(reused.exit, 0);
  assert.match(reused.stderr, /stands for a value that was masked/, reused.stderr);
  said.push(back, reused);

  ok('uninstall', 'web');
  assert.not.match(await stage.admin(['get', 'secrets,deployments', '-o', 'name']), /\/(web|sh\.helm)/);
  for (const { stdout, stderr } of said) {
    for (const value of [first, second]) assert.not.ok(`${stdout}${stderr}`.includes(value), `${stdout}${stderr}`);
  }
  kept.cli.child.kill('SIGINT');
  assert.is((await kept.cli.done).exit, 0);
});

withCluster('a release without a Secret is rolled back', async () => {
  const stage = await shared();
  const chart = writeChart(join(stage.world.folder, 'plain'));
  const kept = await keptEndpoint(stage);
  const helm = helmWith(stage, kept);
  for (const args of [
    ['install', 'open', chart],
    ['upgrade', 'open', chart, '--set', 'greeting=bye'],
    ['rollback', 'open', '1'],
  ]) {
    const { exit, stderr } = helm(...args);
    assert.is(exit, 0, `helm ${args.join(' ')}: ${stderr}`);
  }
  assert.match(await stage.admin(['get', 'configmap', 'open', '-o', 'json']), '"greeting": "hello"');
  // The chart, too, of which helm saw nothing but labels.
  const chartOf = async (name: string) => ((await stored(stage, name)).chart as { templates: unknown }).templates;
  assert.equal(await chartOf('open.v3'), await chartOf('open.v1'));
  const removed = helm('uninstall', 'open');
  assert.is(removed.exit, 0, removed.stderr);
  kept.cli.child.kill('SIGINT');
  assert.is((await kept.cli.done).exit, 0);
});

test.run();
