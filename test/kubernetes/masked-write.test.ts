// A label of ours is never written in the place of the value it stands for; what only looks like one may be.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maskSecrets } from '../../src/lib/kubernetes/masking/mask-secrets.ts';
import { refuseMaskedWrite } from '../../src/lib/kubernetes/masking/masked-write.ts';
import { PROTOBUF, readBody } from '../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../src/lib/kubernetes/request/refused-request.ts';
import { compileRules } from '../../src/lib/stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../../src/lib/stream/mask/fingerprint.ts';
import { maskKinds } from '../../src/lib/stream/mask/mask-kinds.ts';
import { RULES } from '../../src/lib/stream/mask/rules/index.ts';

const test = suite('masked-write');

const kinds = maskKinds(compileRules(RULES), [
  { kind: 'session-token', bytes: Buffer.alloc(0), source: Buffer.alloc(0), skipsBreaks: false },
]);
const fingerprint = makeFingerprint(randomBytes(32));
const label = (value: Uint8Array) => `[kubernetes-secret:${fingerprint(value)}]`;
const base64 = (text: string, times = 1): string =>
  times === 0 ? text : base64(Buffer.from(text).toString('base64'), times - 1);

function refusal(body: unknown, type = 'application/merge-patch+json', method = 'PATCH'): RefusedRequest | undefined {
  const request = readRequest(method, '/api/v1/namespaces/shop/secrets/db');
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const sent = { type, bytes };
  try {
    refuseMaskedWrite(request, readBody(request, sent), sent, kinds);
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
  return undefined;
}

const OURS = [
  '[kubernetes-secret:3f2a]',
  '[kubernetes-secret:3f2a 12 bytes]',
  '[kubernetes-secret:00ff]********',
  '[github-token:12ab]',
  '[session-token:beef]',
  '[password:0000]',
];
const PLACES: readonly (readonly [string, (label: string) => unknown, string?])[] = [
  ['data', (text) => ({ data: { password: base64(text) } }), 'data.password'],
  ['data that is base64 of base64', (text) => ({ data: { password: base64(text, 3) } }), 'data.password'],
  ['stringData', (text) => ({ stringData: { url: `postgres://db:${text}@host` } }), 'stringData.url'],
  [
    'an environment',
    (text) => ({ spec: { containers: [{ env: [{ name: 'A', value: text }] }] } }),
    'spec.containers.0.env.0.value',
  ],
  ['a name of a field', (text) => ({ data: { [text]: 'x' } }), 'data'],
  ['a manifest in a ConfigMap', (text) => ({ data: { 'a.yaml': `kind: Secret\ndata:\n  a: ${base64(text)}\n` } })],
  ['a wrapped value', (text) => ({ data: { a: base64(`${'x'.repeat(40)}${text}`).replace(/.{11}/g, '$&\n    ') } })],
  [
    'a wrapped value in a text of JSON',
    (text) => ({ data: { a: JSON.stringify({ b: base64(text).replace(/.{13}/g, '$&\n') }) } }),
  ],
  ['an object that is compressed', (text) => ({ data: { a: base64(gzipSync(`{"a":"${text}"}`).toString('base64')) } })],
  [
    'an object that is compressed, in an annotation',
    (text) => ({ metadata: { annotations: { a: gzipSync(`{"a":"${base64(text)}"}`).toString('base64') } } }),
  ],
  ['base64 right behind a word', (text) => ({ data: { a: `ab${base64(text)}` } })],
  ['base64 for URLs', (text) => ({ data: { a: Buffer.from(`??>>${text}`).toString('base64url') } })],
  [
    'the annotation of kubectl apply',
    (text) => ({
      metadata: {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': `${JSON.stringify({ kind: 'Secret', data: { a: base64(text) } })}\n`,
        },
      },
    }),
    'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration',
  ],
];

for (const [what, make, place] of PLACES) {
  test(`in ${what}: refused`, () => {
    for (const text of OURS) {
      const error = refusal(make(text));
      assert.ok(error, text);
      assert.is(error.status, 403);
      assert.is(error.code, 'masked-value');
      // Without brackets: what a client writes of why it failed is not refused for the same reason.
      assert.match(error.message, `"${text.replace(/\*+$/, '').slice(1, -1)}"`);
      assert.is(refusal({ status: { message: error.message } }), undefined);
      if (place !== undefined) assert.match(error.message, JSON.stringify(place));
    }
  });
}

test('runs of megabytes are read', () => {
  for (const run of ['x', ' ', '\\n', '\n', '+', '[', '[a:'])
    assert.is(refusal({ data: { a: run.repeat(2_900_000 / run.length) } }), undefined);
});

test('what unpacks to much keeps nobody waiting', () => {
  const bomb = gzipSync(Buffer.alloc(7_000_000, 'x')).toString('base64');
  const data = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`a${at}`, base64(bomb)]));
  const started = performance.now();
  assert.is(refusal({ data }), undefined);
  // All of it would be a gigabyte.
  assert.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`);
});

test('in a JSON patch, in YAML and in protobuf: refused', () => {
  const [text] = OURS as [string];
  const patch = [
    { op: 'add', path: '/a', value: 1 },
    { op: 'replace', path: '/data/a', value: base64(text) },
  ];
  assert.match(refusal(patch, 'application/json-patch+json')?.message ?? '', '"1.value" holds');
  assert.ok(refusal(`kind: Secret\ndata:\n  a: ${base64(text)}\n`, 'application/apply-patch+yaml'));
  const proto = Buffer.concat([Buffer.from('k8s\0\x0a\x06'), Buffer.from(text), randomBytes(300)]);
  assert.match(refusal(proto, PROTOBUF, 'PUT')?.message ?? '', `the body holds the label "${text.slice(1, -1)}"`);
});

test('whatever the mask of Secrets makes of a value is known again', () => {
  for (let length = 1; length < 80; length++) {
    const secret = {
      kind: 'Secret',
      data: { a: Buffer.from(randomBytes(length)).toString('base64') },
      stringData: { b: 'x'.repeat(length) },
    };
    const masked = maskSecrets(secret, label) as typeof secret;
    assert.ok(refusal({ data: masked.data }), `${length} bytes`);
    assert.ok(refusal({ data: masked.stringData }), `${length} bytes`);
  }
});

const OTHERS = [
  '[foo:1234]',
  '[::1]:8080',
  '[error:dead]',
  '[info:0000] started',
  '[password]',
  '[password:123]',
  '[password:12345]',
  '[password:12AB]',
  '[password:zzzz]',
  '[kubernetes-secret:3f2a',
  'kubernetes-secret:3f2a]',
  '[kubernetes-secret: 3f2a]',
  '[kubernetes-secrets:3f2a]',
  '[github-token:12ab bytes]',
  '****',
];
for (const text of OTHERS) {
  test(`${text} is no label`, () => {
    for (const [, make] of PLACES) assert.is(refusal(make(text)), undefined);
  });
}

test('values of a Secret are not taken elsewhere by a patch', () => {
  const type = 'application/json-patch+json';
  for (const op of ['copy', 'move', 'test']) {
    const patch = [
      { op: 'add', path: '/metadata/labels/a', value: 'b' },
      { op, from: '/da~0ta/password', path: '/metadata/annotations/x' },
    ];
    assert.is(refusal(patch, type)?.code, 'uncovers-secret');
    const request = readRequest('PATCH', '/api/v1/namespaces/shop/configmaps/a');
    const sent = { type, bytes: Buffer.from(JSON.stringify(patch)) };
    assert.not.throws(() => refuseMaskedWrite(request, readBody(request, sent), sent, kinds));
  }
  assert.is(refusal([{ op: 'replace', path: '/data/a', value: base64('new') }], type), undefined);
});

test('real values, removals and options pass', () => {
  assert.is(
    refusal({ data: { a: base64('a real value'), old: null }, metadata: { annotations: { note: 'x' } } }),
    undefined,
  );
  assert.is(refusal({ data: { a: randomBytes(100_000).toString('base64') } }), undefined);
  const options = { preconditions: { uid: '[kubernetes-secret:3f2a]' } };
  assert.is(refusal(options, 'application/json', 'DELETE'), undefined);
});

test('a body of 3 MiB is looked through in a moment, whatever it holds', () => {
  let nested = 'x'.repeat(900_000);
  for (let level = 0; level < 4; level++) nested = base64(nested);
  const size = 2_900_000;
  for (const text of [
    nested,
    'A'.repeat(size),
    '[a:'.repeat(size / 3),
    randomBytes(size / 2).toString('base64'),
    'QUFB '.repeat(size / 5),
  ]) {
    const began = performance.now();
    assert.is(refusal({ a: text.slice(0, size) }), undefined);
    assert.ok(performance.now() - began < 4000, `${performance.now() - began} ms for ${text.slice(0, 20)}`);
  }
});

test.run();
