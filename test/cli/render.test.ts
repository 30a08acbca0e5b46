// What people read must not act on their terminal, and must not look like something else.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captureOutput } from '../../src/lib/cli/capture-output.ts';
import {
  oneLine,
  paletteFor,
  relativeTime,
  renderError,
  renderTable,
  shortLine,
  visible,
} from '../../src/lib/cli/render.ts';

const test = suite('render');
const plain = paletteFor({});

test('spells out what could act on a terminal or deceive its reader, and nothing else', () => {
  const deceptive = [
    ...[
      '\u001b[2J',
      '\u0007',
      '\r',
      '\u009b31m',
      '\u202e',
      '\u2066',
      '\u200b',
      '\u200d',
      '\ufeff',
      '\u00ad',
      '\u034f',
      '\u115f',
    ],
    ...['\u3164', '\uffa0', '\ufe0f', '\u{e0041}', '\u{e0100}', '\u2028', '\ud800', '\ue000'],
  ];
  for (const text of deceptive) assert.match(visible(text), /^\\u\{[0-9a-f]+\}/, JSON.stringify(text));
  const harmless = "a\tb\nc é ü 漢字 🙂 \\u{41} $(x) 'q'";
  assert.is(visible(harmless), harmless);
  assert.is(oneLine('a\nb\tc'), 'a⏎b c');
});

test('never prints an error with the caller’s control characters', () => {
  const text = renderError({ message: 'no "\u001b]0;x\u0007"', hint: 'see \u202etxt' }, plain);
  assert.not.match(text.replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u);
  assert.is(text.split('\n').length, 3);
});

test('cuts long cells, and keeps a table’s rows to a line each', () => {
  const table = renderTable(['A', 'B'], [['x', 'y\nz'.repeat(200)]], plain);
  assert.is(table.split('\n').length, 3);
  assert.ok(table.split('\n').every((line) => line.length <= 125));
  assert.is(shortLine('x'.repeat(120)).length, 120);
  assert.match(shortLine('x'.repeat(121)), /x…$/);
});

test('colours for a terminal only', () => {
  const saved = { NO_COLOR: process.env.NO_COLOR, TERM: process.env.TERM };
  try {
    delete process.env.NO_COLOR;
    process.env.TERM = 'xterm';
    assert.is(paletteFor({ isTTY: true }).bad('x'), '\u001b[31mx\u001b[39m');
    assert.is(paletteFor({ isTTY: false }).bad('x'), 'x');
    process.env.NO_COLOR = '1';
    assert.is(paletteFor({ isTTY: true }).bad('x'), 'x');
    process.env.NO_COLOR = '';
    assert.is(paletteFor({ isTTY: true }).bad('x'), '\u001b[31mx\u001b[39m', 'an empty NO_COLOR counts as absent');
  } finally {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
});

test('cuts the last column of a table to the width of the terminal, and no other', () => {
  const rows = [
    ['s-1', 'echo a long command'.repeat(3)],
    ['s-22222', 'ls'],
  ];
  const lines = renderTable(['ID', 'COMMAND'], rows, plain, 40).split('\n');
  assert.equal(
    lines.map((line) => line.length),
    [16, 40, 11, 0],
  );
  assert.ok(lines[1]?.endsWith('…'));
  const narrow = renderTable(['ID', 'COMMAND'], rows, plain, 5).split('\n');
  assert.is(narrow[1], 's-1      echo a long command…', 'what is left is still readable');
});

test('says times in words that fit', () => {
  assert.is(relativeTime(1000, 13_000), '12 s ago');
  assert.is(relativeTime(181_000, 1000), 'in 3 min');
  assert.is(relativeTime(0, 7_200_000), '2 h ago');
  assert.is(relativeTime(0, 86_400_000 * 30), '30 d ago');
});

test('cuts captured output between characters, wherever the chunks end', () => {
  const bytes = Buffer.from('aé漢🙂');
  for (let at = 0; at <= bytes.length; at++) {
    for (let max = 0; max <= bytes.length + 1; max++) {
      const capture = captureOutput(max);
      capture.add('stdout', bytes.subarray(0, at));
      capture.add('stdout', bytes.subarray(at));
      assert.ok('aé漢🙂'.startsWith(capture.text('stdout')), `${at} ${max}`);
      assert.is(capture.isTruncated, max < bytes.length);
    }
  }
});

test.run();
