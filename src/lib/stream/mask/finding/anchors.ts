// Finds many literal texts in one pass over bytes (Aho and Corasick's automaton as a dense table), letters in either case.
// It is the only part of the mask that sees every byte: a read for the byte, a read for the state, a test.

export interface Anchors {
  /**
   * Scans bytes[from, to) from `state` on (0 at the very beginning) and returns the state to go on with. `onHit` is called
   * in order of place: `end` is the index after the text's last byte, `hits` the indices of all texts that end there, the
   * longest first; it must not be changed.
   */
  scan(
    bytes: Uint8Array,
    from: number,
    to: number,
    state: number,
    onHit: (end: number, hits: readonly number[]) => void,
  ): number;
  /** How many of the last bytes may be the beginning of a hidden text: the most there can be. */
  heldBack(state: number): number;
  /** How many states there are, and bytes the table takes. */
  readonly size: { readonly states: number; readonly bytes: number };
}

const NOTHING: readonly number[] = [];

/**
 * An automaton for all `texts`, which are known by their indices. It finds them whatever the case of letters: whoever cares
 * compares. Two equal texts are two hits. `isHidden` says which ones must not be shown, not even in part. Throws a `RangeError`
 * for an empty text and for what is no byte.
 */
export function buildAnchors(texts: readonly string[], isHidden?: (index: number) => boolean): Anchors {
  const columns = columnsFor(texts);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
  const { table, hits, flag, states, held } = link(buildTrie(texts, columns, shift, isHidden), shift);

  return {
    size: { states, bytes: (states << shift) * table.BYTES_PER_ELEMENT },
    heldBack: (state) => held[state] as number,
    scan(bytes, from, to, state, onHit) {
      let at = from;
      let current = state;
      while (at < to) {
        const next = table[(current << shift) | (columns[bytes[at++] as number] as number)] as number;
        if (next < flag) {
          current = next;
        } else {
          current = next - flag;
          onHit(at, hits[current] as readonly number[]);
        }
      }
      return current;
    },
  };
}

/** A column for each byte that occurs, both cases of a letter in the same; column 0 for all others. */
function columnsFor(texts: readonly string[]): Uint8Array {
  const columns = new Uint8Array(256);
  let count = 0;
  for (const text of texts) {
    if (text === '') throw new RangeError('an anchor needs at least one character');
    for (let at = 0; at < text.length; at++) {
      const byte = text.charCodeAt(at);
      if (byte > 0xff) throw new RangeError('an anchor is made of bytes');
      if (columns[byte] !== 0) continue;
      columns[byte] = ++count;
      if (isLetter(byte)) columns[byte ^ CASE_BIT] = count;
    }
  }
  return columns;
}

const CASE_BIT = 0x20;
const isLetter = (byte: number): boolean => (byte | CASE_BIT) >= 0x61 && (byte | CASE_BIT) <= 0x7a;

type Table = Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

interface Trie {
  readonly table: Table;
  readonly states: number;
  /** By state, the texts that end there. */
  readonly ends: (readonly number[])[];
  /** By state: its first child, the next child of its parent, and the column by which it is reached; 0 for none. */
  readonly firstChild: readonly number[];
  readonly nextSibling: readonly number[];
  readonly column: readonly number[];
  /** By state: its length where a hidden text begins with it, else 0. */
  readonly hidden: readonly number[];
}

interface Linked extends Pick<Trie, 'table' | 'states'> {
  /** By state, all texts that end there: its own and those that are ends of it. */
  readonly hits: readonly (readonly number[])[];
  /** Added to the number of a state that has hits. */
  readonly flag: number;
  /** By state, see `heldBack`. */
  readonly held: readonly number[];
}

/** Two bytes an entry serve up to 32,768 states, four any number that fits into memory. */
const SMALL_FLAG = 0x8000;
const LARGE_FLAG = 0x4000_0000;
/** What the table of many texts has room for before it grows: as many as the mask's own rules take. */
const FIRST_STATES = 16_384;

function buildTrie(
  texts: readonly string[],
  columns: Uint8Array,
  shift: number,
  isHidden: (index: number) => boolean = () => false,
): Trie {
  const most = texts.reduce((states, text) => states + text.length, 1);
  let table: Table = new Uint16Array(Math.min(most, FIRST_STATES) << shift);
  const ends: (readonly number[])[] = [NOTHING];
  const firstChild = [0];
  const nextSibling = [0];
  const column = [0];
  const hidden = [0];
  texts.forEach((text, index) => {
    let state = 0;
    const hides = isHidden(index);
    for (let at = 0; at < text.length; at++) {
      const edge = columns[text.charCodeAt(at)] as number;
      const entry = (state << shift) | edge;
      const parent = state;
      state = table[entry] as number;
      if (state > 0) {
        if (hides) hidden[state] = at + 1;
        continue;
      }
      state = ends.length;
      if ((state + 1) << shift > table.length) table = enlarge(table, state + 1);
      table[entry] = state;
      ends.push(NOTHING);
      firstChild.push(0);
      nextSibling.push(firstChild[parent] as number);
      column.push(edge);
      hidden.push(hides ? at + 1 : 0);
      firstChild[parent] = state;
    }
    const others = ends[state] as readonly number[];
    ends[state] = others.length === 0 ? [index] : [...others, index];
  });
  const states = ends.length;
  return { table, states, ends, firstChild, nextSibling, column, hidden };
}

function enlarge(table: Table, states: number): Table {
  const larger = states > SMALL_FLAG ? new Int32Array(table.length * 2) : new Uint16Array(table.length * 2);
  larger.set(table);
  return larger;
}

/** Fills each state's gaps with where its longest proper end would go, the shorter states first. */
function link(trie: Trie, shift: number): Linked {
  const { table, states, ends, firstChild, nextSibling, column } = trie;
  const flag = table instanceof Uint16Array ? SMALL_FLAG : LARGE_FLAG;
  const hits = [...ends];
  const held = [...trie.hidden];
  const queue = new Int32Array(states);
  const fallbacks = new Int32Array(states);
  let queued = 1;
  for (let at = 0; at < queued; at++) {
    const state = queue[at] as number;
    const fallbackRow = (fallbacks[state] as number) << shift;
    const row = state << shift;
    // The row of a shorter state is complete. Its children are not read from the table any more.
    if (state > 0) table.copyWithin(row, fallbackRow, fallbackRow + (1 << shift));
    for (let child = firstChild[state] as number; child > 0; child = nextSibling[child] as number) {
      const entry = row + (column[child] as number);
      const shorter = state === 0 ? 0 : (table[entry] as number);
      const fallback = shorter < flag ? shorter : shorter - flag;
      queue[queued++] = child;
      fallbacks[child] = fallback;
      if (held[child] === 0) held[child] = held[fallback] as number;
      const inherited = hits[fallback] as readonly number[];
      const own = ends[child] as readonly number[];
      if (inherited.length > 0) hits[child] = own.length === 0 ? inherited : [...own, ...inherited];
      table[entry] = (hits[child] as readonly number[]).length > 0 ? child + flag : child;
    }
  }
  return { table, states, hits, flag, held };
}
