// timeout: 300
// The default policy against the real kubectl and a real API server, with an account that may do everything: what only looks is allowed,
// what changes something waits, what the cluster stands on is denied, and no flag of kubectl leads elsewhere. What was denied has not
// happened: the server's own audit log says so.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needsCluster } from '../helpers/cluster.ts';
import { type Row, type RowsRun, runRows } from '../helpers/kubectl-rows.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';

const test = suite('kubectl-denials');
const withCluster = needsCluster(test);

// Of `free` everything is allowed, so that quotas and guards are what stops.
const POLICY = `
  packs: all
  default: ask
  probing: { denials: 1000 }
  rules:
    - { id: free, match: { verb: "*", resource: "*", namespace: free }, verdict: allow }
    - { id: nothing, match: { command: "true" }, verdict: allow }
`;
const TARGET = 'quota: { deletes: 2, writes: 12, execs: 2 }';
const AGENT = 'system:serviceaccount:agents:agent';

interface World {
  readonly stage: KubectlStage;
  readonly log: string;
  readonly folder: string;
}

let started: Promise<World> | undefined;

function shared(): Promise<World> {
  started ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sp-audit-'));
    const [policyFile, log] = ['policy.yaml', 'audit.log'].map((name) => join(folder, name)) as [string, string];
    writeFileSync(
      policyFile,
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{ level: Metadata }]\n',
    );
    const apiServerFlags = [`--audit-policy-file=${policyFile}`, `--audit-log-path=${log}`];
    const stage = await kubectlStage({ policy: POLICY, target: TARGET, apiServerFlags });
    const { admin } = stage;
    for (const space of ['free', 'other']) await admin(['create', 'namespace', space]);
    await admin(['create', 'clusterrole', 'nothing', '--verb=get', '--resource=pods']);
    for (const space of ['free', 'other']) {
      await admin(['-n', space, 'create', 'configmap', 'kept', '--from-literal=a=b']);
      await admin(['-n', space, 'create', 'secret', 'generic', 'kept', '--from-literal=a=b']);
      await admin(['-n', space, 'create', 'deployment', 'web', '--image=none']);
      await admin(['-n', space, 'run', 'pod', '--image=none', `--labels=in=${space}`]);
      await admin(['-n', space, 'wait', '--for=condition=Ready', 'pod/pod', '--timeout=30s']);
    }
    return { stage, log, folder };
  })();
  return started;
}

test.after(async () => {
  const world = await started;
  await world?.stage[Symbol.asyncDispose]();
  if (world !== undefined) rmSync(world.folder, { recursive: true, force: true });
});

/** In one session, in the namespace. */
const run = ({ stage }: World, space: string, rows: readonly Row[]): Promise<RowsRun> =>
  runRows(stage.world, rows, space, (args) => stage.kubectl(args, { flags: ['--no-wait'] }));

interface Entry {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: unknown;
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code: number };
}

/** What the API server has seen since, as it says itself. */
function seen({ log }: World, from = 0): { readonly entries: readonly Entry[]; readonly end: number } {
  const text = readFileSync(log, 'utf8');
  const entries = text
    .slice(from)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
  return { entries, end: text.length };
}

const WRITES = ['create', 'update', 'patch', 'delete', 'deletecollection'];

/** What was changed meanwhile by whoever acts as the account of the sessions. */
const changes = (entries: readonly Entry[]): string[] =>
  entries
    .filter(
      ({ user, verb, requestURI }) =>
        user.username === AGENT && WRITES.includes(verb) && !/dryRun=All/.test(requestURI),
    )
    .filter(({ requestURI }) => !/selfsubject/.test(requestURI))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);

withCluster('what only looks is allowed', async () => {
  const world = await shared();
  const rows = [
    'get pods -A',
    'get nodes,namespaces,clusterroles,customresourcedefinitions',
    'get configmap kept -o yaml',
    'describe deployment web',
    'logs pod',
    'rollout status deployment/web',
    'auth can-i delete nodes',
    'auth whoami',
    'create configmap new --dry-run=server --from-literal=a=b',
    'label deployment web dry=run --dry-run=server',
    'get --raw /readyz',
  ].map((args) => ({ args }));
  const { said, result } = await run(world, 'other', rows);
  assert.equal(
    said.map(({ exit, stderr }) => (exit === 0 ? '' : stderr)),
    rows.map(() => ''),
  );
  assert.is(result.exit, 0, result.stderr);
});

withCluster('what changes something, or reads a Secret, waits for a person and has not happened', async () => {
  const world = await shared();
  const { end } = seen(world);
  const rows = [
    'create configmap new --from-literal=a=b',
    'apply -f -',
    'delete pod pod',
    'delete configmap kept',
    'scale deployment web --replicas=2',
    'label pod pod a=b',
    'set image deployment/web none=other',
    'rollout restart deployment web',
    'run more --image=none',
    'create job job --image=none',
    'create deployment more --image=none',
    'create namespace more',
    'exec pod -- touch x',
    'get secret kept',
    'get secrets -A -o yaml',
    'get secrets -w',
    'get --raw /api/v1/namespaces/other/secrets/kept',
  ].map((args) => ({ args, input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: new }\n' }));
  const { said, result } = await run(world, 'other', rows);
  for (const [at, { exit, stderr, stdout }] of said.entries()) {
    assert.is.not(exit, 0, rows[at]?.args);
    assert.match(stderr, /sallyport: request "r-\w+" waits for a person/, rows[at]?.args);
    assert.not.match(stdout, /YQ==|Yg==/);
  }
  assert.is(result.exit, 75, result.stderr);
  assert.equal(changes(seen(world, end).entries), []);
  const { requests } = (await world.stage.world.run(['requests', '--json'])).json;
  assert.ok(requests.length >= rows.length - 1, `${requests.length} requests are open`);
});

withCluster('what a cluster stands on is denied, and has not happened', async () => {
  const world = await shared();
  const { end } = seen(world);
  const crd = JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: { group: 'example.org', scope: 'Namespaced', names: { plural: 'things', kind: 'Thing' }, versions: [] },
  });
  const hook = JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'hook' },
  });
  const rows: Row[] = [
    { args: 'delete namespace other' },
    { args: 'label namespace other a=b' },
    { args: 'delete --raw /api/v1/namespaces/other' },
    { args: 'cordon node-1' },
    { args: 'drain node-1 --force --pod-selector=in=other' },
    { args: 'taint node node-1 a=b:NoSchedule' },
    { args: 'delete node node-1' },
    { args: 'debug node/node-1 --image=none -- true' },
    { args: 'apply -f -', input: crd },
    { args: 'create -f -', input: hook },
    { args: 'create role more --verb=get --resource=pods' },
    { args: 'create rolebinding more --clusterrole=cluster-admin --serviceaccount=other:default' },
    { args: 'create clusterrole more --verb=* --resource=*' },
    { args: 'create clusterrolebinding more --clusterrole=cluster-admin --serviceaccount=other:default' },
    { args: 'delete clusterrole nothing' },
    { args: 'patch clusterrole nothing -p {"rules":[]}' },
    { args: 'create priorityclass more --value=1' },
    { args: 'create token default' },
    { args: 'create token default --duration=24h -n kube-system' },
    { args: 'create -f -', input: tokenSecret('default') },
    { args: 'get --raw /api/v1/nodes/node-1/proxy/pods' },
    { args: 'get --raw /api/v1/namespaces/other/services/web:80/proxy/' },
    { args: 'get --raw /api/v1/namespaces/other/pods/pod/proxy/' },
    { args: 'create configmap more -n kube-system' },
    { args: 'exec pod -it -- sh' },
  ];
  const { said, result } = await run(world, 'other', rows);
  const let_through = said.flatMap(({ exit, stdout, stderr }, at) =>
    /sallyport.*(denied|not let through|\()/.test(stderr) ? [] : [`${rows[at]?.args}: ${exit} ${stdout}${stderr}`],
  );
  assert.equal(let_through, [], let_through.join('\n'));
  assert.is(result.exit, 77, result.stderr);
  assert.equal(changes(seen(world, end).entries), []);
});

function tokenSecret(account: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/service-account-token',
    metadata: { name: 'more', annotations: { 'kubernetes.io/service-account.name': account } },
  });
}

withCluster('tokens and proxies are refused where a rule allows everything', async () => {
  const world = await shared();
  const rows: Row[] = [
    { args: 'create token default' },
    { args: 'create -f -', input: tokenSecret('default') },
    { args: 'get --raw /api/v1/namespaces/free/pods/pod/proxy/' },
    { args: 'get --raw /api/v1/namespaces/free/services/web:80/proxy/x' },
  ];
  const { said, result } = await run(world, 'free', rows);
  assert.equal(
    said.map(({ stderr }) => /kubernetes\/tokens|proxied-path/.exec(stderr)?.[0]),
    ['kubernetes/tokens', 'kubernetes/tokens', 'proxied-path', 'proxied-path'],
    JSON.stringify(said),
  );
  assert.is(result.exit, 77);
});

withCluster('no flag of kubectl makes a request as somebody else, or gets one elsewhere', async () => {
  const world = await shared();
  const { cluster } = world.stage;
  const { end } = seen(world);
  const rows: Row[] = [
    { args: 'get pods --as=system:admin' },
    { args: 'get pods --as=system:admin --as-group=system:masters' },
    { args: 'get pods --as=x --as-uid=1' },
    { args: 'get pods --token=abc' },
    { args: 'get pods --username=a --password=b' },
    { args: `get pods --server=${cluster.url}` },
    { args: `get pods --server=${cluster.url} --insecure-skip-tls-verify` },
    { args: `get pods --server=${cluster.url} --certificate-authority=${cluster.ca}` },
    { args: 'get pods --context=other' },
    { args: 'get pods --cluster=other' },
    { args: 'get pods --user=other' },
    { args: 'get pods --kubeconfig=/dev/null' },
    { args: 'get pods', env: { KUBECONFIG: '/dev/null' } },
  ];
  const { said } = await run(world, 'other', rows);
  for (const [at, { exit, stdout }] of said.entries()) {
    assert.is.not(exit, 0, `${rows[at]?.args} was answered`);
    assert.is(stdout, '', rows[at]?.args);
  }
  const { entries } = seen(world, end);
  const kubectls = entries.filter(
    ({ userAgent = '', responseStatus }) => /kubectl/.test(userAgent) && responseStatus?.code !== 401,
  );
  assert.equal(
    [...new Set(kubectls.map(({ user }) => user.username))].filter((name) => name !== AGENT),
    [],
  );
  assert.equal(
    entries.filter(({ impersonatedUser }) => impersonatedUser !== undefined),
    [],
  );
  // Nothing to look for has been looked for.
  assert.equal(
    kubectls.filter(({ requestURI }) => /namespaces\/other\/pods/.test(requestURI)),
    [],
  );
});

withCluster('a pod that reaches out to the node is denied however it is written', async () => {
  const world = await shared();
  const { admin } = world.stage;
  const pod = (more: object, container: object = {}) => ({
    containers: [{ name: 'main', image: 'none', ...container }],
    ...more,
  });
  const template = (spec: object) => ({ metadata: { labels: { app: 'bad' } }, spec });
  const manifest = (apiVersion: string, kind: string, spec: object) =>
    JSON.stringify({ apiVersion, kind, metadata: { name: 'bad', namespace: 'free' }, spec });
  const privileged = pod({}, { securityContext: { privileged: true } });
  const onHost = pod({ hostNetwork: true });
  const selector = { matchLabels: { app: 'bad' } };
  // There before, and not by us: what copies it is us.
  await admin(
    ['apply', '-f', '-'],
    manifest('batch/v1', 'CronJob', {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: { spec: { ...privileged, restartPolicy: 'Never' } } } },
    }),
  );
  const web = (spec: object) =>
    JSON.stringify({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'twice', namespace: 'free' },
      spec: { selector, replicas: 1, template: template(spec) },
    });
  await admin(['apply', '-f', '-'], web(privileged));
  await admin(['-n', 'free', 'rollout', 'status', 'deployment/twice', '--timeout=30s']);
  await admin(['apply', '-f', '-'], web(pod({}, { image: 'other' })));
  const { end } = seen(world);
  const rows: Row[] = [
    { args: 'run bad --image=none --privileged' },
    { args: 'run bad --image=none --overrides={"spec":{"hostNetwork":true}}' },
    { args: 'create -f -', input: manifest('v1', 'Pod', privileged) },
    { args: 'apply -f -', input: manifest('v1', 'Pod', pod({ hostPID: true })) },
    {
      args: 'apply --server-side -f -',
      input: manifest('v1', 'Pod', pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] })),
    },
    { args: 'apply -f -', input: manifest('apps/v1', 'Deployment', { selector, template: template(privileged) }) },
    { args: 'apply -f -', input: manifest('apps/v1', 'DaemonSet', { selector, template: template(onHost) }) },
    {
      args: 'apply -f -',
      input: manifest('apps/v1', 'StatefulSet', { selector, serviceName: 'bad', template: template(onHost) }),
    },
    {
      args: 'create -f -',
      input: manifest('batch/v1', 'Job', { template: { spec: { ...onHost, restartPolicy: 'Never' } } }),
    },
    { args: 'create job bad --from=cronjob/bad' },
    { args: 'patch deployment web -p {"spec":{"template":{"spec":{"hostNetwork":true}}}}' },
    { args: 'patch deployment web --type=merge -p {"spec":{"template":{"spec":{"hostIPC":true}}}}' },
    { args: 'patch deployment web --type=json -p [{"op":"add","path":"/spec/template/spec/hostPID","value":true}]' },
    {
      args: 'patch deployment web --type=json -p [{"op":"copy","from":"/spec/template/spec/enableServiceLinks","path":"/spec/template/spec/hostPID"},{"op":"add","path":"/spec/template/spec/hostPID","value":true}]',
    },
    { args: 'rollout undo deployment/twice' },
    { args: 'debug pod --image=none --profile=sysadmin -- true' },
    { args: 'debug pod --image=none --copy-to=bad --profile=sysadmin -- true' },
  ];
  const { said, result } = await run(world, 'free', rows);
  const let_through = said.flatMap(({ exit, stdout, stderr }, at) =>
    exit !== 0 && /denied by rule "kubernetes\/host-access"/.test(stderr)
      ? []
      : [`${rows[at]?.args}: ${exit} ${stdout}${stderr}`],
  );
  assert.equal(let_through, [], let_through.join('\n'));
  assert.equal(changes(seen(world, end).entries), []);
  assert.is(result.exit, 77);
});

withCluster('deletions stop at the quota, one by one and all at once, and it says so', async () => {
  const world = await shared();
  const { stage } = world;
  for (const name of ['a', 'b', 'c', 'd']) await stage.admin(['-n', 'free', 'create', 'configmap', name]);
  const names = async () => (await stage.admin(['-n', 'free', 'get', 'configmaps', '-o', 'name'])).trim().split('\n');
  const before = (await names()).length;
  const many = await stage.kubectl(['-n', 'free', 'delete', '--raw', '/api/v1/namespaces/free/configmaps']);
  assert.match(many.stderr, /one session may make 2 deletions/);
  assert.is(many.exit, 77, many.stderr);
  assert.is((await names()).length, before);
  const dry = await stage.kubectl(['-n', 'free', 'delete', 'configmap', '--all', '--dry-run=server']);
  assert.is(dry.exit, 0, dry.stderr);
  assert.is((await names()).length, before);
  const all = await stage.kubectl(['-n', 'free', 'delete', 'configmap', '--all']);
  assert.match(all.stderr, /one session may make 2 deletions/);
  assert.match(all.stderr, /quota\.deletes of the target/);
  assert.is(all.exit, 77);
  assert.is((await names()).length, before - 2);
});

withCluster('changes and programs have quotas of their own', async () => {
  const world = await shared();
  const rows = [
    ...Array.from({ length: 13 }, (_, at) => ({ args: `annotate pod pod n=${at} --overwrite` })),
    ...Array.from({ length: 3 }, () => ({ args: 'exec pod -- true' })),
  ];
  const { said, result } = await run(world, 'free', rows);
  assert.equal(
    said.map(({ exit }) => exit === 0),
    rows.map((_, at) => at !== 12 && at !== 15),
    JSON.stringify(said.map(({ stderr }) => stderr)),
  );
  assert.match(said[12]?.stderr ?? '', /one session may make 12 changes/);
  assert.match(said[15]?.stderr ?? '', /one session may make 2 commands and connections into pods/);
  assert.is(result.exit, 77);
});

withCluster("exit codes: kubectl's own, 77 and 75; and the result as JSON", async () => {
  const { stage } = await shared();
  const json = async (args: readonly string[], flags: readonly string[] = []) => {
    const result = await stage.kubectl(args, { flags: ['--json', ...flags] });
    return { exit: result.exit, json: result.json };
  };
  const read = await json(['-n', 'free', 'get', 'pod', 'pod', '-o', 'name']);
  assert.is(read.exit, 0);
  assert.is(read.json.output, 'pod/pod\n');
  assert.equal([read.json.target, read.json.origin, read.json.exitCode], ['prod', 'child', 0]);
  assert.is(read.json.lease.provider, 'kube-token');
  assert.ok(read.json.lease.revokedAt !== null);
  assert.ok(read.json.recording !== null);

  const missing = await json(['-n', 'free', 'get', 'pod', 'nobody']);
  assert.equal([missing.exit, missing.json.origin, missing.json.exitCode], [1, 'child', 1]);
  assert.match(missing.json.stderr, /pods "nobody" not found/);
  const wrong = await json(['get', 'pods', '--no-such-flag']);
  assert.equal([wrong.exit, wrong.json.origin], [1, 'child']);

  const denied = await json(['delete', 'namespace', 'other']);
  assert.is(denied.exit, 77);
  assert.match(JSON.stringify(denied.json), /kubernetes\/pillars/);
  const pending = await json(['-n', 'other', 'delete', 'pod', 'pod'], ['--no-wait']);
  assert.is(pending.exit, 75);
  assert.match(JSON.stringify(pending.json), /"r-\w+"/);
});

test.run();
