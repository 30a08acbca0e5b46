// The text between the BEGIN and END lines of a private key, however it was written: with a prefix on each line, in quotes, with
// `\n` instead of line ends, with blanks, without an end. Takes only what has the shape of a key; all else stays.
import { isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';

/** From the BEGIN line on; then text is shown again. */
export const LONGEST_KEY = 16_384;
const LONGEST_LABEL = 64;
const LONGEST_LABEL_END = 'PRIVATE KEY BLOCK-----'.length;
/** Lines of others between the lines of a key, in mixed logs, before it counts as cut off. */
const MOST_FOREIGN_LINES = 3;
/** A line of a key is this long, but for the last one. */
const SHORTEST_FIRST = 16;

/** What stands above the text of some keys. */
const HEADER = /(?:^|[^A-Za-z])(?:Proc-Type|Version|Comment|Subject|Hash|Charset|MessageID|X-[A-Za-z-]{1,64}): /;

type Phase = 'label' | 'body' | 'done';

interface Chunk extends Span {
  /** Nothing but `\n`, written out, stands between it and the one before: one mask for both. Real lines stay lines. */
  readonly joins: boolean;
}

export class PrivateKeyBlock implements Machine {
  holdFrom = Infinity;
  #phase: Phase = 'label';
  #at = 0;
  #label = '';
  #line = '';
  #lineFrom = 0;
  #backslashes = 0;
  #foreign = 0;
  #chunks: Chunk[] = [];
  /** Lines too short to tell; the END line confirms them. */
  #pending: Chunk[] = [];
  #isBroken = false;
  readonly #prefix: string;
  /** The prefix's, once the label says that this is a private key: most anchors are not of one. */
  #skeleton = '';

  constructor(before: string) {
    this.#prefix = before.slice(before.lastIndexOf('\r') + 1);
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    if (this.#phase === 'label') this.#readLabel(c);
    else if (this.#phase === 'body') this.#readBody(c);
    this.#at += 1;
    return this.#phase !== 'done';
  }

  spans(_early: boolean): readonly Span[] {
    const chunks = [...this.#chunks];
    const last = this.#phase === 'body' ? this.#chunkOf(this.#line, this.#lineFrom) : undefined;
    if (last !== undefined && this.#isAccepted(last, this.#line)) chunks.push(last);
    return joined(chunks);
  }

  #readLabel(c: string): void {
    this.#label += c;
    if (
      this.#label.endsWith('----') &&
      /PRIVATE KEY(?: BLOCK)?(?:-{5}| -{4})$/.test(this.#label.slice(-LONGEST_LABEL_END))
    ) {
      this.#phase = 'body';
      this.#skeleton = skeleton(this.#prefix);
      this.holdFrom = this.#at + 1;
      this.#newLine(this.#at + 1);
    } else if (this.#label.length > LONGEST_LABEL || !/[A-Z0-9 -]/.test(c)) this.#phase = 'done';
  }

  #readBody(c: string): void {
    const isEscapedEnd = this.#backslashes > 0 && (c === 'n' || c === 'r');
    if (c === '\n' || c === '\r' || isEscapedEnd) {
      this.#endLine(this.#line.slice(0, this.#line.length - (isEscapedEnd ? this.#backslashes : 0)));
      this.#isBroken ||= !isEscapedEnd;
      this.#newLine(this.#at + 1);
      return;
    }
    if (c === ' ' && /^ ?[A-Za-z0-9+/]{32,}={0,2}$/.test(this.#line)) {
      this.#endLine(this.#line);
      this.#isBroken = true;
      this.#newLine(this.#at + 1);
      return;
    }
    this.#backslashes = c === '\\' ? this.#backslashes + 1 : 0;
    this.#line += c;
    if (this.#endsWithPrefix(c)) {
      // A line as wide as the terminal: its end looks like a soft wrap and is gone.
      const prefix = this.#line.slice(-this.#prefix.length);
      this.#endLine(this.#line.slice(0, -prefix.length));
      this.#isBroken = true;
      this.#newLine(this.#at + 1 - prefix.length);
      this.#line = prefix;
      return;
    }
    if (c !== 'D' && c !== 'N') return;
    const end = /-{4,5} ?(?:END|BEGIN)$/.exec(this.#line.slice(-11));
    if (end === null) return;
    const rest = this.#line.slice(0, this.#line.length - end[0].length);
    if (this.#prefix === '' || skeleton(rest) !== this.#skeleton) this.#endLine(rest);
    this.#chunks.push(...this.#pending);
    this.#phase = 'done';
  }

  #endsWithPrefix(c: string): boolean {
    const { length } = this.#prefix;
    if (length === 0 || this.#line.length < length + 40 || c !== this.#prefix.charAt(length - 1) || /[\w+/]/.test(c))
      return false;
    return skeleton(this.#line.slice(-length)) === this.#skeleton;
  }

  #newLine(from: number): void {
    this.#line = '';
    this.#lineFrom = from;
    this.#backslashes = 0;
  }

  #endLine(line: string): void {
    const iv = line.includes('DEK-Info: ') ? /^(.*DEK-Info: [A-Z0-9-]{3,20},)([0-9A-F]{16,32})/.exec(line) : null;
    if (iv !== null) {
      const from = this.#lineFrom + (iv[1] as string).length;
      this.#chunks.push({ from, to: from + (iv[2] as string).length, joins: false });
      this.#isBroken = true;
      return;
    }
    if (/^[^A-Za-z0-9]*$/.test(line) || (line.includes(': ') && HEADER.test(line))) {
      this.#isBroken ||= line !== '';
      return;
    }
    const chunk = this.#chunkOf(line, this.#lineFrom);
    if (chunk === undefined) {
      this.#isBroken = true;
      this.#foreign += 1;
      if (this.#foreign > MOST_FOREIGN_LINES) this.#phase = 'done';
      return;
    }
    if (this.#isAccepted(chunk, line)) {
      this.#chunks.push(chunk);
      this.#pending = [];
      this.#foreign = 0;
    } else if (this.#chunks.length > 0 && this.#pending.length < 2) this.#pending.push(chunk);
    else this.#foreign += 1;
    this.#isBroken = false;
  }

  /** The run of base64 at the line's end, where what stands before it is a prefix that the BEGIN line has, too. */
  #chunkOf(whole: string, lineFrom: number): Chunk | undefined {
    const line = whole.slice(0, endOfText(whole));
    let from = beginOfRun(line);
    if (from === -1) return this.#leadingChunk(whole, lineFrom);
    if (line.charAt(from) === '+' && /^\s*\+$/.test(this.#prefix) && from < 2) from += 1;
    const prefix = line.slice(0, from);
    if (line.charAt(from) === '=') from += 1; // the checksum of a PGP block
    const isPlain = !/[A-Za-z0-9]/.test(prefix);
    const text = line.slice(from);
    // A whole line of a key is one behind any prefix.
    const isWhole = text.length >= 48 && /\s$/.test(prefix) && looksRandom(text);
    if (!isPlain && !isWhole && skeleton(prefix) !== this.#skeleton) return undefined;
    if (text === '' || isPlaceholder(text)) return undefined;
    return { from: lineFrom + from, to: lineFrom + line.length, joins: prefix === '' && !this.#isBroken };
  }

  /** Other text follows the run on its line, where the line's end was taken for a soft wrap. */
  #leadingChunk(line: string, lineFrom: number): Chunk | undefined {
    const { length } = this.#prefix;
    if (skeleton(line.slice(0, length)) !== this.#skeleton) return undefined;
    const run = /^[A-Za-z0-9+/]{48,}={0,2}/.exec(line.slice(length));
    if (run === null || !looksRandom(run[0])) return undefined;
    return { from: lineFrom + length, to: lineFrom + length + run[0].length, joins: false };
  }

  #isAccepted(chunk: Chunk, line: string): boolean {
    const length = chunk.to - chunk.from;
    const text = line.slice(chunk.from - this.#lineFrom, chunk.to - this.#lineFrom);
    if (length >= 40) return !/^[a-z/]+$/.test(text);
    if (length >= SHORTEST_FIRST) return looksRandom(text);
    if (this.#chunks.length === 0) return false;
    return /=$/.test(text) || (/\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text));
  }
}

const BLANKS = ' \t\n\v\f\r\u00a0';
const QUOTES = '"\'`';
const ENDS_LINE = `${BLANKS}${QUOTES},;)]}|\\`;
const OPERATORS = '+.,;&\\';

/** Where the text on a line ends, before what a program writes behind it: `",`, `" +`, `"\`, `'}`. One pass, whatever the line. */
function endOfText(line: string): number {
  const skipBack = (from: number, characters: string) => {
    let at = from;
    while (at > 0 && characters.includes(line.charAt(at - 1))) at -= 1;
    return at;
  };
  const end = skipBack(line.length, ENDS_LINE);
  const quote = skipBack(skipBack(end, OPERATORS), BLANKS) - 1;
  return quote >= 0 && quote < end - 1 && QUOTES.includes(line.charAt(quote)) ? quote : end;
}

/** Where the base64 that ends the line begins, with the `=` before the checksum of a PGP block; -1 where there is none. */
function beginOfRun(line: string): number {
  let end = line.length;
  while (end > line.length - 2 && line.charAt(end - 1) === '=') end -= 1;
  let from = end;
  while (from > 0 && isOfBase64(line.charCodeAt(from - 1))) from -= 1;
  if (from === end) return -1;
  const isSum = end === line.length && end - from === 4 && line.charAt(from - 1) === '=';
  return isSum && (from === 1 || !isOfBase64(line.charCodeAt(from - 2))) ? from - 1 : from;
}

/** `+`, `/` and digits, letters. */
const isOfBase64 = (code: number): boolean =>
  (code >= 0x2f && code <= 0x39) || code === 0x2b || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);

/** What a prefix has in common on all lines: numbers and times differ. */
function skeleton(prefix: string): string {
  return prefix
    .replace(/\d+/g, '0')
    .replace(/\s+/g, ' ')
    .replace(/[A-Za-z]+/g, 'a');
}

function joined(chunks: readonly Chunk[]): readonly Span[] {
  const spans: { from: number; to: number }[] = [];
  for (const { from, to, joins } of chunks) {
    const last = spans.at(-1);
    if (joins && last !== undefined) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}
