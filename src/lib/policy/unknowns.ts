// How a value that is partly unknown is written down: a string in which private-use characters stand for what only
// bash will know. Paths can then be split and joined as usual, and tested against patterns without knowing the rest.

/** Any run without a slash: an unquoted `*`. */
export const STAR = '\ue000';
/** One character that is not a slash. */
export const ONE = '\ue001';
/** Anything at all, computed by a command. */
export const ANY = '\ue002';
/** Digits: the result of arithmetic, `$?`, `$(wc -l)`. */
export const DIGITS = '\ue003';
/** Anything, but from the environment or a listing of files, not computed to hide something. */
export const SOME = '\ue004';

const UNKNOWN = /[\ue000-\ue004]/;

/** True where every character is known. */
export function isExact(value: string): boolean {
  return !UNKNOWN.test(value);
}

/** Text of the caller's that happens to hold our characters: each becomes "one unknown character". */
export function encodeText(text: string): string {
  return text.replace(/[\ue000-\ue004]/g, ONE);
}

/** True for a number, as far as it is known. */
export function isNumeric(value: string): boolean {
  return /^\s*[-+]?[\d\ue003]+\s*$/.test(value);
}

/** What a person reads: `*` and `?` for patterns, `…` for the unknown. */
export function showValue(value: string): string {
  return value
    .replaceAll(STAR, '*')
    .replaceAll(ONE, '?')
    .replace(/[\ue002-\ue004]+/g, '…');
}
