// Looks for secrets on a screen and in what was printed to it, and masks them cell for cell, so that nothing on the screen moves:
// in the bytes that are still held, and by painting over what went out before.
import type { FindSpans } from './screen-contract.ts';
import type { ScreenLine } from './screen-line.ts';
import type { ScreenCell, ScreenModel } from './screen-model.ts';
import { ScreenReader, type ScreenText } from './screen-text.ts';
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
/** A line of what secrets of many lines are made of. */
const PROBE = Buffer.from('ABCD'.repeat(16));

export class ScreenScan {
  readonly #options: ScreenScanOptions;
  readonly #reader: ScreenReader;
  #covers: Cover[] = [];

  constructor(options: ScreenScanOptions) {
    this.#options = options;
    this.#reader = new ScreenReader(options.model);
  }

  /**
   * What was printed, in the order it was printed. After `scanRows`: what stands on the screen was judged there, among what
   * stands around it, unless `isAll`.
   */
  scanLine(isAll: boolean): void {
    const { line, window, findSpans, onMask } = this.#options;
    if (!line.isChanged) return;
    line.isChanged = false;
    const spans = findSpans(line.text, false);
    if (spans.length === 0) return;
    const shown = this.#cellsByOrigin();
    for (const { from, to, kind, label } of spans) {
      const origins = line.originsOf(from, to);
      if (!isAll && origins.every((origin) => origin < window.start || shown.has(origin))) continue;
      if (this.#maskPrinted(origins, label, shown)) onMask(kind, label);
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
    const from = this.#reader.firstOfLine(first, JOINED_MAX_ROWS);
    const to = this.#reader.lastOfLine(last, JOINED_MAX_ROWS);
    const text = this.#reader.read(from, to, 'joins');
    this.#mask(text, false, heldOnly);
    if (text.hasTwoReadings) this.#mask(this.#reader.read(from, to, 'ends'), false, heldOnly);
  }

  /** Cells that `scanRows` would read, and what left the screen before them. */
  cellsOf(first: number, last: number): number {
    const { cols, rows } = this.#options.model;
    const from = this.#reader.firstOfLine(first, JOINED_MAX_ROWS);
    const to = Math.min(rows - 1, this.#reader.lastOfLine(last, JOINED_MAX_ROWS));
    return (to - from + 1) * cols + (from === 0 ? this.#reader.goneLength : 0);
  }

  /** The screen's first row is about to leave it. */
  keepTop(): void {
    this.#reader.keepTop();
  }

  /** The screen is another one, or empty. */
  forgetTop(): void {
    this.#reader.forgetTop();
  }

  /** The text up to the cursor, which will go on: masks what is not yet known to be harmless. */
  scanToCursor(): void {
    this.#mask(this.#textToCursor(), true);
  }

  /** True where the text up to the cursor may be the begin of a secret. */
  isOpenAtCursor(): boolean {
    const { bytes, cells } = this.#textToCursor();
    const spans = this.#options.findSpans(bytes, true);
    return spans.some(({ to }) => to === bytes.length && !this.#showsMask(cells[to - 1] as number));
  }

  /** True where what stands on the screen may decide what comes: some of it counts as secret only early, or what followed would. */
  isUndecided(): boolean {
    const { findSpans } = this.#options;
    const text = Buffer.from(this.#textToCursor(0).bytes);
    const end = (early: boolean) =>
      findSpans(text, early)
        .map(({ from, to }) => `${from}-${to}`)
        .join();
    if (end(true) !== end(false)) return true;
    return findSpans(Buffer.concat([text, PROBE]), true).some(({ to }) => to > text.length);
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

  #textToCursor(from?: number): ScreenText {
    const { cursorX, cursorY } = this.#options.model;
    const first = from ?? this.#reader.firstOfLine(cursorY, JOINED_MAX_ROWS);
    return this.#reader.read(first, cursorY, 'joins', cursorX);
  }

  /** The cells of the screen that show characters which are still held, by those. */
  #cellsByOrigin(): ReadonlyMap<number, readonly number[]> {
    const { model, window } = this.#options;
    const found = new Map<number, number[]>();
    for (const cell of this.#reader.read(0, model.rows - 1, 'joins').cells) {
      const origin = cell < 0 ? -1 : this.#cell(cell).origin;
      if (origin < window.start) continue;
      const cells = found.get(origin);
      if (cells === undefined) found.set(origin, [cell]);
      else cells.push(cell);
    }
    return found;
  }

  /** Masks characters by where they stand in the stream; false where there was nothing to do. */
  #maskPrinted(origins: readonly number[], label: string, shown: ReadonlyMap<number, readonly number[]>): boolean {
    const { model, window } = this.#options;
    let column = 0;
    let isNew = false;
    for (const origin of origins) {
      const isHeld = origin >= window.start;
      const end = isHeld ? window.characterEnd(origin) : origin;
      const width = end - origin <= 1 ? 1 : model.widthOf(window.slice(origin, end).toString().codePointAt(0) ?? 0);
      if (isHeld && !window.isReplaced(origin)) {
        isNew = true;
        window.replace(origin, end, maskAt(label, column, width));
        for (const cell of shown.get(origin) ?? []) model.setMasked(cell % model.cols, Math.floor(cell / model.cols));
      }
      column += width;
    }
    return isNew;
  }

  #cell(cell: number): ScreenCell {
    const { model } = this.#options;
    return model.cellAt(cell % model.cols, Math.floor(cell / model.cols));
  }

  #showsMask(cell: number): boolean {
    const { origin, isMasked } = this.#cell(cell);
    return isMasked || (origin >= this.#options.window.start && this.#options.window.isReplaced(origin));
  }

  #mask({ bytes, cells }: ScreenText, early: boolean, heldOnly = false): void {
    const { findSpans, onMask } = this.#options;
    for (const { from, to, kind, label } of findSpans(bytes, early)) {
      const ofSpan = [...new Set(cells.subarray(from, to))].filter((cell) => cell >= 0);
      // What was masked piece by piece gets no name: a second one would begin in its midst.
      const name = early || ofSpan.some((cell) => this.#isMaskShown(cell)) ? '' : label;
      let column = 0;
      let isNew = false;
      for (const cell of ofSpan) {
        const { width } = this.#cell(cell);
        if (this.#maskCell(cell, maskAt(name, column, width), heldOnly)) isNew = true;
        column += width;
      }
      if (isNew) onMask(kind, label);
    }
  }

  /** True where the cell went out with a mask. */
  #isMaskShown(cell: number): boolean {
    const { origin, isMasked } = this.#cell(cell);
    return isMasked && origin < this.#options.window.start;
  }

  /** False where there was nothing to do. */
  #maskCell(cell: number, text: string, heldOnly: boolean): boolean {
    const { model, window } = this.#options;
    if (this.#showsMask(cell)) return false;
    const { origin } = this.#cell(cell);
    const x = cell % model.cols;
    const y = Math.floor(cell / model.cols);
    if (origin >= window.start) window.replace(origin, window.characterEnd(origin), text);
    else if (heldOnly) return false;
    else this.#covers.push({ x, y, text });
    model.setMasked(x, y);
    return true;
  }
}

const maskAt = (label: string, column: number, width: number): string =>
  label.slice(column, column + width).padEnd(width, '*');
