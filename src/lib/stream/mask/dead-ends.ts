// Where candidates of one rule came to nothing: others that begin in a row need not go there one by one.
import type { Pattern } from './pattern/index.ts';

/** A shorter stay costs less than remembering it saves. */
const SHORTEST_STAY = 8;

/** The last candidate that found nothing, by its longest stay in one state. */
export class DeadEnds {
  private pattern: Pattern | undefined;
  private state = 0;
  private from = 0;
  private to = 0;

  /** A candidate stayed in the state from one position to the other, and there no match was left. */
  remember(pattern: Pattern, state: number, from: number, to: number): void {
    if (to - from < SHORTEST_STAY) return;
    this.pattern = pattern;
    this.state = state;
    this.from = from;
    this.to = to;
  }

  /** What comes into the state at that position goes the same way, and finds nothing from there on. */
  leadsThere(pattern: Pattern, state: number, position: number): boolean {
    return position >= this.from && position < this.to && this.state === state && this.pattern === pattern;
  }
}
