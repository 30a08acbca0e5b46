// What stands for a line end that may be none, and for a NUL: judged by the first bytes behind it. Most such breaks are left out, so
// that what was wrapped reads as one word; some begin what no secret goes on with.
import { BYTE } from './vt-bytes.ts';

export type Meaning =
  /** Left out; a secret may go on over it, or end there. */
  'nothing' | 'blank' | 'line';

/** Bytes behind a break that are waited for, at most. */
export const AHEAD_BYTES = 48;

/** What begins a line of its own, however full the one before it was: none of it is the rest of a secret. */
const BEGINS_LINE = new RegExp(
  [
    '(?:[A-Z]{4,}|[A-Z]+(?:_[A-Z0-9]+)+)=[^=\\s]', // PORT=80; tokens end in digits, an equals sign and a checksum
    'export [A-Za-z_]',
    '[$#%>-] ',
    '\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:', // 2026-01-02 12:
    '[A-Z][a-z]{2} [ \\d]\\d \\d\\d:', // Jan  2 12:
    '[a-z_][\\w.-]*@[\\w.-]+:[~/]\\S* ?[$#%] ', // root@web-1:~#
    '\\[[a-z_][\\w.-]*@[\\w.-]+ [^\\]\t]{1,24}\\][$#%] ', // [root@web-1 ~]#
  ]
    .map((begin) => `^${begin}`)
    .join('|'),
);
/** What any of these may still become. */
const MAY_BEGIN_LINE = new RegExp(
  [
    '[A-Z_][A-Z0-9_]*=?',
    '[$#%>-]',
    'export ?',
    '[\\d-]{1,10}(?:[ T]\\d{0,2})?',
    '[A-Z][a-z]{0,2}(?: [ \\d]?\\d?(?: \\d{0,2})?)?',
    '[a-z_][\\w.-]*(?:@[\\w.-]*(?::(?:[~/]\\S* ?[$#%]?)?)?)?',
    '\\[(?:[a-z_][\\w.-]*(?:@[\\w.-]*(?: [^\\]\t]{0,24}(?:\\][$#%]?)?)?)?)?',
  ]
    .map((begin) => `^${begin}$`)
    .join('|'),
);

/**
 * A line end behind a row that is full, the last byte of which is `last`: undefined while `ahead`, what follows, does not tell. `isAll`
 * where nothing more of it comes before the next control character.
 */
export function judgeWrap(last: number, ahead: string, isAll: boolean): Meaning | undefined {
  const isIndented = isBlank(ahead.charCodeAt(0));
  if (ahead === ' ' && !isAll) return undefined;
  // One blank between words may fall on the border; more of them indent a line, and columns of a table end in blanks.
  if (isIndented)
    return ahead[0] === ' ' && ahead.length > 1 && !isBlank(ahead.charCodeAt(1)) && !isBlank(last) ? 'nothing' : 'line';
  if (ahead === '') return isAll ? 'line' : undefined;
  if (BEGINS_LINE.test(ahead)) return 'line';
  return isAll || ahead.length >= AHEAD_BYTES || !MAY_BEGIN_LINE.test(ahead) ? 'nothing' : undefined;
}

/** A line that ends in an option, whose value may come next. */
const ENDS_IN_OPTION = /(?:^|\s)--?[A-Za-z][\w-]*$/;
export const endsInOption = (line: string): boolean => ENDS_IN_OPTION.test(line);
const BEGINS_OPTION = /^--?[A-Za-z]/;
const BEGINS_VARIABLE = /^[A-Za-z_]\w*=(?!=)/;

/**
 * A NUL: terminals do not show it, and it stands between the variables and the arguments of a process
 * (`/proc/PID/environ`, `env -0`).
 */
export function judgeNul(isBehindOption: boolean, ahead: string, isAll: boolean): Meaning | undefined {
  if (ahead === '') return isAll ? 'nothing' : undefined;
  if (isBehindOption || BEGINS_OPTION.test(ahead)) return 'blank';
  if (BEGINS_LINE.test(ahead)) return 'line';
  const isDecided = isAll || ahead.length >= AHEAD_BYTES;
  if (BEGINS_VARIABLE.test(ahead) && (isDecided || !ahead.endsWith('='))) return 'line';
  return isDecided || !(MAY_BEGIN_LINE.test(ahead) || /^(?:\w+=?|--?)$/.test(ahead)) ? 'nothing' : undefined;
}

const isBlank = (byte: number): boolean => byte === BYTE.space || byte === BYTE.tab;
