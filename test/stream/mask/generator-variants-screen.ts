// Full-screen programs: the cursor is put somewhere for every row or piece, and the screen may be drawn again.
import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import type { Mark, Variant } from './generator-variants.ts';

const WIDTH = 80;
const ROWS = 24;
const ENTER = '\u001b[?1049h\u001b[22;0;0t\u001b[1;24r\u001b[m\u001b[H\u001b[2J';
const LEAVE = '\u001b[24;1H\u001b[?1049l\u001b[23;0;0t';

/** The text as rows of the screen; null where it does not fit or holds wide characters. */
function rowsOf(marks: readonly Mark[]): readonly string[] | null {
  const text = marks.map((mark) => mark.text).join('');
  if (/[^\u0020-\u007e\n]/.test(text)) return null;
  const rows = text.split('\n').flatMap((line) => line.match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? ['']);
  return rows.length <= ROWS - 2 ? rows : null;
}

const at = (row: number, column = 1) => `\u001b[${row};${column}H`;

/** Pieces of the rows, each with its place. */
function piecesOf(rows: readonly string[], longest: number, draw: Draw): string[] {
  const pieces: string[] = [];
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < row.length; ) {
      const length = 1 + draw(longest);
      pieces.push(`${at(index + 2, column + 1)}${row.slice(column, column + length)}`);
      column += length;
    }
  }
  return pieces;
}

function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const order = [...items];
  for (let index = order.length - 1; index > 0; index--) {
    const other = draw(index + 1);
    [order[index], order[other]] = [order[other] as T, order[index] as T];
  }
  return order;
}

const onScreen = (name: string, print: (rows: readonly string[], draw: Draw) => string | null): Variant => ({
  name,
  print: (marks, draw) => {
    const rows = rowsOf(marks);
    return rows === null ? null : print(rows, draw);
  },
});

const drawn = (rows: readonly string[]) => rows.map((row, index) => `${at(index + 2)}\u001b[K${row}`).join('');

export const SCREEN_VARIANTS: readonly Variant[] = [
  onScreen('screen-rows', (rows) => `${ENTER}${drawn(rows)}${at(24)}\u001b[7m file.txt 1,1 All \u001b[m${LEAVE}`),
  onScreen('screen-open', (rows) => `${ENTER}${drawn(rows)}${at(24)}:`),
  onScreen(
    'screen-newlines',
    (rows) => `${ENTER}${rows.join('\r\n')}\r\n\u001b[34m~\u001b[m\r\n\u001b[34m~\u001b[m${LEAVE}`,
  ),
  onScreen(
    'screen-redraw',
    (rows) => `${ENTER}${drawn(rows)}${at(1)}first${drawn(rows)}${at(1)}again\u001b[H\u001b[2J${drawn(rows)}${LEAVE}`,
  ),
  onScreen('screen-clear-redraw', (rows) => `\u001b[H\u001b[2J\u001b[3J${drawn(rows)}${at(24)}`),
  onScreen(
    'screen-watch',
    (rows) =>
      `${[1, 2].map((time) => `\u001b[H\u001b[JEvery 2.0s: cat x   10:00:0${time}\r\n${rows.join('\u001b[K\r\n')}\u001b[K`).join('')}`,
  ),
  onScreen('screen-pieces', (rows, draw) => `${ENTER}${piecesOf(rows, 9, draw).join('')}${LEAVE}`),
  onScreen(
    'screen-pieces-shuffled',
    (rows, draw) => `${ENTER}${shuffled(piecesOf(rows, 12, draw), draw).join('')}${at(24)}`,
  ),
  onScreen(
    'screen-columns',
    (rows, draw) =>
      `${ENTER}${piecesOf(rows, 30, draw)
        .map((piece) => `\u001b[3${draw(8)}m${piece}\u001b[m`)
        .join('')}${LEAVE}`,
  ),
  onScreen(
    'screen-scroll',
    (rows) => `${ENTER}${at(23)}${rows.map((row) => `${row}\r\n`).join('')}${at(24)}status${LEAVE}`,
  ),
  onScreen(
    'screen-region',
    (rows) => `${ENTER}\u001b[2;23r${at(23)}${rows.map((row) => `\r\n${row}`).join('')}\u001b[r${at(24)}:`,
  ),
  onScreen(
    'screen-forward',
    (rows) =>
      `${ENTER}${rows.map((row, index) => `${at(index + 2)}${row.replace(/ +/g, (blanks) => `\u001b[${blanks.length}C`)}`).join('')}${LEAVE}`,
  ),
  onScreen('overstrike', (rows) =>
    rows.some((row) => row.length >= WIDTH)
      ? null
      : `${rows.map((row) => row.replace(/\S/g, '$&\b$&')).join('\r\n')}\r\n`,
  ),
];
