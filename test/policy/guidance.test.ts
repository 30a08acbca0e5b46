// What a denial tells whoever asked: a stable code, whether a retry can help, what instead, and how to ask for an exception.
import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import { decide } from './judged.ts';

const NO_RM: Rule = { id: 'no-rm', match: { command: ['rm'] }, verdict: 'deny', reason: 'r', suggest: 'use trash' };
const PEOPLE = { approvers: ['ops'], quorum: 2 };

test('what is allowed needs no guidance', () => {
  assert.is(decide('ls', { default: 'allow' }).guidance, null);
});

test('a denial by a rule is final where nobody may make exceptions, and says what to do instead', () => {
  const { guidance, exception } = decide('rm x', { rules: [NO_RM] });
  assert.equal(guidance, {
    code: 'denied-by-rule',
    rule: 'no-rm',
    retry: 'never',
    instead: 'use trash',
    exception: 'none: ask the owner of the policy about rule "no-rm"',
  });
  assert.is(exception, undefined);
});

test('where people may make exceptions, it is the exact command that asks them', () => {
  const decision = decide("rm 'a b' $'it\\'s'", { rules: [NO_RM], exceptions: PEOPLE });
  assert.equal(decision.exception, { ...PEOPLE, ttlMs: 60_000 });
  assert.is(decision.guidance?.retry, 'after-approval');
  const text = decision.guidance?.exception ?? '';
  assert.match(text, /^sallyport requests ask --target local --why '…' -- /);
  // A shell that reads it gives the program what was printed, to the byte.
  const words = execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${text.slice('sallyport '.length)}`], {
    encoding: 'utf8',
  });
  const printed = words.split('\n').at(-2) ?? '';
  assert.is(decide(printed, { rules: [NO_RM] }).rule, 'no-rm');
  assert.match(printed, /^rm /);
});

test('what the parser cannot read, and what asks different people, has no exception, whoever may make some', () => {
  const opaque = decide('rm x; $CMD', { rules: [NO_RM], exceptions: PEOPLE });
  assert.equal(
    [opaque.rule, opaque.opaque, opaque.exception, opaque.guidance?.retry],
    ['no-rm', true, undefined, 'never'],
  );
  const unknown = decide('$CMD', { rules: [], exceptions: PEOPLE });
  assert.equal(
    [unknown.guidance?.code, unknown.guidance?.retry, unknown.exception],
    ['opaque', 'after-change', undefined],
  );
  const rules = ['x', 'y'].map(
    (name): Rule => ({ id: name, match: { command: [name] }, verdict: 'ask', approvers: [name] }),
  );
  const divided = decide('x; y', { rules, exceptions: PEOPLE });
  assert.equal(
    [divided.guidance?.code, divided.guidance?.retry, divided.exception],
    ['divided', 'after-change', undefined],
  );
});

test('a denial by default proposes the rule that would ask', () => {
  const { guidance } = decide('make deploy', { default: 'deny' });
  assert.equal([guidance?.code, guidance?.retry], ['denied-by-default', 'never']);
  assert.match(guidance?.exception ?? '', /\{ id: ask-make, match: \{ command: "make" \}, verdict: ask \}$/);
});

test('what asks a person says so, with the command that asks without running', () => {
  const { guidance } = decide('make deploy', { default: 'ask' });
  assert.equal([guidance?.code, guidance?.retry], ['approval-needed', 'after-approval']);
  assert.match(guidance?.exception ?? '', /^sallyport requests ask --target local .* -- 'make deploy'$/);
});

test('an approval is for a task, so the command that asks for one names it', () => {
  const { guidance } = decide('make deploy', { default: 'ask' }, { task: 'fix 7' });
  assert.match(guidance?.exception ?? '', /^sallyport requests ask --target local --task 'fix 7' --why /);
});

test('a very long command is not repeated', () => {
  const { guidance } = decide(`rm ${'x'.repeat(5000)}`, { rules: [NO_RM], exceptions: PEOPLE });
  assert.match(guidance?.exception ?? '', /-- COMMAND$/);
});

test.run();
