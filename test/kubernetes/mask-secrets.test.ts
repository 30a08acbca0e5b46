// Values of Secrets never pass, whatever they come in; everything else of the reply does.
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { maskSecrets } from '../../src/lib/kubernetes/masking/mask-secrets.ts';

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

function refusedWith(message: string, value: string) {
  const causes = [{ field: 'patch', message: `Invalid value: "{\\"data\\":{\\"a\\":\\"${value}\\"}}"` }];
  return { kind: 'Status', status: 'Failure', code: 422, message, details: { name: 'db', causes } };
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
  [
    'an annotation of another tool that holds the object',
    (value) =>
      secret('other', { metadata: { annotations: { 'tool/original': `  ${JSON.stringify([secret(value)])}` } } }),
  ],
  [
    'an annotation that holds the object compressed',
    (value) => {
      const packed = gzipSync(JSON.stringify(secret(value))).toString('base64');
      return secret('other', { metadata: { annotations: { 'objectset/applied': packed, note: packed } } });
    },
  ],
  [
    'an annotation with a copy of a value',
    (value) => secret(value, { metadata: { annotations: { copied: `x: ${value}` } } }),
  ],
  [
    'an annotation with a copy of a value as base64',
    (value) => secret(value, { metadata: { annotations: { copied: base64(value) } } }),
  ],
  [
    'an object in an annotation that names a value',
    (value) => secret(value, { metadata: { annotations: { a: `{"b":"${value}"}` } } }),
  ],
  [
    'an object in an annotation that names a value beside its data',
    (value) =>
      secret(value, { metadata: { annotations: { a: JSON.stringify({ data: { a: 'eA==' }, old: [value] }) } } }),
  ],
  ['a label with a copy of a value', (value) => secret(value, { metadata: { labels: { copied: value } } })],
  [
    'metadata alone, in a table',
    (value) => ({
      kind: 'Table',
      rows: [{ object: { metadata: secret(value).metadata, kind: 'PartialObjectMetadata' } }],
    }),
  ],
  [
    'a refusal that quotes the object',
    (value) =>
      refusedWith(
        `patch: Invalid value: ${JSON.stringify(JSON.stringify(secret(value)))}: illegal base64 data at input byte 3`,
        value,
      ),
  ],
  [
    'a refusal that quotes a map of Go',
    (value) => refusedWith(`cannot use map[data:map[password:${value}]] of type map`, value),
  ],
  ['a refusal that quotes a value', (value) => refusedWith(`data: Invalid value: "${value}": is no value`, value)],
  ['a refusal with a long word', (value) => refusedWith(`cannot read ${base64(value)}`, value)],
  [
    'a refusal as an event of a watch',
    (value) => ({ type: 'ERROR', object: refusedWith(`Invalid value: "${value}"`, value) }),
  ],
  [
    'an annotation with a copy of a value, where its data is not asked for',
    (value) => ({
      kind: 'Table',
      rows: [
        {
          object: { kind: 'PartialObjectMetadata', metadata: { annotations: { a: `pw: ${value}`, b: base64(value) } } },
        },
      ],
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

test('of a refusal the reason stays, and what it is about', () => {
  const said = (message: string) =>
    (
      maskSecrets({ kind: 'Status', status: 'Failure', message }, () => '[kubernetes-secret:3f2a]') as {
        message: string;
      }
    ).message;
  const rows: readonly (readonly [string, string])[] = [
    ['secrets "db" not found', 'secrets "db" not found'],
    [
      'secrets "a-name.that-is.longer-than-any-value-of-a-secret.would-be.expected" is forbidden: User "system:serviceaccount:shop:ci" cannot get resource',
      'secrets "a-name.that-is.longer-than-any-value-of-a-secret.would-be.expected" is forbidden: User "system:serviceaccount:shop:ci" cannot get resource',
    ],
    [
      'Secret "db" is invalid: type: Invalid value: "Opaque": field is immutable',
      'Secret "db" is invalid: type: Invalid value: [kubernetes-secret:3f2a]: field is immutable',
    ],
    ['patch: Invalid value: "{\\"a\\":1}": bad: "{"', 'patch: Invalid value: [kubernetes-secret:3f2a]'],
    ['cannot read map[a:b]', 'cannot read [kubernetes-secret:3f2a]'],
  ];
  for (const [message, expected] of rows) assert.is(said(message), expected);
  const began = performance.now();
  said(`x": ${'aaaaaaaaaaaaa '.repeat(100_000)}!`);
  said('a'.repeat(1_000_000));
  assert.ok(performance.now() - began < 2000);
});

test('annotations that hold no value stay', () => {
  const annotations = {
    note: 'the password is shared',
    json: '{"a":{"b":1}}',
    url: 'https://a.example/x?y=z',
    team: 'shop',
  };
  const masked = maskSecrets(
    { metadata: { annotations }, data: { namespace: base64('default'), a: base64('the') } },
    label,
  );
  assert.equal((masked as { metadata: object }).metadata, { annotations });
  const mark = {
    kind: 'Secret',
    metadata: { annotations: { 'k8s.io/initial-events-end': 'true' }, resourceVersion: '7' },
  };
  assert.equal(maskSecrets({ type: 'BOOKMARK', object: mark }, label), { type: 'BOOKMARK', object: mark });
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
