// Characters that are not seen, or turn what is seen around: directions, characters of no width, tags, fillers, private use.
// Text that says one thing to a person and another to a machine is made of them.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/u;
/** Scripts whose words are spelled with joiners. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Mongolian}]/u;
const PICTURE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}#*0-9]/u;
const HAN = /\p{Script=Han}/u;

/**
 * True where a reader would not see the character, or see others in another order. `before` is the character before it, 0 where
 * none is: what belongs to the letter or emoji it stands behind is ordinary text.
 */
export function isHidden(codePoint: number, before: number): boolean {
  if (codePoint < 0xad) return codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0);
  if (!HIDDEN.test(String.fromCodePoint(codePoint))) return false;
  const letter = String.fromCodePoint(before);
  if (codePoint === 0xfe0f || codePoint === 0xfe0e) return !PICTURE.test(letter);
  if (codePoint === 0x200d) return !(PICTURE.test(letter) || before === 0xfe0f || JOINING.test(letter));
  if (codePoint === 0x200c) return !JOINING.test(letter);
  if (codePoint >= 0xe0100 && codePoint <= 0xe01ef) return !HAN.test(letter);
  return true;
}

/** `<U+202E>` */
export const spellOut = (codePoint: number): string => `<U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}>`;
