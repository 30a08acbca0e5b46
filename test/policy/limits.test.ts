import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  MAX_COMMAND_BYTES,
  MAX_NESTING,
  MAX_STEPS,
  MAX_SUBSTITUTION_DEPTH,
} from '../../src/lib/policy/language/limits.ts';
import { parseCommand } from '../../src/lib/policy/language/parse.ts';
import { refusal } from './judged.ts';

const nested = (open: string, depth: number, close: string) => `${open.repeat(depth)}ls${close.repeat(depth)}`;

const ROWS: readonly [title: string, text: string, code: string][] = [
  ['nothing', '', 'empty-command'],
  ['only blanks', ' \t\n ', 'empty-command'],
  ['only comments', '# one\n  # two', 'empty-command'],
  ['a command of exactly the limit', `: ${'a'.repeat(MAX_COMMAND_BYTES - 2)}`, 'none'],
  ['one byte more than the limit', `: ${'a'.repeat(MAX_COMMAND_BYTES - 1)}`, 'command-too-long'],
  ['bytes and not characters', `: ${'é'.repeat(MAX_COMMAND_BYTES / 2)}`, 'command-too-long'],
  ['one mebibyte', 'a'.repeat(1024 * 1024), 'command-too-long'],
  ['NUL', 'ls \0', 'control-characters'],
  ['a carriage return', 'ls\r\n', 'control-characters'],
  ['escape', 'ls \u001b[2J', 'control-characters'],
  ['backspace', 'ls \b', 'control-characters'],
  ['DEL', 'ls \u007f', 'control-characters'],
  ['the C1 range', 'ls \u0085', 'control-characters'],
  ['half of a surrogate pair', 'ls \ud83d', 'control-characters'],
  ['the private characters that facts are written in', 'cat \ue005home/x', 'control-characters'],
  ['a whole pair', 'ls 😀', 'none'],
  ['tab and newline', 'ls\t-l\nls', 'none'],
  ['brackets within the limit', nested('( ', MAX_NESTING, ' )'), 'none'],
  ['brackets beyond it', nested('( ', MAX_NESTING + 1, ' )'), 'command-too-deep'],
  ['substitutions within the limit', `echo ${nested('$( ', MAX_SUBSTITUTION_DEPTH, ' )')}`, 'none'],
  ['substitutions beyond it', `echo ${nested('$( ', 300, ' )')}`, 'command-too-deep'],
  ['a flat mass of brackets', `echo ${'$(:)'.repeat(4097)}`, 'command-too-deep'],
  ['as many commands as are looked at', 'a;'.repeat(MAX_STEPS), 'none'],
  ['more commands than are looked at', 'a;'.repeat(MAX_STEPS + 1), 'command-too-long'],
  ['more commands than are looked at, in a substitution', `$(${'a;'.repeat(MAX_STEPS + 1)})`, 'command-too-long'],
  ['the escape of a terminal in quotes', "echo 'a\u001b]0;x'", 'control-characters'],
  ['what invalid UTF-8 becomes', Buffer.from([0x6c, 0x73, 0x20, 0xff, 0xfe]).toString('utf8'), 'none'],
  ['an open quote', "echo 'a", 'syntax-error'],
  ['an open double quote', 'echo "a', 'syntax-error'],
  ['an open bracket', '( ls', 'syntax-error'],
  ['a bracket too many', 'ls )', 'syntax-error'],
  ['a lonely operator', '| ls', 'syntax-error'],
  ['a missing branch', 'if ls; then', 'syntax-error'],
  ['a missing end', 'for a in b; do ls', 'syntax-error'],
  ['an open substitution', 'echo $(ls', 'syntax-error'],
];

for (const [title, text, code] of ROWS) {
  test(code === 'none' ? `takes ${title}` : `refuses ${title} as ${code}`, () => {
    assert.is(refusal(text), code);
  });
}

test('refuses an empty list of arguments as it refuses empty text', () => {
  assert.throws(
    () => parseCommand({ kind: 'argv', argv: [] }),
    (error: { code: string; exit: number }) => error.code === 'empty-command' && error.exit === 64,
  );
});

test('takes every argument of a list literally', () => {
  const { printed } = parseCommand({ kind: 'argv', argv: ['echo', '$(rm -rf /)', '', 'a b', '*', '~', 'if'] });
  assert.is(printed, "echo '$(rm -rf /)' '' 'a b' '*' '~' if");
});

test('keeps a list that begins with an assignment or a reserved word a command', () => {
  assert.is(parseCommand({ kind: 'argv', argv: ['A=b', 'ls'] }).printed, "'A=b' ls");
  assert.is(parseCommand({ kind: 'argv', argv: ['if', 'ls'] }).printed, "'if' ls");
});

test.run();
