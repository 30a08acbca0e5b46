// When output that was read as a screen can be read as lines again: once it goes on without addressing its cursor.
import type { KnownCommand } from './screen-commands.ts';

/** A screen is dear to begin: output that needs one for every line keeps the one it has. */
const RETURN_MIN_BYTES = 2_048;

export class ScreenReturn {
  readonly #begin: number;
  #lineFeeds = 0;
  /** The cursor went to another row than by a line end. */
  #leftRow = false;

  /** `begin`: position of the first byte that is read as a screen. */
  constructor(begin: number) {
    this.#begin = begin;
  }

  /** A sequence, or a control, that ends a line or does not. */
  note({ addresses, staysInRow }: KnownCommand, endsLine: boolean): void {
    if (endsLine) this.#lineFeeds += 1;
    if (!addresses) return;
    this.#lineFeeds = 0;
    if (!staysInRow) this.#leftRow = true;
  }

  /** Two screens of lines have passed; one line is enough where nothing but that line was redrawn. `position`: what was read so far. */
  isDue(rows: number, position: number): boolean {
    return position - this.#begin >= RETURN_MIN_BYTES && this.#lineFeeds >= (this.#leftRow ? 2 * rows : 1);
  }
}
