// An explanation is the decision itself, looked at from the side: over many commands, what it says of each rule and what
// was decided are the same.
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import { compilePolicy, judgeCommand, PACK_NAMES } from '../../src/lib/policy/index.ts';
import { type Explanation, explainCommand } from '../../src/lib/policy/review/explain.ts';
import { HERE } from './judged.ts';

const OWN: PolicyDocument = {
  packs: PACK_NAMES,
  rules: [
    { id: 'look', match: { command: ['ls', 'cat'] }, verdict: 'allow' },
    { id: 'quiet', match: { command: ['rm'], flags: ['-i'] }, verdict: 'allow' },
    { id: 'no-etc', match: { writes: ['/etc/**'] }, verdict: 'deny', reason: 'by pull request' },
    { id: 'elsewhere', on: { target: ['web'], kind: ['ssh'] }, match: { command: ['ls'] }, verdict: 'deny' },
  ],
  default: 'ask',
  opaque: 'deny',
};

const POLICY = compilePolicy(OWN, { approvalTtlMs: 60_000 });

function explain(text: string, context: object = {}): Explanation {
  return explainCommand(POLICY, { kind: 'text', text }, { ...HERE, ...context });
}

const ruleOf = ({ commands }: Explanation, rule: string, at = 0) =>
  commands[at]?.rules.find((each) => each.rule === rule);

function corpus(name: string): string[] {
  const text = readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

test('over many commands, the rules that are said to match are those that were found, and the verdict is the same', () => {
  const lines = [...corpus('attacks'), ...corpus('look-alikes')].filter((_, index) => index % 4 === 0);
  let compared = 0;
  for (const text of lines) {
    let explanation: Explanation;
    try {
      explanation = explain(text);
    } catch (error) {
      if (error instanceof BrokerError) continue;
      throw error;
    }
    if (explanation.omitted > 0) continue;
    const { verdict, rule } = judgeCommand(POLICY, { kind: 'text', text }, HERE).decision;
    assert.equal([explanation.decision.verdict, explanation.decision.rule], [verdict, rule], text);
    for (const { findings, rules } of explanation.commands) {
      const said = rules.filter((each) => each.result !== 'no');
      const strict = said.filter((each) => each.verdict !== 'allow').map((each) => each.rule);
      const [finding] = findings;
      if (strict.length > 0)
        assert.equal(
          findings.map((each) => each.rule),
          strict,
          text,
        );
      else if (finding?.verdict === 'allow') assert.is(finding.rule, said[0]?.rule, text);
      else if (finding !== undefined) assert.equal(said, [], text);
      compared++;
    }
  }
  assert.ok(compared > 100, `${compared}`);
});

test('a rule that came near shows the field that did not fit', () => {
  const found = ruleOf(explain('rm x'), 'quiet');
  assert.equal([found?.result, found?.relevance], ['no', 'near']);
  assert.equal(found?.fields, [
    { field: 'command', result: 'yes' },
    { field: 'flags', result: 'no' },
  ]);
  assert.is(ruleOf(explain('rm x'), 'look')?.relevance, 'none');
});

test('an allowing rule says what it would have to cover', () => {
  assert.ok((ruleOf(explain('sudo ls'), 'look')?.missing.length ?? 0) > 0);
  assert.ok((ruleOf(explain('./ls'), 'look')?.missing.length ?? 0) > 0);
  assert.ok((ruleOf(explain('cat a > b'), 'look')?.missing.length ?? 0) > 0);
  assert.equal(ruleOf(explain('cat a'), 'look')?.missing, []);
});

test('a rule that may be meant asks', () => {
  const explanation = explain('tee "$X"');
  assert.is(ruleOf(explanation, 'no-etc')?.result, 'maybe');
  assert.ok(explanation.commands[0]?.findings.some((each) => each.rule === 'no-etc' && each.verdict === 'ask'));
});

test('a rule for elsewhere is named with what keeps it away', () => {
  assert.equal(explain('ls').outOfScope, [{ rule: 'elsewhere', because: ['target', 'kind'] }]);
  assert.equal(explain('ls', { target: 'web' }).outOfScope, [{ rule: 'elsewhere', because: ['kind'] }]);
});

test('of thousands of commands the first hundred are explained, and the rest is counted', () => {
  const { commands, omitted, decision } = explain(`${'ls;'.repeat(150)}echo > /etc/x`);
  assert.equal([commands.length, omitted, decision.rule], [100, 51, 'no-etc']);
});

test('what the parser could not know stands beside the commands, with the policy’s verdict for it', () => {
  const { opaque, decision } = explain('ls; $X');
  assert.is(opaque[0]?.verdict, 'deny');
  assert.is(decision.rule, 'opaque');
});

test.run();
