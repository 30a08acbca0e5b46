// What a person reads before approving: all that changes, none of the noise, and no line that a stranger could have written.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeEffect, type Effect } from '../../src/lib/kubernetes/effect/effect.ts';
import { maskSecrets } from '../../src/lib/kubernetes/masking/mask-secrets.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import type { ParsedBody } from '../../src/lib/ports/api-gate.ts';

const test = suite('effect');

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const PODS = '/api/v1/namespaces/shop/pods';

function effect(line: string, preview?: Partial<Effect>, digest: string | null = null, parsed?: ParsedBody): string {
  const [method = '', target = ''] = line.split(' ');
  const whole = preview === undefined ? undefined : { before: undefined, after: undefined, removed: [], ...preview };
  return describeEffect(readRequest(method, target), whole, digest, parsed);
}

function deployment(
  replicas: number,
  more: { readonly noise?: string; readonly metadata?: object; readonly image?: string } = {},
) {
  const { noise = 'a', metadata = {}, image = 'app:1' } = more;
  return {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: {
      ...{ name: 'web', namespace: 'shop', uid: `uid-${noise}`, resourceVersion: noise, generation: replicas },
      ...{ creationTimestamp: `2026-01-01T00:00:0${noise.length}Z`, managedFields: [{ manager: noise }] },
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': noise, team: 'shop' },
      ...metadata,
    },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [
            { name: 'app', image },
            { name: 'side', image: 'side:1', args: ['a', 'b'] },
          ],
        },
      },
    },
    status: { observedGeneration: 4 },
  };
}

test('a patch is what changes, with what it stands below, and nothing of the noise', () => {
  const before = deployment(1);
  const after = deployment(3, { noise: 'bb', image: 'app:2' });
  assert.is(
    effect(`PATCH ${WEB}`, { before, after }, 'hmac-sha256:12'),
    [
      'patch deployments.apps "web" in namespace "shop"',
      '- as it is, + as it would be:',
      'body: hmac-sha256:12',
      '@ at the top',
      '  apiVersion: apps/v1',
      '  kind: Deployment',
      '  spec:',
      '-   replicas: 1',
      '+   replicas: 3',
      '    template:',
      '      spec:',
      '        containers:',
      '-         - image: app:1',
      '+         - image: app:2',
      '            name: app',
      '          - image: side:1',
      '            name: side',
    ].join('\n'),
  );
});

test('a change deep inside says where it is', () => {
  const containers = Array.from({ length: 9 }, (_, at) => ({
    name: `c${at}`,
    image: 'a:1',
    tty: false,
    stdin: false,
    env: [{ name: 'A', value: '1' }],
  }));
  const object = (tag: string) => ({
    spec: { template: { spec: { containers: [...containers, { name: 'last', image: tag, tty: false }] } } },
  });
  const text = effect(`PUT ${WEB}`, { before: object('x:1'), after: object('x:2') });
  assert.match(text, /@ spec: › template: › spec: › containers: › - image: a:1/);
  assert.match(text, '-         - image: x:1');
});

test('a write that changes nothing says so', () => {
  const text = effect(`PUT ${WEB}`, { before: deployment(1), after: deployment(1, { noise: 'other' }) });
  assert.is(
    text,
    'update deployments.apps "web" in namespace "shop"\nchanges nothing but what the server keeps for itself',
  );
});

test('owners, finalizers and a status that is changed are no noise', () => {
  const owned = effect(`PATCH ${WEB}`, {
    before: deployment(1),
    after: deployment(1, { metadata: { finalizers: ['x.org/keep'] } }),
  });
  assert.match(owned, '+   finalizers:');
  const status = (ready: number) => ({
    kind: 'Sheep',
    status: { ready, conditions: [{ lastTransitionTime: `${ready}`, type: 'A' }] },
  });
  const text = effect('PUT /apis/example.org/v1/namespaces/shop/sheep/dolly/status', {
    before: status(1),
    after: status(2),
  });
  assert.match(text, '-   ready: 1');
  assert.match(text, '+   ready: 2');
  assert.not.match(text, 'lastTransitionTime');
});

test('a new object is told in short: usual settings are left out, unusual ones are not', () => {
  const pod = (more: object) => ({
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1', creationTimestamp: null },
    spec: {
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      securityContext: {},
      hostNetwork: true,
      ...more,
    },
    status: { phase: 'Pending' },
  });
  const text = effect(`POST ${PODS}`, { after: pod({}) });
  assert.is(
    text,
    'create pods in namespace "shop": "web"\n+ spec:\n+   hostNetwork: true\n+ metadata:\n+   name: web\n+   namespace: shop',
  );
  assert.match(
    effect(`POST ${PODS}`, { after: pod({ dnsPolicy: 'None', securityContext: { runAsUser: 0 } }) }),
    '+     runAsUser: 0',
  );
});

test('a token volume and tolerations as the server gives them are left out; the same name with another volume is not', () => {
  const name = 'kube-api-access-bcdfg';
  const projected = {
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      {
        downwardAPI: {
          items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
        },
      },
    ],
    defaultMode: 420,
  };
  const toleration = {
    key: 'node.kubernetes.io/not-ready',
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  };
  const pod = (volume: object, tolerations: readonly object[]) => ({ spec: { volumes: [volume], tolerations } });
  const usual = effect(`POST ${PODS}`, { after: pod({ name, projected }, [toleration]) });
  assert.is(usual, 'create pods in namespace "shop"\n+ spec: {}');
  const other = effect(`POST ${PODS}`, { after: pod({ name, hostPath: { path: '/' } }, [{ operator: 'Exists' }]) });
  assert.match(other, /\+ {9}path: \//);
  assert.match(other, '+     - operator: Exists');
});

test('the same creation gives the same text, whatever the server makes up', () => {
  const job = (uid: string, volume: string, seconds: number) => ({
    kind: 'Job',
    metadata: {
      generateName: 'job-',
      uid,
      creationTimestamp: `2026-01-01T00:00:0${seconds}Z`,
      labels: { 'controller-uid': uid },
    },
    spec: {
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { spec: { volumes: [{ name: volume }], containers: [{ volumeMounts: [{ name: volume }] }] } },
    },
  });
  const target = 'POST /apis/batch/v1/namespaces/shop/jobs';
  const one = effect(target, { after: job('0c7a8e2e-0000', 'kube-api-access-bcdfg', 1) });
  assert.is(one, effect(target, { after: job('9b1f6c3d-1111', 'kube-api-access-xz245', 2) }));
  assert.match(one, 'create jobs.batch in namespace "shop": a new name that begins with "job-"');
  assert.match(one, 'controller-uid: (uid)');
});

test('what goes is shown, and how', () => {
  const parsed: ParsedBody = {
    kind: 'object',
    object: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Orphan', gracePeriodSeconds: 0 },
  };
  const text = effect(`DELETE ${WEB}`, { before: deployment(2) }, null, parsed);
  assert.match(
    text,
    /^delete deployments\.apps "web" in namespace "shop"\noptions: \{"gracePeriodSeconds":0,"propagationPolicy":"Orphan"\}\nwhat goes:\n- apiVersion/,
  );
  assert.match(text, '-   replicas: 2');
  assert.match(effect(`DELETE ${WEB}`, {}), 'what goes is not known');
  assert.match(effect(`POST ${PODS}/web/eviction`, { before: { kind: 'Pod' } }), '- kind: Pod');
});

const names = (count: number) => Array.from({ length: count }, (_, at) => `shop/web-${String(at).padStart(3, '0')}`);
const DELETED: readonly (readonly [Partial<Effect>, RegExp, number])[] = [
  [{ removed: names(1) }, /^deletes 1 pods \(one object\) in namespace "shop":\n- shop\/web-000$/, 1],
  [{ removed: names(12) }, /^deletes 12 pods in namespace "shop":\n- shop\/web-000\n(- .*\n){10}- shop\/web-011$/, 12],
  [{ removed: names(40) }, /^deletes 40 pods.*:\n(?:- .*\n){39}- shop\/web-039$/, 40],
  [{ removed: names(41) }, /^deletes 41 pods.*039\nand 1 more; sha256 of all names: [0-9a-f]{64}$/s, 40],
  [{ removed: names(500), moreRemoved: 7 }, /^deletes 507 pods.*\nand 467 more; sha256/s, 40],
  [{ removed: names(500), moreRemoved: 'some' }, /^deletes more than 500 pods.*\nand more; sha256/s, 40],
  [{ removed: [] }, /^deletes 0 pods in namespace "shop"$/, 0],
  [{ removed: [], moreRemoved: 'some' }, /^deletes an unknown number of pods in namespace "shop"$/, 0],
];
for (const [preview, expected, lines] of DELETED) {
  test(`a deletion of ${preview.removed?.length} and ${preview.moreRemoved ?? 'no'} more`, () => {
    const text = effect(`DELETE ${PODS}`, preview);
    assert.match(text, expected);
    assert.is(text.split('\n').filter((line) => line.startsWith('- ')).length, lines);
  });
}

test('names that are not shown are told by their digest, and selectors are said', () => {
  const other = [...names(40), 'shop/other'];
  assert.is.not(effect(`DELETE ${PODS}`, { removed: names(41) }), effect(`DELETE ${PODS}`, { removed: other }));
  const text = effect(`DELETE ${PODS}?labelSelector=app%3Dweb&fieldSelector=a%3Db`, { removed: names(2) });
  assert.match(text, /^deletes 2 pods in namespace "shop" with "app=web" with "a=b":\n/);
});

const EXEC = `${PODS}/web/exec`;
const COMMANDS: readonly (readonly [string, string])[] = [
  [
    `GET ${EXEC}?command=ls&command=-l`,
    'runs a command in the pod "web" in namespace "shop": without input\nits 2 words:\n  1: ls\n  2: -l',
  ],
  [
    `POST ${EXEC}?container=app&tty=true&stdin=true&command=sh&command=-c&command=${encodeURIComponent('echo "a b"; id')}`,
    'runs a command in the pod "web" in namespace "shop", container "app": with a terminal, with input from the client\nits 3 words:\n  1: sh\n  2: -c\n  3: "echo \\"a b\\"; id"',
  ],
  [
    `GET ${EXEC}?command=${encodeURIComponent('set -e\nbody: x\n\u001b[2Jrm -rf /')}&command=`,
    'runs a command in the pod "web" in namespace "shop": without input\nits 2 words:\n  1: 3 lines:\n  | set -e\n  | body: x\n  | <U+001B>[2Jrm -rf /\n  2: ""',
  ],
  [
    `GET ${EXEC}?command=${encodeURIComponent('\u202etxt.exe')}`,
    'runs a command in the pod "web" in namespace "shop": without input\nits 1 words:\n  1: "<U+202E>txt.exe"',
  ],
  [
    `GET ${PODS}/web/attach?stdin=1&container=app`,
    'attaches to what runs in the pod "web" in namespace "shop", container "app": with input from the client',
  ],
  [
    `POST ${PODS}/web/portforward?ports=80&ports=81`,
    'connects to any port of the pod "web" in namespace "shop" (the client says: "80", "81")',
  ],
  ['GET /version', 'GET /version'],
  ['GET /api/v1/nodes', 'list nodes in the whole cluster'],
];
for (const [line, expected] of COMMANDS)
  test(`${line.slice(0, 90)} is told in words`, () => assert.is(effect(line), expected));

test('of what the server cannot say, what is sent is shown', () => {
  const parsed: ParsedBody = { kind: 'object', object: { spec: { wool: 'all' } } };
  const text = effect('PUT /apis/example.org/v1/namespaces/shop/sheep/dolly', undefined, null, parsed);
  assert.match(text, /^update sheep\.example\.org "dolly" in namespace "shop"\nwhat it would do is not known/);
  assert.match(text, '+ spec:\n+   wool: all');
  const secret = effect('PUT /api/v1/namespaces/shop/secrets/db', undefined, null, {
    kind: 'object',
    object: { data: { a: 'c2VjcmV0' } },
  });
  assert.not.match(secret, 'c2VjcmV0');
});

test('of a Secret labels are told, with sizes, and which value changes', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const label = (value: Uint8Array) => `[kubernetes-secret:${(value.length * 7919).toString(16).slice(-4)}]`;
  const secret = (password: string) =>
    maskSecrets({ kind: 'Secret', data: { user: base64('kim'), password: base64(password) }, type: 'Opaque' }, label);
  const text = effect('PATCH /api/v1/namespaces/shop/secrets/db', {
    before: secret('x'.repeat(30)),
    after: secret('y'.repeat(31)),
  });
  assert.match(
    text,
    /- {3}password: "\[kubernetes-secret:[0-9a-f]+ 30 bytes\]"\n\+ {3}password: "\[kubernetes-secret:[0-9a-f]+ 31 bytes\]"/,
  );
  assert.match(text, / {4}user: "\[kubernetes-secret:[0-9a-f]+ 3 bytes\]"/);
});

test('values are masked where only the object tells that they are secret, and their change is seen', () => {
  const mask = (text: string) => text.replace(/(name: DB_PASSWORD\n\s+value: ).*/g, '$1"[password:3f2a]"');
  const pod = (value: string) => ({
    spec: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'DB_PASSWORD', value },
            { name: 'A', value: 'b' },
          ],
        },
      ],
    },
  });
  const told = (preview: Partial<Effect>, verb = 'PUT') => {
    const request = readRequest(verb, verb === 'POST' ? PODS : `${PODS}/web`);
    return describeEffect(
      request,
      { before: undefined, after: undefined, removed: [], ...preview },
      null,
      { kind: 'none' },
      mask,
    );
  };
  const text = told({ before: pod('old-one'), after: pod('new-one') });
  assert.match(text, /- {11}value: "\[password:3f2a\]"\n\+ {11}value: "\[password:3f2a\]"/);
  assert.not.match(text, /old-one|new-one/);
  assert.not.match(told({ after: pod('new-one') }, 'POST'), 'new-one');
  assert.not.match(told({ before: pod('old-one') }, 'DELETE'), 'old-one');
  assert.match(told({ before: pod('same'), after: pod('same') }), 'changes nothing');
});

test('a mask that takes several lines away leaves no value', () => {
  const mask = (text: string) => text.replace(/-----BEGIN[\s\S]*END-----/g, '[private-key:3f2a]');
  const object = (key: string) => ({ data: { a: 'b', key: `-----BEGIN\n${key}\n${key}\nEND-----\n` } });
  const request = readRequest('PUT', '/api/v1/namespaces/shop/configmaps/a');
  const preview = { before: object('old-one'), after: object('new-one'), removed: [] };
  const text = describeEffect(request, preview, null, { kind: 'none' }, mask);
  assert.not.match(text, /old-one|new-one|changes nothing/);
  assert.match(text, '@ in what is masked: a value changes to another one');
});

test('no line of an object can pass for one of the broker’s', () => {
  const hostile =
    'a\nbody: hmac-sha256:00\nnot shown: 0 lines\r\n@ spec:\u2028body: x\u001b[1A\u001b[2K\u0085\u202e\u200b\u0000';
  const object = (text: string) => ({
    metadata: { annotations: { [text]: text, note: text } },
    spec: { args: [text, `${text}\n`], [`k\n${text}`]: text },
  });
  for (const preview of [
    { after: object(hostile) },
    { before: object('x'), after: object(hostile) },
    { before: object(hostile), after: object('x') },
  ]) {
    const text = effect(`PUT ${WEB}`, preview, 'hmac-sha256:ff');
    for (const line of text.split('\n').slice(3)) assert.match(line, /^(?:[-+ ] |@ )/);
    assert.is(text.split('\n').filter((line) => line.startsWith('body:')).length, 1);
    assert.not.match(text, /[^\n\x20-\x7e\u203a]/);
  }
  const deleted = effect(`DELETE ${PODS}`, { removed: [hostile, 'b'] });
  for (const line of deleted.split('\n').slice(1)) assert.match(line, /^- /);
});

test('there is only so much of it, what is left out is counted, and its digest covers it', () => {
  const object = (end: string) => ({ spec: { args: [...Array.from({ length: 1000 }, (_, at) => `arg-${at}`), end] } });
  const text = effect(`POST ${PODS}`, { after: object('a') });
  assert.ok(text.split('\n').length <= 400);
  assert.match(text, /\nnot shown: 60[0-9] more lines; sha256 of all: [0-9a-f]{64}$/);
  assert.is.not(effect(`POST ${PODS}`, { after: object('b') }), text);
  assert.is(effect(`POST ${PODS}`, { after: object('a') }), text);
  const wide = effect(`POST ${PODS}`, {
    after: { spec: { args: Array.from({ length: 100 }, () => 'ä'.repeat(1500)) } },
  });
  assert.ok(Buffer.byteLength(wide) <= 24 * 1024);
  assert.match(wide, /not shown: \d+ more lines/);
  const long = effect(`POST ${PODS}`, { after: { spec: { command: '😀'.repeat(5000) } } });
  assert.match(long, /… \(\d+ more characters\)\nnot shown: the rest of 1 line; sha256/);
  assert.not.match(long, /\p{Cs}/u);
  const words = effect(`GET ${EXEC}?command=sh&command=-c&command=${'x'.repeat(60_000)}&container=${'y'.repeat(3000)}`);
  assert.ok(Buffer.byteLength(words) <= 24 * 1024, String(words.length));
  assert.match(words, /the rest of 2 lines/);
});

test('filler does not push what runs out of sight', () => {
  const filler = Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`a-${at}`, 'x'.repeat(50)]));
  const after = {
    apiVersion: 'v1',
    data: filler,
    metadata: { annotations: filler, name: 'web' },
    spec: { hostPID: true },
  };
  assert.match(effect(`POST ${PODS}`, { after }), '+     "hostPID": true');
  const env = Array.from({ length: 500 }, (_, at) => ({ name: `A${at}`, value: 'x' }));
  const containers = [{ name: 'app', image: 'a:1', env, securityContext: { privileged: true } }];
  const text = effect(`POST ${PODS}`, {
    after: { spec: { containers, hostPID: true, volumes: [{ hostPath: { path: '/' } }] } },
  });
  assert.match(text, '+   hostPID: true');
  assert.match(text, /\+ {9}privileged: true/);
});

test('large objects that have nothing in common are told in a moment', () => {
  const object = (seed: string) => ({
    data: Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`${seed}${at}`, `${seed}-${at}`])),
  });
  const began = performance.now();
  const text = effect('PUT /api/v1/namespaces/shop/configmaps/a', { before: object('a'), after: object('b') });
  assert.ok(performance.now() - began < 5000, `${performance.now() - began} ms`);
  assert.match(text, /not shown: \d+ more lines/);
});

test.run();
