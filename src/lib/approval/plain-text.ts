// Free text of strangers, made safe to show on one line of a terminal and to sign. Pure; the client cleans a reason with it
// before signing, the desk accepts only what is clean already.

/** Longest reason of a decision, in UTF-16 units. */
export const MAX_REASON_LENGTH = 1000;

// Control characters, format characters (bidirectional, zero-width, tags), line separators, lone surrogates, private use,
// and whatever Unicode says to leave out where it cannot be shown: fillers, variation selectors.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * One line: runs of white space become a blank, what cannot be seen becomes `\u{202e}`, and what is longer than
 * `maxLength` ends with `…`. Cleaning twice is cleaning once.
 */
export function plainText(text: string, maxLength: number): string {
  const start = text.slice(0, maxLength + 1);
  const visible = start
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  const whole = text.length <= maxLength && visible.length <= maxLength;
  if (whole) return visible;
  // Never half of a surrogate pair.
  return `${visible.slice(0, maxLength - 1).replace(/\p{Cs}$/u, '')}…`;
}

/** True for a reason that can be signed as it stands. */
export function isPlainReason(reason: string): boolean {
  return reason !== '' && plainText(reason, MAX_REASON_LENGTH) === reason;
}
