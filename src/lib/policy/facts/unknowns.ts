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

/** Begins a place that has a name but no known path: the home folder, the folder the command starts in, any folder. */
const ANCHOR = '\ue005';
export const HOME = `${ANCHOR}home`;
export const CWD = `${ANCHOR}cwd`;
export const ANYWHERE = `${ANCHOR}any`;
/** Followed by a number: so many folders above one of the others. */
export const ABOVE = `${ANCHOR}up`;

/** The characters above, all of them: text of a caller may hold none. */
export const RESERVED = /[\ue000-\ue00f]/;

const UNKNOWN = /[\ue000-\ue004]/;

/** True where every character is known. */
export function isExact(value: string): boolean {
  return !UNKNOWN.test(value);
}

/** True where the value is nothing but text: no unknown part, and no place that only has a name. */
export function isPlain(value: string): boolean {
  return !RESERVED.test(value);
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
    .replace(/[\ue002-\ue004]+/g, '…')
    .replaceAll(HOME, '~')
    .replaceAll(CWD, '.')
    .replace(/\ue005(any|up\d+)/g, '…');
}
