// Which cells and rows of a screen changed since they were last looked at for secrets, and how much looking again may cost.
import type { ScreenModel } from './screen-model.ts';
import type { Command } from './screen-sequences.ts';

export class ScreenChanges {
  readonly #model: ScreenModel;
  /** 1 for each cell printed and not looked at since. */
  #painted: Uint8Array;
  /** 1 for each row that has such a cell. */
  #paintedRows: Uint8Array;
  /** 1 for each row that changed since the last frame. */
  #dirty: Uint8Array;

  constructor(model: ScreenModel) {
    this.#model = model;
    this.#painted = new Uint8Array(model.cols * model.rows);
    this.#paintedRows = new Uint8Array(model.rows);
    this.#dirty = new Uint8Array(model.rows);
  }

  /** Takes the model's size; every row counts as changed. */
  resize(): void {
    this.#painted = new Uint8Array(this.#model.cols * this.#model.rows);
    this.#paintedRows = new Uint8Array(this.#model.rows);
    this.#dirty = new Uint8Array(this.#model.rows).fill(1);
  }

  paint(x: number, y: number, width: number): void {
    const cell = y * this.#model.cols + x;
    this.#painted[cell] = 1;
    if (width === 2) this.#painted[cell + 1] = 1;
    this.#paintedRows[y] = 1;
    this.#dirty[y] = 1;
  }

  /** All cells of the rows, both inclusive. */
  paintRows(first: number, last: number): void {
    const { cols } = this.#model;
    this.#painted.fill(1, first * cols, (last + 1) * cols);
    this.#paintedRows.fill(1, first, last + 1);
    this.#dirty.fill(1, first, last + 1);
  }

  /** True where one of the row's cells from `x` on, `width` of them, was printed and not looked at since. */
  isPainted(y: number, x = 0, width = this.#model.cols - x): boolean {
    if (this.#paintedRows[y] === 0) return false;
    const cell = y * this.#model.cols + x;
    if (width === 1) return this.#painted[cell] === 1;
    return this.#painted.subarray(cell, cell + width).includes(1);
  }

  /** The row is looked at. */
  settleRow(y: number): void {
    const { cols } = this.#model;
    this.#painted.fill(0, y * cols, (y + 1) * cols);
    this.#paintedRows[y] = 0;
  }

  /** The rows between the margins go up by one. */
  scroll(): void {
    const { cols, marginTop, marginBottom } = this.#model;
    this.#painted.copyWithin(marginTop * cols, (marginTop + 1) * cols, (marginBottom + 1) * cols);
    this.#painted.fill(0, marginBottom * cols, (marginBottom + 1) * cols);
    this.#paintedRows.copyWithin(marginTop, marginTop + 1, marginBottom + 1);
    this.#paintedRows[marginBottom] = 0;
    this.#dirty.copyWithin(marginTop, marginTop + 1, marginBottom + 1);
    this.#dirty[marginBottom] = 1;
  }

  /** Rows may stand side by side that did not before. */
  shuffle(): void {
    this.#dirty.fill(1);
  }

  /** All cells are looked at; what changed in the frame is not forgotten. */
  settleCells(): void {
    this.#painted.fill(0);
    this.#paintedRows.fill(0);
  }

  /** The frame is over. */
  settle(): void {
    this.settleCells();
    this.#dirty.fill(0);
  }

  get rowCount(): number {
    return this.#dirty.reduce((sum, row) => sum + row, 0);
  }

  /** Runs of changed rows, both ends inclusive. */
  *runs(): Generator<readonly [first: number, last: number]> {
    for (let y = 0; y < this.#dirty.length; y++) {
      if (this.#dirty[y] === 0) continue;
      const first = y;
      while (this.#dirty[y + 1] === 1) y += 1;
      yield [first, y];
    }
  }
}

/** Cells that may be read again for each byte that came, and at once: what hostile output may cost. */
const CELLS_PER_BYTE = 4;
const CELLS_AT_ONCE = 64 * 1024;
/** What a look costs besides, however few cells it reads. */
const CELLS_PER_LOOK = 200;

/** Going to another screen and back is dear, as is a new one, and no program does it often: beyond this the screen stays the one it is. */
const SCREENS = /^\u001b(?:c$|\[\?(?:.*;)?(?:47|1047|1049)[;hl])/;
const RESET = '\u001bc';
const SWITCHES_AT_ONCE = 64;
const BYTES_PER_SWITCH = 256;

/** How many cells may still be read; bytes earn more, and a deadline, but not time: the same bytes must be read in the same way. */
export class ScanBudget {
  #cells = CELLS_AT_ONCE;
  #earnedAt = 0;
  #switches = 0;

  /** A deadline passed: whoever writes no faster than that may go on as at the beginning. */
  refill(): void {
    this.#cells = CELLS_AT_ONCE;
  }

  /** True where so many may be read, which they are then. `position`: bytes of the stream so far. */
  spend(cells: number, position: number): boolean {
    this.#cells = Math.min(CELLS_AT_ONCE, this.#cells + (position - this.#earnedAt) * CELLS_PER_BYTE);
    this.#earnedAt = position;
    if (this.#cells < cells + CELLS_PER_LOOK) return false;
    this.#cells -= cells + CELLS_PER_LOOK;
    return true;
  }

  /** Does on the model what a sequence says, where so much may be spent; a reset is done in any case. */
  play({ model: sequence, cost }: Command, model: ScreenModel, position: number): void {
    if (sequence === '') return;
    if (this.#maySwitch(sequence, position)) {
      if (cost === 0 || this.spend(cost, position)) model.control(sequence);
    } else if (sequence === RESET) model.resetCheaply();
  }

  /** False where the sequence goes to another screen, or makes a new one, and too many did. */
  #maySwitch(sequence: string, position: number): boolean {
    if (!SCREENS.test(sequence)) return true;
    this.#switches += 1;
    return this.#switches <= SWITCHES_AT_ONCE + position / BYTES_PER_SWITCH;
  }
}
