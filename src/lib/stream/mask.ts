// Masks known values, such as the private key just issued, in a stream of bytes. It never lets a known value
// through, whatever the chunks; it holds back only a suffix that could be the beginning of one.
import type { Stage } from './stage.ts';

/** At a deadline or the end, a beginning shorter than this is shown as it is: a lone letter is no secret. */
const OPENING_BYTES = 8;
/** Shorter values would mask ordinary words. */
export const SHORTEST_MASKED_VALUE = 12;

const REPLACEMENT = Buffer.from('[masked]');

export interface MaskStage extends Stage {
  /** How many values were replaced so far. */
  readonly maskedCount: number;
}

/**
 * A stage that replaces every occurrence of `values` by `[masked]`.
 * Values of more than one line are matched line by line, since a terminal rewrites line ends.
 * Values or lines shorter than 12 bytes are not matched.
 */
export function maskKnownValues(values: readonly string[]): MaskStage {
  const needles = needlesOf(values);
  /** The suffix that may be the beginning of a value. */
  let held: Buffer = Buffer.alloc(0);
  /** How many leading bytes of `held` the consumer has seen already, as they are or as a mask (after `expire`). */
  let shown = 0;
  let shownAsMask = false;
  let maskedCount = 0;

  function push(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length === 0) return [];
    if (needles.length === 0) return [bytes];
    const fresh = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = held.length === 0 ? fresh : Buffer.concat([held, fresh]);
    const pieces: Uint8Array[] = [];
    const from = maskWhole(text, pieces);
    const keep = openCandidate(text.subarray(from));
    const until = text.length - keep;
    if (until > Math.max(from, shown)) pieces.push(text.subarray(Math.max(from, shown), until));
    shown = Math.max(0, shown - until);
    if (shown === 0) shownAsMask = false;
    held = text.subarray(until);
    return pieces;
  }

  /** Masks whole values from left to right, the longest where two begin together; returns where the last one ended. */
  function maskWhole(text: Buffer, pieces: Uint8Array[]): number {
    let from = 0;
    // Where each needle is found next; looked up again only once passed.
    const next = needles.map((needle) => text.indexOf(needle));
    for (;;) {
      let first = -1;
      for (const [i, needle] of needles.entries()) {
        if (next[i] !== -1 && (next[i] as number) < from) next[i] = text.indexOf(needle, from);
        const at = next[i] as number;
        if (at !== -1 && (first === -1 || at < (next[first] as number))) first = i;
      }
      if (first === -1) return from;
      const at = next[first] as number;
      if (at > Math.max(from, shown)) pieces.push(text.subarray(Math.max(from, shown), at));
      if (!(shownAsMask && at < shown)) {
        pieces.push(REPLACEMENT);
        maskedCount += 1;
      }
      from = at + (needles[first] as Buffer).length;
    }
  }

  /** Length of the longest suffix that could be the beginning of a value. */
  function openCandidate(text: Buffer): number {
    let longest = 0;
    for (const needle of needles) {
      let at = text.indexOf(needle[0] as number, Math.max(0, text.length - needle.length + 1));
      while (at !== -1 && text.length - at > longest) {
        const length = text.length - at;
        if (needle.compare(text, at, text.length, 0, length) === 0) longest = length;
        at = text.indexOf(needle[0] as number, at + 1);
      }
    }
    return longest;
  }

  /** Shows what is held: a short beginning as it is, a longer one as a mask. */
  function show(): readonly Uint8Array[] {
    if (held.length <= shown) return [];
    if (shownAsMask) {
      shown = held.length;
      return [];
    }
    const isShort = held.length < OPENING_BYTES;
    const piece = isShort ? held.subarray(shown) : REPLACEMENT;
    shown = held.length;
    shownAsMask = !isShort;
    if (!isShort) maskedCount += 1;
    return [piece];
  }

  return {
    push,
    get holding() {
      return held.length > shown;
    },
    get maskedCount() {
      return maskedCount;
    },
    expire: show,
    flush() {
      const pieces = show();
      held = Buffer.alloc(0);
      shown = 0;
      shownAsMask = false;
      return pieces;
    },
  };
}

/** Lines of the values as bytes, longest first so that the longest wins. */
function needlesOf(values: readonly string[]): Buffer[] {
  const lines = new Set<string>();
  for (const value of values) {
    for (const line of value.split(/\r?\n/)) {
      const isFrame = /^-----(BEGIN|END) [A-Z ]+-----$/.test(line);
      if (!isFrame && Buffer.byteLength(line) >= SHORTEST_MASKED_VALUE) lines.add(line);
    }
  }
  return [...lines].map((line) => Buffer.from(line)).sort((a, b) => b.length - a.length);
}
