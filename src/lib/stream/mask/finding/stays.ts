// Stretches of text through which a pattern stayed in one state, such as a long run of letters. Candidates that begin in a row come
// into that state one after the other: each but the first goes on at once where the stretch ends.
import type { Pattern } from '../pattern/index.ts';

/** A shorter stay costs less than remembering it saves. */
const SHORTEST_STAY = 8;

/** The last long stay of one rule's candidates. */
export class Stays {
  private pattern: Pattern | undefined;
  private state = 0;
  private from = 0;
  private to = 0;

  /** The pattern was in the state at the one position, and at every position up to the other. */
  remember(pattern: Pattern, state: number, from: number, to: number): void {
    if (to - from < SHORTEST_STAY) return;
    const goesOn = this.isOf(pattern, state) && from <= this.to && to >= this.from;
    this.from = goesOn ? Math.min(this.from, from) : from;
    this.to = goesOn ? Math.max(this.to, to) : to;
    this.pattern = pattern;
    this.state = state;
  }

  /** Where the pattern still is in the state it is in at `position`: that position, or a later one. */
  endOf(pattern: Pattern, state: number, position: number): number {
    const isKnown = position >= this.from && position < this.to && this.isOf(pattern, state);
    return isKnown ? this.to : position;
  }

  private isOf(pattern: Pattern, state: number): boolean {
    return this.state === state && this.pattern === pattern;
  }
}
