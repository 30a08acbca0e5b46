// What a character or a sequence is about to take from the screen is looked at before: a secret that stood there for a
// moment is in the bytes, and whoever watches saw it.
import type { ScreenChanges } from './screen-changes.ts';
import type { ScreenModel } from './screen-model.ts';
import type { Effect } from './screen-sequences.ts';

export class ScreenLosses {
  readonly #model: ScreenModel;
  readonly #changes: ScreenChanges;
  readonly #look: (row: number) => void;
  readonly #keepTop: () => void;

  /**
   * `look` is called for rows that were printed to since they were last looked at; it says which it looked at. `keepTop`
   * is called before the screen's first row scrolls away.
   */
  constructor(
    model: ScreenModel,
    changes: ScreenChanges,
    look: (row: number) => 'row' | 'screen',
    keepTop: () => void,
  ) {
    this.#model = model;
    this.#changes = changes;
    this.#keepTop = keepTop;
    this.#look = (row) => {
      if (look(row) === 'screen') changes.settleCells();
      else changes.settleRow(row);
    };
  }

  /** A character of so many columns is about to be printed; notes its cells as changed. */
  beforePrint(width: number): void {
    const model = this.#model;
    const changes = this.#changes;
    let x = model.cursorX;
    let y = model.cursorY;
    if (x + width > model.cols) {
      x = model.wraps ? 0 : model.cols - width;
      if (model.wraps && y === model.marginBottom) this.#beforeScroll();
      else if (model.wraps && y + 1 < model.rows) y += 1;
    }
    if (model.isInsertMode ? changes.isPainted(y, x) : changes.isPainted(y, x, width)) this.#look(y);
    changes.paint(x, y, width);
  }

  /** A sequence with that effect is about to be done. */
  before(effect: Effect): void {
    const model = this.#model;
    const y = model.cursorY;
    switch (effect) {
      case 'line':
        if (y === model.marginBottom) this.#beforeScroll();
        break;
      case 'erase-right':
        if (this.#changes.isPainted(y, Math.min(model.cursorX, model.cols - 1))) this.#look(y);
        break;
      case 'destroy':
      case 'repeat':
      case 'main-screen':
        for (let row = 0; row < model.rows; row++) if (this.#changes.isPainted(row)) this.#look(row);
        this.#changes.shuffle();
        break;
      default:
    }
  }

  /** The row at the upper margin goes. */
  #beforeScroll(): void {
    const { marginTop } = this.#model;
    if (this.#changes.isPainted(marginTop)) this.#look(marginTop);
    if (marginTop === 0 && !this.#model.isAlternate) this.#keepTop();
    this.#changes.scroll();
  }
}
