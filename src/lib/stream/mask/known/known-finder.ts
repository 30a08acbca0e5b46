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
/** Of needles that broke up text may hold. */
const FILTER_BITS = 14;

/** The needles by their first four bytes that are no white space; shared by all streams of a session. */
export interface KnownIndex {
  readonly isEmpty: boolean;
  /** 1 where needles begin with four such bytes, by a hash of them. */
  readonly filter: Uint8Array;
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
  const filter = new Uint8Array(needles.length === 0 ? 0 : 1 << FILTER_BITS);
  const byPrefix = new Map<number, Start[]>();
  const beginnings = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const needle of needles) {
    for (const skipped of startsOf(needle)) {
      let word = 0;
      needle.bytes
        .subarray(skipped)
        .filter((byte) => !isBlank(byte))
        .subarray(0, PREFIX_BYTES)
        .forEach((byte, at) => {
          word = ((word << 8) | byte) >>> 0;
          beginnings[at]?.add(word);
        });
      const same = byPrefix.get(word);
      if (same === undefined) byPrefix.set(word, [{ needle, skipped }]);
      else same.push({ needle, skipped });
      filter[hash(word)] = 1;
    }
  }
  return { isEmpty: needles.length === 0, filter, byPrefix, beginnings };
}

const hash = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - FILTER_BITS);
const BLANKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === BYTE.space || (byte >= BYTE.tab && byte <= BYTE.carriageReturn) ? 1 : 0,
);
const isBlank = (byte: number): boolean => BLANKS[byte] === 1;

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
  /** The line's last four bytes that are no white space. */
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
    const { filter } = this.index;
    const { visible, visibleStart, visibleEnd } = window;
    this.open = this.open.filter((compare) => this.goOn(compare));
    let { word } = this;
    for (let at = this.scanned; at < visibleEnd; at++) {
      const byte = visible[at - visibleStart] as number;
      if (BLANKS[byte] === 1) {
        if (byte === BYTE.lineFeed) word = 0;
        continue;
      }
      word = ((word << 8) | byte) >>> 0;
      if (filter[hash(word)] === 1) this.begin(word, at + 1);
    }
    this.word = word;
    this.scanned = visibleEnd;
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
