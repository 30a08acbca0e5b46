// Finds known values in visible text, whatever the chunks. Four bytes of each needle are looked up for every place in the text; where
// they stand, the rest is compared as it comes.

import type { SecretsFound } from '../finding/secrets-found.ts';
import type { VisibleWindow } from '../reading/visible-window.ts';
import { BYTE } from '../reading/vt-bytes.ts';
import type { Needle } from './known-values.ts';

const PREFIX_BYTES = 4;
/**
 * A needle of which this much is left is found without its first bytes, too: where a line ends within them, they are not waited for,
 * or the end of every line would be held back.
 */
const SHORTEST_REST = 13;
/** At a deadline a shorter beginning is shown as it is: a few letters are no secret. */
const PROOF_BYTES = 8;
/** White space between two bytes of a needle beyond this ends it. */
const MAX_BREAK_BYTES = 256;
/** 8 KiB for a session, and of a thousand places in text that has no needle four look as if. */
const FILTER_BITS = 16;

/** The needles by their first four bytes that are no white space; shared by all streams of a session. */
export interface KnownIndex {
  readonly isEmpty: boolean;
  /** A bit for each hash of four such bytes: set where needles begin with them. */
  readonly filter: Int32Array;
  readonly byPrefix: ReadonlyMap<number, readonly Start[]>;
  /** Beginnings of one, two and three bytes, by length: what could be the start of a needle. */
  readonly beginnings: readonly ReadonlySet<number>[];
}

/** A needle, and how many of its bytes stand before what is looked up. */
interface Start {
  readonly needle: Needle;
  readonly skipped: number;
}

/** Needles with fewer than four bytes that are no white space are a mistake of the caller's. */
export function indexNeedles(needles: readonly Needle[]): KnownIndex {
  const filter = new Int32Array(needles.length === 0 ? 0 : (1 << FILTER_BITS) / 32);
  const byPrefix = new Map<number, Start[]>();
  const beginnings = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const needle of needles) {
    for (const skipped of startsOf(needle)) {
      let word = 0;
      // No more of it is looked at: a token in all its forms has 200 KB.
      for (let at = skipped, found = 0; found < PREFIX_BYTES && at < needle.bytes.length; at++) {
        const byte = needle.bytes[at] as number;
        if (isBlank(byte)) continue;
        word = ((word << 8) | byte) >>> 0;
        beginnings[found]?.add(word);
        found += 1;
      }
      const same = byPrefix.get(word);
      if (same === undefined) byPrefix.set(word, [{ needle, skipped }]);
      else same.push({ needle, skipped });
      const bit = hash(word);
      filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << bit);
    }
  }
  return { isEmpty: needles.length === 0, filter, byPrefix, beginnings };
}

const HASH_MULTIPLIER = 0x9e3779b1;
const HASH_SHIFT = 32 - FILTER_BITS;
const hash = (word: number): number => Math.imul(word, HASH_MULTIPLIER) >>> HASH_SHIFT;
const BLANKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === BYTE.space || (byte >= BYTE.tab && byte <= BYTE.carriageReturn) ? 1 : 0,
);
const isBlank = (byte: number): boolean => BLANKS[byte] === 1;

// By byte: how far it moves the last four bytes (8 bits, or none for a blank), above what it adds to them. A line feed adds a zero: no
// text has one, so that nothing that is looked up goes from line to line.
const STEPS = Uint16Array.from({ length: 256 }, (_, byte) =>
  byte === BYTE.lineFeed ? 0x800 : isBlank(byte) ? 0 : 0x800 | byte,
);
const isIn = (filter: Int32Array, word: number): number => {
  const bit = hash(word);
  return (filter[bit >>> 5] as number) >>> bit;
};
const withNext = (word: number, byte: number): number => {
  const step = STEPS[byte] as number;
  return (word << (step >>> 8)) | (step & 0xff);
};

/** Where in a needle what is looked up begins. */
function startsOf({ bytes, skipsBreaks }: Needle): readonly number[] {
  if (skipsBreaks) return [0, 1, 2, 3].filter((skipped) => skipped === 0 || bytes.length - skipped >= SHORTEST_REST);
  // White space before it is no secret, and what is looked up stands on one line.
  const isBreak = (byte: number, at: number) =>
    byte === BYTE.lineFeed && bytes.subarray(0, at).filter((before) => !isBlank(before)).length < PREFIX_BYTES;
  const line = bytes.findLastIndex(isBreak) + 1;
  return [line + bytes.subarray(line).findIndex((byte) => !isBlank(byte))];
}

interface Compare {
  readonly needle: Needle;
  readonly from: number;
  /** Bytes of the needle that stand in the text. */
  matched: number;
  position: number;
  blanks: number;
}

export class KnownFinder {
  private readonly index: KnownIndex;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private open: Compare[] = [];
  private scanned = 0;
  /** The line's last four bytes that are no white space, the last one lowest; before them a zero where the line has fewer. */
  private word = 0;

  constructor(index: KnownIndex, window: VisibleWindow, found: SecretsFound) {
    this.index = index;
    this.window = window;
    this.found = found;
  }

  /** Reads what is new in the window. */
  scan(): void {
    if (this.index.isEmpty) return;
    const { window } = this;
    const { visible, visibleStart } = window;
    this.open = this.open.filter((compare) => this.goOn(compare));
    const to = window.visibleEnd - visibleStart;
    for (let at = this.scanned - visibleStart; at < to; ) {
      at = this.skipFours(visible, at, to);
      for (const next = Math.min(at + 4, to); at < next; at++)
        this.lookUp(visible[at] as number, visibleStart + at + 1);
    }
    this.scanned = window.visibleEnd;
  }

  /**
   * Index of the next four bytes among which a needle may begin, or of fewer than four that are left. `withNext` and `isIn`, written
   * out: a loop that calls nothing keeps all it needs in registers (2.7 ns a byte of logs became 2.1).
   */
  private skipFours(bytes: Uint8Array, from: number, to: number): number {
    const { filter } = this.index;
    const steps = STEPS;
    const multiplier = HASH_MULTIPLIER;
    const shift = HASH_SHIFT;
    let { word } = this;
    let at = from;
    for (; at + 4 <= to; at += 4) {
      const a = steps[bytes[at] as number] as number;
      const b = steps[bytes[at + 1] as number] as number;
      const c = steps[bytes[at + 2] as number] as number;
      const d = steps[bytes[at + 3] as number] as number;
      const first = (word << (a >>> 8)) | (a & 0xff);
      const second = (first << (b >>> 8)) | (b & 0xff);
      const third = (second << (c >>> 8)) | (c & 0xff);
      const fourth = (third << (d >>> 8)) | (d & 0xff);
      const i = Math.imul(first, multiplier) >>> shift;
      const j = Math.imul(second, multiplier) >>> shift;
      const k = Math.imul(third, multiplier) >>> shift;
      const l = Math.imul(fourth, multiplier) >>> shift;
      const any =
        ((filter[i >>> 5] as number) >>> i) |
        ((filter[j >>> 5] as number) >>> j) |
        ((filter[k >>> 5] as number) >>> k) |
        ((filter[l >>> 5] as number) >>> l);
      if ((any & 1) === 1) break;
      word = fourth;
    }
    this.word = word;
    return at;
  }

  /** Takes a byte that ends at `end`. */
  private lookUp(byte: number, end: number): void {
    this.word = withNext(this.word, byte);
    if (!isBlank(byte) && (isIn(this.index.filter, this.word) & 1) === 1) this.begin(this.word >>> 0, end);
  }

  private begin(word: number, end: number): void {
    const starts = this.index.byPrefix.get(word);
    if (starts === undefined) return;
    const from = this.startOfLast(end, PREFIX_BYTES);
    if (from === -1) return;
    for (const { needle, skipped } of starts) {
      // White space within the four bytes is compared, too, where it counts.
      const [matched, position] = needle.skipsBreaks ? [skipped + PREFIX_BYTES, end] : [skipped, from];
      const compare: Compare = { needle, from, matched, position, blanks: 0 };
      if (this.goOn(compare)) this.open.push(compare);
    }
  }

  /** Where the last `count` bytes before `end` that are no white space begin. */
  private startOfLast(end: number, count: number): number {
    let at = end;
    let left = count;
    while (left > 0 && at > this.window.visibleStart) if (!isBlank(this.window.at(--at))) left -= 1;
    return left > 0 ? -1 : at;
  }

  /** Compares what has come; true while the needle is neither there nor refuted. */
  private goOn(compare: Compare): boolean {
    const { needle, from } = compare;
    const { visible, visibleStart, visibleEnd } = this.window;
    const { bytes, skipsBreaks } = needle;
    while (compare.matched < bytes.length) {
      if (compare.position >= visibleEnd) return true;
      const byte = visible[compare.position - visibleStart] as number;
      if (byte === bytes[compare.matched]) {
        compare.matched += 1;
        compare.blanks = 0;
      } else if (!skipsBreaks || !isBlank(byte) || ++compare.blanks > MAX_BREAK_BYTES) {
        return false;
      }
      compare.position += 1;
    }
    const { kind, source } = needle;
    this.found.add({ from, to: compare.position, kind, rule: kind, priority: 0, value: source });
    return false;
  }

  /** Nothing from here on may be shown yet. */
  get holdFrom(): number {
    const { visibleEnd } = this.window;
    if (this.index.isEmpty) return Number.POSITIVE_INFINITY;
    let from = Number.POSITIVE_INFINITY;
    for (let length = PREFIX_BYTES - 1; length > 0; length--) {
      const beginnings = this.index.beginnings[length - 1] as ReadonlySet<number>;
      const last = (this.word & (2 ** (8 * length) - 1)) >>> 0;
      // Fewer bytes than that since the line began.
      if (last < 2 ** (8 * (length - 1)) || !beginnings.has(last)) continue;
      const start = this.startOfLast(visibleEnd, length);
      if (start >= 0) from = Math.min(from, start);
    }
    for (const compare of this.open) from = Math.min(from, compare.from);
    return from;
  }

  /** The first beginning that is long enough to be masked at a deadline. */
  get proof(): { readonly from: number; readonly kind: string } | undefined {
    let first: Compare | undefined;
    for (const compare of this.open) {
      if (compare.matched >= PROOF_BYTES && (first === undefined || compare.from < first.from)) first = compare;
    }
    return first === undefined ? undefined : { from: first.from, kind: first.needle.kind };
  }

  /** What must be remembered for the comparisons that are open. */
  get begunAt(): number {
    return this.open.reduce((from, compare) => Math.min(from, compare.from), Number.POSITIVE_INFINITY);
  }
}
