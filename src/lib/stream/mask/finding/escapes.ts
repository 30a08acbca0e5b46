// Characters that stand in text as letters and digits of their own: a line end as `\n`, an equals sign as `%3D`. What follows one begins
// a word, though a letter or a digit stands before it.

import type { VisibleWindow } from '../reading/visible-window.ts';

const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const LETTER_X = 0x78;

const SHORT = tableOf('nrtbfv0ae');
const HEX = tableOf('0123456789abcdefABCDEF');

/** More are read as none: text is remembered for some hundred bytes, and what it says must not depend on how it was cut. */
const MAX_BACKSLASHES = 64;

/** At a visible position, whatever the byte before it: a line end was left out there, or written as an escape. */
export const beginsWord = (window: VisibleWindow, position: number): boolean =>
  window.isSoftBreak(position) || endsInEscape(window.visible, position - window.visibleStart);

/**
 * True where `bytes` up to index `at` end in `%3D`, `\x3d`, `\u003d`, or a backslash and one of "nrtbfv0ae". A backslash that is
 * escaped itself (`C:\\new`) begins none.
 */
export function endsInEscape(bytes: Uint8Array, at: number): boolean {
  if (at >= 3 && bytes[at - 3] === PERCENT) return areHex(bytes, at - 2, at);
  if (at >= 2 && bytes[at - 2] === BACKSLASH) return isIn(SHORT, bytes[at - 1]) && isUnescaped(bytes, at - 2);
  if (at >= 4 && bytes[at - 4] === BACKSLASH && bytes[at - 3] === LETTER_X)
    return areHex(bytes, at - 2, at) && isUnescaped(bytes, at - 4);
  if (at >= 6 && bytes[at - 6] === BACKSLASH && bytes[at - 5] === LETTER_U)
    return areHex(bytes, at - 4, at) && isUnescaped(bytes, at - 6);
  return false;
}

/** The backslash at `index` is the last of an odd number of them. */
function isUnescaped(bytes: Uint8Array, index: number): boolean {
  let count = 1;
  while (count <= MAX_BACKSLASHES && bytes[index - count] === BACKSLASH) count += 1;
  return count % 2 === 1 && count <= MAX_BACKSLASHES;
}

function areHex(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isIn(HEX, bytes[at])) return false;
  return true;
}

const isIn = (table: Uint8Array, byte: number | undefined): boolean => byte !== undefined && table[byte] === 1;

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}
