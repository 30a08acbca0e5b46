// timeout: 300
// What the real kubectl shows of Secrets when it talks to a real API server through the masks, what becomes of masked values that are
// written back, and what an approver would see of writes.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { asksForDryRun } from '../../src/lib/kubernetes/effect/dry-run.ts';
import { previewerOf } from '../../src/lib/kubernetes/effect/preview.ts';
import { readBody } from '../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { askServer } from '../../src/lib/kubernetes/server/ask-server.ts';
import type { CliResult } from '../helpers/cli.ts';
import { type Cluster, needsCluster, startCluster } from '../helpers/cluster.ts';
import { adminUpstream, type MaskedEndpoint, openMaskedEndpoint } from '../helpers/masked-endpoint.ts';
import { expectNoValue, outputsOf } from '../helpers/secret-outputs.ts';

const test = suite('kubernetes-writes');
const withCluster = needsCluster(test);

interface World {
  readonly cluster: Cluster;
  readonly endpoint: MaskedEndpoint;
  /** kubectl through the masks. */
  readonly kubectl: (args: readonly string[], input?: string, env?: Record<string, string>) => Promise<CliResult>;
  /** What is really there, of a key of a Secret in `default`. */
  readonly real: (name: string, key: string) => Promise<string>;
}

let started: Promise<World> | undefined;

function shared(): Promise<World> {
  started ??= startCluster().then(async (cluster) => {
    const endpoint = await openMaskedEndpoint(cluster);
    return {
      cluster,
      endpoint,
      kubectl: (args, input = '', env = {}) =>
        cluster.kubectl(['--kubeconfig', endpoint.kubeconfig, ...args], { input, env }),
      async real(name, key) {
        const { body } = await cluster.ask('GET', `/api/v1/namespaces/default/secrets/${name}`);
        return Buffer.from(body.data?.[key] ?? '', 'base64').toString();
      },
    };
  });
  return started;
}

test.after(async () => {
  const world = await started;
  await world?.endpoint[Symbol.asyncDispose]();
  await world?.cluster[Symbol.asyncDispose]();
});

const draw = (bytes = 24) => randomBytes(bytes).toString('base64url').replace(/[-_]/g, 'x');

async function applySecret(
  { cluster }: World,
  name: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const file = join(cluster.folder, `${name}.yaml`);
  const data = Object.entries(values).map(([key, value]) => `  ${key}: "${value}"\n`);
  writeFileSync(
    file,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {of: ${name}}}\nstringData:\n${data.join('')}`,
  );
  return file;
}

withCluster('no output of kubectl shows a value, and labels come through the masks of a terminal', async () => {
  const world = await shared();
  const { kubectl, cluster, endpoint } = world;
  const values = { password: draw(), url: `postgres://app:${draw()}@db/app`, long: draw(600), short: 'k3y!' };
  const file = await applySecret(world, 'shown', values);
  assert.is((await cluster.kubectl(['apply', '-f', file])).exit, 0);
  const account = {
    metadata: { name: 'account', annotations: { 'kubernetes.io/service-account.name': 'default' } },
    type: 'kubernetes.io/service-account-token',
  };
  assert.is((await cluster.ask('POST', '/api/v1/namespaces/default/secrets', { body: account })).status, 201);
  let token = '';
  for (let tries = 0; token === '' && tries < 50; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    token = await world.real('account', 'token');
  }
  assert.ok(token.length > 100);
  const hidden = [values.password, values.url, values.long, token];
  for (const args of outputsOf('shown', 'account')) {
    const { stdout, stderr } = await kubectl(args);
    const all = `${stdout}${stderr}`;
    assert.ok(all.length > 20, args.join(' '));
    expectNoValue(all, hidden, args.join(' '));
    assert.not.match(all, /k3y!|azN5IQ/);
    if (!args.includes('-v=9')) assert.is(endpoint.throughTerminal(stdout), stdout, args.join(' '));
  }
  const [one, again] = [
    await kubectl(['get', 'secret', 'shown', '-o', 'json']),
    await kubectl(['get', 'secret', 'shown', '-o', 'json']),
  ];
  assert.is(one.stdout.replace(/"resourceVersion".*/, ''), again.stdout.replace(/"resourceVersion".*/, ''));
  const shown = JSON.parse(one.stdout);
  assert.equal(Object.keys(shown.data).sort(), Object.keys(values).sort());
  assert.is(Buffer.from(shown.data.password, 'base64').length, values.password.length);
});

withCluster(
  'kubectl apply keeps values that do not change, writes those that do, and removes those that go',
  async () => {
    const world = await shared();
    const { kubectl, real } = world;
    const [first, other, next] = [draw(), draw(), draw()];
    const file = await applySecret(world, 'applied', { first, other });
    assert.match((await kubectl(['apply', '-f', file])).stdout, 'created');
    assert.is((await kubectl(['apply', '-f', file])).exit, 0);
    assert.equal([await real('applied', 'first'), await real('applied', 'other')], [first, other]);
    await applySecret(world, 'applied', { first: next });
    const changed = await kubectl(['apply', '-f', file]);
    assert.match(changed.stdout, 'configured');
    assert.is(await real('applied', 'first'), next);
    assert.is((await kubectl(['apply', '--server-side', '--force-conflicts', '-f', file])).exit, 0);
    assert.is(await real('applied', 'first'), next);
    const difference = await kubectl(['diff', '-f', await applySecret(world, 'applied', { first: other })]);
    expectNoValue(difference.stdout + difference.stderr, [next, other, first], 'kubectl diff');
    assert.is(await real('applied', 'first'), next);
  },
);

withCluster('a masked value is not written back, and what is there stays', async () => {
  const world = await shared();
  const { kubectl, cluster, real } = world;
  const value = draw();
  assert.is((await cluster.kubectl(['apply', '-f', await applySecret(world, 'kept', { value, other: 'x' })])).exit, 0);
  const { stdout: shown } = await kubectl(['get', 'secret', 'kept', '-o', 'yaml']);
  const plain = JSON.parse((await kubectl(['get', 'secret', 'kept', '-o', 'json'])).stdout);
  delete plain.metadata.annotations;
  const tries: readonly (readonly [readonly string[], string, Record<string, string>?])[] = [
    [['apply', '-f', '-'], shown],
    [['replace', '-f', '-'], shown],
    [['replace', '-f', '-'], JSON.stringify(plain)],
    [['replace', '--force', '-f', '-'], shown.replace('name: kept', 'name: never')],
    [
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      JSON.stringify({ ...plain, metadata: { name: 'kept' } }),
    ],
    [
      ['create', '-f', '-'],
      shown.replaceAll('kept', 'copied').replace(/\n {2}(?:uid|resourceVersion|creationTimestamp).*/g, ''),
    ],
    [['create', 'secret', 'generic', 'copied', `--from-literal=a=${Buffer.from(plain.data.value, 'base64')}`], ''],
    [['create', 'configmap', 'copied', `--from-literal=a=${Buffer.from(plain.data.value, 'base64')}`], ''],
    [
      ['edit', 'secret', 'kept'],
      '',
      {
        KUBE_EDITOR:
          'sed -i s/x/x/;s/^type:.*/type:\\ Opaque\\n/;s/name:\\ kept/name:\\ kept\\n\\ \\ labels:\\ {n:\\ "1"}/',
      },
    ],
  ];
  for (const [args, input, env] of tries) {
    const { stderr, stdout, exit: code } = await kubectl(args, input, env);
    assert.is.not(code, 0, `${args.join(' ')}: ${stdout}`);
    if (args[0] !== 'edit') assert.match(stderr, /masked-value|NotFound/, args.join(' '));
    assert.is(await real('kept', 'value'), value, args.join(' '));
  }
  assert.is((await cluster.ask('GET', '/api/v1/namespaces/default/secrets/copied')).status, 404);
  assert.is((await kubectl(['patch', 'secret', 'kept', '-p', '{"stringData":{"other":"y"}}'])).exit, 0);
  assert.equal([await real('kept', 'value'), await real('kept', 'other')], [value, 'y']);
});

for (const previews of [true, false]) {
  withCluster(`neither a refusal nor a patch uncovers a value${previews ? ' in its dry run' : ''}`, async () => {
    const { cluster, real } = await shared();
    await using endpoint = await openMaskedEndpoint(cluster, { previews });
    const kubectl = (args: readonly string[]) => cluster.kubectl(['--kubeconfig', endpoint.kubeconfig, ...args]);
    const value = draw();
    await cluster.kubectl(['create', 'secret', 'generic', `covered-${previews}`, `--from-literal=value=${value}`]);
    const patches = [
      '[{"op":"add","path":"/data/x","value":"!!!"}]',
      '[{"op":"add","path":"/data/x","value":{"a":1}}]',
      '[{"op":"replace","path":"/metadata","value":7}]',
      '[{"op":"test","path":"/data/value","value":"b"}]',
      '[{"op":"copy","from":"/data/value","path":"/metadata/annotations"}]',
      '[{"op":"add","path":"/metadata/annotations","value":{"a":"b"}},{"op":"copy","from":"/data/value","path":"/metadata/annotations/a"}]',
      '[{"op":"move","from":"/data","path":"/metadata/labels"}]',
    ];
    for (const patch of patches) {
      const {
        stdout,
        stderr,
        exit: code,
      } = await kubectl(['patch', 'secret', `covered-${previews}`, '--type=json', '-p', patch, '-v=9']);
      assert.is.not(code, 0, patch);
      expectNoValue(stdout + stderr, [value], patch);
    }
    for (const type of ['merge', 'strategic']) {
      for (const patch of ['{"data":{"x":"!!!"}}', '{"data":{"x":7}}', '{"metadata":7}', '{"type":"other"}']) {
        const {
          stdout,
          stderr,
          exit: code,
        } = await kubectl(['patch', 'secret', `covered-${previews}`, '--type', type, '-p', patch, '-v=9']);
        assert.is.not(code, 0, patch);
        expectNoValue(stdout + stderr, [value], patch);
      }
    }
    assert.is(await real(`covered-${previews}`, 'value'), value);
  });
}

/** Method, path below the namespace, body. */
const WRITES: readonly (readonly [string, string, unknown])[] = [
  ['DELETE', 'configmaps/dry?dryRun=All', undefined],
  ['DELETE', 'configmaps/dry?dryRun=All', {}],
  ['DELETE', 'configmaps/dry?dryRun=All', { dryRun: [] }],
  ['DELETE', 'configmaps/dry?dryRun=All', { DryRun: ['All'] }],
  ['DELETE', 'configmaps/dry', { dryRun: ['All'] }],
  ['DELETE', 'configmaps/dry?dryRun=All', { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] }],
  ['DELETE', 'configmaps/dry', undefined],
  ['DELETE', 'configmaps?labelSelector=of%3Ddry&dryRun=All', undefined],
  ['DELETE', 'configmaps?labelSelector=of%3Ddry&dryRun=All', { propagationPolicy: 'Background' }],
  ['DELETE', 'configmaps?labelSelector=of%3Ddry', { dryRun: ['All'] }],
  ['PUT', 'configmaps/dry?dryRun=All', { metadata: { name: 'dry', labels: { of: 'dry' } }, data: { a: 'new' } }],
  ['PUT', 'configmaps/dry', { metadata: { name: 'dry', labels: { of: 'dry' } }, data: { a: 'new' }, dryRun: ['All'] }],
];

withCluster(
  'the server takes for a dry run what is said to be one, and a preview of anything changes nothing',
  async () => {
    const { cluster } = await shared();
    const upstream = adminUpstream(cluster);
    const place = '/api/v1/namespaces/default';
    const state = async () => (await cluster.ask('GET', `${place}/configmaps/dry`)).body.data?.a;
    for (const [method, below, body] of WRITES) {
      await cluster.ask('DELETE', `${place}/configmaps/dry`);
      const made = { metadata: { name: 'dry', labels: { of: 'dry' } }, data: { a: 'old' } };
      assert.is((await cluster.ask('POST', `${place}/configmaps`, { body: made })).status, 201);
      const request = readRequest(method, `${place}/${below}`);
      const sent = body === undefined ? null : { type: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
      const parsed = readBody(request, sent);
      const preview = previewerOf({ request, body: sent, parsed, headers: {}, upstream, labelOf: () => '[label]' });
      await preview?.(new AbortController().signal);
      const what = `${method} ${below} ${JSON.stringify(body)}`;
      assert.is(await state(), 'old', `the preview of ${what}`);
      const headers = sent === null ? {} : { 'content-type': sent.type };
      const real = { method, target: `${place}/${below}`, headers, body: sent?.bytes ?? null };
      const { status } = await askServer(upstream, real, { maxBytes: 1024 * 1024 }, new AbortController().signal);
      assert.is(status, 200, what);
      assert.is((await state()) === 'old', asksForDryRun(request, parsed), what);
    }
    upstream[Symbol.dispose]();
  },
);

/** What an approver sees is bound to: so it is the same each time. */
const STEADY: readonly (readonly string[])[] = [
  ['run', 'steady', '--image=app:1'],
  ['create', 'deployment', 'steady', '--image=app:1'],
  ['create', 'job', 'steady', '--image=app:1'],
  ['create', 'cronjob', 'steady', '--image=app:1', '--schedule=* * * * *'],
  ['create', 'service', 'nodeport', 'steady', '--tcp=80:80'],
  ['create', 'service', 'loadbalancer', 'steady', '--tcp=80:80'],
  ['create', 'configmap', 'steady', '--from-literal=a=b'],
  ['create', 'secret', 'generic', 'steady', '--from-literal=a=b'],
  ['create', 'serviceaccount', 'steady'],
  ['create', 'role', 'steady', '--verb=get', '--resource=pods'],
  ['create', 'rolebinding', 'steady', '--clusterrole=view', '--user=kim'],
  ['create', 'clusterrolebinding', 'steady', '--clusterrole=view', '--user=kim'],
  ['create', 'namespace', 'steady'],
  ['create', 'quota', 'steady', '--hard=pods=1'],
  ['create', 'poddisruptionbudget', 'steady', '--selector=a=b', '--min-available=1'],
  ['create', 'ingress', 'steady', '--rule=a.example/*=svc:80'],
  ['create', 'priorityclass', 'steady', '--value=7'],
];

withCluster('the same creation against the same cluster gives the same effect, and creates nothing', async () => {
  const { kubectl, endpoint } = await shared();
  for (const args of STEADY) {
    const texts: string[] = [];
    for (let time = 0; time < 2; time++) {
      endpoint.effects.length = 0;
      const { exit: code, stderr } = await kubectl([...args, '--dry-run=server']);
      assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
      texts.push(endpoint.effects.join('\n'));
    }
    assert.is(texts[0], texts[1], args.join(' '));
    assert.match(texts[0] ?? '', /^create .*: "steady"\n\+ /, args.join(' '));
    assert.not.match(texts[0] ?? '', /creationTimestamp|resourceVersion|managedFields|uid: [0-9a-f]{8}-/);
  }
  assert.is((await kubectl(['get', 'all,cm,sa,pdb,ingress', '-l', 'app=steady', '-o', 'name'])).stdout, '');
  const generated = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'made-' },
    spec: { containers: [{ name: 'a', image: 'a:1' }] },
  });
  const texts: string[] = [];
  for (let time = 0; time < 2; time++) {
    endpoint.effects.length = 0;
    await kubectl(['create', '--dry-run=server', '-f', '-'], generated);
    texts.push(endpoint.effects.join('\n'));
  }
  assert.is(texts[0], texts[1]);
  assert.match(texts[0] ?? '', 'create pods in namespace "default": a new name that begins with "made-"');
});

withCluster(
  'an approver sees what changes, what goes and how many, also of kinds that are not Kubernetes’ own',
  async () => {
    const { kubectl, endpoint, cluster } = await shared();
    const last = async (args: readonly string[], input?: string) => {
      endpoint.effects.length = 0;
      const { exit: code, stderr } = await kubectl(args, input);
      assert.is(code, 0, `${args.join(' ')}: ${stderr}`);
      return endpoint.effects.join('\n---\n');
    };
    await last(['create', 'deployment', 'web', '--image=app:1', '--replicas=1']);
    assert.match(
      await last(['set', 'image', 'deployment/web', 'app=app:2']),
      /- {9}- image: app:1\n\+ {9}- image: app:2/,
    );
    assert.match(
      await last(['scale', 'deployment/web', '--replicas=2']),
      /patch deployments\.apps\/scale "web".*- {3}replicas: 1\n\+ {3}replicas: 2/s,
    );
    assert.match(
      await last(['rollout', 'restart', 'deployment/web']),
      /\+ {5,}kubectl\.kubernetes\.io\/restartedAt: "/,
    );
    for (const name of ['a', 'b', 'c']) await last(['create', 'configmap', `many-${name}`, '--from-literal=x=y']);
    await cluster.kubectl(['label', 'configmap', 'many-a', 'many-b', 'group=many']);
    assert.is(
      await last(['delete', '--raw', '/api/v1/namespaces/default/configmaps?labelSelector=group%3Dmany&dryRun=All']),
      'deletes 2 configmaps in namespace "default" with "group=many":\n- default/many-a\n- default/many-b',
    );
    assert.is((await cluster.ask('GET', '/api/v1/namespaces/default/configmaps/many-a')).status, 200);
    assert.match(
      await last(['delete', 'configmap', 'many-c']),
      /^delete configmaps "many-c".*\noptions: .*"Background".*\nwhat goes:\n/,
    );
    const definition = {
      metadata: { name: 'sheep.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { plural: 'sheep', singular: 'sheep', kind: 'Sheep' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    const made = await cluster.ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      body: definition,
    });
    assert.is(made.status, 201);
    const sheep = (wool: string) =>
      JSON.stringify({ apiVersion: 'example.org/v1', kind: 'Sheep', metadata: { name: 'dolly' }, spec: { wool } });
    let effect = '';
    // Served, and described, some moments after it was made.
    for (let tries = 0; tries < 100 && effect === ''; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      endpoint.effects.length = 0;
      await kubectl(['apply', '-f', '-'], sheep('some'));
      effect = endpoint.effects.join('\n');
    }
    assert.match(effect, 'create sheep.example.org in namespace "default": "dolly"');
    assert.match(
      await last(['apply', '-f', '-'], sheep('none')),
      /patch sheep\.example\.org "dolly".*- {3}wool: some\n\+ {3}wool: none/s,
    );
  },
);

test.run();
