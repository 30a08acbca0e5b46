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
 * A stage that replaces every occurrence of `values` by `[masked]`, overlapping ones by one.
 * Values of more than one line are matched line by line, since a terminal rewrites line ends.
 * Values or lines shorter than 12 bytes are not matched.
 */
export function maskKnownValues(values: readonly string[]): MaskStage {
  const needles = needlesOf(values);
  /** The suffix that may be the beginning of a value. */
  let held: Buffer = Buffer.alloc(0);
  /** How many leading bytes of `held` the consumer has seen already, as they are or under a mask. */
  let shown = 0;
  /** How many leading bytes of `held` a mask stands for that the consumer has seen. */
  let covered = 0;
  let maskedCount = 0;

  function push(bytes: Uint8Array): readonly Uint8Array[] {
    if (bytes.length === 0) return [];
    if (needles.length === 0) return [bytes];
    const fresh = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = held.length === 0 ? fresh : Buffer.concat([held, fresh]);
    const pieces: Uint8Array[] = [];
    for (const { from, to } of occurrences(needles, text)) {
      if (from >= covered) {
        if (from > shown) pieces.push(text.subarray(shown, from));
        pieces.push(REPLACEMENT);
        maskedCount += 1;
      }
      // One that begins under the mask before it only makes that mask longer.
      covered = Math.max(covered, to);
      shown = Math.max(shown, covered);
    }
    const until = text.length - openCandidate(needles, text);
    if (until > shown) pieces.push(text.subarray(shown, until));
    shown = Math.max(0, shown - until);
    covered = Math.max(0, covered - until);
    // A copy: the caller may use its buffer again.
    held = Buffer.from(text.subarray(until));
    return pieces;
  }

  /** Shows what is held: a short beginning as it is, a longer one as a mask. */
  function show(): readonly Uint8Array[] {
    if (held.length <= shown) return [];
    const unseen = held.subarray(shown);
    const isUnderMask = covered > 0 && covered === shown;
    const isShort = held.length < OPENING_BYTES;
    shown = held.length;
    if (isShort && !isUnderMask) return [unseen];
    covered = held.length;
    if (isUnderMask) return [];
    maskedCount += 1;
    return [REPLACEMENT];
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
      covered = 0;
      return pieces;
    },
  };
}

interface Occurrence {
  readonly from: number;
  readonly to: number;
}

/** Every place where a needle stands, overlapping ones too, from left to right. */
function occurrences(needles: readonly Buffer[], text: Buffer): Occurrence[] {
  const found: Occurrence[] = [];
  for (const needle of needles) {
    for (let from = text.indexOf(needle); from !== -1; from = text.indexOf(needle, from + 1)) {
      found.push({ from, to: from + needle.length });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

/** Length of the longest suffix that could be the beginning of a needle. */
function openCandidate(needles: readonly Buffer[], text: Buffer): number {
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

/** The values' lines as bytes. */
function needlesOf(values: readonly string[]): Buffer[] {
  const lines = new Set<string>();
  for (const value of values) {
    for (const line of value.split(/\r?\n/)) {
      const isFrame = /^-----(BEGIN|END) [A-Z ]+-----$/.test(line);
      if (!isFrame && Buffer.byteLength(line) >= SHORTEST_MASKED_VALUE) lines.add(line);
    }
  }
  return [...lines].map((line) => Buffer.from(line));
}
