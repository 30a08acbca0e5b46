// Classes of bytes as a pattern writes them: `[…]`, `\d`, `\x1b`, `.`. Text is bytes here, as in a Latin-1 string; what
// UTF-8 makes of a character outside ASCII is matched by negated classes, `\W`, `\D` and `.` alone.
import { BadPattern } from './bad-pattern.ts';

/** 256 entries: 1 where the byte belongs to the class. */
export type ByteClass = Uint8Array;

export interface ReadClass {
  readonly members: ByteClass;
  /** Index of the first character after the class. */
  readonly end: number;
}

const classOf = (isMember: (byte: number) => boolean): ByteClass =>
  Uint8Array.from({ length: 256 }, (_, byte) => (isMember(byte) ? 1 : 0));
const complement = (members: ByteClass): ByteClass => members.map((member) => 1 - member);
const single = (byte: number): ByteClass => classOf((other) => other === byte);

const DIGIT = /[0-9]/;
const WORD = /\w/;
/** Without U+00A0, which `\s` has in JavaScript: as a byte it is the second half of some letter. */
const SPACE = /[\t-\r ]/;
const classByPattern = (pattern: RegExp): ByteClass => classOf((byte) => pattern.test(String.fromCharCode(byte)));

/** Neither end of a line, as in a regular expression without the flag `s`. */
export const ANY: ByteClass = classOf((byte) => byte !== 0x0a && byte !== 0x0d);

const CLASS_ESCAPES: Readonly<Record<string, ByteClass>> = {
  d: classByPattern(DIGIT),
  D: complement(classByPattern(DIGIT)),
  w: classByPattern(WORD),
  W: complement(classByPattern(WORD)),
  s: classByPattern(SPACE),
  S: complement(classByPattern(SPACE)),
};
const BYTE_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The class of one literal character. */
export function readLiteral(source: string, at: number): ReadClass {
  return { members: single(asciiAt(source, at)), end: at + 1 };
}

/** Reads what begins with the backslash at `at`. Throws `BadPattern`. */
export function readEscape(source: string, at: number): ReadClass {
  const letter = source[at + 1];
  if (letter === undefined) throw new BadPattern('a backslash needs a character after it', at);
  const members = CLASS_ESCAPES[letter];
  if (members !== undefined) return { members, end: at + 2 };
  const { byte, end } = readByteEscape(source, at);
  return { members: single(byte), end };
}

/** Reads the `[…]` that begins at `at`. Throws `BadPattern`. */
export function readBracket(source: string, at: number): ReadClass {
  const isNegated = source[at + 1] === '^';
  const first = at + (isNegated ? 2 : 1);
  const members = new Uint8Array(256);
  let next = first;
  while (source[next] !== ']') {
    if (next >= source.length) throw new BadPattern('"[" is never closed', at);
    if (source.startsWith('[:', next))
      throw new BadPattern('classes such as [:alpha:] are unknown: write a-zA-Z', next);
    next = readItem(source, next, members);
  }
  if (next === first) throw new BadPattern('an empty class matches nothing', at);
  const result = isNegated ? complement(members) : members;
  if (!result.includes(1)) throw new BadPattern('the class has no byte in it', at);
  return { members: result, end: next + 1 };
}

/** One member, range or class within brackets; returns where the next begins. */
function readItem(source: string, at: number, into: ByteClass): number {
  const escaped = source[at] === '\\' ? CLASS_ESCAPES[source[at + 1] ?? ''] : undefined;
  if (escaped !== undefined) {
    escaped.forEach((member, byte) => {
      if (member === 1) into[byte] = 1;
    });
    if (source[at + 2] === '-' && source[at + 3] !== ']')
      throw new BadPattern('a class cannot begin a range: write the hyphen last', at + 2);
    return at + 2;
  }
  const from = readMember(source, at);
  const isRange = source[from.end] === '-' && source[from.end + 1] !== ']' && from.end + 1 < source.length;
  if (!isRange) {
    into[from.byte] = 1;
    return from.end;
  }
  if (source[from.end + 1] === '\\' && CLASS_ESCAPES[source[from.end + 2] ?? ''] !== undefined)
    throw new BadPattern('a class cannot end a range: write the hyphen last', from.end);
  const to = readMember(source, from.end + 1);
  if (to.byte < from.byte) throw new BadPattern('the range ends before it begins', at);
  into.fill(1, from.byte, to.byte + 1);
  return to.end;
}

interface ReadByte {
  readonly byte: number;
  readonly end: number;
}

const readMember = (source: string, at: number): ReadByte =>
  source[at] === '\\' ? readByteEscape(source, at) : { byte: asciiAt(source, at), end: at + 1 };

function readByteEscape(source: string, at: number): ReadByte {
  const letter = source[at + 1];
  if (letter === undefined) throw new BadPattern('a backslash needs a character after it', at);
  if (letter === 'x') {
    const digits = source.slice(at + 2, at + 4);
    if (!/^[0-9A-Fa-f]{2}$/.test(digits)) throw new BadPattern('"\\x" needs two hexadecimal digits', at);
    return { byte: Number.parseInt(digits, 16), end: at + 4 };
  }
  const byte = BYTE_ESCAPES[letter];
  if (byte !== undefined) return { byte, end: at + 2 };
  if (/[1-9]/.test(letter)) throw new BadPattern(`"\\${letter}" refers back, which no bounded pattern can`, at);
  if (letter === 'b' || letter === 'B')
    throw new BadPattern(`"\\${letter}" is an assertion: use notBefore and notAfter`, at);
  if (/[A-Za-z0-9]/.test(letter)) throw new BadPattern(`"\\${letter}" is not known here`, at);
  return { byte: asciiAt(source, at + 1), end: at + 2 };
}

function asciiAt(source: string, at: number): number {
  const code = source.charCodeAt(at);
  if (code > 0x7f) throw new BadPattern('outside ASCII, write the bytes of UTF-8 as \\xHH', at);
  return code;
}
