// The masking section: what comes out of it, and the exact words for every mistake.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/lib/config/load.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import type { MaskingDocument, MaskKnowledge } from '../../src/lib/core/masking-document.ts';

const test = suite('config: masking');

/** Two rules, and one thing that an own rule can get wrong. */
const MASK: MaskKnowledge = {
  rules: [
    { name: 'email', kind: 'email' },
    { name: 'visa-card', kind: 'card' },
  ],
  checkOwnRule: ({ anchors }) =>
    anchors.flatMap((anchor, index) =>
      anchor.length < 3
        ? [{ path: ['anchors', index], expected: 'at least three characters', got: `"${anchor}"` }]
        : [],
    ),
};

const parse = (text: string) => parseConfig(text, { file: 'f', mask: MASK });

function load(text: string): MaskingDocument {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.config.masking;
}

function problems(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

test('a whole section comes out with lists for single values, lists written out, and the place of each entry', () => {
  assert.equal(
    load(`policy: { lists: { web: [web-1, $more], more: ["www-*"] } }
masking:
  families: { personal: false, token: true }
  kinds: { email: true, acme: false }
  where:
    - { on: { target: $web, kind: ssh, principal: [unix:a, "unix:b*"] }, families: { personal: true } }
    - on: { principal: unix:c }
      kinds: { card: false }
  exceptions:
    - { rule: email, on: { target: crm }, reason: customers are answered }
  rules:
    - { name: acme-token, kind: acme, anchors: acme_, secret: "[a-z]{9}", keep: { last: 2 }, minEntropy: 2.5, check: random }
  values:
    - { name: db-password, file: /etc/secret }
`),
    {
      families: { personal: false, token: true },
      kinds: new Map([
        ['email', true],
        ['acme', false],
      ]),
      where: [
        {
          on: { target: ['web-1', 'www-*'], kind: ['ssh'], principal: ['unix:a', 'unix:b*'] },
          families: { personal: true },
          kinds: new Map(),
          at: { line: 6, column: 7 },
        },
        {
          on: { principal: ['unix:c'] },
          families: {},
          kinds: new Map([['card', false]]),
          at: { line: 7, column: 7 },
        },
      ],
      exceptions: [
        {
          rules: ['email'],
          kinds: [],
          on: { target: ['crm'] },
          reason: 'customers are answered',
          at: { line: 10, column: 7 },
        },
      ],
      rules: [
        {
          name: 'acme-token',
          kind: 'acme',
          anchors: ['acme_'],
          secret: '[a-z]{9}',
          keep: { last: 2 },
          minEntropy: 2.5,
          check: 'random',
          at: { line: 12, column: 7 },
        },
      ],
      values: [{ name: 'db-password', file: '/etc/secret', at: { line: 14, column: 7 } }],
      lists: ['web'],
    },
  );
});

const exception = (fields: string) => `masking: { exceptions: [ { ${fields} } ] }`;
const ownRule = (fields: string) => `masking: { rules: [ { ${fields} } ] }`;

for (const [what, text, ...expected] of [
  [
    'an unknown family',
    'masking: { families: { persona: false } }',
    '1:24: masking.families.persona: expected a known key such as "personal", got "persona"',
  ],
  [
    'the family of known values',
    'masking: { families: { known: false } }',
    '1:24: masking.families.known: expected one of the keys token, key, url, header, named, kubernetes, personal, own, got "known"',
  ],
  [
    'a switch that is neither on nor off',
    'masking: { families: { personal: no } }',
    '1:34: masking.families.personal: expected true or false, got "no"',
  ],
  [
    'a misspelt kind',
    'masking: { kinds: { emial: false } }',
    '1:21: masking.kinds.emial: expected a known kind such as "email", got "emial"',
  ],
  [
    'a family among the kinds',
    'masking: { kinds: { personal: false } }',
    '1:21: masking.kinds.personal: expected a known kind ("personal" is a family: masking.families), got "personal"',
  ],
  [
    'a kind that nothing has',
    'masking: { where: [ { on: { target: a }, kinds: { unheard-of: false } } ] }',
    '1:51: masking.where[0].kinds.unheard-of: expected a known kind (sallyport mask explain lists them), got "unheard-of"',
  ],
  [
    'a known value that would be shown',
    'masking: { kinds: { db: false }, values: [ { name: db, file: /db } ] }',
    '1:21: masking.kinds.db: expected no known value here: those are always masked, got "db"',
  ],
  [
    'a place without a field',
    'masking: { where: [ { on: {}, kinds: { card: false } } ] }',
    '1:27: masking.where[0].on: expected at least one field, got an empty mapping',
  ],
  [
    'a place that only a task has',
    'masking: { where: [ { on: { task: t }, kinds: { card: false } } ] }',
    '1:29: masking.where[0].on.task: expected one of the keys target, kind, principal, got "task"',
  ],
  [
    'a place where nothing is other than elsewhere',
    'masking: { where: [ { on: { target: a } } ] }',
    '1:21: masking.where[0]: expected families or kinds that are on or off there, got neither',
  ],
  [
    'a list that does not exist',
    'masking: { where: [ { on: { target: $web }, kinds: { card: false } } ] }',
    '1:37: masking.where[0].on.target: expected a list of policy.lists, got "$web"',
  ],
  [
    'an exception without a reason',
    exception('rule: email, on: { target: a }'),
    '1:26: masking.exceptions[0].reason: expected a sentence, on one line, at most 1000 characters, got nothing',
  ],
  [
    'an exception with an empty reason',
    exception('rule: email, on: { target: a }, reason: ""'),
    '1:68: masking.exceptions[0].reason: expected a sentence, on one line, at most 1000 characters, got ""',
  ],
  [
    'an exception from nothing',
    exception('on: { target: a }, reason: r'),
    '1:26: masking.exceptions[0]: expected rule or kind, got neither',
  ],
  [
    'an exception from a misspelt kind',
    exception('kind: [card, crad], on: { target: a }, reason: r'),
    '1:41: masking.exceptions[0].kind[1]: expected a known kind such as "card", got "crad"',
  ],
  [
    'an exception from everything',
    exception('rule: "*", on: { target: a }, reason: r'),
    '1:34: masking.exceptions[0].rule: expected a name: a-z, 0-9, "-", starting with a letter, at most 40, got "*"',
  ],
  [
    'an exception everywhere',
    exception('rule: email, on: { target: "*", principal: [a, "**"] }, reason: r'),
    '1:41: masking.exceptions[0].on: expected some targets or agents: what is for everything is no exception, and has its place in masking.kinds, got all of them',
  ],
  [
    'an exception nowhere',
    exception('rule: email, reason: r'),
    '1:26: masking.exceptions[0].on: expected a mapping, got nothing',
  ],
  [
    'an exception from a rule that does not exist',
    exception('rule: [email, visa], on: { target: a }, reason: r'),
    '1:42: masking.exceptions[0].rule[1]: expected a known rule (sallyport mask explain lists them), got "visa"',
  ],
  [
    'an exception from a known value',
    `${exception('rule: db, on: { target: a }, reason: r').slice(0, -1)}, values: [ { name: db, file: /db } ] }`,
    '1:34: masking.exceptions[0].rule: expected no known value here: those are always masked, got "db"',
  ],
  [
    'a rule with the name of one of the mask',
    ownRule('name: email, anchors: foo_, secret: x'),
    '1:29: masking.rules[0].name: expected a name that no rule of the mask has, got "email"',
  ],
  [
    'two rules of one name',
    'masking: { rules: [ { name: a, anchors: foo, secret: x }, { name: a, anchors: foo, secret: x } ] }',
    '1:67: masking.rules[1].name: expected each name once, got "a" again',
  ],
  [
    'a rule that the mask cannot use',
    ownRule('name: a, anchors: [fooo, fo], secret: x'),
    '1:48: masking.rules[0].anchors[1]: expected at least three characters, got "fo"',
  ],
  [
    'a rule without an anchor',
    ownRule('name: a, anchors: [], secret: x'),
    '1:41: masking.rules[0].anchors: expected at least one, got an empty list',
  ],
  [
    'a rule without a pattern',
    ownRule('name: a, anchors: foo'),
    '1:21: masking.rules[0].secret: expected a regular expression in which every repetition has a bound, on one line, at most 2000 characters, got nothing',
  ],
  [
    'an anchor that is not ASCII',
    ownRule('name: a, anchors: "ü__", secret: x'),
    '1:41: masking.rules[0].anchors: expected printable ASCII, at most 64 characters, got "ü__"',
  ],
  [
    'a test that is no text',
    ownRule('name: a, anchors: foo, secret: x, tests: { masks: [12345678] }'),
    '1:74: masking.rules[0].tests.masks[0]: expected a text, at most 10000 characters, got a number',
  ],
  [
    'a check that does not exist',
    ownRule('name: a, anchors: foo, secret: x, check: md5'),
    '1:64: masking.rules[0].check: expected luhn, iban, base64, jwt or random, got "md5"',
  ],
  [
    'a value in the place of its file',
    'masking: { values: [ { name: db, file: hunter2-hunter2 } ] }',
    '1:40: masking.values[0].file: expected an absolute path without "..", starting with /, got a text of 15 characters (not shown)',
  ],
  [
    'a value beside its name',
    'masking: { values: [ { name: db, value: hunter2-hunter2 } ] }',
    '1:22: masking.values[0].file: expected an absolute path without "..", starting with /, got nothing',
    '1:34: masking.values[0].value: expected one of the keys name, kind, file, got "value"',
  ],
  [
    'two values of one name',
    'masking: { values: [ { name: db, file: /a }, { name: db, file: /b } ] }',
    '1:54: masking.values[1].name: expected each name once, got "db" again',
  ],
] as const) {
  test(`${what} is refused, with its place`, () => {
    assert.equal(
      problems(text),
      expected.map((each) => `f:${each}`),
    );
  });
}

test('without knowledge of the rules, names of rules and kinds are not looked at, and own rules not checked', () => {
  const text = 'masking: { kinds: { any: false }, rules: [ { name: a, anchors: f, secret: x } ] }';
  assert.ok(parseConfig(text, { file: 'f' }).ok);
  assert.is(problems(text).length, 2);
});

test("kinds and rules of one's own can be switched and excepted", () => {
  const { kinds, exceptions } = load(`masking:
  kinds: { acme: false, plain: true }
  exceptions: [ { rule: [first, plain], on: { target: a }, reason: r } ]
  rules:
    - { name: first, kind: acme, anchors: foo, secret: x }
    - { name: plain, anchors: foo, secret: x }
`);
  assert.equal([...kinds.keys()], ['acme', 'plain']);
  assert.equal(exceptions[0]?.rules, ['first', 'plain']);
});

test.run();
