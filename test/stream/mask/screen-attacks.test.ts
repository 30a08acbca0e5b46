// timeout: 300
// Screens that are painted to be hard to read: at random, in hostile ways, by real sequences. No secret shows on any terminal,
// text that is none arrives byte for byte, and every split gives the same.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createScreenModel } from '../../../src/lib/stream/mask/screen/screen-model.ts';
import { isAddressing, readCommand } from '../../../src/lib/stream/mask/screen/screen-sequences.ts';
import {
  at,
  beginScreen,
  bytesOf,
  drawFrom,
  ESC,
  findFake,
  MASKED,
  runScreen,
  SECRET,
  SIZE,
  showOn,
} from './screen-cases.ts';

const findNothing = () => [];

/** Bytes that mean something to a terminal, and some that do not. */
function noise(draw: (below: number) => number, length: number): Buffer {
  const parts = [
    () => at(1 + draw(9), 1 + draw(24)),
    () => `${ESC}[${draw(12)}${'ABCDEFGILMPSTXZ@`adefb'[draw(22)]}`,
    () => `${ESC}[${draw(4)}${'JK'[draw(2)]}`,
    () => `${ESC}[${draw(5)};${draw(9)}r`,
    () => `${ESC}[?${[6, 7, 25, 47, 1047, 1048, 1049, 2026][draw(8)]}${'hl'[draw(2)]}`,
    () => `${ESC}[4${'hl'[draw(2)]}`,
    () => `${ESC}${'78DEHMc'[draw(7)]}`,
    () => `${ESC}]0;title ${draw(99)}${['\u0007', `${ESC}\\`, ''][draw(3)]}`,
    () => `${ESC}[38;5;${draw(256)}m`,
    () => '\r\n\t\b\v'[draw(5)] as string,
    () => ['日本', '😀', 'e\u0301', '\u200b', '\u009b2J', 'ж'][draw(6)] as string,
    () => String.fromCharCode(...Array.from({ length: draw(9) }, () => 33 + draw(94))),
    () => ' '.repeat(draw(9)),
  ];
  let text = '';
  while (text.length < length) text += parts[draw(parts.length)]?.() ?? '';
  const bytes = Buffer.from(text);
  // Some of it is no UTF-8, and some sequences are cut.
  for (let count = 0; count < length / 60; count += 1) bytes[draw(bytes.length)] = draw(256);
  return bytes;
}

function inPieces(bytes: Buffer, draw: (below: number) => number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; ) {
    const length = 1 + draw(40);
    pieces.push(bytes.subarray(from, from + length));
    from += length;
  }
  return pieces;
}

test('random output without a secret arrives byte for byte, however it is cut', () => {
  for (let seed = 1; seed <= 120; seed += 1) {
    const draw = drawFrom(seed);
    const bytes = noise(draw, 1_500);
    assert.equal(runScreen([bytes], { findSpans: findNothing }), bytes, `seed ${seed}`);
    assert.equal(runScreen(inPieces(bytes, draw), { findSpans: findNothing }), bytes, `seed ${seed}`);
  }
});

test('random output with deadlines in its midst arrives byte for byte', () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const draw = drawFrom(seed);
    const bytes = noise(draw, 1_500);
    const pieces = inPieces(bytes, draw).flatMap((piece) => [
      piece,
      (stage: ReturnType<typeof beginScreen>) => (draw(2) === 0 ? stage.expire() : undefined),
    ]);
    assert.equal(runScreen(pieces, { findSpans: findNothing }), bytes, `seed ${seed}`);
  }
});

test('random output with secrets in it is the same however it is cut', () => {
  for (let seed = 1; seed <= 120; seed += 1) {
    const draw = drawFrom(seed);
    const bytes = Buffer.concat(
      Array.from({ length: 6 }, () => Buffer.concat([noise(draw, 120), secretAtRandom(draw), noise(draw, 60)])),
    );
    const whole = runScreen([bytes]);
    assert.equal(runScreen(inPieces(bytes, draw)), whole, `seed ${seed}`);
    assert.equal(runScreen(bytesOf(bytes)), whole, `seed ${seed}`);
  }
});

/** The secret in pieces, each addressed, in any order, at a place of its own. */
function secretAtRandom(draw: (below: number) => number): Buffer {
  const row = 1 + draw(6);
  const column = 1 + draw(8);
  const cuts = [0, ...[1 + draw(5), 6 + draw(5)], SECRET.length];
  const pieces = cuts.slice(1).map((to, index) => {
    const from = cuts[index] as number;
    return `${at(row, column + from)}${SECRET.slice(from, to)}`;
  });
  return Buffer.from(draw(2) === 0 ? pieces.join('') : pieces.reverse().join(''));
}

test('what a terminal shows of a masked stream has the same layout, and no secret', async () => {
  for (let seed = 1; seed <= 150; seed += 1) {
    const draw = drawFrom(seed);
    const frames = Array.from({ length: 1 + draw(5) }, () => {
      const parts = [at(1 + draw(6)), draw(3) === 0 ? `${ESC}[2J` : '', 'text and more'.slice(draw(9))];
      return Buffer.concat([Buffer.from(parts.join('')), secretAtRandom(draw), Buffer.from(`${at(6)}ok${ESC}[?25h`)]);
    });
    const pieces = frames.flatMap((frame) => {
      const cut = draw(frame.length);
      const wait = (stage: ReturnType<typeof beginScreen>) => (draw(3) === 0 ? stage.expire() : undefined);
      return [frame.subarray(0, cut), wait, frame.subarray(cut)];
    });
    const shown = await showOn(
      SIZE,
      Buffer.concat([Buffer.from(`${ESC}[?1049h`), runScreen([`${ESC}[?1049h`, ...pieces]).subarray(8)]),
    );
    const plain = await showOn(SIZE, Buffer.concat([Buffer.from(`${ESC}[?1049h`), ...frames]));
    assert.not.match(shown.join('\n'), /S3CR[0-9]{8}/, `seed ${seed}`);
    const [masked, open] = [shown.join('\n'), plain.join('\n')];
    assert.is(masked.length, open.length, `seed ${seed}: ${JSON.stringify([plain, shown])}`);
    // What is left of a secret that was painted over stays masked; nothing else differs.
    const changed = [...open].filter((character, index) => character !== masked[index]).join('');
    assert.match(changed, /^[S3CR0-7]*$/, `seed ${seed}: ${JSON.stringify([plain, shown])}`);
  }
});

for (const [what, paint] of [
  [
    'from its last character to its first',
    (text: string) => [...text].map((_, i) => `${at(2, text.length - i)}${text[text.length - 1 - i]}`),
  ],
  [
    'with every other character first',
    (text: string) =>
      [0, 1].flatMap((first) =>
        [...text].flatMap((letter, i) => (i % 2 === first ? [`${at(2, i + 1)}${letter}`] : [])),
      ),
  ],
  [
    'from the left end of the line, pushed right',
    (text: string) => [...text].reverse().map((letter) => `${at(2)}${ESC}[@${letter}`),
  ],
  ['with a tab stop in its midst', (text: string) => [`${at(2, 1)}${text.slice(0, 8)}`, `${at(2)}\t${text.slice(8)}`]],
  ['under backspaces', (text: string) => [`${at(2)}`, ...[...text].map((letter) => `x\b${letter}`)]],
  [
    'in a region that scrolls',
    (text: string) => [`${ESC}[2;4r${at(4)}`, text.slice(0, 4), `\r\n${at(3, 5)}`, text.slice(4)],
  ],
  ['with accents on it', (text: string) => [at(2), ...[...text].map((letter) => letter)]],
] as const) {
  test(`a secret that is painted ${what} is masked, in one frame and with a deadline after every piece`, async () => {
    const pieces = paint(SECRET);
    const once = runScreen([`${ESC}[?1049h`, ...pieces]).toString();
    const rows = await showOn(SIZE, once);
    assert.ok(
      rows.some((row) => row.includes(MASKED)),
      JSON.stringify(rows),
    );
    const slowly = runScreen([
      `${ESC}[?1049h`,
      ...pieces.flatMap((piece) => [piece, (stage: ReturnType<typeof beginScreen>) => stage.expire()]),
    ]);
    assert.not.match((await showOn(SIZE, slowly)).join('\n'), /S3CR[0-9]{8}/);
  });
}

test('a frame of a mebibyte goes on in pieces, and a secret at every place of it is masked', () => {
  const block = `${at(1)}${'x'.repeat(1_000)}${at(3)}${SECRET}`;
  const input = Buffer.from(block.repeat(1_024));
  const stage = beginScreen();
  const out: Buffer[] = [];
  let most = 0;
  for (let from = 0; from < input.length; from += 10_000) {
    const passed = stage.push(input.subarray(from, from + 10_000));
    out.push(...passed.map((piece) => Buffer.from(piece)));
    most = Math.max(most, from + 10_000 - out.reduce((sum, piece) => sum + piece.length, 0));
  }
  const output = Buffer.concat([...out, ...stage.flush()]).toString();
  assert.is(output, block.replace(SECRET, MASKED).repeat(1_024));
  assert.ok(most <= 33 * 1024 + 10_000, `${most} bytes were held`);
});

test('a title of a mebibyte goes on in pieces', () => {
  const input = `${at(1)}${ESC}]0;${'t'.repeat(1024 * 1024)}\u0007${at(2)}${SECRET}`;
  assert.is(runScreen([input]).toString(), input.replace(SECRET, MASKED));
});

test('parameters as large as they come cost no more than the screen', () => {
  for (const final of 'ABCDEFGHIJKLMPSTXZ@`abdefgrsu') {
    const input = `${at(1)}x${ESC}[999999999;2147483648;99999999999999999999${final}y`;
    const started = process.cpuUsage().user;
    assert.is(runScreen([input]).toString(), input);
    assert.ok(process.cpuUsage().user - started < 1_000_000, final);
  }
});

test('a client whose terminal is gigantic gets a model of bounded size', () => {
  const model = createScreenModel({ cols: 10_000, rows: 10_000 });
  assert.ok(model.cols * model.rows <= 20 * 1024);
  model.resize({ cols: 9_999, rows: 9_999 });
  assert.ok(model.cols * model.rows <= 20 * 1024);
  model.dispose();
  const input = `${at(9_000, 9_000)}x${SECRET}`;
  assert.is(runScreen([input], { size: { cols: 10_000, rows: 10_000 } }).toString(), input.replace(SECRET, MASKED));
});

test('output that only overwrites itself is looked at a bounded number of times', () => {
  let read = 0;
  const input = Buffer.from(`${at(1)}abcdefgh`.repeat(4_000) + `${ESC}[?25h`.repeat(10_000));
  const out = runScreen([input], {
    findSpans: (visible, early) => {
      read += visible.length + 200;
      return findFake(visible, early);
    },
  });
  assert.equal(out, input);
  assert.ok(read < 12 * input.length, `${read} bytes of text were looked at for ${input.length}`);
});

test('the inner parts of the library that the model needs are there, and work at once', () => {
  const model = createScreenModel({ cols: 8, rows: 3 });
  model.print(0x61, 2 ** 40 + 7);
  model.control(`${ESC}[2;3H`);
  model.print(0x1f600, 5);
  assert.equal([model.cursorX, model.cursorY, model.cols, model.rows], [4, 1, 8, 3]);
  const codes = new Int32Array(8);
  model.readRow(1, codes);
  assert.equal([...codes], [0, 0, 0x1f600, -1, 0, 0, 0, 0]);
  assert.is(model.cellAt(0, 0).origin, 2 ** 40 + 7);
  assert.is(model.cellAt(2, 1).width, 2);
  model.setMasked(2, 1);
  assert.equal([model.cellAt(2, 1).isMasked, model.cellAt(2, 1).origin, model.cellAt(0, 0).isMasked], [true, 5, false]);
  model.control(`${ESC}[1;1H${ESC}[L`);
  assert.is(model.cellAt(0, 1).origin, 2 ** 40 + 7);
  assert.ok(model.cellAt(2, 2).isMasked);
  model.control(`${ESC}[2;3r${ESC}[?6h${ESC}[4h${ESC}[?7l`);
  assert.equal(
    [model.marginTop, model.marginBottom, model.isOriginMode, model.isInsertMode, model.wraps],
    [1, 2, true, true, false],
  );
  assert.not(model.isAlternate);
  model.control(`${ESC}[?1049h`);
  assert.ok(model.isAlternate);
  model.dispose();
});

test('the sequences that need a screen are those that move the cursor or the text', () => {
  for (const sequence of [
    '[H',
    '[5;3H',
    '[A',
    '[2B',
    '[C',
    '[D',
    '[5G',
    '[3d',
    '[L',
    '[M',
    '[@',
    '[P',
    '[S',
    '[T',
    '[2;5r',
    '[r',
    'M',
    'D',
    '[?1049h',
    '[?47l',
    '[?25;1049h',
    '[4h',
    '[?6h',
    '[3b',
    '[2E',
    '[F',
    '[3I',
    '[Z',
    '#8',
    "[2'}",
  ])
    assert.ok(isAddressing(`${ESC}${sequence}`), sequence);
  for (const sequence of [
    '[m',
    '[1;31m',
    '[K',
    '[2K',
    '[J',
    '[2J',
    '[3J',
    '[G',
    '[1G',
    '[?25l',
    '[?2004h',
    '[?2026h',
    '[?7l',
    '7',
    '8',
    '[s',
    '[u',
    '[6n',
    '[c',
    '[>c',
    '[18t',
    '[!p',
    '(0',
    '(B',
    '[>1u',
    '[?u',
    '[5 q',
    '=',
    'c',
    '[20h',
  ])
    assert.not(isAddressing(`${ESC}${sequence}`), sequence);
});

test('nothing that is answered, and no colour, reaches the model', () => {
  for (const sequence of [
    '[c',
    '[6n',
    '[>c',
    '[18t',
    '[?6n',
    '[m',
    '[31m',
    '[>4;2m',
    '[?1000h',
    '[?2026$p',
    'Z',
    '[5i',
    '[x',
    '[>q',
  ])
    assert.is(readCommand(`${ESC}${sequence}`, 100).model, '', sequence);
});

test.run();
