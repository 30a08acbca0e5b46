// Runs a pattern's automaton deterministically: sets of its states become states with a table of what follows each byte,
// made when first reached. A step is two reads once warm. States live as long as the pattern, so anyone may keep them.
import { type Automaton, buildAutomaton, lengthsOf } from './automaton.ts';
import { BadPattern, PATTERN_LIMITS } from './bad-pattern.ts';
import { type ByteClass, readBracket, readEscape } from './byte-class.ts';
import { parsePattern } from './parse.ts';

/** No match can be reached any more. Not to be stepped. */
export const DEAD = -1;
const UNKNOWN = -2;
/** Steps tried before a pattern counts as too intricate: some 50 ms. */
const MAX_EXPLORATION = 2_000_000;

export interface Pattern {
  readonly source: string;
  /** Exact lengths of the texts that match. `accepts` may hold for longer ones: see LARGEST_EXACT_SPREAD. */
  readonly minLength: number;
  readonly maxLength: number;
  readonly start: number;
  /** The state after `byte`, or `DEAD`. */
  step(state: number, byte: number): number;
  /** What was read so far is a match. */
  accepts(state: number): boolean;
  /**
   * For whoever reads many bytes: `table[state + columns[byte]]` is what `step` returns, or negative where only `step` knows, which may
   * put another table in its place. `table[state - 1]` is 1 where the state accepts.
   */
  readonly table: Int32Array;
  readonly columns: Uint8Array;
}

/** Throws `BadPattern`, whose message says what is wrong, and where. */
export function compilePattern(source: string): Pattern {
  const root = parsePattern(source);
  const { min, max } = lengthsOf(root);
  if (!(max <= PATTERN_LIMITS.matchLength))
    throw new BadPattern(`matches texts longer than ${PATTERN_LIMITS.matchLength} bytes`, 0);
  return new LazyPattern(source, min, max, buildAutomaton(root));
}

/** The one class that is the whole of `source`, as 256 entries of 0 and 1. Throws `BadPattern`. */
export function compileClass(source: string): Uint8Array {
  const read = source[0] === '\\' ? readEscape : readBracket;
  if (source[0] !== '[' && source[0] !== '\\') throw new BadPattern('a class is written [...]', 0);
  const { members, end } = read(source, 0);
  if (end !== source.length) throw new BadPattern('only one class can stand here', end);
  return members;
}

/**
 * How many states the pattern comes to when every text is tried. Throws `BadPattern` above `PATTERN_LIMITS.states`, and
 * where the search takes too long: such a pattern must not be run, since its states would pile up. Built-in rules are
 * tried by a test, those of a configuration when it is loaded.
 */
export function countStates(pattern: Pattern): number {
  const seen = new Set([pattern.start]);
  const byteOfClass = pattern instanceof LazyPattern ? pattern.alphabet() : [...Array(256).keys()];
  for (const state of seen) {
    for (const byte of byteOfClass) {
      const next = pattern.step(state, byte);
      if (next !== DEAD) seen.add(next);
    }
  }
  return seen.size;
}

class LazyPattern implements Pattern {
  readonly source: string;
  readonly minLength: number;
  readonly maxLength: number;
  readonly start: number;
  readonly #automaton: Automaton;
  /** Bytes that no class tells apart share a column. What stands before a state's first column says whether it accepts. */
  readonly columns: Uint8Array;
  table: Int32Array;
  readonly #stride: number;
  /** What each state stands for: the byte-reading states of the automaton, ascending. */
  readonly #sets: Uint16Array[] = [];
  readonly #stateOfSet = new Map<string, number>();
  readonly #mark: Uint32Array;
  #round = 0;
  #work = 0;

  constructor(source: string, minLength: number, maxLength: number, automaton: Automaton) {
    this.source = source;
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.#automaton = automaton;
    this.columns = columnsOf(automaton.classes);
    this.#stride = Math.max(...this.columns) + 2;
    this.table = new Int32Array(this.#stride * 8);
    this.#mark = new Uint32Array(automaton.classes.length);
    this.start = this.#stateOf(this.#closure([automaton.start]));
  }

  step(state: number, byte: number): number {
    const next = this.table[state + (this.columns[byte] as number)] as number;
    return next === UNKNOWN ? this.#explore(state, byte) : next;
  }

  accepts(state: number): boolean {
    return this.table[state - 1] === 1;
  }

  /** One byte of each column. */
  alphabet(): number[] {
    return [...new Set(this.columns)].map((column) => this.columns.indexOf(column));
  }

  #explore(state: number, byte: number): number {
    const set = this.#sets[(state - 1) / this.#stride] as Uint16Array;
    this.#work += set.length + 1;
    const { classes, next } = this.#automaton;
    const reached: number[] = [];
    for (const from of set) if (classes[from]?.[byte] === 1) reached.push(next[from] as number);
    const to = reached.length === 0 ? DEAD : this.#stateOf(this.#closure(reached));
    this.table[state + (this.columns[byte] as number)] = to;
    return to;
  }

  /** All that is reached without reading: byte-reading states and, where it is, the accepting one. */
  #closure(from: number[]): Uint16Array {
    const { classes, next, other } = this.#automaton;
    const round = ++this.#round;
    const reading: number[] = [];
    const open = from;
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (this.#mark[state] === round) continue;
      this.#mark[state] = round;
      if (state === 0 || classes[state] !== undefined) reading.push(state);
      else open.push(next[state] as number, other[state] as number);
    }
    return Uint16Array.from(reading).sort();
  }

  #stateOf(set: Uint16Array): number {
    const key = String.fromCharCode(...set);
    const known = this.#stateOfSet.get(key);
    if (known !== undefined) return known;
    this.#work += set.length;
    if (this.#sets.length >= PATTERN_LIMITS.states)
      throw new BadPattern(`comes to more than ${PATTERN_LIMITS.states} states: let fewer repetitions overlap`, 0);
    if (this.#work > MAX_EXPLORATION) throw new BadPattern('takes too long to run: let fewer repetitions overlap', 0);
    const row = this.#sets.length * this.#stride;
    if (row + this.#stride > this.table.length) {
      const larger = new Int32Array(this.table.length * 2);
      larger.set(this.table);
      this.table = larger;
    }
    this.table.fill(UNKNOWN, row, row + this.#stride);
    this.table[row] = set[0] === 0 ? 1 : 0;
    this.#sets.push(set);
    this.#stateOfSet.set(key, row + 1);
    return row + 1;
  }
}

/** Numbers the bytes from 0 so that two have the same number just where every class has both or neither. */
function columnsOf(classes: readonly (ByteClass | undefined)[]): Uint8Array {
  const columns = new Uint8Array(256);
  let count = 0;
  for (const members of new Set(classes)) {
    if (members === undefined) continue;
    const split = new Map<number, number>();
    const kept = new Map<number, number>();
    for (let byte = 0; byte < 256; byte++) {
      const column = columns[byte] as number;
      const side = members[byte] === 1 ? split : kept;
      const other = members[byte] === 1 ? kept : split;
      let target = side.get(column);
      if (target === undefined) {
        target = other.has(column) ? ++count : column;
        side.set(column, target);
      }
      columns[byte] = target;
    }
  }
  return columns;
}
