// Looks for secrets in the midst of a frame, before something goes from the screen, as often as the budget allows.
import type { ScanBudget } from './screen-changes.ts';
import type { ScreenModel } from './screen-model.ts';
import type { ScreenScan } from './screen-scan.ts';

export class ScreenLooks {
  readonly #model: ScreenModel;
  readonly #scan: ScreenScan;
  readonly #budget: ScanBudget;
  #missed = false;

  constructor(model: ScreenModel, scan: ScreenScan, budget: ScanBudget) {
    this.#model = model;
    this.#scan = scan;
    this.#budget = budget;
  }

  /**
   * At the whole screen, since a row alone does not say what it belongs to, and only at the row where that was done too often.
   * Where output does nothing but overwrite itself, that ends some time, too. Returns what was looked at.
   */
  look(y: number, position: number): 'row' | 'screen' {
    const last = this.#model.rows - 1;
    if (this.#budget.spend(this.#scan.cellsOf(0, last), position)) {
      this.#scan.scanRows(0, last, true);
      return 'screen';
    }
    if (this.#budget.spend(this.#scan.cellsOf(y, y), position)) this.#scan.scanRows(y, y, true);
    else this.#missed = true;
    return 'row';
  }

  /** True where something went that was not looked at, since this was asked last. */
  takeMissed(): boolean {
    const missed = this.#missed;
    this.#missed = false;
    return missed;
  }
}
