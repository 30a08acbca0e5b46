// Lines of an effect: what strangers wrote is spelled out where it would act on a terminal or turn text around, and there is only so
// much of it. Pure.
import { hash } from 'node:crypto';

const MOST_LINES = 400;
const MOST_BYTES = 24 * 1024;
const LONGEST_LINE = 2000;
/** For the line that says what is left out. */
const ROOM_FOR_REST = 200;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line of plain characters: whatever is not seen is `<U+202E>`. */
export const spelledOut = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
  });

/** A name or a word in quotes, on one line; quotes in it cannot end it. */
export const quoted = (text: string): string => spelledOut(JSON.stringify(text));

/**
 * The lines as a text of at most 400 lines and 24 KiB, after those few that are always there. Of a line 2000 characters are shown. What
 * is left out is counted, and a digest stands for all of it.
 */
export function shownText(heads: readonly string[], lines: readonly string[]): string {
  const spelled = [...heads, ...lines].map(spelledOut);
  const shown: string[] = [];
  let bytes = ROOM_FOR_REST;
  let cut = 0;
  for (const [index, line] of spelled.entries()) {
    const short = line.length > LONGEST_LINE ? cutLine(line) : line;
    bytes += Buffer.byteLength(short) + 1;
    const isHead = index < heads.length;
    if (!isHead && (shown.length + 1 >= MOST_LINES || bytes > MOST_BYTES)) break;
    if (short !== line) cut += 1;
    shown.push(short);
  }
  const left = spelled.length - shown.length;
  if (left === 0 && cut === 0) return shown.join('\n');
  const what = [
    ...(left === 0 ? [] : [left === 1 ? '1 more line' : `${left} more lines`]),
    ...(cut === 0 ? [] : [cut === 1 ? 'the rest of 1 line' : `the rest of ${cut} lines`]),
  ].join(', ');
  return [...shown, `not shown: ${what}; sha256 of all: ${hash('sha256', spelled.join('\n'))}`].join('\n');
}

/** Never half of a surrogate pair. */
function cutLine(line: string): string {
  const kept = line.slice(0, LONGEST_LINE).replace(/[\ud800-\udbff]$/, '');
  return `${kept}… (${line.length - kept.length} more characters)`;
}
