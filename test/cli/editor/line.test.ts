// The pure parts of the line editor: what keys do to a line, how it looks, when it is whole, and which path is completed.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { completeWith, pathWord } from '../../../src/lib/cli/editor/complete-path.ts';
import { EDITING_KEYS, type Editing } from '../../../src/lib/cli/editor/editing-keys.ts';
import { History } from '../../../src/lib/cli/editor/history.ts';
import { isComplete } from '../../../src/lib/cli/editor/is-complete.ts';
import { decodeKeys, type Typed } from '../../../src/lib/cli/editor/keys.ts';
import { insert, lineOf } from '../../../src/lib/cli/editor/line.ts';
import { viewOf } from '../../../src/lib/cli/editor/view.ts';

const test = suite('line editor: parts');

/** "ab|cd" → keys → "ab|d". */
function after(shown: string, ...keys: string[]): string {
  const cursor = shown.indexOf('|');
  let editing: Editing = { line: { text: shown.replace('|', ''), cursor }, cut: '' };
  for (const key of keys) {
    const action = EDITING_KEYS.get(key);
    if (action === undefined) throw new Error(`no such key: ${key}`);
    editing = action(editing);
  }
  const { line } = editing;
  return `${line.text.slice(0, line.cursor)}|${line.text.slice(line.cursor)}`;
}

const KEYS: readonly (readonly [string, readonly string[], string])[] = [
  ['abc|', ['left', 'left'], 'a|bc'],
  ['|abc', ['left'], '|abc'],
  ['abc|', ['right'], 'abc|'],
  ['|abc', ['right'], 'a|bc'],
  ['漢😀|', ['left'], '漢|😀'],
  ['ne\u0301|', ['backspace'], 'n|'],
  ['|\u0301x', ['delete'], '|x'],
  ['|e\u0301x', ['delete'], '|x'],
  ['a😀|', ['backspace'], 'a|'],
  ['ab|cd', ['ctrl+d'], 'ab|d'],
  ['one two|', ['ctrl+a'], '|one two'],
  ['|', ['ctrl+a', 'home', 'ctrl+u', 'backspace'], '|'],
  ['one\ntwo|', ['ctrl+a'], 'one\n|two'],
  ['\n|a', ['ctrl+a'], '\n|a'],
  ['|\na', ['ctrl+a'], '|\na'],
  ['o|ne\ntwo', ['ctrl+e'], 'one|\ntwo'],
  ['git push-it now|', ['meta+b', 'meta+b'], 'git push-|it now'],
  ['|git push', ['meta+f', 'meta+f'], 'git push|'],
  ['rm -rf ./a-b  |', ['ctrl+w'], 'rm -rf |'],
  ['rm x|', ['ctrl+w', 'ctrl+y', 'ctrl+y'], 'rm xx|'],
  ['one tw|o', ['ctrl+u'], '|o'],
  ['one| two', ['ctrl+k'], 'one|'],
  ['one two|', ['ctrl+left', 'ctrl+k', 'ctrl+a', 'ctrl+y'], 'two|one '],
];

test('moves, erases and cuts by characters, words and lines, whatever they are made of', () => {
  for (const [before, keys, then] of KEYS) assert.is(after(before, ...keys), then, `${before} ${keys.join(' ')}`);
});

test('walks through what was entered, keeps the line that was begun, and expands nothing', () => {
  const history = new History();
  assert.is(history.step(-1, 'x'), undefined);
  for (const text of ['one', 'two', 'two', '', 'echo !!']) history.add(text);
  assert.is(history.step(-1, 'draft'), 'echo !!');
  assert.is(history.step(-1, 'echo !!'), 'two');
  assert.is(history.step(-1, 'two'), 'one');
  assert.is(history.step(-1, 'one'), undefined);
  assert.is(history.step(1, 'one'), 'two');
  assert.is(history.step(1, 'two'), 'echo !!');
  assert.is(history.step(1, 'echo !!'), 'draft');
  assert.is(history.step(1, 'draft'), undefined);
});

const PROMPT = { text: '$ ', cells: 2 };
const screen = (columns: number, rows = 24) => ({ columns, rows });

test('shows a line in rows of the terminal, with the cursor in the right cell', () => {
  assert.equal(viewOf(PROMPT, lineOf('abc'), screen(80)), { rows: ['$ abc'], cursor: { row: 0, column: 5 } });
  assert.equal(viewOf(PROMPT, { text: 'if\nx', cursor: 1 }, screen(80)), {
    rows: ['$ if', '> x'],
    cursor: { row: 0, column: 3 },
  });
  assert.equal(viewOf(PROMPT, lineOf('abcd'), screen(6)), { rows: ['$ abcd', ''], cursor: { row: 1, column: 0 } });
  assert.equal(viewOf(PROMPT, lineOf('abc漢'), screen(6)), { rows: ['$ abc', '漢'], cursor: { row: 1, column: 2 } });
  assert.equal(viewOf(PROMPT, lineOf('e\u0301x'), screen(80)).cursor, { row: 0, column: 4 });
  assert.equal(viewOf(PROMPT, lineOf('\tx'), screen(80)), { rows: ['$       x'], cursor: { row: 0, column: 9 } });
});

test('spells out every character that could deceive the one who presses Enter', () => {
  const { rows } = viewOf(PROMPT, lineOf('rm \u202etxt.\u200bx\u001b[2K\u00ad'), screen(80));
  assert.equal(rows, ['$ rm \\u{202e}txt.\\u{200b}x\\u{1b}[2K\\u{ad}']);
});

test('shows the rows around the cursor of a text that is higher than the screen', () => {
  const text = Array.from({ length: 30 }, (_, at) => `l${at}`).join('\n');
  const end = viewOf(PROMPT, lineOf(text), screen(80, 10));
  assert.is(end.rows.length, 10);
  assert.is(end.rows[9], '> l29');
  assert.equal(end.cursor, { row: 9, column: 5 });
  const begin = viewOf(PROMPT, { text, cursor: 0 }, screen(80, 10));
  assert.is(begin.rows[0], '$ l0');
  assert.equal(begin.cursor, { row: 0, column: 2 });
});

const WHOLE = [
  'ls',
  'echo "a b"',
  '# only words',
  'if true; then :; fi',
  'cat <<E\nfoo\nE',
  'f() { :; }',
  'a &',
  'case x in y) ;; esac',
  'echo \\\\',
  'ls # "open',
  // Wrong, and no line that follows mends it.
  'fi',
  'a; )',
  'a ;; b',
  `echo ${'$('.repeat(60)}`,
  'a\u0000b',
];
const OPEN = [
  "echo 'a",
  'echo "a\nb',
  'echo `a',
  'echo $(a',
  'echo ${a',
  "echo $'a",
  'if true',
  'if true; then',
  'for x in a b',
  'while :; do',
  'case x in',
  '{ a',
  '( a',
  'a |',
  'a &&',
  'a || # then',
  'ls \\',
  'cat <<E',
  'cat <<E\nfoo',
  "cat <<-'E'\n\tfoo\n\tEE",
  'f() {',
  'f()',
  '[[ a',
];

test('is whole only once nothing is open: quotes, brackets, here-documents, lists, conditions, a last backslash', async () => {
  for (const text of WHOLE) assert.is(await isComplete(text), true, text);
  for (const text of OPEN) assert.is(await isComplete(text), false, text);
});

test('finds the path before the cursor, and no path where bash would expand something', () => {
  const path = (text: string) => pathWord(lineOf(text))?.path;
  assert.is(path('cat src/ma'), 'src/ma');
  assert.is(path('cat my\\ fi'), 'my fi');
  assert.is(path("cat 'my fi"), 'my fi');
  assert.is(path('cat "my fi'), 'my fi');
  assert.is(path('x>/tm'), '/tm');
  assert.is(path('cat ~/a'), '~/a');
  for (const text of ['cat ', 'cat $HOME/x', 'cat "$HOME/x', 'cat *.t', 'cat `x', 'cat {a', '']) {
    assert.is(path(text), undefined, text);
  }
});

test('completes what all names have in common, quotes what needs it, and offers the rest', () => {
  const complete = (text: string, names: readonly string[]) => {
    const line = lineOf(text);
    const word = pathWord(line);
    if (word === undefined) throw new Error(`no word: ${text}`);
    const { line: completed, candidates } = completeWith(line, word, names);
    return [completed.text, candidates];
  };
  assert.equal(complete('cat src/m', ['src/main.ts', 'src/main.test.ts']), ['cat src/main.t', []]);
  assert.equal(complete('cat src/main.t', ['src/main.ts', 'src/main.test.ts']), [
    'cat src/main.t',
    ['src/main.ts', 'src/main.test.ts'],
  ]);
  assert.equal(complete('cat n', ["no'$(x) one"]), ["cat no\\'\\$\\(x\\)\\ one ", []]);
  assert.equal(complete('cd s', ['src/']), ['cd src/', []]);
  assert.equal(complete('cd ~/s', ['~/src/']), ['cd ~/src/', []]);
  assert.equal(complete('cat x', []), ['cat x', []]);
  // A target that answers with other names, or with keys.
  assert.equal(complete('cat x', ['/etc/shadow', 'x\n; rm -rf /', 'x\u001b[2J']), ['cat x', []]);
});

/** What is typed in these reads, at these times. */
function decoded(...reads: (string | number)[]): Typed[] {
  let now = 0;
  const found: Typed[] = [];
  const keys = decodeKeys(
    () => now,
    (typed) => found.push(typed),
  );
  for (const read of reads) {
    if (typeof read === 'number') now += read;
    else keys.push(Buffer.from(read, 'latin1'));
  }
  keys.stop();
  return found;
}
const key = (name: string, text: string, isLast = true): Typed => ({ kind: 'key', name, text, isLast });

test('tells keys from pasted text, however the bytes are cut', () => {
  assert.equal(decoded('a', '\u001b[', 'A'), [key('a', 'a'), key('up', '')]);
  assert.equal(decoded('\xe6\xbc', '\xa2'), [key('漢', '漢')]);
  assert.equal(decoded('ls\r'), [key('l', 'l', false), key('s', 's', false), key('return', '\r')]);
  assert.equal(decoded('\u0004rm'), [key('ctrl+d', '\u0004', false), key('r', 'r', false), key('m', 'm')]);
  const pasted: Typed = { kind: 'paste', text: 'a\nb\u0003\u0004\n' };
  const bytes = '\u001b[200~a\r\nb\u0003\u0004\r\u001b[201~';
  assert.equal(decoded(bytes), [pasted]);
  for (let at = 1; at < bytes.length; at++)
    assert.equal(decoded(bytes.slice(0, at), bytes.slice(at)), [pasted], `${at}`);
  assert.equal(decoded(...bytes), [pasted]);
});

test('takes an Enter right behind a paste for a part of it', () => {
  const hidden = ['\u001b[200~rm -rf x\u001b[201~\r', '\u001b[200~rm -rf x\u001b[201~'] as const;
  const pasted: Typed = { kind: 'paste', text: 'rm -rf x' };
  assert.equal(decoded(hidden[0]), [pasted, { kind: 'paste', text: '\n' }]);
  assert.equal(decoded(hidden[1], 20, '\r'), [pasted, { kind: 'paste', text: '\n' }]);
  assert.equal(decoded(hidden[1], 60, '\r'), [pasted, key('return', '\r')]);
});

test('puts text in at the cursor', () => {
  assert.equal(insert({ text: 'ad', cursor: 1 }, 'bc'), { text: 'abcd', cursor: 3 });
});

test.run();
