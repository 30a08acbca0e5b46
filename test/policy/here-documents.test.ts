// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is shell text
import { spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommand } from '../../src/lib/policy/language/parse.ts';

// Here-documents run as here-strings: what the command reads must be the same to the byte.
const DOCUMENTS: readonly (readonly [title: string, text: string])[] = [
  ['one line', 'cat <<E\na\nE'],
  ['many lines', 'cat <<E\na\n\nb\n\n\nE'],
  ['nothing', 'cat <<E\nE'],
  ['an empty line', 'cat <<E\n\nE'],
  ['blanks at both ends', 'cat <<E\n  a  \nE'],
  ['quotes', 'cat <<E\n"a" \'b\'\nE'],
  ['a quoted end', "cat <<'E'\n$HOME `id` \\$x $(id) \\\\\nE"],
  ['an end in double quotes', 'cat <<"E"\n$HOME\nE'],
  ['an escaped end', 'cat <<\\E\n$HOME\nE'],
  ['an end with a blank', "cat <<'E F'\na\nE F"],
  ['variables', 'v=1; cat <<E\n$v ${v} ${v:-x} ${w:-x y}\nE'],
  ['substitutions', 'cat <<E\n$(echo a; echo b) `echo c`\nE'],
  ['arithmetic', 'cat <<E\n$((1 + 2))\nE'],
  ['escapes', 'cat <<E\n\\$HOME \\`id\\` \\\\ \\a \\"\nE'],
  ['a backslash at the end of a quoted body', "cat <<'E'\na\\\nE"],
  ['globs and braces', 'cat <<E\n* ? {a,b} ~\nE'],
  ['tabs that stay', 'cat <<E\n\ta\nE'],
  ['tabs that go', 'cat <<-E\n\ta\n\t\tb\n\tE'],
  ['tabs that go, and a quoted end', "cat <<-'E'\n\t$a\n\tE"],
  ['blanks beside tabs', 'cat <<-E\n\t  a\n  b\n\tE'],
  ['a word after it', 'cat <<E -\na\nE'],
  ['a pipe after it', 'cat <<E | tr a b\na\nE'],
  ['two of them', 'cat <<A; cat <<B\na\nA\nb\nB'],
  ['one in a function', 'f() { cat <<E\n$1\nE\n}; f x'],
  ['one in a loop', 'for i in 1 2; do cat <<E\n$i\nE\ndone'],
  ['one in a substitution', 'echo "$(cat <<E\na\nE\n)"'],
  ['another descriptor', 'cat /dev/fd/3 3<<E\na\nE'],
  ['characters outside ASCII', 'cat <<E\né 😀\nE'],
  ['a hash', 'cat <<E\n# a\nE'],
  ['a here-string', 'cat <<< "a  b"'],
  ['an empty here-string', "cat <<< ''"],
];

for (const [title, text] of DOCUMENTS) {
  test(`feeds a command the same bytes: ${title}`, () => {
    const { printed, opaque } = parseCommand({ kind: 'text', text });
    assert.equal(opaque, []);
    assert.not.match(printed, /(^|[^<])<<($|[^<])/);
    const written = run(text);
    assert.is(written.status, 0);
    assert.equal(run(printed).stdout.toString('latin1'), written.stdout.toString('latin1'));
  });
}

function run(text: string) {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C.UTF-8' };
  return spawnSync('bash', ['--noprofile', '--norc', '-c', text], { env });
}

test.run();
