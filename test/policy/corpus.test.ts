import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/lib/core/decision.ts';
import { PACK_NAMES } from '../../src/lib/policy/index.ts';
import { decide } from './judged.ts';

// All packs at once, the built-in policy. `⏎` in a line stands for a newline.
function corpus(name: string): { group: string; text: string }[] {
  let group = '';
  return readFileSync(new URL(`corpus/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (/^# /.test(line)) group = line.slice(2);
      return line === '' || /^##? /.test(line) ? [] : [{ group, text: line.replaceAll('⏎', '\n') }];
    });
}

function verdictOf(text: string, context: object = {}): Verdict | 'refused' {
  try {
    return decide(text, undefined, context).verdict;
  } catch (error) {
    // Refused before it is judged: bad syntax, control characters.
    if (error instanceof Error && 'exit' in error && error.exit === 64) return 'refused';
    throw error;
  }
}

const attacks = corpus('attacks');
const lookAlikes = corpus('look-alikes');

for (const group of new Set(attacks.map((each) => each.group))) {
  test(`allows no attack: ${group}`, () => {
    const allowed = attacks.filter((each) => each.group === group && verdictOf(each.text) === 'allow');
    assert.equal(
      allowed.map(({ text }) => text),
      [],
    );
  });
}

test('allows no attack in a folder that it does not know, nor over ssh', () => {
  for (const context of [
    { cwd: undefined, home: undefined },
    { kind: 'ssh', cwd: undefined, home: undefined },
    { cwd: '/' },
  ]) {
    const allowed = attacks.filter(({ text }) => verdictOf(text, context) === 'allow').map(({ text }) => text);
    assert.equal(allowed, [], JSON.stringify(context));
  }
});

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

test('allows no attack that is hidden in another command', () => {
  const wraps: readonly ((text: string) => string)[] = [
    (text) => `true && { ${text}\n}`,
    (text) => `echo "$(${text}\n)"`,
    (text) => `if true; then ${text}\nfi`,
    (text) => `sh -c '${text.replaceAll("'", "'\\''")}'`,
  ];
  for (const wrap of wraps) {
    const allowed = attacks.filter(({ text }) => verdictOf(wrap(text)) === 'allow').map(({ text }) => wrap(text));
    assert.equal(allowed, []);
  }
});

test('refuses or denies at most three in a hundred look-alikes', () => {
  const lost = lookAlikes.filter(({ text }) => ['deny', 'refused'].includes(verdictOf(text)));
  assert.ok(lost.length / lookAlikes.length <= 0.03, lost.map(({ text }) => text).join('\n'));
});

test('allows almost everything that only looks', () => {
  const looks = lookAlikes.filter(({ group }) => !group.startsWith('changes'));
  const asked = looks.filter(({ text }) => verdictOf(text) !== 'allow').map(({ text }) => text);
  assert.ok(asked.length / looks.length <= 0.02, asked.join('\n'));
});

test('holds enough to mean something', () => {
  assert.ok(attacks.length >= 800, String(attacks.length));
  assert.ok(lookAlikes.length >= 380, String(lookAlikes.length));
  assert.is(new Set(attacks.map(({ text }) => text)).size, attacks.length);
});

test.run();
