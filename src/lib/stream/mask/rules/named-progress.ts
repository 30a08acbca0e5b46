// How far what was read is a sentence that leads to a value, or the other half of a pair.
import { DEAD, type Pattern } from '../pattern/index.ts';
import { IN_PAIR, isBlank, isLineEnd, PAIR_VALUE, PROSE } from './named-context.ts';

export const LONGEST_PAIR = 160;
const LONGEST_PROSE = 72;

/** `match`: the value comes next. */
type Reading = 'more' | 'stop' | 'match';

export class Progress {
  length = 0;
  #state = DEAD;

  restart(pattern: Pattern): void {
    this.#state = pattern.start;
    this.length = 0;
  }

  /** Goes on after a match, too: what follows may be a word of the sentence. */
  readProse(c: string): Reading {
    if (this.#state === DEAD || isLineEnd(c) || this.length > LONGEST_PROSE) return 'stop';
    const isMatch = isBlank(c) && PROSE.accepts(this.#state);
    this.#read(PROSE, c);
    if (isMatch) return 'match';
    return this.#state === DEAD ? 'stop' : 'more';
  }

  readPair(c: string): Reading {
    if (c === '\r') {
      this.restart(PAIR_VALUE); // what stood on the line is written over
      return 'more';
    }
    this.#read(PAIR_VALUE, c);
    if (this.#state !== DEAD && PAIR_VALUE.accepts(this.#state)) return 'match';
    return this.length > LONGEST_PAIR || IN_PAIR[c.charCodeAt(0)] === 0 ? 'stop' : 'more';
  }

  #read(pattern: Pattern, c: string): void {
    this.length += 1;
    if (this.#state !== DEAD) this.#state = pattern.step(this.#state, c.charCodeAt(0));
  }
}
