// Private keys without BEGIN and END: the lines that a PuTTY file counts, and a block that is base64 once more.
import type { Machine, Span } from '../rule.ts';

const MOST_LINES = 200;
const LONGEST_LINE = 100;

/** After `Private-Lines:`: as many lines of base64 as the number says. */
export class CountedLines implements Machine {
  holdFrom = Infinity;
  #at = 0;
  #count = '';
  #left = -1;
  #line = '';
  readonly #spans: Span[] = [];

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    this.#at += 1;
    if (this.#left < 0) {
      if (c === '\n') {
        this.#left = /^ ?\d{1,3}$/.test(this.#count) ? Math.min(Number(this.#count), MOST_LINES) : 0;
        this.holdFrom = this.#at;
        return this.#left > 0;
      }
      this.#count += c;
      return this.#count.length < 6;
    }
    if (c !== '\n') {
      this.#line += c;
      return this.#line.length <= LONGEST_LINE;
    }
    this.#take(this.#at - 1);
    this.#left -= 1;
    this.#line = '';
    return this.#left > 0;
  }

  spans(_early: boolean): readonly Span[] {
    const last = runOf(this.#line, this.#at);
    return last === undefined ? this.#spans : [...this.#spans, last];
  }

  #take(to: number): void {
    const run = runOf(this.#line, to);
    if (run !== undefined) this.#spans.push(run);
  }
}

/** The base64 at the end of a line that ends at `to`. */
function runOf(line: string, to: number): Span | undefined {
  const run = /[A-Za-z0-9+/]+={0,2}$/.exec(line.trimEnd());
  const from = to - line.length;
  return run === null ? undefined : { from: from + run.index, to: from + run.index + run[0].length };
}

export const LONGEST_RUN = 24_000;

/** Base64, in lines or not, from here on. */
export class Base64Run implements Machine {
  holdFrom = 0;
  #at = 0;
  #from = 0;
  readonly #spans: Span[] = [];

  push(byte: number): boolean {
    const isText =
      (byte >= 0x2f && byte <= 0x39) ||
      ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) ||
      byte === 0x2b ||
      byte === 0x3d;
    if (!isText) {
      if (byte !== 0x0a || this.#at === this.#from) {
        // `NAME=`, `key: value`: the line after the last one of the text.
        if (this.#spans.length > 0) this.#from = this.#at;
        return false;
      }
      this.#endLine();
      this.#from = this.#at + 1;
    }
    this.#at += 1;
    return true;
  }

  spans(_early: boolean): readonly Span[] {
    const last = this.#lastLine();
    const spans = last === undefined ? this.#spans : [...this.#spans, last];
    return spans.reduce((total, { from, to }) => total + to - from, 0) >= 20 ? spans : [];
  }

  #endLine(): void {
    const line = this.#lastLine();
    if (line !== undefined) this.#spans.push(line);
  }

  #lastLine(): Span | undefined {
    const length = this.#at - this.#from;
    const isForeign = this.#spans.length > 0 && length < 60 && length % 4 !== 0;
    return length <= 0 || isForeign ? undefined : { from: this.#from, to: this.#at };
  }
}
