// The table of the automaton that finds anchors: for each beginning of a text, where each byte leads, and what is met there. Built once
// for all sessions that the same rules are on for.

const NOTHING: readonly number[] = [];

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
  texts: readonly string[],
  columns: Uint8Array,
  isHidden?: (index: number) => boolean,
): AnchorTable {
  const sorted = sortTexts(texts, isHidden);
  const shift = Math.ceil(Math.log2(Math.max(...columns) + 1));
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
    shift,
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
