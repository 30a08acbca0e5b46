import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stricter, type Verdict } from '../../src/lib/core/decision.ts';
import { canonicalJson, digestOf, sha256 } from '../../src/lib/core/digest.ts';
import { formatDuration, parseDuration } from '../../src/lib/core/duration.ts';
import { EXIT, exitCodeOfSignal } from '../../src/lib/core/exit-codes.ts';
import { isId, newLeaseId, newPageToken, newRequestId, newSessionId } from '../../src/lib/core/ids.ts';
import { Secret } from '../../src/lib/core/secret.ts';

test('deny beats ask beats allow, in either order', () => {
  const order: readonly Verdict[] = ['allow', 'ask', 'deny'];
  for (const [a, first] of order.entries()) {
    for (const [b, second] of order.entries()) assert.is(stricter(first, second), order[Math.max(a, b)]);
  }
});

test('equal values have equal digests, however their keys are ordered', () => {
  assert.is(digestOf({ b: [1, 2], a: 'é' }), digestOf({ a: 'é', b: [1, 2] }));
  assert.is.not(digestOf({ a: [1, 2] }), digestOf({ a: [2, 1] }));
  assert.is.not(digestOf({ a: '1' }), digestOf({ a: 1 }));
  // Two spellings of one letter are two texts: nothing is normalised away before it is signed.
  assert.is.not(digestOf('\u00e9'), digestOf('e\u0301'));
});

test('a canonical form is the one of RFC 8785', () => {
  assert.is(
    canonicalJson({ '\u20ac': 1e21, '\r': 1, a: [true, null, -0, 1.5] }),
    '{"\\r":1,"a":[true,null,0,1.5],"€":1e+21}',
  );
  assert.is(sha256(''), 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  assert.is(sha256(Buffer.from('é')), sha256('é'));
});

test('what is no JSON has no canonical form', () => {
  for (const value of [undefined, () => {}, Number.NaN, Number.POSITIVE_INFINITY, { deep: Number.NaN }, 10n]) {
    assert.throws(() => canonicalJson(value), undefined, String(value));
  }
});

for (const [text, ms] of [
  ['0s', 0],
  ['250ms', 250],
  ['90s', 90_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['30d', 2_592_000_000],
] as const) {
  test(`reads "${text}" as ${ms} ms`, () => assert.is(parseDuration(text), ms));
}

for (const text of [
  '',
  '5',
  's',
  '-1s',
  '1.5h',
  '1 m',
  ' 1m',
  '1m ',
  '1M',
  '1m\n',
  '1h30m',
  '٣s',
  '1e3s',
  '9999999999s',
]) {
  test(`${JSON.stringify(text)} is no duration`, () => assert.is(parseDuration(text), undefined));
}

test('a duration is shown in its largest unit that is exact, and reads back', () => {
  for (const [ms, text] of [
    [900_000, '15m'],
    [90_000, '90s'],
    [86_400_000, '1d'],
    [1_001, '1001ms'],
    [0, '0ms'],
  ] as const) {
    assert.is(formatDuration(ms), text);
    assert.is(parseDuration(text), ms);
  }
});

test('exit codes of the broker are distinct, and a signal has the code a shell gives it', () => {
  const codes = Object.values(EXIT);
  assert.is(new Set(codes).size, codes.length);
  assert.is(exitCodeOfSignal(9), 137);
});

test('ids have their form, and are not made twice', () => {
  for (const make of [newSessionId, newRequestId, newLeaseId]) {
    const made = Array.from({ length: 2_000 }, (): string => make());
    assert.is(new Set(made).size, made.length);
    assert.ok(made.every(isId));
  }
  assert.match(newPageToken(), /^[0-9a-hjkmnp-tv-z]{32}$/);
});

for (const text of [
  '',
  's-',
  's-short',
  'x-000000000000',
  's-00000000000o',
  's-../../etc/pa',
  's-000000000000\n',
  'S-000000000000',
  's-0000000000000',
]) {
  test(`${JSON.stringify(text)} is no id`, () => assert.is(isId(text), false));
}

test('a secret shows itself only when asked', () => {
  const secret = new Secret('hunter2');
  const holder = { secret, list: [secret], map: new Map([['k', secret]]) };
  for (const shown of [
    String(secret),
    `${secret}`,
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    inspect(new Error('x', { cause: holder })),
    Object.entries(secret).join(),
    JSON.stringify(structuredClone(Object.assign({}, secret))),
  ]) {
    assert.not.ok(shown.includes('hunter2'), shown);
  }
  assert.is(secret.reveal(), 'hunter2');
});

test.run();
