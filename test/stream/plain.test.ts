// A screen as an agent reads it: text, in the order of the rows, with nothing in it that a person would not have read.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createPlainScreen, type PlainOptions } from '../../src/lib/stream/plain.ts';
import { readPage } from '../../src/lib/stream/plain-page.ts';

const ESC = '\u001b';
const SIZE = { cols: 10, rows: 4 };

/** Whole and byte by byte: always the same text. */
function reads(input: string, expected: string, options: Partial<PlainOptions> = {}) {
  for (const pieces of [[Buffer.from(input)], [...Buffer.from(input)].map((byte) => Uint8Array.of(byte))]) {
    const screen = createPlainScreen({ size: SIZE, lineEnds: 'terminal', ...options });
    assert.is(pieces.map((piece) => screen.push(piece)).join('') + screen.flush(), expected);
  }
}

for (const [what, input, expected] of [
  ['lines', 'one\r\ntwo\r\n', 'one\ntwo\n'],
  ['lines that scrolled away', '1\r\n2\r\n3\r\n4\r\n5\r\n6', '1\n2\n3\n4\n5\n6\n'],
  ['a line that wrapped', '0123456789abc\r\nx', '0123456789abc\nx\n'],
  [
    'a line that wrapped and scrolled away',
    `0123456789abc\r\n${'x\r\n'.repeat(5)}`,
    `0123456789abc\n${'x\n'.repeat(5)}`,
  ],
  ['a blank where a line wrapped', `012345678 abc\r\n${'x\r\n'.repeat(5)}`, `012345678 abc\n${'x\n'.repeat(5)}`],
  ['what a progress bar left', '10%\r50%\r100%\r\ndone\r\n', '100%\ndone\n'],
  ['a line that was erased', `wrong\r${ESC}[Kright\r\n`, 'right\n'],
  ['a screen that was painted in any order', `${ESC}[2J${ESC}[3;2Hc${ESC}[1;1Ha${ESC}[2;5Hb`, 'a\n    b\n c\n'],
  [
    'colours, titles and links',
    `${ESC}[31mred${ESC}[m ${ESC}]0;t\u0007${ESC}]8;;u${ESC}\\link${ESC}]8;;${ESC}\\`,
    'red link\n',
  ],
  ['concealed text', `${ESC}[8mhidden${ESC}[m`, 'hidden\n'],
  [
    'an alternate screen as it was left',
    `$ less\r\n${ESC}[?1049h${ESC}[H${ESC}[2Jpage 1${ESC}[Hpage 2${ESC}[?1049l$ `,
    'page 2\n$ less\n$\n',
  ],
  ['an alternate screen that is still there', `$ top\r\n${ESC}[?1049h${ESC}[Hcpu${ESC}[2;1Hmem`, 'cpu\nmem\n'],
  ['rows within margins', `${ESC}[2;3r${ESC}[1;1Htop${ESC}[3;1Ha\nb\nc`, 'top\n b\n  c\n'],
  ['what was erased of the screen not at all', `a\r\nb\r\n${ESC}[H${ESC}[2Jc`, 'c\n'],
  ['wide characters', '日本語日本語', '日本語日本語\n'],
  ['accents and emoji', 'e\u0301 😀 ', 'e\u0301 😀\n'],
  ['hidden characters as nothing', 'a\u202eb\u200bc', 'abc\n'],
  ['private use by its name', 'a\ue0b0', 'a<U+E0B0>\n'],
  ['nothing of nothing', `${ESC}[2J${ESC}[H`, ''],
] as const) {
  test(`it reads ${what}`, () => reads(input, expected));
}

test('without a terminal a line feed begins a line', () => {
  reads('one\ntwo\n', 'one\ntwo\n', { lineEnds: 'pipe' });
  reads('one\ntwo', 'one\n   two\n');
});

test('a screen that became narrower goes on', () => {
  const screen = createPlainScreen({ size: SIZE, lineEnds: 'terminal' });
  screen.push(Buffer.from('0123456789'));
  screen.resize({ cols: 5, rows: 2 });
  assert.match(screen.push(Buffer.from('\r\nab\r\ncd')) + screen.flush(), /ab\ncd\n$/);
});

test('hostile parameters cost no more than the screen', () => {
  const started = process.cpuUsage().user;
  reads(
    `${ESC}[999999999;999999999Hx${ESC}[999999999b${ESC}[999999999S${ESC}[999999999L${ESC}[999999999P${ESC}[99999999999999999999C`,
    '',
  );
  assert.ok(process.cpuUsage().user - started < 500_000);
});

for (const [reader, expected] of [
  ['raw', `${ESC}[31mred${ESC}[m\u202e\r10%\r20%\n${ESC}[`],
  ['agent', 'red<U+202E>\r10%\r20%\n'],
  ['reviewer', `${ESC}[31mred${ESC}[m<U+202E>\r10%\r20%\n`],
  ['plain', '20%\n'],
] as const) {
  test(`a page is read as "${reader}"`, () => {
    assert.is(readPage(`${ESC}[31mred${ESC}[m\u202e\r10%\r20%\n${ESC}[`, reader), expected);
  });
}

test('a page of a pipe reads like one of a terminal', () => {
  for (const end of ['\n', '\r\n']) assert.is(readPage(`one${end}  two${end}`, 'plain'), 'one\n  two\n');
});

test.run();
