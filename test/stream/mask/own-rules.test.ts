import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bug } from '../../../src/lib/core/errors.ts';
import type { OwnMaskRule } from '../../../src/lib/core/masking-document.ts';
import { checkOwnRule, toRule } from '../../../src/lib/stream/mask/configured/own-rules.ts';
import { maskByReference } from '../../helpers/reference-mask.ts';

const ACME: OwnMaskRule = {
  name: 'acme-token',
  anchors: ['acme_'],
  notBefore: '[A-Za-z0-9_]',
  secret: '[A-Za-z0-9]{24,64}',
  notAfter: '[A-Za-z0-9_]',
  tests: {
    masks: ['token acme_${alnum:24}', 'acme_${alnum:64}, and é'],
    leaves: ['acme_short', 'my_acme_${alnum:24}', 'acme_${alnum:24}_x'],
  },
};

test('a rule that can be used has no problem, and is the rule it says it is', () => {
  assert.equal(checkOwnRule(ACME), []);
  const rule = toRule(ACME);
  assert.is(rule.family, 'own');
  assert.is(rule.kind, 'acme-token');
  const secret = 'x1'.repeat(12);
  assert.is(maskByReference([rule], `use acme_${secret}.`), 'use acme_[acme-token].');
});

test('a kind of its own, the case of anchors, a hidden anchor and what is kept all arrive in the rule', () => {
  const rule = toRule({
    ...ACME,
    kind: 'acme',
    ignoreCase: true,
    hidesAnchor: true,
    keep: { last: 4 },
    tests: { masks: ['ACME_${alnum:30<4} is gone but for its end'.replace('ACME_', '${pick:ACME_}')] },
  });
  const secret = 'q'.repeat(24);
  assert.is(maskByReference([rule], `Acme_${secret}`), '[acme]qqqq');
});

test('lead and tail are shown, and the tail must follow', () => {
  const rule = toRule({
    name: 'pin',
    anchors: ['pin of '],
    lead: '[a-z]{1,20}: ',
    secret: '[0-9]{4,8}',
    tail: ';',
    tests: { masks: ['the pin of alice: ${digit:6};'], leaves: ['the pin of alice: ${digit:6}', 'pin of : 1234;'] },
  });
  assert.is(maskByReference([rule], 'pin of bob: 12345; pin of eve: 12345'), 'pin of bob: [pin]; pin of eve: 12345');
});

const checks: [change: Partial<OwnMaskRule>, passes: string, fails: string][] = [
  [{ check: 'luhn', secret: '[0-9]{16}' }, '4111111111111111', '4111111111111112'],
  [{ check: 'iban', secret: '[A-Z0-9]{22}' }, 'DE89370400440532013000', 'DE88370400440532013000'],
  [{ check: 'base64', secret: '[A-Za-z0-9+/]{6}[A-Za-z0-9+/=]{2}' }, 'aGVsbG8=', 'aGVsbG9='],
  [{ check: 'jwt', secret: '[A-Za-z0-9_.-]{10,80}' }, 'eyJhbGciOiJub25lIn0.e30.', 'eyJub25lIjoxfQ.e30.'],
  [{ check: 'random', secret: '[A-Za-z0-9]{12,40}' }, 'x7Qk2Vz9Lw4Rt8Bn', 'documentation'],
  [{ minEntropy: 3, secret: '[a-z0-9]{12,40}' }, 'abcdefghijklm', 'aaaaaaaabbbbb'],
  [{ minEntropy: 2, check: 'luhn', secret: '[0-9]{16}' }, '4539148803436467', '0000000000000000'],
];

for (const [change, passes, fails] of checks) {
  test(`${Object.entries(change).join(' ')} judges what the pattern found`, () => {
    const rule = toRule({ ...ACME, ...change, tests: {} });
    assert.is(maskByReference([rule], `acme_${passes}`), 'acme_[acme-token]');
    assert.is(maskByReference([rule], `acme_${fails}`), `acme_${fails}`);
  });
}

const refused: [what: string, change: Partial<OwnMaskRule>, path: string, expected: RegExp][] = [
  ['no anchor', { anchors: [] }, 'anchors', /at least one text/],
  ['an anchor of one character', { anchors: ['e'] }, 'anchors.0', /at least three characters/],
  ['an anchor of blanks', { anchors: ['acme', '    '] }, 'anchors.1', /not all blank/],
  ['a control character in an anchor', { anchors: ['\u001b[31m'] }, 'anchors.0', /printable ASCII/],
  ['a doubled anchor', { anchors: ['abc', 'ABC'], ignoreCase: true }, 'anchors.1', /each anchor once/],
  ['three hundred anchors', { anchors: Array.from({ length: 300 }, (_, n) => `a${n}___`) }, 'anchors', /at most 200/],
  ['a secret without a bound', { secret: '[a-z]+' }, 'secret', /"\+" has no bound.*character 6/],
  ['a secret that may be empty', { secret: '[a-z]{0,20}' }, 'secret', /at least one character/],
  ['a secret that looks behind', { secret: '(?<=x)a{9}' }, 'secret', /nothing looks ahead or behind/],
  ['a secret with too many states', { secret: '(a|b){0,64}a(a|b){20}' }, 'secret', /more than 5000 states/],
  ['a secret too long', { secret: '(?:[a-z]{4000}){40}' }, 'secret', /longer than 65536 bytes/],
  ['a lead without a bound', { lead: ' *' }, 'lead', /"\*" has no bound/],
  ['a long lead', { lead: '[ a-z]{0,2000}' }, 'lead', /at most 1000/],
  ['a tail of many lengths', { tail: '"?' }, 'tail', /one length/],
  ['a tail that is a group never closed', { tail: '("' }, 'tail', /never closed/],
  ['a long tail', { tail: 'x{201}' }, 'tail', /at most 200/],
  ['a class that is no class', { notBefore: 'a' }, 'notBefore', /written \[\.\.\.\]/],
  ['a class of everything', { notAfter: '[\\x00-\\xff]' }, 'notAfter', /something over/],
  ['keeping all of it', { keep: { first: 20, last: 4 } }, 'keep', /less than the shortest secret, which has 24/],
  ['entropy that no secret has', { secret: '[a-z]{8}', minEntropy: 3.5 }, 'minEntropy', /at most 3, .*8 characters/],
  [
    'a rule for everything',
    { anchors: [' - ', ' in', 'the'], secret: '[^\\x00]{1,100}', notBefore: '[\\x00]', notAfter: '[\\x00]' },
    'secret',
    /leaves ordinary text alone/,
  ],
  ['a test that does not hold', { tests: { masks: ['acme_${alnum:10}'] } }, 'tests.masks.0', /rule masks the secret/],
  [
    'a test with a secret left',
    { tests: { masks: ['acme_${alnum:30} ${alnum:12}'] } },
    'tests.masks.0',
    /rule masks the secret/,
  ],
  [
    'a test that loses public text',
    { secret: '[A-Za-z0-9 ]{24,64}', notAfter: '[_]', tests: { masks: ['acme_${alnum:30} and more'] } },
    'tests.masks.0',
    /rule masks/,
  ],
  [
    'a look-alike that is masked',
    { tests: { leaves: ['fine', 'acme_${alnum:30}'] } },
    'tests.leaves.1',
    /leaves alone/,
  ],
  ['a test that draws nothing', { tests: { masks: ['acme_${alnum:0}'] } }, 'tests.masks.0', /can be drawn/],
];

for (const [what, change, path, expected] of refused) {
  test(`refuses ${what}, and names the field`, () => {
    const began = performance.now();
    const rule = { ...ACME, tests: {}, ...change };
    const problems = checkOwnRule(rule);
    assert.equal(
      problems.map((problem) => problem.path.join('.')),
      [path],
      JSON.stringify(problems),
    );
    assert.match(problems[0]?.expected ?? '', expected);
    assert.throws(
      () => toRule(rule),
      (error: unknown) => error instanceof Bug,
    );
    assert.ok(performance.now() - began < 3000);
  });
}

test('every field that is wrong is named at once', () => {
  const problems = checkOwnRule({ name: 'x', anchors: ['a'], secret: 'b*', lead: '(', tail: '$', notBefore: 'c' });
  assert.equal(
    problems.map(({ path }) => path[0]),
    ['anchors', 'notBefore', 'secret', 'lead', 'tail'],
  );
});

test('no message shows what a test text holds', () => {
  const text = `acme_${'k'.repeat(30)}`;
  const problems = checkOwnRule({ ...ACME, tests: { masks: ['nothing here'], leaves: [text] } });
  assert.is(problems.length, 2);
  assert.not.match(JSON.stringify(problems), /kkk/);
});

test('a text without a drawn part holds where something of it is masked', () => {
  assert.equal(checkOwnRule({ ...ACME, tests: { masks: [`acme_${'k'.repeat(30)}`] } }), []);
});

test.run();
