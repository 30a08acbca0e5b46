// How many columns of a terminal a character takes.
import { eastAsianWidth } from 'get-east-asian-width';
import { isUnseen } from './vt-bytes.ts';

/** Marks that join the character before them; the vowels and finals of Korean syllables. */
const JOINING = /[\p{Mn}\p{Me}\u1160-\u11ff]/u;
const EMOJI = /\p{Emoji_Presentation}/u;

/** 0, 1 or 2 columns, as terminals of today count. Of a character that is no control. */
export function characterWidth(codePoint: number): 0 | 1 | 2 {
  if (codePoint < 0x300) return codePoint === 0xad ? 0 : 1;
  const character = String.fromCodePoint(codePoint);
  if (isUnseen(codePoint) || JOINING.test(character)) return 0;
  return EMOJI.test(character) ? 2 : eastAsianWidth(codePoint);
}
