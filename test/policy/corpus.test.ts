// timeout: 120
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/lib/core/decision.ts';
import type { PolicyDocument } from '../../src/lib/core/policy-document.ts';
import {
  BUILT_IN_POLICY,
  type CompiledPolicy,
  compilePolicy,
  judgeCommand,
  PACK_NAMES,
} from '../../src/lib/policy/index.ts';
import { decide, HERE } from './judged.ts';

interface Line {
  readonly group: string;
  readonly text: string;
}

// `⏎` in a line stands for a newline.
function corpus(...names: string[]): Line[] {
  let group = '';
  return names.flatMap((name) =>
    readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8')
      .split('\n')
      .flatMap((line) => {
        if (/^# /.test(line)) group = line.slice(2);
        return line === '' || /^##? /.test(line) ? [] : [{ group, text: line.replaceAll('⏎', '\n') }];
      }),
  );
}

function compiled(document: PolicyDocument): CompiledPolicy {
  return compilePolicy(document, { approvalTtlMs: 60_000 });
}

const BUILT_IN = compiled(BUILT_IN_POLICY);
/** What an owner writes who trusts the packs: everything is allowed that none of them minds. */
const OPEN = compiled({
  packs: ['all'],
  rules: [],
  default: 'allow',
  opaque: 'deny',
  workspace: ['/srv/app'],
});

function verdictOf(text: string, policy: CompiledPolicy, context: object = {}): Verdict | 'refused' {
  try {
    return judgeCommand(policy, { kind: 'text', text }, { ...HERE, ...context }).decision.verdict;
  } catch (error) {
    // Refused before it is judged: bad syntax, control characters.
    if (error instanceof Error && 'exit' in error && error.exit === 64) return 'refused';
    throw error;
  }
}

function allowed(lines: readonly Line[], policy: CompiledPolicy, context: object = {}): string[] {
  return lines.filter(({ text }) => verdictOf(text, policy, context) === 'allow').map(({ text }) => text);
}

const attacks = corpus('attacks', 'attacks-system', 'attacks-mixed');
const questions = corpus('questions');
const lookAlikes = corpus('look-alikes');
const harmless = corpus('look-alikes', 'look-alikes-system', 'look-alikes-mixed');

for (const group of new Set(attacks.map((each) => each.group))) {
  test(`allows no attack where everything else is allowed: ${group}`, () => {
    assert.equal(
      allowed(
        attacks.filter((each) => each.group === group),
        OPEN,
      ),
      [],
    );
  });
}

test('denies at most one in a hundred look-alikes there, and lets all but three through', () => {
  const verdicts = harmless.map(({ text }) => ({ text, verdict: verdictOf(text, OPEN) }));
  const denied = verdicts.filter(({ verdict }) => verdict === 'deny' || verdict === 'refused');
  const stopped = verdicts.filter(({ verdict }) => verdict !== 'allow');
  assert.ok(denied.length / harmless.length <= 0.01, JSON.stringify(denied));
  assert.ok(stopped.length / harmless.length <= 0.03, JSON.stringify(stopped));
});

test('allows no attack by the built-in policy, nor what no rule about looking covers', () => {
  assert.equal(allowed([...attacks, ...questions], BUILT_IN), []);
});

const ELSEWHERE: readonly (readonly [where: string, context: object])[] = [
  ['in a folder that it does not know', { cwd: undefined, home: undefined }],
  ['over ssh', { kind: 'ssh', cwd: undefined, home: undefined }],
  ['in the root', { cwd: '/' }],
];

// Each takes another third of the lines.
for (const [turn, [where, context]] of ELSEWHERE.entries()) {
  test(`allows no attack ${where}`, () => {
    const third = [...attacks, ...questions].filter((_, index) => index % ELSEWHERE.length === turn);
    assert.equal(allowed(third, BUILT_IN, context), []);
  });
}

// Named so, a file is an option: `touch ./-rf`.
for (const text of [
  'rm ?rf /',
  'rm [-]r ~',
  'chmod ?R 777 /',
  'chown ?R me /etc',
  'find / ?delete',
  'find / *delete',
  'find /etc -name x ?delete',
  'sed ?i d /etc/passwd',
  'sed -? d /etc/passwd',
  'sort ?o /etc/passwd a',
  'dd o[f]=/dev/sda',
  'uniq * /etc/passwd',
  'git push ?f origin main',
  'git push ?-force',
  'kubectl delete pods ?-all',
  'crontab ?r',
]) {
  test(`does not allow an option that a glob may hide, even by default: ${text}`, () => {
    assert.is.not(decide(text, { packs: PACK_NAMES, default: 'allow' }).verdict, 'allow');
  });
}

for (const text of [
  'rm *.log',
  'rm ./*',
  'cp * out/',
  'find . -name *.ts',
  'sed -i s/a/b/ *',
  'sort *',
  'git add *',
  'chmod -x *',
]) {
  test(`leaves a usual glob to the default: ${text}`, () => {
    assert.is(decide(text, { packs: PACK_NAMES, default: 'allow' }).verdict, 'allow');
  });
}

const HIDES: readonly (readonly [how: string, wrap: (text: string) => string])[] = [
  ['a group', (text) => `true && { ${text}\n}`],
  ['a substitution', (text) => `echo "$(${text}\n)"`],
  ['a condition', (text) => `if true; then ${text}\nfi`],
  ['text for a shell', (text) => `sh -c '${text.replaceAll("'", "'\\''")}'`],
];

// Each takes another quarter of the lines, so that all are hidden once.
for (const [turn, [how, wrap]] of HIDES.entries()) {
  test(`allows no attack that is hidden in ${how}`, () => {
    const hidden = (lines: readonly Line[]) =>
      lines.filter((_, index) => index % HIDES.length === turn).map(({ group, text }) => ({ group, text: wrap(text) }));
    assert.equal(allowed(hidden(attacks), OPEN), []);
    assert.equal(allowed(hidden(questions), BUILT_IN), []);
  });
}

test('refuses or denies at most three in a hundred look-alikes by the built-in policy', () => {
  const lost = harmless.filter(({ text }) => ['deny', 'refused'].includes(verdictOf(text, BUILT_IN)));
  assert.ok(lost.length / harmless.length <= 0.03, lost.map(({ text }) => text).join('\n'));
});

test('allows almost everything that only looks', () => {
  const looks = lookAlikes.filter(({ group }) => !group.startsWith('changes'));
  const asked = looks.filter(({ text }) => verdictOf(text, BUILT_IN) !== 'allow').map(({ text }) => text);
  assert.ok(asked.length / looks.length <= 0.02, asked.join('\n'));
});

test('holds enough to mean something, and no line twice', () => {
  assert.ok(attacks.length >= 2200, String(attacks.length));
  assert.ok(harmless.length >= 900, String(harmless.length));
  for (const lines of [[...attacks, ...questions], harmless]) {
    assert.is(new Set(lines.map(({ text }) => text)).size, lines.length);
  }
});

test.run();
