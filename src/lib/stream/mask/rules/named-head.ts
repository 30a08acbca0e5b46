// Reads what stands between a telling name and its value: the rest of the name, its closing quote, the sign, blanks, the opening
// quote. Says what shape that is and where the value begins; holds nothing.
import * as context from './named-context.ts';
import type { Shape } from './named-values.ts';
import { type Telling, tellingOf } from './named-words.ts';

const LONGEST_NAME = 64;
const MOST_BLANKS = 48;
const LONGEST_PAIR = 96;
const LONGEST_PROSE = 72;
const MOST_ESCAPES = 8;
/** Bytes from the anchor to the value, at most. */
export const LONGEST_HEAD = LONGEST_NAME + 3 * MOST_BLANKS + LONGEST_PAIR + 64;

/** `value`: the byte just read is the value's first, `maybe`: it could be; `next`: the one after it will be. */
export type Step = 'more' | 'stop' | 'value' | 'maybe' | 'next';

type Phase = 'name' | 'close' | 'operator' | 'sign' | 'bar' | 'pair' | 'prose' | 'type' | 'before' | 'block';

export class NamedHead {
  telling: Telling = 'none';
  shape: Shape = 'tight';
  /** The whole name. */
  name = '';
  /** The value's opening quote and the backslashes before it. */
  quote = '';
  escapes = 0;
  /** Characters that end a bare value, beside white space. */
  ends = '';
  readonly before: string;
  #phase: Phase = 'name';
  #at = -1;
  #text = '';
  #from = 0;
  #blanks = 0;
  #sign = '';
  #isClosed = false;
  readonly #anchor: string;
  readonly #prefix: string;

  constructor(before: string, anchor: string) {
    const line = before.slice(before.lastIndexOf('\r') + 1);
    let from = line.length;
    while (from > 0 && context.isNamePart(line.charAt(from - 1))) from -= 1;
    this.#prefix = line.slice(from);
    this.before = line.slice(0, from);
    this.#anchor = anchor;
  }

  push(c: string): Step {
    this.#at += 1;
    this.#text += c;
    switch (this.#phase) {
      case 'name':
        if (!context.isNamePart(c)) return this.#endName(c);
        return this.#at < LONGEST_NAME ? 'more' : 'stop';
      case 'close':
        return this.#close(c);
      case 'operator':
        return this.#operator(c);
      case 'sign':
        return this.#afterSign(c);
      case 'bar': // "│" as UTF-8
        if (c === '\u0082') return this.#enter('before');
        return c === '\u0094' ? 'more' : 'stop';
      case 'pair':
        return this.#pair();
      case 'prose':
        return this.prose(c);
      case 'type':
        return this.afterType(c);
      case 'before':
        return this.#beforeValue(c);
      case 'block':
        if (c === '\n') return this.#enter('before');
        return this.#at - this.#from < 5 && /[ \d+-]/.test(c) ? 'more' : 'stop';
    }
  }

  /** Looks for a value further on in a sentence: "is generated for root@localhost: …". */
  prose(c: string): Step {
    this.#phase = 'prose';
    const text = this.#text.slice(this.#from, this.#at);
    if (context.isLineEnd(c) || text.length > LONGEST_PROSE) return 'stop';
    if (!context.isBlank(c)) return 'more';
    if (!text.includes(' ') && !context.PROSE_WORD.test(text)) return 'stop';
    if (!context.PROSE.test(text)) return 'more';
    this.shape = 'prose';
    return this.#enter('before');
  }

  /** `secret: string = "…"`: what stood behind the colon was a type. */
  afterType(c: string): Step {
    this.#phase = 'type';
    if (context.isBlank(c)) return 'more';
    if (c !== '=') return 'stop';
    this.#blanks = 1;
    return this.#operator(c);
  }

  /** The value's reader took these bytes, and they were no value. */
  skip(text: string): void {
    this.#at += text.length;
    this.#text += text;
  }

  #endName(c: string): Step {
    const suffix = this.#text.slice(0, this.#at).replace(/[.-]+$/, '');
    const prefix = this.#prefix.replace(/^[.-]+/, '');
    if (context.isInsideValue(this.before) || this.before.endsWith('${')) return 'stop';
    this.telling = tellingOf(prefix, this.#anchor, suffix);
    if (this.telling === 'none' || (c === '>' && this.#text.endsWith('->'))) return 'stop';
    // The anchor's case may be the rule's instead of the text's; the other letters tell.
    const anchor = /[a-z]/.test(prefix + suffix) ? this.#anchor : this.#anchor.toUpperCase();
    this.name = prefix + (prefix + suffix === '' ? this.#anchor : anchor) + suffix;
    this.#phase = 'close';
    return this.#close(c);
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
    if (c === '>') return this.#element();
    if (hasBlank && !this.#isClosed && (c === '|' || c === '\u00e2')) {
      this.shape = 'table';
      return this.#enter(c === '|' ? 'before' : 'bar');
    }
    if (c === ']' && this.#isClosed && /\[\s?["'`]$/.test(this.before)) return 'more';
    if (c === ',' && this.#isClosed && !this.#prefix.startsWith('-') && /\(\s?\\?["'`]$/.test(this.before)) {
      this.shape = /\bdefine\(/.test(this.before) ? 'colon' : 'argument';
      return this.#enter('before');
    }
    if (context.isPairName(this.before) && (/[,<\n/]/.test(c) || (hasBlank && this.#isClosed))) {
      this.#from = c === ',' || c === '<' ? this.#at + 1 : this.#at - this.#blanks;
      this.#phase = 'pair';
      return this.#pair();
    }
    return hasBlank && c !== '\n' ? this.#afterBlank(c) : 'stop';
  }

  /** `--password value`, `ENV DB_PASSWORD value`, `PASSWORD 'value'`, "the password is value". */
  #afterBlank(c: string): Step {
    const isDirective = /^(?:requirepass|masterauth)$/i.test(this.name);
    const isFlag = this.#blanks === 1 && this.#prefix.startsWith('-') && context.isFlagBefore(this.before);
    const isCommand = context.isCommandBefore(this.before);
    if (isFlag || isCommand || isDirective || (c === "'" && context.isSqlBefore(this.before))) {
      this.shape = 'flag';
      this.#enter('before');
      return this.#beforeValue(c);
    }
    if (this.#blanks > 1 && !this.#isClosed) {
      this.shape = 'columns';
      this.#enter('before');
      return this.#beforeValue(c);
    }
    if (this.#isClosed || !context.PROSE_STARTS.includes(c)) return 'stop';
    this.#from = this.#at;
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
    this.shape = sign === ':' ? 'colon' : this.#blanks > 0 || context.isBlank(c) ? 'spaced' : 'tight';
    this.#enter('before');
    return this.#beforeValue(c);
  }

  /** `<password>value</password>`, `<entry key="password">value<`. */
  #element(): Step {
    const isElement = this.before.endsWith('<') || (this.#isClosed && /<[\w:.-]+\s[^<>]*$/.test(this.before));
    if (!isElement || this.#blanks > 0) return 'stop';
    this.shape = 'xml';
    return 'next';
  }

  #pair(): Step {
    if (this.#text.endsWith('\r')) this.#from = this.#at + 1; // what stood on the line is written over
    const text = this.#text.slice(this.#from, this.#at + 1);
    if (context.PAIR_VALUE.test(text)) {
      this.shape = text.endsWith('>') ? 'xml' : 'colon';
      this.#isClosed = true;
      return this.shape === 'xml' ? 'next' : this.#enter('before');
    }
    return text.length > LONGEST_PAIR || /[^\s"'\\:=<>/\w,.\x80-\xff]/.test(text) ? 'stop' : 'more';
  }

  #beforeValue(c: string): Step {
    if (context.isBlank(c) && this.escapes === 0) return ++this.#blanks > MOST_BLANKS ? 'stop' : 'more';
    if (context.isLineEnd(c)) return 'stop';
    if (c === '\\' && this.escapes < MOST_ESCAPES) {
      this.escapes += 1;
      return 'maybe';
    }
    const outer = this.#isClosed ? '' : context.outerQuote(this.before);
    if (context.isQuote(c) && (c !== outer || this.escapes > 0 || this.shape === 'colon')) {
      this.quote = c;
      return 'next';
    }
    if (this.shape === 'argument') return 'stop';
    if ((c === '|' || c === '>') && this.shape === 'colon' && this.#sign === ':') {
      this.shape = 'block';
      this.#from = this.#at;
      return this.#enter('block');
    }
    if (this.shape === 'colon' && this.#blanks === 0 && !this.#isClosed) {
      if (/[:/#@]$/.test(this.before)) return 'stop';
      this.shape = 'joined';
    }
    this.ends = `${outer}${context.separatorBefore(this.before)}${this.shape === 'table' ? '|' : ''}`;
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
