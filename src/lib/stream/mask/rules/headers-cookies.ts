// Values of cookies after `Cookie:` and `Set-Cookie:`, in headers, programs and on command lines. Names, attributes and values that
// say little (`lang=en`, `theme=dark`) stay.
import { isPlaceholder, looksRandom } from '../checks/index.ts';
import type { Machine, Span } from '../rule.ts';

/** Between the header's name and its value. */
const LONGEST_HEAD = 8;
/** `{"name": "Cookie", "value": "…"}`: up to the name of the value, and from there. */
const IS_GAP = /^\\{0,3}"\s{0,2},\s{0,40}\\{0,3}"$/;
const IS_PAIR = /^value\\{0,3}" ?: ?\\{0,3}"$/;
const LONGEST_PAIR = 16;
const IS_SIGN = /^(?:\\{0,3}["'`]?\]?[ \t]{0,3}(?::|=|=>|,)[ \t]{0,2}\[?\\{0,3}["'`]?|[ \t]{1,4}["'])$/;
const LONGEST_NAME = 128;
export const LONGEST_COOKIES = 8192;

type Phase = 'sign' | 'pair' | 'name' | 'value' | 'done';

const ATTRIBUTES = /^(?:path|domain|expires|max-age|samesite|priority|version|comment|secure|httponly|partitioned)$/i;
const TELLING =
  /sess|sid$|^sid|auth|token|jwt|csrf|xsrf|remember|login|secret|identity|passw|^id$|ticket|access|refresh|connect\./i;

export class Cookies implements Machine {
  holdFrom = Infinity;
  #phase: Phase = 'sign';
  #at = 0;
  #head = '';
  #name = '';
  #value = '';
  #valueFrom = 0;
  readonly #spans: Span[] = [];
  readonly #isFlag: boolean;
  readonly #isSet: boolean;
  #count = 0;

  constructor(before: string) {
    this.#isFlag = /(?:^|\s)--$/.test(before);
    this.#isSet = /set[-_]$/i.test(before);
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    if (this.#phase === 'sign') this.#sign(c);
    else if (this.#phase === 'pair') this.#pair(c);
    else if (this.#phase === 'name') this.#readName(c);
    else this.#readValue(c);
    this.#at += 1;
    return this.#phase !== 'done';
  }

  spans(early: boolean): readonly Span[] {
    if (this.#phase !== 'value') return this.#spans;
    const isSecret = early || this.#isSecret();
    return isSecret && this.#value !== '' ? [...this.#spans, this.#span()] : this.#spans;
  }

  /** `: `, `": "`, `": ["`, ` = "`, and a blank after `--cookie`. */
  #sign(c: string): void {
    this.#head += c;
    const isGap = c === 'v' && IS_GAP.test(this.#head.slice(0, -1));
    const isLong = this.#head.length > LONGEST_HEAD || c === '\n';
    if (isGap) {
      this.#phase = 'pair';
      this.#head = c;
    } else if (isLong && !(/^\\{0,3}"/.test(this.#head) && /^[\\"\s,]{1,60}$/.test(this.#head))) this.#phase = 'done';
    else if (/[A-Za-z0-9_]/.test(c)) {
      const isSign = IS_SIGN.test(this.#head.slice(0, -1));
      const isFlagSign = this.#isFlag && /^[ =]["']?$/.test(this.#head.slice(0, -1));
      this.#phase = isSign || isFlagSign ? 'name' : 'done';
      this.#name = c;
    }
  }

  #pair(c: string): void {
    this.#head += c;
    if (IS_PAIR.test(this.#head)) {
      this.#phase = 'name';
      this.#name = '';
    } else if (this.#head.length > LONGEST_PAIR) this.#phase = 'done';
  }

  #readName(c: string): void {
    if (c === '=') {
      this.#phase = 'value';
      this.#value = '';
      this.#valueFrom = this.#at + 1;
      const isAttribute = this.#isSet && this.#count > 0;
      this.holdFrom =
        isAttribute || ATTRIBUTES.test(this.#name.trim()) ? this.holdFrom : Math.min(this.holdFrom, this.#valueFrom);
    } else if (c === ';') {
      this.#name = '';
      this.#count += 1;
    } else if (/[\n\r"'`(){}<>,:]/.test(c) || this.#name.length > LONGEST_NAME) this.#phase = 'done';
    else this.#name += c;
  }

  #readValue(c: string): void {
    const isEnd =
      c === ';' ||
      c === '\n' ||
      c === '\r' ||
      c === '"' ||
      c === "'" ||
      c === '`' ||
      c === ' ' ||
      c === '\t' ||
      (c === '\\' && this.#value !== '');
    if (!isEnd) {
      this.#value += c;
      return;
    }
    const isAttribute = (this.#isSet && this.#count > 0) || ATTRIBUTES.test(this.#name.trim());
    if (!isAttribute && this.#isSecret()) this.#spans.push(this.#span());
    this.#count += 1;
    this.#name = '';
    this.#phase = c === ';' ? 'name' : 'done';
    // Of what `Set-Cookie` says, only the first is a cookie.
    if (this.#isSet) this.#phase = 'done';
  }

  #isSecret(): boolean {
    const value = this.#value;
    if (value.length < 4 || isPlaceholder(value) || /^[${<[]/.test(value) || ATTRIBUTES.test(this.#name.trim()))
      return false;
    if (/^[A-Za-z]+(?:[-_.][A-Za-z]+)*$/.test(value)) return looksRandom(value);
    return TELLING.test(this.#name) || (value.length >= 16 && looksRandom(value));
  }

  #span(): Span {
    return { from: this.#valueFrom, to: this.#valueFrom + this.#value.length };
  }
}
