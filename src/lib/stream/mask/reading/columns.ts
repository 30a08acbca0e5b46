// How many columns of a terminal text takes: to know where it wraps.
import { characterWidth } from './character-width.ts';
import { BYTE, decode } from './vt-bytes.ts';

/** The column after `bytes[from, to)` (UTF-8, one line), begun at `column`. What is no UTF-8 takes one column a byte. */
export function columnAfter(bytes: Uint8Array, from: number, to: number, column: number): number {
  let after = column;
  for (let at = from; at < to; ) {
    const byte = bytes[at] as number;
    if (byte < 0x80) {
      after += byte === BYTE.tab ? 8 - (after % 8) : 1;
      at += 1;
      continue;
    }
    const { codePoint, length } = codePointAt(bytes, at, to);
    after += codePoint === -1 ? 1 : characterWidth(codePoint);
    at += length;
  }
  return after;
}

function codePointAt(bytes: Uint8Array, at: number, to: number): { codePoint: number; length: number } {
  const lead = bytes[at] as number;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || at + length > to) return { codePoint: -1, length: 1 };
  const codePoint = decode(bytes, at, length);
  const isCharacter = codePoint !== -1 && codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff);
  return isCharacter ? { codePoint, length } : { codePoint: -1, length: 1 };
}
