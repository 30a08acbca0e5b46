import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { endsInEscape } from '../../../src/lib/stream/mask/finding/escapes.ts';
import { findSecrets } from '../../../src/lib/stream/mask/finding/find-secrets.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import type { PatternRule } from '../../../src/lib/stream/mask/rule.ts';

const ends = (text: string) => endsInEscape(Buffer.from(text, 'latin1'), text.length);

test('knows what stands for a character, at the text’s begin and within', () => {
  const escapes = [
    '%3d',
    '%3D',
    '%2f',
    '%20',
    '\\u0026',
    '\\u003D',
    '\\x3d',
    '\\x22',
    ...[...'nrtbfv0ae'].map((c) => `\\${c}`),
  ];
  for (const written of escapes) {
    assert.ok(ends(written), written);
    assert.ok(ends(`key${written}`), `key${written}`);
    assert.not(ends(`${written}a`), `${written}a`);
  }
});

test('other letters and digits stand for themselves', () => {
  for (const text of [
    '',
    'n',
    '3d',
    '%3',
    '%3g',
    '3%d',
    'x3d',
    '\\x3',
    '\\xg3',
    'u0026',
    '\\u026',
    '\\u00g6',
    '\\s',
    '\\',
    '\\X3d',
    '\\U0026',
  ])
    assert.not(ends(text), text);
});

test('a backslash that is escaped begins nothing', () => {
  for (const [count, expected] of [
    [1, true],
    [2, false],
    [3, true],
    [4, false],
    [63, true],
    [64, false],
    [65, false],
  ] as const) {
    for (const rest of ['n', 'x3d', 'u003d'])
      assert.is(ends(`C:${'\\'.repeat(count)}${rest}`), expected, `${count} before ${rest}`);
  }
});

test('looks at what stands before the index alone', () => {
  const bytes = Buffer.from('a%3dTOKEN');
  assert.equal(
    Array.from(bytes, (_, at) => endsInEscape(bytes, at)),
    [false, false, false, false, true, false, false, false, false],
  );
});

test('a rule that begins at a word begins after an escape, too', () => {
  const rule: PatternRule = {
    name: 'word',
    kind: 'word',
    family: 'own',
    anchors: ['Key'],
    hidesAnchor: true,
    notBefore: '[A-Za-z0-9]',
    secret: '[0-9]{8}',
    tests: { masks: [], leaves: [] },
  };
  const rules = compileRules([rule]);
  const places = (text: string) => findSecrets(rules, indexNeedles([]), Buffer.from(text)).map(({ from }) => from);
  assert.equal(places('t%3dKey12345678 a\\nKey12345678 3dKey12345678 Key12345678'), [4, 19, 45]);
  assert.equal(places('\\tKey12345678'), [2]);
});

test.run();
