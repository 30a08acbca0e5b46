// YAML made to hurt: it ends in a list of mistakes, quickly enough, and changes nothing but that list.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseConfig } from '../../src/lib/config/load.ts';
import { configError, formatProblem } from '../../src/lib/config/problem.ts';

/** A quarter of what a file can be: seconds, not minutes. */
const HOSTILE_BYTES = 256 * 1024;

/** A text of that kind. */
const fill = (piece: string, bytes = 64 * 1024) => piece.repeat(Math.floor(bytes / piece.length));
const lines = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

function complaints(text: string): string[] {
  const parsed = parseConfig(text, { file: 'f', knownPacks: [] });
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

const laughs = lines(12, (at) =>
  at === 0
    ? 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]'
    : `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(', ')}]`,
);

// Each row would cost minutes or gigabytes, or end in an exception, without its limit.
for (const [what, text, complaint] of [
  ['a billion laughs', laughs, 'aliases to repeat at most 10000 values'],
  [
    'one long list, repeated',
    `a: &a [${'x, '.repeat(5000)}]\nb: [${'*a, '.repeat(5000)}]`,
    'aliases to repeat at most',
  ],
  ['a list that holds itself', 'targets: &a [*a]', 'expected'],
  ['a mapping that holds itself', 'targets: &a { x: *a }', 'expected'],
  ['brackets without end', fill('['), 'expected at most 64 levels, got more'],
  ['braces without end', fill('{a: '), 'expected at most 64 levels, got more'],
  ['dashes without end', fill('- '), 'expected at most 64 levels, got more'],
  ['question marks without end', fill('? '), 'expected at most 64 levels, got more'],
  ['indentation without end', lines(500, (at) => `${' '.repeat(at)}a:`), 'expected at most 64 levels, got more'],
  ['65 levels, closed again', `a: ${'['.repeat(80)}${']'.repeat(80)}`, 'expected at most 64 levels, got more'],
  ['empty braces without end', fill('{}', HOSTILE_BYTES), 'expected'],
  ['quotes without end', fill('"'), 'expected'],
  ['directives without end', fill('%a\n'), 'expected'],
  ['documents without end', fill('---\n'), 'expected one document, got a second one'],
  ['a key again and again', fill('version: 1\n'), 'version: expected each key once, got it again (first in line 1)'],
  ['tens of thousands of unknown keys', lines(20_000, (at) => `k${at}: 1`), 'k0: expected one of the keys'],
  ['anchors without end', `targets:\n${fill('- &a x\n')}`, 'targets: expected a mapping of names, got a list'],
  ['a key that is as long as the file', `${'a'.repeat(200_000)}: 1`, 'a key of at most 1024 characters'],
  ['a value that is as long as the file', `version: "${'x'.repeat(200_000)}"`, `got "${'x'.repeat(60)}…"`],
  ['a whole number of 200,000 digits', `version: ${'9'.repeat(200_000)}`, 'version: expected 1, got Infinity'],
  ['an exponent of 999999', 'version: 1e999999', 'version: expected 1, got Infinity'],
  ['a number in base 16', `version: 0x${'f'.repeat(1000)}`, 'version: expected 1, got Infinity'],
  ['a circle of a thousand jump hosts', circle(1000), 'targets.t0.via: expected a way that ends'],
  ['a circle of a thousand lists', circleOfLists(1000), 'policy.lists.l0: expected a list that ends'],
  ['a list used in ten thousand places', manyUses(), 'policy.rules[0].match.reads[0]: expected a list of path globs'],
  ['rules without end', `policy:\n  rules:\n${fill('    - {}\n')}`, 'policy.rules[0].id: expected a name'],
] as const) {
  test(`${what} is refused, in a message that fits a screen`, () => {
    const said = complaints(text.slice(0, HOSTILE_BYTES));
    assert.ok(
      said.some((line) => line.includes(complaint)),
      said.slice(0, 5).join('\n'),
    );
    assert.ok(said.every((line) => line.length < 1000));
  });
}

function circleOfLists(count: number): string {
  const entries = Array.from({ length: count }, (_, at) => `    l${at}: ["$l${(at + 1) % count}"]`);
  return `policy:\n  lists:\n${entries.join('\n')}\n`;
}

function manyUses(): string {
  const long = Array.from({ length: 5000 }, (_, at) => `/a${at}`).join(', ');
  return `policy:\n  lists: { l: [${long}, x] }\n  rules: [ { id: r, verdict: deny, match: { reads: [${'"$l", '.repeat(5000)}] } } ]\n`;
}

function circle(count: number): string {
  const key = `SHA256:${'a'.repeat(43)}`;
  const hosts = lines(count, (at) => {
    return `  t${at}: { kind: ssh, host: h, user: u, hostKey: "${key}", via: t${(at + 1) % count} }`;
  });
  return `targets:\n${hosts}`;
}

for (const text of [
  '__proto__: { mode: service }',
  '"__proto__": { mode: service }',
  'broker: { __proto__: { mode: service } }',
  'broker: { "\\x5f_proto__": { mode: service } }',
  'targets: { a: { kind: shell, set: { __proto__: { X: y } } } }',
  'a: &a { __proto__: { mode: service } }\nbroker: *a',
]) {
  test(`${text.split('\n')[0]} is refused and reaches no prototype`, () => {
    assert.ok(complaints(text).some((line) => line.includes('expected a plain key, got "__proto__"')));
    assert.is(({} as Record<string, unknown>).mode, undefined);
    assert.is(({} as Record<string, unknown>).X, undefined);
  });
}

for (const name of ['constructor', 'prototype', 'tostring', 'valueof', 'hasownproperty']) {
  test(`"${name}" is no known key, and a target may be called so`, () => {
    assert.match(
      complaints(`broker: { ${name}: { mode: service } }`).join(),
      `broker.${name}: expected one of the keys`,
    );
    const parsed = parseConfig(`targets: { ${name}: { kind: shell } }`, { file: 'f' });
    assert.is(parsed.ok && parsed.config.targets.get(name)?.name, name);
  });
}

for (const tag of [
  '!!python/object/apply:os.system ["id"]',
  '!!js/function "x"',
  '!!binary aGk=',
  '!!set {a}',
  '!!omap [a: 1]',
  '!!timestamp 2001-01-01',
  '!!merge x',
  '!include /etc/passwd',
  '!<tag:example.org,2000:x> y',
]) {
  test(`the tag of "${tag}" is refused`, () => {
    assert.ok(complaints(`targets: ${tag}`).some((line) => line.includes('targets: expected a value without a tag')));
  });
}

test('two mistakes are both reported, each with file, line, column, path and what was expected', () => {
  const parsed = parseConfig('limits: { hard: 0s }\r\ntargets:\r\n  a: { kind: shel }\r\n', { file: 'dir/my.yaml' });
  const error = configError(parsed.ok ? [] : parsed.problems);
  assert.is(error.exit, 78);
  assert.equal(error.publicMessage.split('\n'), [
    'dir/my.yaml:1:17: limits.hard: expected a duration from 1s to 7d, such as 90s or 15m, got "0s"',
    'dir/my.yaml:3:14: targets.a.kind: expected shell, ssh or kubectl, got "shel"',
  ]);
});

test('a line separator and a next-line are text, not line ends', () => {
  assert.match(complaints('version:\u20281').join(), 'f:1:1: expected a mapping, got "version:\\u{2028}1"');
  assert.match(complaints('version: 1\u0085broker: {}').join(), 'f:1:10: expected');
});

test('random damage to a config never throws, and whatever passes is a config', () => {
  const text = `version: 1
targets:
  here: { kind: shell, set: { A: "1" }, env: &e [PATH] }
  there: { kind: shell, env: *e }
policy:
  rules:
    - { id: look, match: { command: [ls, cat] }, verdict: allow }
limits: { hard: 1h }
`;
  const pieces = [
    '{',
    '}',
    '[',
    ']',
    ':',
    ' ',
    '\n',
    '-',
    '&e ',
    '*e',
    '!',
    '"',
    "'",
    '#',
    '\t',
    '%',
    '? ',
    '| ',
    '<<: ',
    '\u0000',
    ',',
  ];
  let seed = 11;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return (seed >> 8) % below;
  };
  let passed = 0;
  for (let round = 0; round < 1500; round += 1) {
    let damaged = text;
    for (let hits = 1 + random(3); hits > 0; hits -= 1) {
      const at = random(damaged.length);
      damaged = damaged.slice(0, at) + (pieces[random(pieces.length)] ?? '') + damaged.slice(at + random(3));
    }
    const parsed = parseConfig(damaged, { file: 'f', knownPacks: [] });
    if (parsed.ok) {
      passed += 1;
      assert.ok(
        [...parsed.config.targets.values()].every(({ kind }) => kind === 'shell' || kind === 'ssh'),
        damaged,
      );
    } else {
      assert.ok(parsed.problems.length > 0, damaged);
      const rows = damaged.split('\n').length;
      assert.ok(
        parsed.problems.every(({ line, column }) => line >= 1 && line <= rows + 1 && column >= 1),
        damaged,
      );
    }
  }
  assert.ok(passed > 20, `${passed} passed`);
});

test.run();
