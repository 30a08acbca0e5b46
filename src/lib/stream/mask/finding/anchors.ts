// Finds many literal texts in one pass over bytes (Aho and Corasick's automaton as a dense table), letters in either case.
// It sees every byte: a read for the byte, a read for where to go from there, a test.
import { columnsFor, linkAnchors } from './anchor-table.ts';

export interface Anchors {
  /**
   * Scans bytes[from, to) from `state` on (0 at the very beginning) and returns the state to go on with. `onMet` is called with
   * what is met, in order of place; the lists are used again after that, and it must not scan.
   */
  scan(bytes: Uint8Array, from: number, to: number, state: number, onMet: (met: Met) => void): number;
  /** By ending: the indices of all texts that end there, the longest first. */
  readonly endings: readonly (readonly number[])[];
  /** How many of the last bytes may be the beginning of a hidden text that is not whole yet: the most there can be. */
  heldBack(state: number): number;
  /** How many rows the table has, and bytes it takes. */
  readonly size: { readonly rows: number; readonly bytes: number };
}

/** The first `count` of both lists count. */
export interface Met {
  count: number;
  /** Indices after a text's last byte. */
  readonly ends: Int32Array;
  /** Which texts end there. */
  readonly endings: Int32Array;
}

const LANE_BYTES = 1024;

/**
 * An automaton for all `texts`, which are known by their indices. It finds them whatever the case of letters: whoever cares
 * compares. Two equal texts are two hits. `isHidden` says which ones must not be shown, not even in part. Throws a `RangeError`
 * for an empty text and for what is no byte.
 */
export function buildAnchors(texts: readonly string[], isHidden?: (index: number) => boolean): Anchors {
  const columns = columnsFor(texts);
  const { table, rows, shift, flag, endings, rowAfter, held } = linkAnchors(texts, columns, isHidden);
  const longest = texts.reduce((length, text) => Math.max(length, text.length), 0);
  const first = emptyList();
  const second = emptyList();

  // These two loops call nothing and know all they need by constants of their own: what is in registers is not read again.

  /** Lists what is met in at most LANE_BYTES; returns the row to go on with. */
  function readOneLane(bytes: Uint8Array, from: number, to: number, begin: number): number {
    const goTo = table;
    const columnOf = columns;
    const after = rowAfter;
    const { ends, endings: found } = first;
    let row = begin;
    let count = 0;
    for (let at = from; at < to; at++) {
      const next = goTo[(row << shift) | (columnOf[bytes[at] as number] as number)] as number;
      if (next < flag) {
        row = next;
      } else {
        ends[count] = at + 1;
        found[count++] = next - flag;
        row = after[next - flag] as number;
      }
    }
    first.count = count;
    return row;
  }

  /**
   * The same for twice LANE_BYTES, both halves at once: a step waits for the one before it, and meanwhile the other half takes one
   * (3.8 ns a byte of logs became 3.1). The second half's row is known from the longest text's length before it.
   */
  function readTwoLanes(bytes: Uint8Array, from: number, begin: number): number {
    const goTo = table;
    const columnOf = columns;
    const after = rowAfter;
    const { ends, endings: found } = first;
    const { ends: otherEnds, endings: otherFound } = second;
    const middle = from + LANE_BYTES;
    let row = begin;
    let count = 0;
    let other = readOneLane(bytes, middle - longest, middle, 0);
    let otherCount = 0;
    for (let at = from; at < middle; at++) {
      const next = goTo[(row << shift) | (columnOf[bytes[at] as number] as number)] as number;
      const otherNext = goTo[(other << shift) | (columnOf[bytes[at + LANE_BYTES] as number] as number)] as number;
      if (next < flag) {
        row = next;
      } else {
        ends[count] = at + 1;
        found[count++] = next - flag;
        row = after[next - flag] as number;
      }
      if (otherNext < flag) {
        other = otherNext;
      } else {
        otherEnds[otherCount] = at + LANE_BYTES + 1;
        otherFound[otherCount++] = otherNext - flag;
        other = after[otherNext - flag] as number;
      }
    }
    first.count = count;
    second.count = otherCount;
    return other;
  }

  return {
    size: { rows, bytes: table.byteLength },
    endings,
    heldBack: (state) => held[state] as number,
    scan(bytes, from, to, state, onMet) {
      let row = state;
      let at = from;
      if (longest <= LANE_BYTES) {
        for (; at + 2 * LANE_BYTES <= to; at += 2 * LANE_BYTES) {
          row = readTwoLanes(bytes, at, row);
          onMet(first);
          onMet(second);
        }
      }
      for (; at < to; at += LANE_BYTES) {
        row = readOneLane(bytes, at, Math.min(at + LANE_BYTES, to), row);
        onMet(first);
      }
      return row;
    },
  };
}

const emptyList = (): Met => ({ count: 0, ends: new Int32Array(LANE_BYTES), endings: new Int32Array(LANE_BYTES) });
