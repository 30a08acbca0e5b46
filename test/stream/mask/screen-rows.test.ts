// Rows that move or go are moved by code of ours, on the library's rows: whatever was printed before, in whatever order, the screen must
// be the one that the library makes of it alone.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawFrom } from '../../../src/lib/stream/mask/examples.ts';
import { createScreenModel, type ScreenModel } from '../../../src/lib/stream/mask/screen/screen-model.ts';

const test = suite('screen-rows');
const ESC = '\u001b';
/** Something before a sequence, which does nothing, and the model gives all of it to the library. */
const NOTHING = '\u0000';
const PRINTED = [0x61, 0x62, 0x20, 0x4e16, 0x1f600, 0x301, 0xfe0f];

const OURS = ['L', '2L', '999L', 'M', '3M', '99;2M', 'S', '2S', '50S', 'T', '2T', '', 'J', '0J', '1J', '2J', '3J'];
const OTHERS = [
  ...['H', '3;3H', '9;20H', '2;8H', '7G', '8G', 'A', 'B', '2C', '9D', 's', 'u', '2d', 'I', 'Z'],
  ...['@', '2@', 'P', '3X', 'K', '1K', '2K', '3b', ' @', '2 A', "'}", "'~", '!p', '2;4r', '1;3r', '3;6r', 'r'],
  ...['?6h', '?6l', '4h', '4l', '20h', '20l', '?7l', '?7h', '?45h', '?45l', '?1049h', '?1049l', '?47h', '?47l', '?2J'],
].map((sequence) => `${ESC}[${sequence}`);
const CONTROLS = ['\n', '\n', '\r', '\b', '\t', `${ESC}D`, `${ESC}E`, `${ESC}7`, `${ESC}8`, `${ESC}#8`, `${ESC}c`];

function stateOf(model: ScreenModel): unknown {
  const rows = Array.from({ length: model.rows }, (_, y) => ({
    isWrapped: model.isWrapped(y),
    cells: Array.from({ length: model.cols }, (_, x) => {
      const { text, width, origin, isMasked } = model.cellAt(x, y);
      return `${text} ${width} ${origin} ${isMasked}`;
    }),
  }));
  const { cursorX, cursorY, isAlternate, marginTop, marginBottom } = model;
  return { rows, cursorX, cursorY, isAlternate, marginTop, marginBottom };
}

test('rows that move or are erased end as the library alone has them', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const draw = drawFrom(seed);
    const size = { cols: 2 + draw(9), rows: 1 + draw(8) };
    const ours = createScreenModel(size);
    const library = createScreenModel(size);
    const log: string[] = [];
    for (let step = 0; step < 250; step++) {
      const kind = draw(10);
      if (kind < 4) {
        const codePoint = PRINTED[draw(PRINTED.length)] as number;
        const origin = seed < 40 ? step : 2 ** 24 - 100 + step;
        log.push(String.fromCodePoint(codePoint));
        for (const model of [ours, library]) model.print(codePoint, origin);
      } else if (kind === 4 && draw(30) === 0) {
        const next = { cols: 2 + draw(9), rows: 1 + draw(8) };
        log.push(JSON.stringify(next));
        for (const model of [ours, library]) model.resize(next);
      } else {
        const own = OURS[draw(OURS.length)] as string;
        const others = draw(3) === 0 ? CONTROLS : OTHERS;
        const sequence =
          kind < 8 ? (own === '' ? `${ESC}M` : `${ESC}[${own}`) : (others[draw(others.length)] as string);
        // The library throws where it takes the row below the last one, and there is none.
        if (sequence === `${ESC}[1J` && ours.cursorY === ours.rows - 1) continue;
        log.push(sequence);
        ours.control(sequence);
        library.control(kind < 8 ? `${NOTHING}${sequence}` : sequence);
      }
      if (draw(4) === 0 && ours.rows > 1) for (const model of [ours, library]) model.setMasked(0, draw(1));
      assert.equal(stateOf(ours), stateOf(library), `seed ${seed}: ${JSON.stringify(log)}`);
    }
    ours.dispose();
    library.dispose();
  }
});

test('erasing up to the last cell of the screen ends nothing, after it became smaller, too', () => {
  const model = createScreenModel({ cols: 8, rows: 5 });
  model.resize({ cols: 8, rows: 3 });
  for (const sequence of ['?1049h', '3;8H']) model.control(`${ESC}[${sequence}`);
  model.print(0x61, 1);
  model.control(`${ESC}[1J`);
  assert.is(model.codeAt(7, 2), 0);
  model.dispose();
});

test('a cheap reset leaves nothing of the screen, the margins and the modes', () => {
  const model = createScreenModel({ cols: 8, rows: 3 });
  for (const sequence of ['?1049h', '2;3r', '?6h', '4h', '?7l', '20h']) model.control(`${ESC}[${sequence}`);
  model.print(0x61, 1);
  model.resetCheaply();
  for (let y = 0; y < 3; y++) for (let x = 0; x < 8; x++) assert.is(model.codeAt(x, y), 0);
  assert.equal([model.cursorX, model.cursorY, model.marginTop, model.marginBottom], [0, 0, 0, 2]);
  assert.equal([model.isAlternate, model.isOriginMode, model.isInsertMode, model.wraps], [false, false, false, true]);
  model.control('\n');
  assert.equal([model.cursorX, model.cursorY], [0, 1]);
  model.dispose();
});

test.run();
