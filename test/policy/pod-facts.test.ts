// What is known of the pods that a write brings about, and what rules and the guard of the nodes make of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ResourceSubject, ResourceVerb } from '../../src/lib/core/api-request.ts';
import { POD_TRAITS, type PodTrait } from '../../src/lib/core/policy-document.ts';
import { podsOf } from '../../src/lib/policy/requests/pod-facts.ts';
import { judge, rule, said } from './judged-request.ts';

const test = suite('requests: pods');

const CREATE = 'POST /api/v1/namespaces/shop/pods';

const of = (kind: string, verb: ResourceVerb = 'create', subresource: string | null = null): ResourceSubject => {
  const [resource = '', group = ''] = kind.split(/\.(.*)/);
  return { kind: 'resource', verb, group, version: 'v1', resource, subresource, namespace: 'shop', name: null };
};
const container = (more: object = {}) => ({ name: 'a', image: 'nginx:1', ...more });
const spec = (more: object = {}, ofContainer: object = {}) => ({ containers: [container(ofContainer)], ...more });
const pod = (more?: object, ofContainer?: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: spec(more, ofContainer),
});

const TRAITS: readonly (readonly [PodTrait | null, object, object?])[] = [
  [null, {}],
  ['privileged', {}, { securityContext: { privileged: true } }],
  [null, {}, { securityContext: { privileged: false } }],
  // How the server reads it is not for us to guess.
  ['privileged', {}, { securityContext: { privileged: 'true' } }],
  ['privileged', {}, { securityContext: { privileged: 1 } }],
  ['privileged', { initContainers: [container({ securityContext: { privileged: true } })] }],
  ['privileged', { ephemeralContainers: [container({ securityContext: { privileged: true } })] }],
  ['host-network', { hostNetwork: true }],
  ['host-pid', { hostPID: true }],
  ['host-ipc', { hostIPC: true }],
  [null, { hostNetwork: false, hostPID: null }],
  ['host-path', { volumes: [{ name: 'v', hostPath: { path: '/' } }] }],
  [
    'host-path',
    {
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'w', hostPath: {} },
      ],
    },
  ],
  ['host-port', {}, { ports: [{ containerPort: 80, hostPort: 80 }] }],
  [null, {}, { ports: [{ containerPort: 80, hostPort: 0 }] }],
  ['host-process', { securityContext: { windowsOptions: { hostProcess: true } } }],
  ['host-process', {}, { securityContext: { windowsOptions: { hostProcess: true } } }],
  ['capabilities', {}, { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }],
  ['capabilities', {}, { securityContext: { capabilities: { add: ['CHOWN', 'all'] } } }],
  ['capabilities', {}, { securityContext: { capabilities: { add: ['CAP_NET_RAW'] } } }],
  ['capabilities', {}, { securityContext: { capabilities: { add: 'ALL' } } }],
  ['capabilities', {}, { securityContext: { capabilities: { add: [{}] } } }],
  [null, {}, { securityContext: { capabilities: { add: ['cap_net_bind_service', 'CHOWN'], drop: ['ALL'] } } }],
  ['unmasked-proc', {}, { securityContext: { procMount: 'Unmasked' } }],
  [null, {}, { securityContext: { procMount: 'Default' } }],
  ['unconfined', { securityContext: { seccompProfile: { type: 'Unconfined' } } }],
  ['unconfined', {}, { securityContext: { appArmorProfile: { type: 'Unconfined' } } }],
  [null, { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } }],
  ['node-name', { nodeName: 'control-plane' }],
  ['secrets', { volumes: [{ name: 'v', secret: { secretName: 'db' } }] }],
  ['secrets', { volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 'db' } }] } }] }],
  ['secrets', {}, { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'db', key: 'k' } } }] }],
  ['secrets', {}, { envFrom: [{ secretRef: { name: 'db' } }] }],
  [
    'service-account-token',
    { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
  ],
];

for (const [trait, more, ofContainer] of TRAITS) {
  test(`${JSON.stringify({ ...more, ...ofContainer })} makes it ${trait ?? 'nothing special'}`, () => {
    const inner = spec(more, ofContainer);
    const template = { metadata: { labels: { app: 'web' } }, spec: inner };
    for (const [kind, object] of [
      ['pods', pod(more, ofContainer)],
      ['podtemplates', { template }],
      ['replicationcontrollers', { spec: { template } }],
      ['deployments.apps', { spec: { replicas: 1, template } }],
      ['statefulsets.apps', { spec: { template } }],
      ['daemonsets.apps', { spec: { template } }],
      ['replicasets.apps', { spec: { template } }],
      ['controllerrevisions.apps', { data: { spec: { template } } }],
      ['jobs.batch', { spec: { template } }],
      ['cronjobs.batch', { spec: { jobTemplate: { spec: { template } } } }],
      ['deployments.extensions', { spec: { template } }],
      ['rollouts.argoproj.io', { spec: { template } }],
      ['workloads.example.com', { spec: { groups: [{ podSpec: inner }] } }],
      ['things.example.com', { kind: 'List', items: [{}, { metadata: {}, spec: { template } }] }],
    ] as const) {
      const found = podsOf(of(kind), object, false);
      assert.is(found.state, 'known', kind);
      assert.equal(found.traits, trait === null ? [] : [trait], kind);
      assert.ok(found.images.includes('nginx:1'), kind);
      assert.equal(found.serviceAccounts, ['default'], kind);
      if (trait !== 'node-name') assert.equal(podsOf(of(kind, 'update'), object, false), found, kind);
      if (trait !== 'node-name') assert.equal(podsOf(of(kind, 'patch'), object, true), found, kind);
      assert.is(podsOf(of(kind, 'patch'), object, false).state, 'unknown', kind);
    }
  });
}

test('every trait that rules can name is found', () => {
  const found = new Set(TRAITS.flatMap(([trait]) => (trait === null ? [] : [trait])));
  assert.equal([...found].sort(), [...POD_TRAITS].sort());
});

test('both fields of a service account count, and every image', () => {
  const both = podsOf(of('pods'), pod({ serviceAccountName: 'a', serviceAccount: 'b' }), false);
  assert.equal([...both.serviceAccounts].sort(), ['a', 'b']);
  const many = pod({
    initContainers: [container({ image: 'init' })],
    volumes: [{ name: 'i', image: { reference: 'vol' } }],
  });
  assert.equal([...podsOf(of('pods'), many, false).images].sort(), ['init', 'nginx:1', 'vol']);
  const two = { spec: { a: { podSpec: spec({ serviceAccountName: 'ci' }) }, b: { podSpec: spec() } } };
  assert.equal([...podsOf(of('things.example.com'), two, false).serviceAccounts].sort(), ['ci', 'default']);
});

test('what the server adds to every pod is nothing special, and what is dressed up as that is', () => {
  const usual = (source: object = {}, name = 'kube-api-access-x1') => ({
    volumes: [
      {
        name,
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token', ...source } },
            { configMap: { name: 'kube-root-ca.crt' } },
            { downwardAPI: { items: [] } },
          ],
        },
      },
    ],
  });
  const traits = (more: object) => podsOf(of('pods'), pod(more), true).traits;
  assert.equal(traits(usual()), []);
  assert.equal(traits(usual({ audience: 'vault' })), ['service-account-token']);
  assert.equal(traits(usual({}, 'mine')), ['service-account-token']);
  const { volumes } = usual();
  const [volume] = volumes;
  assert.equal(traits({ volumes: [{ ...volume, projected: { sources: [{ secret: { name: 'a' } }] } }] }), ['secrets']);
  assert.equal(traits({ volumes: [{ ...volume, hostPath: { path: '/' }, projected: { sources: [null] } }] }), [
    'host-path',
  ]);
});

test('where a pod runs is asked for when it is created, not when it is changed', () => {
  const placed = pod({ nodeName: 'a' });
  assert.equal(podsOf(of('pods'), placed, false).traits, ['node-name']);
  for (const verb of ['update', 'patch'] as const) assert.equal(podsOf(of('pods', verb), placed, true).traits, []);
  assert.equal(podsOf(of('deployments.apps', 'patch'), { spec: { template: placed } }, true).traits, ['node-name']);
});

test('in the network of the node every port is one of the node', () => {
  const allow = rule('allow', { verb: ['create'], resource: ['pods'], pod: ['host-network'] });
  const networked = (more: object) => pod(more, { ports: [{ containerPort: 80, hostPort: 80 }] });
  assert.is(said(CREATE, [allow], { object: networked({ hostNetwork: true }) }), 'allow allow');
  assert.is(said(CREATE, [rule('allow', { pod: [] })], { object: networked({}) }), 'ask default');
});

test('labels, annotations and what the server says of a pod are none of its traits', () => {
  const labelled = {
    ...pod(),
    metadata: { name: 'a', labels: { privileged: 'true', image: 'x' }, annotations: { hostPath: '/' } },
    status: { hostNetwork: true, nodeName: 'n', image: 'y' },
  };
  const found = podsOf(of('pods'), labelled, false);
  assert.equal([found.traits, found.images], [[], ['nginx:1']]);
  const old = {
    ...pod(),
    metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' } },
  };
  assert.equal(podsOf(of('pods'), old, false).traits, ['unconfined']);
});

for (const [kind, verb, subresource] of [
  ['configmaps', 'create', null],
  ['secrets', 'update', null],
  ['services', 'patch', null],
  ['roles.rbac.authorization.k8s.io', 'create', null],
  ['pods', 'get', null],
  ['pods', 'delete', null],
  ['pods', 'create', 'exec'],
  ['pods', 'create', 'eviction'],
  ['deployments.apps', 'patch', 'scale'],
  ['deployments.apps', 'update', 'status'],
] as const) {
  test(`no pods come of ${verb} ${kind} ${subresource ?? ''}`, () => {
    assert.is(podsOf(of(kind, verb, subresource), pod({ hostPID: true }), false).state, 'none');
  });
}

test('the traits of volumes that stand for a folder of a node are found', () => {
  for (const source of [{ hostPath: { path: '/' } }, { local: { path: '/mnt' } }]) {
    assert.equal(podsOf(of('persistentvolumes'), { spec: source }, false).traits, ['host-path']);
  }
});

for (const [what, object, state, traits] of [
  ['a patch of names alone', { metadata: { labels: { a: 'b' } } }, 'none', []],
  ['a patch of the number of copies', { spec: { replicas: 0 } }, 'none', []],
  ['a merge patch', { spec: { template: { spec: { hostPID: true } } } }, 'unknown', ['host-pid']],
  ['steps', [{ op: 'add', path: '/spec/template/spec/hostNetwork', value: true }], 'unknown', ['host-network']],
  [
    'a step with a list',
    [{ op: 'add', path: '/spec/template/spec/volumes/-', value: { hostPath: { path: '/' } } }],
    'unknown',
    ['host-path'],
  ],
  ['steps that copy', [{ op: 'copy', from: '/spec/x', path: '/spec/y' }], 'unknown', []],
  ['a step that only looks', [{ op: 'test', path: '/spec/hostNetwork', value: true }], 'unknown', []],
  ['a text', 'x', 'unknown', []],
  ['a number', 5, 'unknown', []],
  ['nothing', undefined, 'unknown', []],
  ['null', null, 'unknown', []],
  ['no steps', [], 'unknown', []],
  [
    'steps of the wrong kind',
    [null, 1, 'x', { op: 'add' }, { path: {}, value: { privileged: true } }],
    'unknown',
    ['privileged'],
  ],
] as const) {
  test(`of ${what}, what is found is said, and what is not known`, () => {
    const found = podsOf(of('deployments.apps', 'patch'), object, false);
    assert.equal([found.state, found.traits], [state, traits]);
  });
}

test('a kind that nobody knows has pods where it looks like that', () => {
  const kind = 'widgets.example.com';
  assert.is(podsOf(of(kind), { spec: { size: 3 } }, false).state, 'none');
  assert.is(podsOf(of(kind, 'patch'), { spec: { size: 3 } }, false).state, 'none');
  assert.is(podsOf(of(kind, 'patch'), { spec: { podSpec: { hostPID: true } } }, false).state, 'unknown');
  assert.is(podsOf(of(kind, 'patch'), [{ op: 'move', from: '/a', path: '/b' }], false).state, 'unknown');
  assert.is(podsOf(of(kind), undefined, false).state, 'unknown');
});

test('odd shapes never throw, and what looks like no pod is not known', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`);
  const proto = JSON.parse('{"__proto__":{"hostNetwork":true},"constructor":{"hostPath":{}},"spec":{"containers":[]}}');
  for (const object of [
    {},
    [],
    deep,
    proto,
    { spec: null },
    { spec: [] },
    { spec: { containers: 'x' } },
    { spec: { containers: {} } },
  ]) {
    assert.type(podsOf(of('pods'), object, false).state, 'string');
  }
  assert.equal([...podsOf(of('pods'), proto, false).traits].sort(), ['host-network', 'host-path']);
  for (const object of [{}, [], { spec: {} }, { Spec: spec(), hostPID: false }]) {
    assert.is(
      podsOf(of('pods'), { x: object }, false).state,
      object === undefined ? 'none' : 'Spec' in object ? 'known' : 'unknown',
    );
  }
});

test('a large object is looked at for a while, and is not known then', () => {
  const many = { items: Array.from({ length: 300_000 }, () => ({})), spec: spec() };
  const start = process.cpuUsage();
  assert.is(podsOf(of('pods'), many, false).state, 'unknown');
  assert.ok(process.cpuUsage(start).user < 2_000_000);
});

const PATCH = 'PATCH /apis/apps/v1/namespaces/shop/deployments/web';
const deployment = (more?: object, ofContainer?: object) => ({
  metadata: { name: 'web' },
  spec: { template: { spec: spec(more, ofContainer) } },
});

test('pods that reach out to the node are denied, whatever allows pods', () => {
  const all = [rule('allow', { verb: ['*'], resource: ['*'] })];
  for (const more of [{ hostNetwork: true }, { hostPID: true }, { hostIPC: true }, { volumes: [{ hostPath: {} }] }]) {
    assert.is(said(CREATE, all, { object: pod(more) }), 'deny kubernetes/host-access');
    assert.is(said(PATCH, all, { object: deployment(more), isResult: true }), 'deny kubernetes/host-access');
    assert.is(said(CREATE, [], { object: pod(more) }), 'deny kubernetes/host-access');
    assert.is(said(CREATE, [], { object: pod(more) }, { default: 'allow' }), 'deny kubernetes/host-access');
    assert.is(said(`${CREATE}?dryRun=All`, [], { object: pod(more) }), 'allow kubernetes/dry-run');
  }
  assert.is(said(CREATE, all, { object: pod() }), 'allow allow');
  assert.is(said(CREATE, all, { object: pod({ volumes: [{ secret: {} }] }) }), 'allow allow');
});

test('a rule that names what a pod is like lifts the guard for that, and for no more', () => {
  const allow = rule('allow', { verb: ['create'], resource: ['pods'], pod: ['host-network', 'host-port'] });
  const ask = rule('ask', { verb: ['create'], resource: ['pods'], pod: ['host-path'] });
  assert.is(said(CREATE, [allow], { object: pod({ hostNetwork: true }) }), 'allow allow');
  assert.is(said(CREATE, [allow], { object: pod() }), 'allow allow');
  assert.is(
    said(CREATE, [allow], { object: pod({ hostNetwork: true, hostPID: true }) }),
    'deny kubernetes/host-access',
  );
  assert.is(said(CREATE, [ask], { object: pod({ volumes: [{ hostPath: {} }] }) }), 'ask ask');
  assert.is(
    said(CREATE, [ask], { object: pod({ volumes: [{ hostPath: {} }], hostIPC: true }) }),
    'deny kubernetes/host-access',
  );
  assert.is(said(CREATE, [ask], { object: pod() }), 'ask default');
});

test('where the pods are not known, an allow waits for what the server says of them', () => {
  const allow = rule('allow', { verb: ['patch'], resource: ['deployments'] });
  const plain = rule('allow', { verb: ['patch'], resource: ['deployments'], pod: [], image: ['nginx:*'] });
  const patch = { spec: { template: { metadata: { annotations: { a: 'b' } } } } };
  for (const rules of [[allow], [plain]]) {
    assert.is(said(PATCH, rules, { object: patch }), 'ask kubernetes/host-access');
    assert.is(said(PATCH, rules, { object: patch }, { default: 'deny' }), 'ask kubernetes/host-access');
    assert.is(said(PATCH, rules, { object: undefined }), 'ask kubernetes/host-access');
    assert.is(said(PATCH, rules, { object: deployment(), isResult: true }), 'allow allow');
  }
  assert.is(said(PATCH, [plain], { object: deployment({}, { image: 'evil' }), isResult: true }), 'ask default');
  assert.is(said(PATCH, [], { object: patch }, { default: 'deny' }), 'deny default');
  assert.is(said(PATCH, [], { object: patch }, { default: 'allow' }), 'ask kubernetes/host-access');
  assert.is(said(PATCH, [allow], { object: { spec: { replicas: 3 } } }), 'allow allow');
});

test('an exception that may hold leaves it open', () => {
  const deny = rule('deny', { verb: ['patch'], not: [{ image: ['nginx:*'] }] });
  const allow = rule('allow', { verb: ['patch'], not: [{ image: ['evil/*'] }] });
  const patch = { spec: { template: {} } };
  assert.is(said(PATCH, [deny], { object: patch }), 'ask deny');
  assert.is(said(PATCH, [deny], { object: deployment(), isResult: true }, { default: 'deny' }), 'deny default');
  assert.is(said(PATCH, [deny], { object: deployment({}, { image: 'x' }), isResult: true }), 'deny deny');
  assert.is(said(PATCH, [allow], { object: patch }, { default: 'deny' }), 'ask kubernetes/host-access');
  assert.is(said(PATCH, [allow], { object: deployment(), isResult: true }), 'allow allow');
  assert.is(said(PATCH, [allow], { object: deployment({}, { image: 'evil/x' }), isResult: true }), 'ask default');
});

test('what a patch asks for and a rule names waits for the rest, too', () => {
  const allow = rule('allow', { verb: ['patch'], pod: ['host-network'] });
  const patch = { spec: { template: { spec: { hostNetwork: true } } } };
  assert.is(said(PATCH, [allow], { object: patch }), 'ask kubernetes/host-access');
  assert.is(said(PATCH, [allow], { object: deployment({ hostNetwork: true }), isResult: true }), 'allow allow');
  const more = { spec: { template: { spec: { hostNetwork: true, hostPID: true } } } };
  assert.is(said(PATCH, [allow], { object: more }), 'deny kubernetes/host-access');
});

test('a dry run brings about no pods', () => {
  const line = `${PATCH}?dryRun=All`;
  assert.is(
    said(line, [rule('deny', { pod: ['secrets'] })], { object: { spec: { template: {} } } }),
    'allow kubernetes/dry-run',
  );
  assert.is(said(line, [rule('allow', { verb: ['patch'] })], { object: { spec: { template: {} } } }), 'allow allow');
});

test('a rule that denies what may be meant asks, and denies what is', () => {
  const deny = rule('deny', { pod: ['secrets'] });
  assert.is(said(PATCH, [deny], { object: { spec: { template: {} } } }), 'ask deny');
  assert.is(said(PATCH, [deny], { object: { spec: { template: {} } } }, { default: 'allow' }), 'ask deny');
  assert.is(said(PATCH, [deny], { object: deployment(), isResult: true }, { default: 'allow' }), 'allow default');
  assert.is(said(PATCH, [deny], { object: deployment({ volumes: [{ secret: {} }] }), isResult: true }), 'deny deny');
  assert.is(said('DELETE /api/v1/namespaces/shop/pods/web', [deny]), 'ask default');
});

for (const [match, object, expected] of [
  [{ image: ['evil/*'] }, pod({ initContainers: [container({ image: 'evil/x' })] }), 'strict'],
  [{ image: ['nginx:*'] }, pod(), 'both'],
  [{ image: ['nginx:*'] }, pod({ initContainers: [container({ image: 'evil/x' })] }), 'strict'],
  [{ image: ['nginx:*'] }, pod({}, { image: 'evil/nginx:1' }), 'none'],
  [{ image: ['*'] }, pod({}, { image: '' }), 'none'],
  [{ serviceAccount: ['default'] }, pod(), 'both'],
  [{ serviceAccount: ['admin'] }, pod({ serviceAccountName: 'admin' }), 'both'],
  [{ serviceAccount: ['admin'] }, pod({ serviceAccount: 'admin' }), 'both'],
  [{ serviceAccount: ['ci'] }, pod({ serviceAccountName: 'ci', serviceAccount: 'admin' }), 'strict'],
  [{ pod: [] }, pod(), 'both'],
  [{ pod: [] }, pod({ nodeName: 'a' }), 'none'],
  [{ pod: ['node-name', 'secrets'] }, pod({ nodeName: 'a' }), 'both'],
  [{ pod: ['node-name'] }, pod({ nodeName: 'a', volumes: [{ secret: {} }] }), 'strict'],
  [{ image: ['*'], not: [{ image: ['evil/*'] }] }, pod({ initContainers: [container({ image: 'evil/x' })] }), 'strict'],
  [{ image: ['*'], not: [{ image: ['nginx:*'] }] }, pod(), 'none'],
  [{ image: ['*'], not: [{ namespace: ['shop'] }] }, pod(), 'none'],
  [{ image: ['*'], not: [{ namespace: ['prod'] }] }, pod(), 'both'],
] as const) {
  test(`${JSON.stringify(match)} and ${JSON.stringify(object.spec)}: ${expected}`, () => {
    const strict = said(CREATE, [rule('deny', match)], { object }) === 'deny deny';
    const allowing = said(CREATE, [rule('allow', match)], { object }) === 'allow allow';
    assert.is(strict ? (allowing ? 'both' : 'strict') : allowing ? 'allow' : 'none', expected);
  });
}

test('a denial of pods says what they would do, and what to propose', () => {
  const { reason, guidance } = judge(CREATE, [], { object: pod({ hostPID: true, hostIPC: true }) });
  assert.is(reason, 'its pods would reach out to the node: host-pid, host-ipc');
  assert.is(
    guidance?.exception,
    'propose to the owner of the policy: { id: ask-create-pods, match: { verb: create, resource: "pods", pod: [host-pid, host-ipc] }, verdict: ask }',
  );
});

test.run();
