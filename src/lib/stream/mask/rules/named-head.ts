// Reads what stands between a telling name and its value: the name's closing quote, the sign, blanks, the opening quote. Says what
// shape that is and where the value begins; holds nothing.
import type { Beginning } from '../rule.ts';
import * as context from './named-context.ts';
import { LONGEST_NAME, Name } from './named-name.ts';
import { LONGEST_PAIR, Progress } from './named-progress.ts';
import type { Shape } from './named-values.ts';
import type { Telling } from './named-words.ts';

const MOST_BLANKS = 48;
const MOST_ESCAPES = 8;
/** Bytes from the anchor to the value, at most. */
export const LONGEST_HEAD = LONGEST_NAME + 3 * MOST_BLANKS + LONGEST_PAIR + 64;

/** `value`: the byte just read is the value's first, `maybe`: it could be; `next`: the one after it will be. */
export type Step = 'more' | 'stop' | 'value' | 'maybe' | 'next';

type Phase =
  | 'close'
  | 'operator'
  | 'sign'
  | 'bar'
  | 'pair'
  | 'prose'
  | 'type'
  | 'before'
  | 'block'
  | 'indent'
  | 'attributes';

export class NamedHead {
  telling: Telling = 'none';
  shape: Shape = 'tight';
  /** The value's opening quote and the backslashes before it. */
  quote = '';
  escapes = 0;
  /** Characters that end a bare value, beside white space; `isWhole`: a quote does, and blanks are part of it. */
  ends = '';
  isWhole = false;
  readonly name: Name;
  #phase: Phase = 'close';
  #blanks = 0;
  /** Of a pair's other half, of a sentence, of what follows the sign of a block, of an element's attributes. */
  readonly #progress = new Progress();
  #sign = '';
  #isClosed = false;

  constructor(beginning: Beginning, suffix: string) {
    this.name = new Name(beginning, suffix);
  }

  /** Takes what follows the name. */
  begin(c: string): Step {
    if (context.FOLLOWS_PAIR_NAME[c.charCodeAt(0)] === 1 && !context.isPairName(this.name.before)) return 'stop';
    this.telling = this.name.telling(c);
    return this.telling === 'none' ? 'stop' : this.#close(c);
  }

  push(c: string): Step {
    switch (this.#phase) {
      case 'close':
        return this.#close(c);
      case 'operator':
        return this.#operator(c);
      case 'sign':
        return this.#afterSign(c);
      case 'bar': // "│" as UTF-8
        return c === '\u0082' ? this.#enter('before') : c === '\u0094' ? 'more' : 'stop';
      case 'pair':
        return this.#pair(c);
      case 'prose':
        return this.prose(c);
      case 'type':
        return this.afterType(c);
      case 'before':
        if (this.shape === 'prose') this.#progress.readProse(c); // it may go on behind a word that is no value
        return this.#beforeValue(c);
      case 'indent':
        return c === this.name.before.charAt(this.#progress.length++) ? 'more' : this.#enterValue('block', c);
      case 'attributes':
        this.shape = 'xml';
        this.#progress.length += 1;
        if (c === '>') return 'next';
        return this.#progress.length > LONGEST_PAIR || /[<\n\r]/.test(c) ? 'stop' : 'more';
      case 'block':
        this.#progress.length = c === '\n' ? 0 : this.#progress.length + 1;
        if (c === '\n') return this.#enter('indent'); // the next line begins with what stands before the name, too
        return this.#progress.length < 5 && /[ \d+-]/.test(c) ? 'more' : 'stop';
    }
  }

  /** Looks for a value further on in a sentence: "is generated for root@localhost: …". */
  prose(c: string): Step {
    this.#phase = 'prose';
    const step = this.#progress.readProse(c);
    if (step === 'match') this.shape = 'prose';
    return step === 'match' ? this.#enter('before') : step;
  }

  /** `secret: string = "…"`: what stood behind the colon was a type. */
  afterType(c: string): Step {
    this.#phase = 'type';
    if (c !== '=') return context.isBlank(c) ? 'more' : 'stop';
    this.#blanks = 1;
    return this.#operator(c);
  }

  /** The value's reader took these bytes, and they were no value. */
  skip(text: string): void {
    if (this.shape !== 'prose') return;
    for (let at = 0; at < text.length; at++) this.#progress.readProse(text.charAt(at));
  }

  #close(c: string): Step {
    if (c === '\\' && this.escapes < MOST_ESCAPES) {
      this.escapes += 1;
      return 'more';
    }
    const { escapes } = this;
    this.#enter('operator');
    if (context.isQuote(c)) {
      this.#isClosed = true;
      return 'more';
    }
    return escapes > 0 ? 'stop' : this.#operator(c);
  }

  #operator(c: string): Step {
    const hasBlank = this.#blanks > 0;
    if (context.isBlank(c)) return ++this.#blanks > MOST_BLANKS ? 'stop' : 'more';
    if (c === '=' || c === ':' || (c === '?' && !hasBlank)) {
      this.#sign = c;
      this.#phase = 'sign';
      return 'more';
    }
    if (c === '>') {
      this.shape = 'xml'; // `<password>value</password>`, `<entry key="password">value<`
      return !hasBlank && context.isElementName(this.name.before, this.#isClosed) ? 'next' : 'stop';
    }
    const isCell = !this.#isClosed || /\| ?`$/.test(this.name.before);
    const isBar = c === '|' || c === '\u00e2';
    const isCall = c === '(' && !hasBlank && !this.#isClosed && this.name.isSetter;
    if (isCall || (hasBlank && isCell && isBar)) {
      this.shape = isCall || this.#isClosed ? 'argument' : 'table';
      return this.#enter(c === '\u00e2' ? 'bar' : 'before');
    }
    if (hasBlank && context.isElementName(this.name.before, false)) return this.#enter('attributes');
    if (c === ']' && this.#isClosed && /\[\s?["'`]$/.test(this.name.before)) return 'more';
    if (c === ',' && this.#isClosed && !this.name.isOption && /\(\s?[bru]?\\?["'`]$/.test(this.name.before)) {
      this.shape = /\bdefine\(/.test(this.name.before) ? 'colon' : 'argument';
      return this.#enter('before');
    }
    const mayBeInPair = context.FOLLOWS_PAIR_NAME[c.charCodeAt(0)] === 1 || (hasBlank && this.#isClosed);
    if (mayBeInPair && context.isPairName(this.name.before)) return this.#enterPair(c);
    return hasBlank && c !== '\n' ? this.#afterBlank(c) : 'stop';
  }

  /** `--password value`, `ENV DB_PASSWORD value`, `PASSWORD 'value'`, "the password is value". */
  #afterBlank(c: string): Step {
    const { before, isOption } = this.name;
    const isFlag = this.#blanks === 1 && isOption && context.isFlagBefore(before);
    if (isFlag || context.isCommandBefore(before) || (c === "'" && context.isSqlBefore(before)))
      return this.#enterValue('flag', c);
    if (/^(?:requirepass|masterauth)$/i.test(this.name.text)) return this.#enterValue('flag', c);
    if (this.#isClosed) return 'stop';
    if (this.#blanks > 1) return this.#enterValue('columns', c);
    this.#progress.restart(context.PROSE);
    return this.prose(c);
  }

  #afterSign(c: string): Step {
    const sign = this.#sign;
    if (sign === '?') {
      this.#sign = c;
      return c === '=' || c === ':' ? 'more' : 'stop';
    }
    if ((sign === '=' && (c === '=' || (c === '~' && this.#blanks > 0))) || (sign === ':' && c === ':')) return 'stop';
    if ((sign === '=' && c === '>') || (sign === ':' && c === '=')) {
      this.shape = 'spaced';
      this.#sign = '=';
      return this.#enter('before');
    }
    return this.#enterValue(sign === ':' ? 'colon' : this.#blanks > 0 || context.isBlank(c) ? 'spaced' : 'tight', c);
  }

  #enterValue(shape: Shape, c: string): Step {
    this.shape = shape;
    this.#enter('before');
    return this.#beforeValue(c);
  }

  #enterPair(c: string): Step {
    this.#phase = 'pair';
    this.#progress.restart(context.PAIR_VALUE);
    if (c === ',' || c === '<') return 'more';
    for (let blank = 0; blank < this.#blanks; blank++) this.#progress.readPair(' ');
    return this.#pair(c);
  }

  #pair(c: string): Step {
    const step = this.#progress.readPair(c);
    if (step !== 'match') return step;
    this.shape = c === '>' ? 'xml' : 'colon';
    this.#isClosed = true;
    return this.shape === 'xml' ? 'next' : this.#enter('before');
  }

  #beforeValue(c: string): Step {
    if (context.isBlank(c) && this.escapes === 0) return ++this.#blanks > MOST_BLANKS ? 'stop' : 'more';
    if (context.isLineEnd(c)) return 'stop';
    if (c === '\\' && this.escapes < MOST_ESCAPES) {
      this.escapes += 1;
      return 'maybe';
    }
    const outer = this.#isClosed ? '' : context.outerQuote(this.name.before);
    if (context.isQuote(c) && (c !== outer || this.escapes > 0 || this.shape === 'colon')) {
      this.quote = c;
      return 'next';
    }
    // `process.env.PASSWORD || "value"`, `"X-Api-Key": ["value"]`
    if (
      c === '|' ? this.shape === 'table' && this.#blanks === 0 : c === '[' && this.shape === 'colon' && this.#isClosed
    ) {
      this.shape = 'argument';
      return 'more';
    }
    if (this.shape === 'argument') return 'bru'.includes(c) ? 'more' : 'stop';
    if ((c === '|' || c === '>') && this.shape === 'colon' && this.#sign === ':') {
      this.shape = 'block';
      this.#progress.length = 0;
      return this.#enter('block');
    }
    if (this.shape === 'colon' && this.#blanks === 0 && !this.#isClosed) {
      if (/[:/#@]/.test(this.name.before.charAt(this.name.before.length - 1))) return 'stop';
      this.shape = 'joined';
    }
    this.isWhole = outer !== '' && this.shape === 'tight' && this.name.before.endsWith(outer);
    this.ends = `${outer}${context.separatorBefore(this.name.before)}${this.shape === 'table' ? '|' : ''}`;
    return 'value';
  }

  #enter(phase: Phase): Step {
    this.#phase = phase;
    if (phase === 'before' || phase === 'operator') {
      this.#blanks = 0;
      this.escapes = 0;
    }
    return 'more';
  }
}
