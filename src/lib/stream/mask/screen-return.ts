// When output that was read as a screen can be read as lines again: once it goes on without addressing its cursor.
import { isAddressing, isWithinRow } from './screen-sequences.ts';

export class ScreenReturn {
  #lineFeeds = 0;
  /** The cursor went to another row than by a line end. */
  #leftRow = false;

  /** A sequence, or a control, that ends a line or does not. */
  note(sequence: string, endsLine: boolean): void {
    if (endsLine) this.#lineFeeds += 1;
    if (!isAddressing(sequence)) return;
    this.#lineFeeds = 0;
    if (!isWithinRow(sequence)) this.#leftRow = true;
  }

  /** Two screens of lines have passed; one line is enough where nothing but that line was redrawn. */
  isDue(rows: number): boolean {
    return this.#lineFeeds >= (this.#leftRow ? 2 * rows : 1);
  }
}
