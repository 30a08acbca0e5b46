// Values of Secrets never pass, whatever they come in; everything else of the reply does.
import { randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maskSecrets } from '../../src/lib/kubernetes/mask-secrets.ts';

const test = suite('mask-secrets');

/** Long enough that no two are alike, and that a label fits. */
const draw = () => randomBytes(24).toString('base64url');
const base64 = (text: string) => Buffer.from(text).toString('base64');
const label = (value: Uint8Array) => `[kubernetes-secret:${(value.length % 10_000).toString().padStart(4, '0')}]`;

/** The value in every form a reply could have it in. */
function forms(value: string): readonly string[] {
  return [value, base64(value), Buffer.from(value).toString('hex'), value.slice(3, 20), base64(value).slice(2, 24)];
}

function secret(value: string, more: object = {}) {
  const applied = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    data: { password: base64(value) },
    stringData: { old: value },
  });
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: {
      name: 'db',
      namespace: 'shop',
      annotations: { team: 'shop', 'kubectl.kubernetes.io/last-applied-configuration': `${applied}\n` },
      managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:data': { '.': {}, 'f:password': {} } } }],
    },
    data: { password: base64(value) },
    type: 'Opaque',
    ...more,
  };
}

const SHAPES: readonly (readonly [string, (value: string) => unknown])[] = [
  ['an object', secret],
  [
    'a list whose items have no kind',
    (value) => ({ kind: 'SecretList', items: [{ ...secret(value), kind: undefined }] }),
  ],
  ['an event of a watch', (value) => ({ type: 'MODIFIED', object: secret(value) })],
  [
    'a table with its objects',
    (value) => ({ kind: 'Table', rows: [{ cells: ['db', 'Opaque', 1, '3d'], object: secret(value) }] }),
  ],
  ['stringData', (value) => secret('other', { stringData: { token: value } })],
  ['data that is a text', (value) => secret('other', { data: value })],
  ['data that is a list', (value) => secret('other', { data: [value] })],
  ['a value that is no text', (value) => secret('other', { data: { password: { inner: value } } })],
  [
    'an annotation that is cut',
    (value) =>
      secret('other', {
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"a":"${value}` } },
      }),
  ],
  [
    'an annotation within an annotation',
    (value) =>
      secret('other', {
        metadata: {
          annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(secret(value)) },
        },
      }),
  ],
  ['data before kind, deep in a list', (value) => ({ items: [[{ data: { a: base64(value) }, kind: 'Secret' }]] })],
];

for (const [shape, make] of SHAPES) {
  test(`no value passes in ${shape}`, () => {
    const value = draw();
    const masked = JSON.stringify(maskSecrets(make(value), label));
    for (const form of forms(value)) assert.not.match(masked, form);
    const begin = '[kubernetes-secret';
    assert.ok(masked.includes(begin) || masked.includes(base64(begin)));
  });
}

test('all else of the reply stays as it is', () => {
  const before = secret(draw());
  const after = maskSecrets(before, label) as typeof before;
  assert.equal({ ...after, data: {}, metadata: {} }, { ...before, data: {}, metadata: {} });
  assert.equal(after.metadata.managedFields, before.metadata.managedFields);
  assert.is(after.metadata.annotations.team, 'shop');
  assert.equal(Object.keys(after.data), ['password']);
  const status = {
    kind: 'Status',
    status: 'Failure',
    message: 'secrets "db" not found',
    details: { name: 'db' },
    code: 404,
  };
  assert.equal(maskSecrets(status, label), status);
});

test('a value of data is base64 of as many bytes, so that clients see its size', () => {
  const sizeOf = (text: string) =>
    Buffer.from(
      (maskSecrets({ data: { a: base64(text) } }, label) as { data: { a: string } }).data.a,
      'base64',
    ).toString();
  assert.is(sizeOf('x'.repeat(100)), `[kubernetes-secret:0100]${'*'.repeat(76)}`);
  assert.is(sizeOf('x'.repeat(24)), '[kubernetes-secret:0024]');
  assert.is(sizeOf('short'), '[kubernetes-secret:0005 5 bytes]');
});

test('nothing is no value: it stays nothing', () => {
  const empty = { data: { a: '', b: null }, stringData: null };
  assert.equal(maskSecrets(empty, label), empty);
});

test('a key is never taken for another thing than a key', () => {
  const masked = maskSecrets(
    JSON.parse('{"data":{"__proto__":"c2VjcmV0LXZhbHVl","constructor":"c2VjcmV0LXZhbHVl"}}'),
    label,
  );
  assert.not.match(JSON.stringify(masked), 'c2VjcmV0LXZhbHVl');
  assert.is(Object.keys((masked as { data: object }).data).length, 2);
});

test('a reply that is nested without end is refused', () => {
  let deep: unknown = {};
  for (let level = 0; level < 1000; level++) deep = { inner: deep };
  assert.throws(() => maskSecrets(deep, label), RangeError);
});

test.run();
