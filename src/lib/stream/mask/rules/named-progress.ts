// How far what was read matches a pattern: for the few places of a head that are more than a sign.
import { DEAD, type Pattern } from '../pattern/index.ts';

export class Progress {
  length = 0;
  #state = DEAD;

  restart(pattern: Pattern): void {
    this.#state = pattern.start;
    this.length = 0;
  }

  read(pattern: Pattern, c: string): void {
    this.length += 1;
    if (this.#state !== DEAD) this.#state = pattern.step(this.#state, c.charCodeAt(0));
  }

  isMatch(pattern: Pattern): boolean {
    return this.#state !== DEAD && pattern.accepts(this.#state);
  }

  /** Nothing that follows can make it a match. */
  get isOver(): boolean {
    return this.#state === DEAD;
  }
}
