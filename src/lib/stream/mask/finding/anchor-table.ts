// The table of the automaton that finds anchors: for each beginning of a text, where each byte leads, and what is met there. Built once
// for all sessions that the same rules are on for.

/** A column for each byte that occurs, both cases of a letter in the same; column 0 for all others. */
export function columnsFor(texts: readonly string[]): Uint8Array {
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

interface Sorted {
  /** In small letters and ascending, so that those that begin alike stand together, the shorter ones first. */
  readonly texts: readonly string[];
  /** Which text it was. */
  readonly indices: readonly number[];
  /** How many of those before are hidden. */
  readonly hiddenBefore: readonly number[];
}

function sortTexts(given: readonly string[], isHidden: (index: number) => boolean = () => false): Sorted {
  const folded = given.map((text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()));
  const indices = [...folded.keys()].sort((a, b) => {
    const [one, other] = [folded[a] as string, folded[b] as string];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
  const hiddenBefore = [0];
  for (const index of indices) hiddenBefore.push((hiddenBefore.at(-1) as number) + (isHidden(index) ? 1 : 0));
  return { texts: indices.map((index) => folded[index] as string), indices, hiddenBefore };
}

/** What the texts [from, to) begin with, `length` characters that are the end of no text. */
interface Beginning {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  /** The row of its longest proper end that is a beginning, too. */
  readonly fallback: number;
}

type Table = Uint16Array | Int32Array;

export interface AnchorTable {
  /** By row and column: the next row; or, from `flag` on, the ending that is met. A row for each beginning, the shorter ones first. */
  readonly table: Table;
  readonly rows: number;
  /** A row's number times the length of a row, as a shift. */
  readonly shift: number;
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
export function linkAnchors(
  given: readonly string[],
  columns: Uint8Array,
  isHidden?: (index: number) => boolean,
): AnchorTable {
  const { texts, indices, hiddenBefore } = sortTexts(given, isHidden);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
  const mostRows = texts.reduce((sum, text) => sum + text.length, 1);
  const isSmall = mostRows < SMALL_FLAG;
  const flag = isSmall ? SMALL_FLAG : LARGE_FLAG;
  // Memory that is not touched is not there: of this, about a fourth is.
  const table: Table = isSmall ? new Uint16Array(mostRows << shift) : new Int32Array(mostRows << shift);
  const endings: (readonly number[])[] = [];
  const rowsAfter: number[] = [];
  const held: number[] = [];
  const queue: Beginning[] = [{ from: 0, to: texts.length, length: 0, fallback: 0 }];
  for (let row = 0; row < queue.length; row++) {
    const { from, to, length, fallback } = queue[row] as Beginning;
    const base = row << shift;
    // Each shorter beginning has its whole row by now: gaps of this one are filled with where its longest proper end would go.
    if (row > 0) table.copyWithin(base, fallback << shift, (fallback + 1) << shift);
    const hides = row > 0 && hiddenBefore[to] !== hiddenBefore[from];
    held.push(hides ? length : (held[fallback] ?? 0));
    for (let first = from, next = from; first < to; first = next) {
      const character = (texts[first] as string).charCodeAt(length);
      while (next < to && (texts[next] as string).charCodeAt(length) === character) next += 1;
      let longer = first;
      while (longer < next && (texts[longer] as string).length === length + 1) longer += 1;

      const entry = base + (columns[character] as number);
      const shorter = row === 0 ? 0 : (table[entry] as number);
      const isEnding = shorter >= flag;
      const otherRow = isEnding ? (rowsAfter[shorter - flag] as number) : shorter;
      const after = longer === next ? otherRow : queue.length;
      if (longer < next) queue.push({ from: longer, to: next, length: length + 1, fallback: otherRow });
      if (longer === first && !isEnding) {
        table[entry] = after;
      } else {
        table[entry] = flag + endings.length;
        const own = indices.slice(first, longer);
        endings.push(isEnding ? [...own, ...(endings[shorter - flag] as readonly number[])] : own);
        rowsAfter.push(after);
      }
    }
  }
  const rows = queue.length;
  return {
    table: table.slice(0, rows << shift),
    rows,
    shift,
    flag,
    endings,
    rowAfter: isSmall ? Uint16Array.from(rowsAfter) : Int32Array.from(rowsAfter),
    held,
  };
}
