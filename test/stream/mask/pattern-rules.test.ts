// Every rule that comes with the mask can be run: its patterns are bounded, and no text makes their automata grow too large.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildAnchors } from '../../../src/lib/stream/mask/finding/anchors.ts';
import { compileClass, compilePattern, countStates } from '../../../src/lib/stream/mask/pattern/index.ts';
import { LOOKBACK } from '../../../src/lib/stream/mask/reading/visible-window.ts';
import { isMachineRule, type PatternRule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';

const patternRules = RULES.filter((rule): rule is PatternRule => !isMachineRule(rule));

function problemsOf(rule: PatternRule): string[] {
  const problems: string[] = [];
  const attempt = (what: string, run: () => string | undefined) => {
    try {
      const problem = run();
      if (problem !== undefined) problems.push(`${rule.name}: ${what}: ${problem}`);
    } catch (error) {
      problems.push(`${rule.name}: ${what}: ${String(error)}`);
    }
  };
  for (const field of ['notBefore', 'notAfter'] as const)
    attempt(field, () => void (rule[field] !== undefined && compileClass(rule[field])));
  const { before, tail = '', keep } = rule;
  if (before !== undefined) {
    attempt('before', () => void compileClass(before.class));
    attempt('before', () => (before.max < LOOKBACK ? undefined : 'longer than what is remembered'));
  }
  attempt('lead', () => void countStates(compilePattern(rule.lead ?? '')));
  attempt('secret', () => {
    const { minLength } = compilePattern(rule.secret);
    const shown = (keep?.first ?? 0) + (keep?.last ?? 0);
    const hidesAnchor = rule.hidesAnchor === true || before !== undefined;
    const anchor = hidesAnchor ? Math.min(...rule.anchors.map(({ length }) => length)) : 0;
    const least = (before?.min ?? 0) + anchor + minLength;
    if (least === 0) return 'may be empty';
    return shown < least ? undefined : 'is kept whole where it is short';
  });
  attempt('tail', () => {
    const { minLength, maxLength } = compilePattern(tail);
    return minLength === maxLength ? undefined : 'matches texts of many lengths';
  });
  attempt('secret and tail', () => void countStates(compilePattern(`(?:${rule.secret})(?:${tail})`)));
  return problems;
}

test('every pattern of every rule is bounded and stays small whatever it reads', () => {
  assert.ok(patternRules.length > 0);
  assert.equal(patternRules.flatMap(problemsOf), []);
});

test('the automaton of all anchors stays below 4 MB, and every anchor is ASCII', () => {
  const anchors = RULES.flatMap((rule) => rule.anchors.map((anchor) => ({ rule: rule.name, anchor })));
  const { size } = buildAnchors([...new Set(anchors.map(({ anchor }) => anchor.toLowerCase()))]);
  assert.ok(size.bytes < 4 * 2 ** 20, `${size.bytes} bytes for ${size.rows} rows`);
  const odd = anchors.filter(({ anchor }) => !/^[\x09-\x7e]+$/.test(anchor));
  assert.equal(odd, []);
});

test.run();
