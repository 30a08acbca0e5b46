// Which rules are on where, and what a reader of the configuration is told of it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type MaskException, type MaskingDocument, NO_MASKING } from '../../../src/lib/core/masking-document.ts';
import { compileGlob, globMatches } from '../../../src/lib/policy/facts/glob.ts';
import { type MaskPlace, ruleSelection } from '../../../src/lib/stream/mask/configured/selection.ts';
import { lintMasking } from '../../../src/lib/stream/mask/configured/selection-lint.ts';
import type { Family, Rule } from '../../../src/lib/stream/mask/rule.ts';

const test = suite('stream/mask: selection');

const rule = (name: string, kind: string, family: Family): Rule => ({
  name,
  kind,
  family,
  anchors: [`${name}_`],
  secret: '[a-z]{9}',
  tests: { masks: [], leaves: [] },
});

const RULES = [
  rule('github', 'github-token', 'token'),
  rule('email', 'email', 'personal'),
  rule('visa', 'card', 'personal'),
  rule('amex', 'card', 'personal'),
  rule('held', 'held', 'known'),
];

const matches = (glob: string, text: string) => globMatches(compileGlob(glob, 'text'), text);
const at = (target: string, principal = 'unix:agent', kind = 'shell'): MaskPlace => ({ target, kind, principal });

/** Counts how often it compiles. */
function select(masking: Partial<MaskingDocument>) {
  let compiled = 0;
  const compile = (rules: readonly Rule[]) => {
    compiled += 1;
    return { names: rules.map(({ name }) => name).join(' ') };
  };
  const selection = ruleSelection({ masking: { ...NO_MASKING, ...masking }, rules: RULES, matches, compile });
  return {
    ...selection,
    on: (place: MaskPlace) => selection.rulesFor(place).names,
    compiledCount: () => compiled,
  };
}

const kinds = (words: Readonly<Record<string, boolean>>) => new Map(Object.entries(words));
const exception = (rules: readonly string[], on: MaskException['on']): MaskException => ({
  rules,
  kinds: [],
  on,
  reason: 'because',
});

test('without a word, every rule is on everywhere, compiled once', () => {
  const selection = select({});
  assert.is(selection.on(at('a')), 'github email visa amex held');
  assert.is(selection.rulesFor(at('a')), selection.rulesFor(at('b', 'unix:other', 'ssh')));
  assert.is(selection.compiledCount(), 1);
});

test('nothing is compiled before a session needs it', () => {
  assert.is(select({}).compiledCount(), 0);
});

test('a kind beats its family', () => {
  assert.is(select({ families: { personal: false } }).on(at('a')), 'github held');
  assert.is(
    select({ families: { personal: false }, kinds: kinds({ card: true }) }).on(at('a')),
    'github visa amex held',
  );
  assert.is(select({ families: { personal: true }, kinds: kinds({ card: false }) }).on(at('a')), 'github email held');
});

test('what is said of a place beats what is said of all, and holds nowhere else', () => {
  const selection = select({
    kinds: kinds({ email: false }),
    where: [{ on: { target: ['prod-*'] }, families: { personal: true }, kinds: kinds({}) }],
  });
  assert.is(selection.on(at('prod-1')), 'github email visa amex held');
  assert.is(selection.on(at('dev')), 'github visa amex held');
  assert.is(selection.compiledCount(), 2);
  assert.is(selection.on(at('prod-2')), 'github email visa amex held');
  assert.is(selection.compiledCount(), 2);
});

test('of several places that apply, on beats off, whatever their order', () => {
  const off = { on: { target: ['prod-*'] }, families: {}, kinds: kinds({ card: false }) };
  const on = { on: { principal: ['unix:agent'] }, families: {}, kinds: kinds({ card: true }) };
  for (const where of [
    [off, on],
    [on, off],
  ]) {
    const selection = select({ where });
    assert.is(selection.on(at('prod-1')), 'github email visa amex held');
    assert.is(selection.on(at('prod-1', 'unix:bot')), 'github email held');
  }
});

test('every field of a scope must fit', () => {
  const selection = select({
    exceptions: [exception(['email', 'visa'], { target: ['crm-*', 'shop'], kind: ['ssh'], principal: ['unix:b*'] })],
  });
  assert.is(selection.on(at('shop', 'unix:bot', 'ssh')), 'github amex held');
  for (const place of [
    at('crm', 'unix:bot', 'ssh'),
    at('shop', 'unix:agent', 'ssh'),
    at('shop', 'unix:bot', 'shell'),
  ]) {
    assert.is(selection.on(place), 'github email visa amex held', JSON.stringify(place));
  }
});

test('an exception may be from all rules of a kind', () => {
  const all = { rules: ['email'], kinds: ['card'], on: { target: ['a'] }, reason: 'because' };
  assert.is(select({ exceptions: [all] }).on(at('a')), 'github held');
});

test('an exception counts although its kind is on there', () => {
  const selection = select({
    where: [{ on: { target: ['a'] }, families: { personal: true }, kinds: kinds({ email: true }) }],
    exceptions: [exception(['email'], { target: ['a'] })],
  });
  assert.is(selection.on(at('a')), 'github visa amex held');
});

test('a known value has no switch', () => {
  // The schema refuses the word; whoever gets it past the schema changes nothing.
  const families = { known: false } as MaskingDocument['families'];
  assert.is(select({ families }).on(at('a')), 'github email visa amex held');
});

test('each rule says what decided of it; without a place, places and exceptions say nothing', () => {
  const selection = select({
    families: { personal: false },
    where: [{ on: { target: ['a'] }, families: {}, kinds: kinds({ card: true }) }],
    exceptions: [exception(['github'], { target: ['a'] })],
  });
  const by = (place: MaskPlace | null) =>
    RULES.map((each) => {
      const { isOn, decidedBy } = selection.decisionsIn(place)(each, each.kind);
      return `${each.name} ${isOn} ${decidedBy.by}`;
    });
  assert.equal(by(at('a')), [
    'github false exception',
    'email false family',
    'visa true kind',
    'amex true kind',
    'held true default',
  ]);
  assert.equal(by(null), [
    'github true default',
    'email false family',
    'visa false family',
    'amex false family',
    'held true default',
  ]);
});

/** Finds one byte of each kind, whatever it reads. */
const MACHINE: Rule = {
  name: 'machine',
  kind: 'card',
  family: 'named',
  anchors: ['machine='],
  maxLength: 10,
  begin: () => ({
    push: () => false,
    holdFrom: 3,
    spans: (early) => [{ from: 0, to: 1 }, { from: 1, to: 2, kind: 'email' }, ...(early ? [{ from: 2, to: 3 }] : [])],
  }),
  tests: { masks: [], leaves: [] },
};

for (const [what, masking, on, early] of [
  ['nothing said', {}, ['card', 'email'], ['card', 'email', 'card']],
  ['its own kind off', { kinds: kinds({ card: false }) }, ['email'], ['email']],
  ['the other kind off', { kinds: kinds({ email: false }) }, ['card'], ['card', 'card']],
  ['its family off', { families: { named: false } }, undefined, undefined],
  [
    'its family off and one kind on',
    { families: { named: false }, kinds: kinds({ email: true }) },
    ['email'],
    ['email'],
  ],
  ['an exception from it', { exceptions: [exception(['machine'], { target: ['a'] })] }, undefined, undefined],
  [
    'an exception from a kind',
    { exceptions: [{ ...exception([], { target: ['a'] }), kinds: ['email'] }] },
    ['card'],
    ['card', 'card'],
  ],
] as const) {
  test(`of a machine that finds several kinds, those that are on are found: ${what}`, () => {
    const selection = ruleSelection<readonly Rule[]>({
      masking: { ...NO_MASKING, ...masking },
      rules: [...RULES, MACHINE],
      matches,
      compile: (rules) => rules,
    });
    const rule = selection.rulesFor(at('a')).find(({ name }) => name === 'machine');
    const found = (isEarly: boolean) => {
      if (rule === undefined || !('begin' in rule)) return undefined;
      const machine = rule.begin({ before: '', anchor: 'machine=' });
      assert.equal([machine.push(1), machine.holdFrom], [false, 3]);
      return machine.spans(isEarly).map(({ kind = rule.kind }) => kind);
    };
    assert.equal([found(false), found(true)], [on, early]);
    assert.is(selection.rulesFor(at('a')), selection.rulesFor(at('a')));
  });
}

test('lint names exceptions with their reasons, families of secrets that are off, targets nobody has, rules nobody tested', () => {
  const own = { name: 'acme', anchors: ['acme_'], secret: 'x', at: { line: 9, column: 5 } };
  const findings = lintMasking(
    {
      ...NO_MASKING,
      families: { token: false, personal: false },
      where: [{ on: { target: ['gone'] }, families: { key: false }, kinds: kinds({}), at: { line: 3, column: 5 } }],
      exceptions: [
        { ...exception(['email'], { target: ['crm'], principal: ['unix:a', 'unix:b'] }), at: { line: 5, column: 7 } },
      ],
      rules: [own, { ...own, name: 'tested', tests: { masks: ['acme_x'] } }, { ...own, tests: { leaves: ['acme'] } }],
    },
    { targets: ['crm'], matches },
  );
  assert.equal(
    findings.map(({ severity, kind, what, line, message }) => [severity, kind, what, line, message]),
    [
      ['warning', 'over-broad', 'masking.families', null, 'token is shown to everybody, everywhere'],
      ['note', 'over-broad', 'masking.where[0]', 3, 'key is shown there'],
      ['warning', 'unreachable', 'masking.where[0]', 3, 'no target has a name such as "gone"'],
      [
        'note',
        'exception',
        'masking.exceptions[0]',
        5,
        'what "email" finds is shown where target is crm and principal is unix:a or unix:b: because',
      ],
      ['warning', 'untested', 'masking.rules[0] "acme"', 9, 'no test shows that it masks anything'],
      ['warning', 'untested', 'masking.rules[2] "acme"', 9, 'no test shows that it masks anything'],
    ],
  );
  assert.equal(lintMasking(NO_MASKING, { targets: [], matches }), []);
});

test.run();
