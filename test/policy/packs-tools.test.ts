import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/lib/core/decision.ts';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import { type CompiledPolicy, compilePolicy, judgeCommand, PACK_NAMES, PACKS } from '../../src/lib/policy/index.ts';
import { HERE } from './judged.ts';

// What an owner writes who trusts the packs: everything is allowed that none of them minds.
const OPEN: PolicyDocument = {
  packs: PACK_NAMES,
  rules: [],
  default: 'allow',
  opaque: 'deny',
  workspace: ['/srv/app'],
};

function compiled(document: PolicyDocument): CompiledPolicy {
  return compilePolicy(document, { approvalTtlMs: 60_000 });
}

const TOOLS = [
  'downloads',
  'reverse-shells',
  'exfiltration',
  'environment',
  'git',
  'ssh',
  'escapes',
  'containers',
  'infrastructure',
  'kubernetes',
  'sql',
  'read-only',
];

/** `⏎` in a line stands for a newline. */
function corpus(name: string): string[] {
  const text = readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^##? /.test(line))
    .map((line) => line.replaceAll('⏎', '\n'));
}

function verdictOf(text: string, policy: CompiledPolicy): Verdict | 'refused' {
  try {
    return judgeCommand(policy, { kind: 'text', text }, HERE).decision.verdict;
  } catch (error) {
    // Refused before it is judged: bad syntax, control characters.
    if (error instanceof Error && 'exit' in error && error.exit === 64) return 'refused';
    throw error;
  }
}

for (const pack of PACKS.filter(({ name }) => TOOLS.includes(name))) {
  test(`${pack.name} alone allows none of its attacks, and leaves its look-alikes alone`, () => {
    // A pack that allows is tested where everything else is asked.
    const others = pack.name === 'read-only' ? 'ask' : 'allow';
    const alone = compiled({ ...OPEN, packs: [pack.name], default: others });
    assert.equal(
      pack.attacks.filter((text) => verdictOf(text, alone) === 'allow'),
      [],
    );
    assert.equal(
      pack.lookAlikes.filter((text) => verdictOf(text, alone) !== 'allow'),
      [],
    );
    assert.ok(pack.attacks.length >= 10 && pack.lookAlikes.length >= 10);
  });
}

test('the packs about tools allow no attack with them where everything else is allowed', () => {
  const attacks = corpus('attacks-tools');
  const policy = compiled(OPEN);
  assert.ok(attacks.length >= 300, String(attacks.length));
  assert.equal(
    attacks.filter((text) => verdictOf(text, policy) === 'allow'),
    [],
  );
});

test('at most one in a hundred look-alikes of those attacks is denied, and three are not allowed', () => {
  const lookAlikes = corpus('look-alikes-tools');
  const policy = compiled(OPEN);
  assert.ok(lookAlikes.length >= 200, String(lookAlikes.length));
  const verdicts = lookAlikes.map((text) => ({ text, verdict: verdictOf(text, policy) }));
  const lost = verdicts.filter(({ verdict }) => verdict !== 'allow');
  const denied = lost.filter(({ verdict }) => verdict !== 'ask');
  assert.ok(denied.length <= lookAlikes.length / 100, denied.map(({ text }) => text).join('\n'));
  assert.ok(lost.length <= (lookAlikes.length * 3) / 100, lost.map(({ text }) => text).join('\n'));
});

test('no line of the two lists stands there twice', () => {
  for (const name of ['attacks-tools', 'look-alikes-tools']) {
    const lines = corpus(name);
    assert.equal(
      lines.filter((line, index) => lines.indexOf(line) !== index),
      [],
    );
  }
});

test.run();
