// What holds for every rule of the table, whoever wrote it.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compileClass, compilePattern } from '../../../src/lib/stream/mask/pattern/index.ts';
import { FAMILIES, isMachineRule, type PatternRule, type Rule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { provesExamples } from '../../helpers/reference-mask.ts';

const SEEDS = [1, 2, 3, 5, 8, 13, 21, 34];
const LONGEST_TEXT = 65_536;

const rules = suite('the table of rules');

/** Names of the rules for which something does not hold. */
const namesOf = (isWrong: (rule: Rule) => boolean) => RULES.filter(isWrong).map(({ name }) => name);

const patternRules = RULES.filter((rule): rule is PatternRule => !isMachineRule(rule));

rules('gives every rule a name of its own, in kebab-case, and a kind', () => {
  const names = RULES.map(({ name }) => name);
  assert.equal(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  assert.equal(
    namesOf(({ name, kind }) => ![name, kind].every((text) => /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text))),
    [],
  );
});

rules('has a known family for every rule', () => {
  assert.equal(
    namesOf(({ family }) => !FAMILIES.includes(family)),
    [],
  );
});

rules('has anchors that are ASCII, not empty and not given twice', () => {
  assert.equal(
    namesOf(({ anchors }) => anchors.length === 0 || anchors.some((text) => !/^[\x00-\x7f]{1,64}$/.test(text))),
    [],
  );
  assert.equal(
    namesOf(({ anchors }) => new Set(anchors).size < anchors.length),
    [],
  );
});

rules('shows for every rule what it masks and at least two look-alikes', () => {
  assert.equal(
    namesOf(({ tests }) => tests.masks.length < 1 || tests.leaves.length < 2),
    [],
  );
});

for (const rule of RULES) {
  rules(`masks what "${rule.name}" shows as masked and leaves what it shows as left`, () => {
    for (const seed of SEEDS) assert.equal(provesExamples(rule, seed), [], `seed ${seed}`);
  });
}

rules('has patterns with a bound, none of which takes the empty text for a secret', () => {
  for (const rule of patternRules) {
    const secret = compilePattern(rule.secret);
    const length =
      secret.maxLength + (rule.before?.max ?? 0) + compilePattern(rule.lead ?? '').maxLength + LONGEST_ANCHOR;
    assert.ok(secret.minLength > 0, `${rule.name} takes nothing for a secret`);
    assert.ok(length <= LONGEST_TEXT, `${rule.name} reads ${length} bytes`);
    if (rule.tail === undefined) continue;
    const tail = compilePattern(rule.tail);
    assert.is(tail.minLength, tail.maxLength, `${rule.name} has a tail of more than one length`);
  }
});

const LONGEST_ANCHOR = 64;

rules('has classes that compile', () => {
  for (const { notBefore } of RULES) if (notBefore !== undefined) compileClass(notBefore);
  for (const { notAfter, before } of patternRules) {
    if (notAfter !== undefined) compileClass(notAfter);
    if (before !== undefined) compileClass(before.class);
  }
});

rules('stops every machine by itself or at its longest length', () => {
  for (const rule of RULES.filter(isMachineRule)) {
    assert.ok(rule.maxLength > 0 && rule.maxLength <= LONGEST_TEXT, rule.name);
    for (const anchor of rule.anchors.slice(0, 5)) {
      const machine = rule.begin({ before: '', anchor });
      for (let at = 0; at < rule.maxLength; at++) if (!machine.push(97)) break;
      for (const { from, to } of machine.spans(false)) assert.ok(0 <= from && from < to, rule.name);
    }
  }
});

rules.run();
