// Finds known values in visible text, whatever the chunks. Four bytes of each needle are looked up for every place in the text; where
// they stand, the rest is compared as it comes.

import type { SecretsFound } from '../finding/secrets-found.ts';
import type { VisibleWindow } from '../reading/visible-window.ts';
import { BYTE } from '../reading/vt-bytes.ts';
import type { Needle } from './known-values.ts';

const PREFIX_BYTES = 4;
/** At a deadline a shorter beginning is shown as it is: a few letters are no secret. */
const PROOF_BYTES = 8;
/** White space between two bytes of a needle beyond this ends it. */
const MAX_BREAK_BYTES = 256;
/** Of needles that broke up text may hold. */
const FILTER_BITS = 14;

/** The needles by their first four bytes; shared by all streams of a session. */
export interface KnownIndex {
  readonly isEmpty: boolean;
  /** One bit for needles without, one for needles with white space, by a hash of four bytes. */
  readonly filter: Uint8Array;
  readonly byPrefix: ReadonlyMap<number, readonly Needle[]>;
  /** Beginnings of one, two and three bytes, by length: what could be the start of a needle. */
  readonly beginnings: readonly ReadonlySet<number>[];
}

const CONTIGUOUS = 1;
const BROKEN = 2;

/** Needles shorter than four bytes are a mistake of the caller's. */
export function indexNeedles(needles: readonly Needle[]): KnownIndex {
  const filter = new Uint8Array(needles.length === 0 ? 0 : 1 << FILTER_BITS);
  const byPrefix = new Map<number, Needle[]>();
  const beginnings = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const needle of needles) {
    let word = 0;
    for (let at = 0; at < PREFIX_BYTES; at++) {
      word = ((word << 8) | (needle.bytes[at] as number)) >>> 0;
      beginnings[at]?.add(word);
    }
    const same = byPrefix.get(word);
    if (same === undefined) byPrefix.set(word, [needle]);
    else same.push(needle);
    const slot = hash(word);
    filter[slot] = (filter[slot] as number) | (needle.skipsBreaks ? BROKEN : CONTIGUOUS);
  }
  return { isEmpty: needles.length === 0, filter, byPrefix, beginnings };
}

const hash = (word: number): number => Math.imul(word, 0x9e3779b1) >>> (32 - FILTER_BITS);
const BLANKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === BYTE.space || (byte >= BYTE.tab && byte <= BYTE.carriageReturn) ? 1 : 0,
);
const isBlank = (byte: number): boolean => BLANKS[byte] === 1;

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
  /** The last four bytes, and the last four that are no white space. */
  private word = 0;
  private tight = 0;
  /** Bytes since the last white space. */
  private run = 0;

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
    let { word, tight, run } = this;
    for (let at = this.scanned; at < visibleEnd; at++) {
      const byte = visible[at - visibleStart] as number;
      word = ((word << 8) | byte) >>> 0;
      if (BLANKS[byte] === 1) {
        run = 0;
        if (((filter[hash(word)] as number) & CONTIGUOUS) !== 0) this.begin(word, at + 1, false);
        continue;
      }
      tight = ((tight << 8) | byte) >>> 0;
      const hits = filter[hash(word)] as number;
      if ((hits & CONTIGUOUS) !== 0) this.begin(word, at + 1, false);
      // Within a word of four letters and more both are the same.
      if (++run >= PREFIX_BYTES) {
        if ((hits & BROKEN) !== 0) this.begin(tight, at + 1, true);
      } else if (((filter[hash(tight)] as number) & BROKEN) !== 0) this.begin(tight, at + 1, true);
    }
    this.run = run;
    this.word = word;
    this.tight = tight;
    this.scanned = visibleEnd;
  }

  private begin(word: number, end: number, isBroken: boolean): void {
    const needles = this.index.byPrefix.get(word);
    if (needles === undefined) return;
    const from = isBroken ? this.startOfTight(end, PREFIX_BYTES) : end - PREFIX_BYTES;
    if (from < this.window.visibleStart) return;
    for (const needle of needles) {
      if (needle.skipsBreaks !== isBroken) continue;
      const compare: Compare = { needle, from, matched: PREFIX_BYTES, position: end, blanks: 0 };
      if (this.goOn(compare)) this.open.push(compare);
    }
  }

  /** Where the last `count` bytes before `end` that are no white space begin. */
  private startOfTight(end: number, count: number): number {
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
      const mask = 2 ** (8 * length) - 1;
      if (visibleEnd >= length && beginnings.has((this.word & mask) >>> 0)) from = Math.min(from, visibleEnd - length);
      if (beginnings.has((this.tight & mask) >>> 0)) {
        const start = this.startOfTight(visibleEnd, length);
        if (start >= 0) from = Math.min(from, start);
      }
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
