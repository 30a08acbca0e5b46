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
  /** How many states there are, and bytes the table takes. */
  readonly size: { readonly states: number; readonly bytes: number };
}

const NOTHING: readonly number[] = [];

/** Bytes of a text, capital letters made small. Throws a `RangeError` for an empty text and for what is no byte. */
function foldedBytes(text: string): Uint8Array {
  if (text === '') throw new RangeError('an anchor needs at least one character');
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) throw new RangeError('an anchor is made of bytes');
    bytes[at] = foldByte(code);
  }
  return bytes;
}

const foldByte = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte);

/**
 * An automaton for all `texts`, which are known by their indices. It finds them whatever the case of letters: whoever cares
 * compares. Two equal texts are two hits. Throws a `RangeError` for an empty text and for what is no byte.
 */
export function buildAnchors(texts: readonly string[]): Anchors {
  const folded = texts.map(foldedBytes);
  const columns = columnsFor(folded);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
  const { table, hits, flag, states } = link(folded, columns, shift);

  return {
    size: { states, bytes: table.byteLength },
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
function columnsFor(texts: readonly Uint8Array[]): Uint8Array {
  const columns = new Uint8Array(256);
  let count = 0;
  for (const text of texts) for (const byte of text) if (columns[byte] === 0) columns[byte] = ++count;
  for (let letter = 0x41; letter <= 0x5a; letter++) columns[letter] = columns[letter + 0x20] as number;
  return columns;
}

type Table = Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

interface Trie {
  readonly table: Table;
  readonly states: number;
  /** By state, the texts that end there. */
  readonly ends: (readonly number[])[];
}

interface Linked extends Pick<Trie, 'table' | 'states'> {
  /** By state, all texts that end there: its own and those that are ends of it. */
  readonly hits: readonly (readonly number[])[];
  /** Added to the number of a state that has hits. */
  readonly flag: number;
}

/** Two bytes an entry serve up to 32,768 states, four any number that fits into memory. */
const SMALL_FLAG = 0x8000;
const LARGE_FLAG = 0x4000_0000;

function buildTrie(texts: readonly Uint8Array[], columns: Uint8Array, shift: number): Trie {
  let table: Table = new Uint16Array(256 << shift);
  let states = 1;
  const ends: (readonly number[])[] = [NOTHING];
  texts.forEach((text, index) => {
    let state = 0;
    for (const byte of text) {
      const entry = (state << shift) | (columns[byte] as number);
      state = table[entry] as number;
      if (state > 0) continue;
      state = states++;
      if (states << shift > table.length) table = enlarge(table, states);
      table[entry] = state;
      ends.push(NOTHING);
    }
    ends[state] = [...(ends[state] as readonly number[]), index];
  });
  return { table: table.slice(0, states << shift), states, ends };
}

function enlarge(table: Table, states: number): Table {
  const larger = states > SMALL_FLAG ? new Int32Array(table.length * 2) : new Uint16Array(table.length * 2);
  larger.set(table);
  return larger;
}

/** Fills the trie's gaps with where its longest proper end would go, the shorter states first. */
function link(texts: readonly Uint8Array[], columns: Uint8Array, shift: number): Linked {
  const { table, states, ends } = buildTrie(texts, columns, shift);
  const flag = table instanceof Uint16Array ? SMALL_FLAG : LARGE_FLAG;
  const width = Math.max(...columns) + 1;
  const hits = [...ends];
  const queue = new Int32Array(states);
  const fallbacks = new Int32Array(states);
  let queued = 1;
  for (let at = 0; at < queued; at++) {
    const state = queue[at] as number;
    const fallback = fallbacks[state] as number;
    for (let column = 0; column < width; column++) {
      const entry = (state << shift) | column;
      const child = table[entry] as number;
      const shorter = state === 0 ? 0 : (table[(fallback << shift) | column] as number);
      if (child === 0) {
        table[entry] = shorter;
        continue;
      }
      const shorterState = shorter < flag ? shorter : shorter - flag;
      queue[queued++] = child;
      fallbacks[child] = shorterState;
      const own = ends[child] as readonly number[];
      const inherited = hits[shorterState] as readonly number[];
      if (inherited.length > 0) hits[child] = own.length === 0 ? inherited : [...own, ...inherited];
      if ((hits[child] as readonly number[]).length > 0) table[entry] = child + flag;
    }
  }
  return { table, states, hits, flag };
}
