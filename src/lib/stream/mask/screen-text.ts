// Rows of a screen → the text a person reads there, and for each byte of it the cell that shows it. Rows that are full to
// the last column go on in the next one; others end in "\n", without the blanks at their ends.
import type { ScreenModel } from './screen-model.ts';

export interface TextCell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Where in the stream the character stands that painted it. */
  readonly origin: number;
  readonly isMasked: boolean;
}

export interface ScreenText {
  readonly bytes: Buffer;
  /** The cell of each byte; undefined for line ends. */
  readonly cells: readonly (TextCell | undefined)[];
  /** A blank stands where a line goes on in the next row: the other reading is another text. */
  readonly hasTwoReadings: boolean;
}

/** How blanks at the end of a row are read whose line goes on in the next row: as blanks, or as the end of a line. */
export type Wrapped = 'joins' | 'ends';

/** Text of the rows `first` to `last`, of the last one no further than before column `until`. */
export function readScreen(
  model: ScreenModel,
  first: number,
  last: number,
  wrapped: Wrapped,
  until = Number.POSITIVE_INFINITY,
): ScreenText {
  const bytes: number[] = [];
  const cells: (TextCell | undefined)[] = [];
  let hasTwoReadings = false;
  for (let y = first; y <= last; y++) {
    let kept = bytes.length;
    let column = 0;
    model.readRow(y, ({ x, text, width, origin, isMasked }) => {
      if (y === last && x >= until) return;
      if (text === '\u00ad') return;
      const cell = { x, y, width, origin, isMasked };
      appendUtf8(bytes, text === '' ? ' ' : text);
      while (cells.length < bytes.length) cells.push(cell);
      column = x + width;
      if (text !== '' && text !== ' ') kept = bytes.length;
      else if (text === ' ' && column === model.cols && y < last && isContinued(model, y)) {
        hasTwoReadings = true;
        if (wrapped === 'joins') kept = bytes.length;
      }
    });
    const isFull = column >= model.cols && kept === bytes.length;
    bytes.length = kept;
    cells.length = kept;
    if (isFull || y === last || startsWide(model, y, column)) continue;
    bytes.push(0x0a);
    cells.push(undefined);
  }
  return { bytes: Buffer.from(bytes), cells, hasTwoReadings };
}

/** True where the row's line goes on in the next row. */
export function isContinued(model: ScreenModel, y: number): boolean {
  return y + 1 < model.rows && model.isWrapped(y + 1);
}

/** True where the row's last column shows something. */
export function isFullRow(model: ScreenModel, y: number): boolean {
  let isFull = false;
  model.readRow(y, ({ x, width, text }) => {
    if (x + width >= model.cols) isFull = text !== '' && text !== ' ';
  });
  return isFull;
}

/** A wide character that did not fit into the last column stands at the next row's begin. */
function startsWide(model: ScreenModel, y: number, column: number): boolean {
  if (!isContinued(model, y) || column < model.cols - 1) return false;
  let isWide = false;
  model.readRow(y + 1, ({ x, width }) => {
    if (x === 0) isWide = width === 2;
  });
  return isWide;
}

function appendUtf8(bytes: number[], text: string): void {
  const code = text.charCodeAt(0);
  if (text.length === 1 && code < 0x80) bytes.push(code);
  else for (const byte of Buffer.from(text)) bytes.push(byte);
}
