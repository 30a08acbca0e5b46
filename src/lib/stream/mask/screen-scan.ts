// Looks for secrets on a screen and in what was printed to it, and masks them cell for cell, so that nothing on the screen moves:
// in the bytes that are still held, and by painting over what went out before.
import type { FindSpans } from './screen-contract.ts';
import type { ScreenLine } from './screen-line.ts';
import type { ScreenModel } from './screen-model.ts';
import { isContinued, isFullRow, readScreen, type ScreenText, type TextCell } from './screen-text.ts';
import { widthOf } from './screen-widths.ts';
import type { ScreenWindow } from './screen-window.ts';

/** A mask to be painted over cells that went out before their secret was whole. */
export interface Cover {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface ScreenScanOptions {
  readonly model: ScreenModel;
  readonly window: ScreenWindow;
  readonly line: ScreenLine;
  readonly findSpans: FindSpans;
  readonly onMask: (kind: string, label: string) => void;
}

/** Rows read on each side of a changed one, where a line goes on over them. */
const JOINED_MAX_ROWS = 8;

export class ScreenScan {
  readonly #options: ScreenScanOptions;
  #covers: Cover[] = [];

  constructor(options: ScreenScanOptions) {
    this.#options = options;
  }

  /** What was printed, in the order it was printed. */
  scanLine(): void {
    const { line, window, findSpans, onMask } = this.#options;
    if (!line.isChanged) return;
    line.isChanged = false;
    const text = line.text;
    for (const { from, to, kind, label } of findSpans(text, false)) {
      let column = 0;
      let isNew = false;
      for (let at = from; at < to; at++) {
        const origin = line.originAt(at);
        if (origin < 0 || origin === line.originAt(at - 1)) continue;
        const end = origin < window.start ? origin : window.characterEnd(origin);
        const width = end - origin <= 1 ? 1 : widthOf(window.slice(origin, end).toString().codePointAt(0) ?? 0);
        if (origin >= window.start && !window.isReplaced(origin)) {
          isNew = true;
          window.replace(origin, end, maskAt(label, column, width));
        }
        column += width;
      }
      if (isNew) onMask(kind, label);
    }
  }

  /** A part of the raw bytes that is shown nowhere on the screen. */
  scanPayload(from: number, to: number): void {
    const { window, findSpans, onMask } = this.#options;
    if (to <= from) return;
    for (const span of findSpans(Buffer.from(window.slice(from, to)), false)) {
      if (window.isReplaced(from + span.from)) continue;
      window.replace(from + span.from, from + span.to, span.label);
      onMask(span.kind, span.label);
    }
  }

  /**
   * Rows `first` to `last`, and those their lines go on in. With `heldOnly` what went out before is left as it is: it is
   * about to go or to move, and is looked at again where it stays.
   */
  scanRows(first: number, last: number, heldOnly = false): void {
    const from = this.#joinedAbove(first);
    const to = this.#joinedBelow(last);
    const text = readScreen(this.#options.model, from, to, 'joins');
    this.#noteReplaced(text);
    this.#mask(text, false, heldOnly);
    if (text.hasTwoReadings) this.#mask(readScreen(this.#options.model, from, to, 'ends'), false, heldOnly);
  }

  /** The text up to the cursor, which will go on: masks what is not yet known to be harmless. */
  scanToCursor(): void {
    this.#mask(this.#textToCursor(), true);
  }

  /** True where the text up to the cursor may be the begin of a secret. */
  isOpenAtCursor(): boolean {
    const text = this.#textToCursor();
    const spans = this.#options.findSpans(text.bytes, true);
    return spans.some(({ to }) => to === text.bytes.length && !this.#isShownMasked(text.cells[to - 1]));
  }

  /** Takes the masks that must be painted over what went out before, in order of place. */
  takeCovers(): readonly Cover[] {
    const covers = this.#covers;
    this.#covers = [];
    return covers.sort((a, b) => a.y - b.y || a.x - b.x);
  }

  get hasCovers(): boolean {
    return this.#covers.length > 0;
  }

  #textToCursor(): ScreenText {
    const { model } = this.#options;
    return readScreen(model, this.#joinedAbove(model.cursorY), model.cursorY, 'joins', model.cursorX);
  }

  #joinedAbove(row: number): number {
    const { model } = this.#options;
    let first = row;
    while (first > 0 && row - first < JOINED_MAX_ROWS && (isFullRow(model, first - 1) || isContinued(model, first - 1)))
      first -= 1;
    return first;
  }

  #joinedBelow(row: number): number {
    const { model } = this.#options;
    let last = row;
    while (
      last + 1 < model.rows &&
      last - row < JOINED_MAX_ROWS &&
      (isFullRow(model, last) || isContinued(model, last))
    )
      last += 1;
    return last;
  }

  /** Cells of characters that were replaced as they were printed show a mask. */
  #noteReplaced({ cells }: ScreenText): void {
    const { model, window } = this.#options;
    if (!window.hasReplacements) return;
    for (const cell of cells) if (cell !== undefined && this.#isReplaced(cell)) model.setMasked(cell.x, cell.y);
  }

  #isReplaced({ origin, isMasked }: TextCell): boolean {
    return !isMasked && origin >= this.#options.window.start && this.#options.window.isReplaced(origin);
  }

  #isShownMasked(cell: TextCell | undefined): boolean {
    return cell !== undefined && (cell.isMasked || this.#isReplaced(cell));
  }

  #mask(text: ScreenText, early: boolean, heldOnly = false): void {
    const { findSpans, onMask, window } = this.#options;
    for (const { from, to, kind, label } of findSpans(text.bytes, early)) {
      const cells = new Set(text.cells.slice(from, to).filter((cell) => cell !== undefined));
      const open = [...cells].filter((cell) => !this.#isShownMasked(cell) && !(heldOnly && cell.origin < window.start));
      if (open.length === 0) continue;
      // What is masked piece by piece gets no name: a second one would begin in its midst.
      const isWhole = !early && [...cells].every(({ isMasked }) => !isMasked);
      let column = 0;
      for (const cell of cells) {
        if (open.includes(cell)) this.#maskCell(cell, maskAt(isWhole ? label : '', column, cell.width));
        column += cell.width;
      }
      if (isWhole || early) onMask(kind, label);
    }
  }

  #maskCell(cell: TextCell, text: string): void {
    const { model, window } = this.#options;
    const { x, y, origin } = cell;
    if (origin >= window.start) window.replace(origin, window.characterEnd(origin), text);
    else this.#covers.push({ x, y, text });
    model.setMasked(x, y);
  }
}

const maskAt = (label: string, column: number, width: number): string =>
  label.slice(column, column + width).padEnd(width, '*');
