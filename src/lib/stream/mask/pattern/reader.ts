// Reads one text after another by a pattern, as far as a match can be reached: the loop in which the mask spends its time where
// anchors are many. Texts may come in pieces. Positions are the stream's.
import { DEAD, type Pattern } from './compile.ts';

export const NOWHERE = -1;

/** A shorter stay costs less than remembering it saves. */
const SHORTEST_STAY = 8;

export class PatternReader {
  /** What was read ends here. */
  position = 0;
  state = 0;
  /** Where the longest match so far ends, if what follows it may follow: `NOWHERE` where there is none. May be where it began. */
  matchEnd = NOWHERE;
  private readonly pattern: Pattern;
  /** The pattern has been in its state since then. */
  private since = 0;
  /**
   * The last long stretch of text through which the pattern stayed in one state, such as a run of letters. Readings that begin in a
   * row come into that state one after the other: each but the first goes on at once where the stretch ends.
   */
  private stayState = NOWHERE;
  private stayFrom = 0;
  private stayTo = 0;

  constructor(pattern: Pattern) {
    this.pattern = pattern;
  }

  begin(position: number): void {
    this.position = position;
    this.since = position;
    this.state = this.pattern.start;
    this.matchEnd = NOWHERE;
  }

  get isMatch(): boolean {
    return this.pattern.accepts(this.state);
  }

  /**
   * Reads up to `end`: false once no match can be reached any more. `bytes[0]` stands at `base`. Of `notAfter` (256 entries)
   * none may follow a match; whether it does, is not known yet where the reading ends.
   */
  read(bytes: Uint8Array, base: number, end: number, notAfter: Uint8Array | null): boolean {
    const { pattern, stayState } = this;
    const { columns } = pattern;
    let { table } = pattern;
    const stop = end - base;
    const stayFrom = this.stayFrom - base;
    const stayTo = this.stayTo - base;
    let at = this.position - base;
    let since = this.since - base;
    let match = NOWHERE;
    let { state } = this;
    let isMatch = table[state - 1] === 1;
    let isAlive = true;
    while (at < stop) {
      const byte = bytes[at] as number;
      if (isMatch && (notAfter === null || notAfter[byte] === 0)) match = at;
      let next = table[state + (columns[byte] as number)] as number;
      if (next < 0) {
        next = pattern.step(state, byte);
        if (next === DEAD) {
          isAlive = false;
          break;
        }
        table = pattern.table;
      }
      at += 1;
      if (next !== state) {
        state = next;
        since = at;
        isMatch = table[state - 1] === 1;
      } else if (state === stayState && at >= stayFrom && at < stayTo && (notAfter === null || !isMatch)) {
        at = Math.min(stayTo, stop);
      }
    }
    if (isAlive && isMatch && notAfter === null) match = at;
    if (match !== NOWHERE) this.matchEnd = match + base;
    this.position = at + base;
    this.since = since + base;
    this.state = state;
    if (at - since >= SHORTEST_STAY) this.rememberStay();
    return isAlive;
  }

  private rememberStay(): void {
    const { state, since, position } = this;
    const goesOn = this.stayState === state && since <= this.stayTo && position >= this.stayFrom;
    this.stayFrom = goesOn ? Math.min(this.stayFrom, since) : since;
    this.stayTo = goesOn ? Math.max(this.stayTo, position) : position;
    this.stayState = state;
  }
}
