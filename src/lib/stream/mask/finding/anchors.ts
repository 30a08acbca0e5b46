// Finds many literal texts in one pass over bytes (Aho and Corasick's automaton as a dense table), letters in either case.
// It sees every byte: a read for the byte, a read for where to go from there, a test.

export interface Anchors {
  /**
   * Scans bytes[from, to) from `state` on (0 at the very beginning) and returns the state to go on with. `onHit` is called
   * in order of place: `end` is the index after a text's last byte, and `ending` says which ones end there. It must not scan.
   */
  scan(
    bytes: Uint8Array,
    from: number,
    to: number,
    state: number,
    onHit: (end: number, ending: number) => void,
  ): number;
  /** By ending: the indices of all texts that end there, the longest first. */
  readonly endings: readonly (readonly number[])[];
  /** How many of the last bytes may be the beginning of a hidden text that is not whole yet: the most there can be. */
  heldBack(state: number): number;
  /** How many rows the table has, and bytes it takes. */
  readonly size: { readonly rows: number; readonly bytes: number };
}

/** Bytes that are scanned before what was met is told. */
const PIECE_BYTES = 2048;

const NOTHING: readonly number[] = [];

/**
 * An automaton for all `texts`, which are known by their indices. It finds them whatever the case of letters: whoever cares
 * compares. Two equal texts are two hits. `isHidden` says which ones must not be shown, not even in part. Throws a `RangeError`
 * for an empty text and for what is no byte.
 */
export function buildAnchors(texts: readonly string[], isHidden?: (index: number) => boolean): Anchors {
  const columns = columnsFor(texts);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
  const { table, rows, flag, endings, rowAfter, held } = link(sortTexts(texts, isHidden), columns, shift);
  const metAt = new Int32Array(PIECE_BYTES);
  const met = new Int32Array(PIECE_BYTES);
  let row = 0;

  /** Reads on from `row`, and lists what is met: a loop that calls nothing keeps all it needs in registers. Returns how much it is. */
  function list(bytes: Uint8Array, from: number, to: number): number {
    const [goTo, columnOf, after, ends, found] = [table, columns, rowAfter, metAt, met];
    let count = 0;
    let current = row;
    for (let at = from; at < to; ) {
      const next = goTo[(current << shift) | (columnOf[bytes[at++] as number] as number)] as number;
      if (next < flag) {
        current = next;
      } else {
        ends[count] = at;
        found[count++] = next - flag;
        current = after[next - flag] as number;
      }
    }
    row = current;
    return count;
  }

  return {
    size: { rows, bytes: table.byteLength },
    endings,
    heldBack: (state) => held[state] as number,
    scan(bytes, from, to, state, onHit) {
      row = state;
      for (let at = from; at < to; at += PIECE_BYTES) {
        const count = list(bytes, at, Math.min(at + PIECE_BYTES, to));
        for (let index = 0; index < count; index++) onHit(metAt[index] as number, met[index] as number);
      }
      return row;
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

interface Text {
  readonly text: string;
  readonly index: number;
  readonly hides: boolean;
}

/** In small letters and ascending, so that those that begin alike stand together, the shorter ones first. */
function sortTexts(texts: readonly string[], isHidden: (index: number) => boolean = () => false): readonly Text[] {
  return texts
    .map((text, index) => ({
      text: text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
      index,
      hides: isHidden(index),
    }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.index - b.index));
}

/** What the texts `sorted[from, to)` begin with, `length` characters that are the end of no text. */
interface Beginning {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  /** The row of its longest proper end that is a beginning, too. */
  readonly fallback: number;
}

type Table = Uint16Array | Int32Array;

interface Linked {
  /** By row and column: the next row; or, from `flag` on, the ending that is met. A row for each beginning, the shorter ones first. */
  readonly table: Table;
  readonly rows: number;
  readonly flag: number;
  readonly endings: readonly (readonly number[])[];
  /** By ending: the row to go on with. */
  readonly rowAfter: Table;
  /** By row, see `heldBack`. */
  readonly held: readonly number[];
}

/** Two bytes an entry serve up to 32,768 rows, four any number that fits into memory. */
const SMALL_FLAG = 0x8000;
const LARGE_FLAG = 0x4000_0000;

/**
 * A whole text that is no beginning of another one needs no row: from there on the automaton does what it would do after the text's
 * longest proper end. That, and the order by length, keeps together what most text goes through: the table is larger than the caches.
 */
function link(sorted: readonly Text[], columns: Uint8Array, shift: number): Linked {
  const { nodes, rows } = countNodes(sorted);
  const isSmall = nodes < SMALL_FLAG;
  const flag = isSmall ? SMALL_FLAG : LARGE_FLAG;
  const table: Table = isSmall ? new Uint16Array(rows << shift) : new Int32Array(rows << shift);
  const endings: (readonly number[])[] = [];
  const rowsAfter: number[] = [];
  const held: number[] = [];
  const queue: Beginning[] = [{ from: 0, to: sorted.length, length: 0, fallback: 0 }];
  for (let row = 0; row < queue.length; row++) {
    const { from, to, length, fallback } = queue[row] as Beginning;
    const base = row << shift;
    // Each shorter beginning has its whole row by now: gaps of this one are filled with where its longest proper end would go.
    if (row > 0) table.copyWithin(base, fallback << shift, (fallback + 1) << shift);
    held.push(row > 0 && hides(sorted, from, to) ? length : (held[fallback] ?? 0));
    for (let first = from, next = from; first < to; first = next) {
      const character = charAt(sorted, first, length);
      while (next < to && charAt(sorted, next, length) === character) next += 1;
      let longer = first;
      while (longer < next && lengthAt(sorted, longer) === length + 1) longer += 1;

      const entry = base + (columns[character] as number);
      const shorter = row === 0 ? 0 : (table[entry] as number);
      const isEnding = shorter >= flag;
      const otherRow = isEnding ? (rowsAfter[shorter - flag] as number) : shorter;
      const inherited = isEnding ? (endings[shorter - flag] as readonly number[]) : NOTHING;
      const own = sorted.slice(first, longer).map(({ index }) => index);
      const after = longer === next ? otherRow : queue.length;
      if (longer < next) queue.push({ from: longer, to: next, length: length + 1, fallback: otherRow });
      if (own.length === 0 && inherited.length === 0) {
        table[entry] = after;
      } else {
        table[entry] = flag + endings.length;
        endings.push(own.length === 0 ? inherited : [...own, ...inherited]);
        rowsAfter.push(after);
      }
    }
  }
  return {
    table,
    rows,
    flag,
    endings,
    rowAfter: isSmall ? Uint16Array.from(rowsAfter) : Int32Array.from(rowsAfter),
    held,
  };
}

const charAt = (sorted: readonly Text[], at: number, index: number): number =>
  (sorted[at] as Text).text.charCodeAt(index);
const lengthAt = (sorted: readonly Text[], at: number): number => (sorted[at] as Text).text.length;

function hides(sorted: readonly Text[], from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (sorted[at]?.hides) return true;
  return false;
}

/** How many different beginnings the texts have, themselves among them, and how many of those go on. */
function countNodes(sorted: readonly Text[]): { readonly nodes: number; readonly rows: number } {
  let nodes = 1;
  let leaves = 0;
  sorted.forEach(({ text }, at) => {
    const next = sorted[at + 1]?.text ?? '';
    let common = 0;
    while (common < text.length && text.charCodeAt(common) === next.charCodeAt(common)) common += 1;
    if (common < text.length) leaves += 1;
    nodes += next.length - common;
  });
  nodes += sorted[0]?.text.length ?? 0;
  return { nodes, rows: nodes - leaves };
}
