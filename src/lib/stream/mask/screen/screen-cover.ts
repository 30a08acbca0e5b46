// Paints masks over cells that are on the person's screen already, and puts the cursor back.
import type { ScreenModel } from './screen-model.ts';
import type { Cover } from './screen-scan.ts';

/**
 * Bytes that show the covers and leave the terminal as it was, but for colours: masks take those that are set. Empty where there
 * is nothing to cover. Where a program addresses rows by number (alternate screen, margins) so do these; elsewhere rows count
 * from the cursor, since nobody knows which row of the person's terminal it is in.
 */
export function paintCovers(model: ScreenModel, covers: readonly Cover[]): Uint8Array {
  if (covers.length === 0) return new Uint8Array();
  const { rows, cols, cursorX, cursorY, isOriginMode, isInsertMode } = model;
  const hasMargins = model.marginTop > 0 || model.marginBottom < rows - 1;
  const isAbsolute = model.isAlternate || hasMargins || isOriginMode;
  let output = isInsertMode ? '\u001b[4l' : '';
  if (isOriginMode) output += '\u001b[?6l';
  let y = cursorY;
  let column = -1;
  for (const cover of covers) {
    if (cover.y !== y || cover.x !== column) output += goTo(cover.x, cover.y, y, isAbsolute);
    output += cover.text;
    y = cover.y;
    column = cover.x + cover.text.length;
  }
  if (isOriginMode) output += '\u001b[?6h';
  if (isInsertMode) output += '\u001b[4h';
  const rowBack = isOriginMode ? cursorY - model.marginTop : cursorY;
  // Behind the last column the next character wraps: only a character printed there brings that state back.
  const last = cursorX >= cols ? lastCharacter(model, cursorY) : { x: cursorX, text: '' };
  return Buffer.from(`${output}${goTo(last.x, rowBack, y, isAbsolute)}${last.text}`);
}

function goTo(x: number, y: number, from: number, isAbsolute: boolean): string {
  if (isAbsolute) return `\u001b[${y + 1};${x + 1}H`;
  const rows = y === from ? '' : y < from ? `\u001b[${from - y}A` : `\u001b[${y - from}B`;
  return `${rows}\u001b[${x + 1}G`;
}

function lastCharacter(model: ScreenModel, y: number): { x: number; text: string } {
  const x = model.cols - 1;
  const { text, width, isMasked } = model.cellAt(x, y);
  if (width > 0) return { x, text: isMasked ? '*' : text || ' ' };
  const wide = model.cellAt(x - 1, y);
  return { x: x - 1, text: wide.isMasked ? '**' : wide.text };
}
