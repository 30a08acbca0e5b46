// Labels that stand in the place of a Secret's values before a program prints them come through as they are; nothing else does so.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isPlaceholder, isSecretLabel } from '../../../src/lib/stream/mask/checks/index.ts';
import { compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { createMaskStage } from '../../../src/lib/stream/mask/mask-stage.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';

const test = suite('secret-labels');

const rules = compileRules(RULES);
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** `size`: how many bytes go in at a time. */
function masked(text: string, size = text.length): string {
  const stage = createMaskStage({ rules, known: indexNeedles([]), size: null, fingerprint: () => 'ffff' });
  const bytes = Buffer.from(text);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(...stage.push(bytes.subarray(at, at + size)));
  return Buffer.concat([...pieces, ...stage.flush()]).toString();
}

const LABELS = [
  '[kubernetes-secret:3f2a]',
  '[kubernetes-secret:3f2a]*',
  `[kubernetes-secret:00ff]${'*'.repeat(41)}`,
  `[kubernetes-secret:00ff]${'*'.repeat(70_000)}`,
  '[kubernetes-secret:9d61 1 bytes]',
  '[kubernetes-secret:1234 12 bytes]',
  '[kubernetes-secret:beef 23 bytes]',
];

const FORMS: readonly (readonly [string, (label: string) => string])[] = [
  [
    'YAML',
    (label) =>
      `apiVersion: v1\ndata:\n  password: ${base64(label)}\n  tls.key: ${base64(label)}\nkind: Secret\ntype: Opaque\n`,
  ],
  ['YAML, the kind first', (label) => `kind: Secret\ndata:\n  token: ${base64(label)}\n  x: ${base64(label)}\n`],
  [
    'JSON',
    (label) =>
      JSON.stringify({ kind: 'Secret', data: { password: base64(label), x: base64(label) }, stringData: { a: label } }),
  ],
  [
    'JSON in lines',
    (label) => `${JSON.stringify({ data: { password: base64(label), x: base64(label) }, kind: 'Secret' }, null, 4)}\n`,
  ],
  [
    'JSON in JSON',
    (label) =>
      JSON.stringify({
        a: JSON.stringify({ kind: 'Secret', stringData: { token: label }, data: { b: base64(label) } }),
      }),
  ],
  ['data alone', (label) => JSON.stringify({ password: base64(label), username: base64(label) })],
  ['a map of Go', (label) => `map[password:${base64(label)} tls.key:${base64(label)}]`],
  ['a value alone', (label) => `${base64(label)}\n`],
  ['a value that was decoded', (label) => `${label}\n`],
  ['variables', (label) => `export DB_PASSWORD=${base64(label)}\nTOKEN=${label}\n`],
  ['a diff', (label) => `-  password: ${base64(label)}\n+  password: ${base64(label)}\n kind: Secret\n`],
  ['an effect', (label) => `-   password: "${label}"\n+   password: "${label}"\n`],
  ['a line of a form', (label) => `password: ${label}\nsecret: ${label}\n`],
];

for (const [what, form] of FORMS) {
  test(`a label comes through in ${what}`, () => {
    for (const label of LABELS) {
      const text = form(label);
      assert.is(masked(text), text, `${label.slice(0, 40)}`);
      if (label.length > 1000) continue;
      for (const size of [1, 7]) assert.is(masked(text, size), text, `${label.slice(0, 40)} by ${size}`);
    }
  });
}

test('what only begins like a label is masked as ever', () => {
  const value = 'Zk3vQ9xT2mLr8Wp1';
  const others = [
    `[kubernetes-secret:3f2a]${value}`,
    `[kubernetes-secret:${value}]`,
    `[kubernetes-secret:3f2a 12 bytes]${value}`,
    `[kubernetes-secret:3f2a 12 bytes ${value}]`,
    `[kubernetes-secret] ${value}`,
    `[kubernetes-secret:3f2a]****${value}****`,
  ];
  for (const other of others) {
    assert.not.ok(isSecretLabel(base64(other)), other);
    assert.not.ok(isPlaceholder(base64(other)), other);
    const text = `kind: Secret\ndata:\n  a: ${base64(other)}\n`;
    assert.not.ok(masked(text).includes(base64(other)), other);
    assert.not.ok(
      masked(JSON.stringify({ kind: 'Secret', data: { a: base64(other) } })).includes(base64(other)),
      other,
    );
  }
  assert.match(
    masked(`kind: Secret\ndata:\n  a: ${base64('[kubernetes-secret:3f2a]')}\n  b: ${base64(value)}\n`),
    /b: \[kubernetes-secret:ffff\]/,
  );
  assert.not.ok(isSecretLabel('[kubernetes-secret:3f2a]'));
});

test.run();
