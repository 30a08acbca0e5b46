import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/lib/core/decision.ts';
import { BUILT_IN_POLICY, compilePolicy, judgeCommand } from '../../src/lib/policy/index.ts';
import { HERE } from './judged.ts';

/** What an owner writes who trusts the packs. */
const OPEN = compilePolicy(
  { packs: ['all'], rules: [], default: 'allow', opaque: 'deny', workspace: ['/srv/app'] },
  { approvalTtlMs: 60_000 },
);
const BUILT_IN = compilePolicy(BUILT_IN_POLICY, { approvalTtlMs: 60_000 });

// `⏎` in a line stands for a newline.
function corpus(name: string): string[] {
  return readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^##? /.test(line))
    .map((line) => line.replaceAll('⏎', '\n'));
}

function verdictOf(text: string, policy = OPEN): Verdict {
  return judgeCommand(policy, { kind: 'text', text }, HERE).decision.verdict;
}

const attacks = corpus('attacks-code');
const lookAlikes = corpus('look-alikes-code');

test('allows no code that does more than compute and print, however it comes', () => {
  assert.equal(
    attacks.filter((text) => verdictOf(text) === 'allow'),
    [],
  );
});

test('allows none of it by the built-in policy', () => {
  assert.equal(
    attacks.filter((text) => verdictOf(text, BUILT_IN) === 'allow'),
    [],
  );
});

test('allows none of it behind something harmless', () => {
  for (const wrap of [
    (text: string) => `true && { ${text}\n}`,
    (text: string) => `echo "$(${text}\n)"`,
    (text: string) => `for i in 1; do ${text}\ndone`,
    (text: string) => `f() { ${text}\n}; f`,
  ]) {
    const wrapped = attacks.filter((text) => !text.includes('<<')).map(wrap);
    assert.equal(
      wrapped.filter((text) => verdictOf(text) === 'allow'),
      [],
    );
  }
});

test('denies at most one in a hundred of what looks like it, and lets all but three through', () => {
  const judged = lookAlikes.map((text) => ({ text, verdict: verdictOf(text) }));
  const denied = judged.filter(({ verdict }) => verdict === 'deny');
  const stopped = judged.filter(({ verdict }) => verdict !== 'allow');
  assert.ok(denied.length / lookAlikes.length <= 0.01, denied.map(({ text }) => text).join('\n'));
  assert.ok(stopped.length / lookAlikes.length <= 0.03, stopped.map(({ text }) => text).join('\n'));
});

test('holds enough to mean something', () => {
  assert.ok(attacks.length >= 450, String(attacks.length));
  assert.ok(lookAlikes.length >= 450, String(lookAlikes.length));
  assert.is(new Set(attacks).size, attacks.length);
  assert.is(new Set(lookAlikes).size, lookAlikes.length);
});

test.run();
