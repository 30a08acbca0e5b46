// The file that `sallyport init` writes works as it stands, with every setting switched on, and one by one.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { builtInConfig } from '../../src/lib/config/built-in.ts';
import { parseConfig } from '../../src/lib/config/load.ts';
import { formatProblem } from '../../src/lib/config/problem.ts';
import { configTemplate } from '../../src/lib/config/template.ts';
import { NO_MASKING } from '../../src/lib/core/masking-document.ts';
import { BUILT_IN_POLICY, PACK_NAMES, PACKS } from '../../src/lib/policy/index.ts';
import { ed25519Line } from './ed25519-line.ts';

function load(text: string) {
  const parsed = parseConfig(text, { file: 'sallyport.yaml', knownPacks: PACK_NAMES });
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return parsed.config;
}

interface Approver {
  readonly name: string;
  readonly key: string;
}

const template = (approver?: Approver) => configTemplate({ packs: PACKS, approver });
/** As the head of the file says: "#" and one space explain, any other "#" is taken away. */
const switchedOn = (text: string) => text.replace(/^( *)#(?! \S)/gm, '$1');
const anApprover = (name = 'ann'): Approver => ({ name, key: ed25519Line() });

for (const [what, approver] of [
  ['without an approver', undefined],
  ['with an approver', anApprover()],
] as const) {
  test(`${what} it loads as it stands`, () => {
    const config = load(template(approver));
    assert.equal([...config.targets.keys()], ['local']);
    assert.equal([...config.approvers.keys()], approver === undefined ? [] : ['ann']);
  });

  test(`${what} it loads with every setting switched on`, () => {
    const config = load(switchedOn(template(approver)));
    assert.equal([...config.targets.keys()], ['local', 'web', 'prod']);
    assert.is(config.targets.get('prod')?.kind, 'kubectl');
    assert.is(config.approvers.size, 1);
    assert.equal(
      config.policy.rules.map(({ id }) => id),
      ['build', 'restart', 'scale', 'no-etc'],
    );
    const { exceptions, rules, values } = config.masking;
    assert.equal(
      [exceptions, rules, values].map((each) => each.length),
      [1, 1, 1],
    );
  });
}

test('switched on and left alone mean the same, but for the examples', () => {
  const [off, on] = [load(template()), load(switchedOn(template()))];
  assert.equal(on.limits, off.limits);
  assert.equal(on.broker, off.broker);
  assert.equal(off.masking, NO_MASKING);
  assert.equal({ ...off, policy: null, targets: null }, { ...builtInConfig(off.policy), policy: null, targets: null });
});

test('its policy is the built-in one and an example', () => {
  const { policy } = load(template());
  assert.equal(policy.packs, BUILT_IN_POLICY.packs);
  assert.equal([policy.default, policy.opaque], [BUILT_IN_POLICY.default, BUILT_IN_POLICY.opaque]);
  assert.equal(
    policy.rules.map(({ id }) => id),
    ['build'],
  );
});

for (const name of [
  'ann',
  'Ann Smith',
  'DOMAIN\\ann',
  'ann@example.org',
  'é',
  '',
  '-',
  'a: b',
  '#x',
  'x'.repeat(200),
  '123',
]) {
  test(`an approver called ${JSON.stringify(name).slice(0, 40)} gets a name that the config takes`, () => {
    assert.is(load(template(anApprover(name))).approvers.size, 1);
  });
}

test('a key whose comment holds quotes stays one key', () => {
  const key = ed25519Line('ann "the: [boss]" # \\ x');
  const config = load(template({ name: 'ann', key }));
  assert.equal(config.approvers.get('ann')?.keys, [key]);
});

test('no line is wider than 100 characters', () => {
  assert.equal(
    template()
      .split('\n')
      .filter((line) => line.length > 100 && !line.includes('ssh-ed25519')),
    [],
  );
});

test.run();
