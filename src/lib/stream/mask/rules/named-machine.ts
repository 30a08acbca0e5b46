// Takes in the value of a telling name, bare, in quotes or in an element, and says what of it is secret once it has ended.
import type { Beginning, Machine, Span } from '../rule.ts';
import { isQuote, NAME_PARTS, tableOf } from './named-context.ts';
import { LONGEST_HEAD, NamedHead, type Step } from './named-head.ts';
import { canFollowName, LONGEST_NAME } from './named-name.ts';
import { secretOf } from './named-values.ts';
import { isOtherWord, LONGEST_ENDING } from './named-words.ts';

/** Values are held back whole; longer ones are cut here and masked as far. */
const LONGEST_VALUE = 2048;
export const LONGEST_NAMED = LONGEST_HEAD + LONGEST_VALUE + 16;

type Phase = 'name' | 'head' | 'bare' | 'quoted' | 'element' | 'tag' | 'done';

const BARE_ENDS = tableOf(/[\n \r\t\0]/);
/** Letters before an opening quote in programs: `b"…"`, `r'…'`, `$'…'`. */
const QUOTE_LETTERS = 'bBrRuUfFL@$';

/** What a language writes between a name's colon and the sign. */
const TYPE =
  /^(?:&?(?:'static )?str|[Ss]tring|char|text|bytes?|Optional\[str\]|String\?|any|Secret(?:Str|String)?|SecureString|Final(?:\[str\])?)$/;

export class NamedValue implements Machine {
  holdFrom = Infinity;
  #phase: Phase = 'name';
  #at = 0;
  /** Numbers, because a text that grows by one character at a time is slow to read later. */
  #value: number[] = [];
  #isQuoted = false;
  /** Backslashes in a row. */
  #run = 0;
  /** False where what follows shows that it is no value. */
  #isValue = true;
  /** What of the name stands behind the anchor. */
  #suffix = '';
  /** Once the name has ended where a value may follow. Most names that text has in masses do not. */
  #head: NamedHead | undefined;
  readonly #beginning: Beginning;

  constructor(beginning: Beginning) {
    this.#beginning = beginning;
  }

  push(byte: number): boolean {
    const c = String.fromCharCode(byte);
    if (this.#head === undefined) this.#readName(byte, c);
    else if (this.#phase === 'head') this.#follow(this.#head, this.#head.push(c), c);
    else this.#readValue(this.#head, c);
    this.#at += 1;
    return this.#phase !== 'done';
  }

  spans(early: boolean): readonly Span[] {
    if (this.#head === undefined || this.#value.length === 0 || !this.#isValue || this.holdFrom === Infinity) return [];
    const { telling, shape, name } = this.#head;
    if (telling === 'none') return [];
    if (shape === 'xml' && this.#phase === 'element' && !early) return [];
    let value: { readonly from: number; readonly to: number } | undefined = { from: 0, to: this.#value.length };
    if (!early || this.#phase === 'done') {
      const { text, before } = name;
      value = secretOf({ telling, shape, name: text, value: this.#text(), isQuoted: this.#isQuoted, before });
    }
    if (value === undefined) return [];
    const [from, to] = [this.holdFrom + value.from, this.holdFrom + value.to];
    return telling === 'vague' ? [{ from, to }] : [{ from, to, kind: 'password' }];
  }

  #readName(byte: number, c: string): void {
    if (NAME_PARTS[byte] === 1) {
      this.#suffix += c;
      const { length } = this.#suffix;
      const isNone = length <= LONGEST_ENDING && isOtherWord(this.#beginning, this.#suffix);
      if (isNone || length > LONGEST_NAME) this.#phase = 'done';
    } else if (canFollowName(byte)) {
      this.#phase = 'head';
      this.#head = new NamedHead(this.#beginning, this.#suffix);
      this.#follow(this.#head, this.#head.begin(c), c);
    } else this.#phase = 'done';
  }

  #follow(head: NamedHead, step: Step, c: string): void {
    if (step === 'stop') this.#phase = 'done';
    else if (step === 'maybe') this.holdFrom = Math.min(this.holdFrom, this.#at);
    else if (step === 'value') {
      const { escapes } = head;
      for (let count = 0; count < escapes; count++) this.#value.push(0x5c);
      this.#begin('bare', this.#at - escapes);
      this.#readValue(head, c);
    } else if (step === 'next') {
      this.#isQuoted = head.quote !== '';
      this.#begin(this.#isQuoted ? 'quoted' : 'element', this.#at + 1);
    }
  }

  #text(): string {
    return String.fromCharCode(...this.#value);
  }

  #begin(phase: Phase, from: number): void {
    this.holdFrom = from;
    this.#run = 0;
    this.#phase = phase;
  }

  #readValue(head: NamedHead, c: string): void {
    if (this.#phase === 'bare') this.#bare(head, c);
    else if (this.#phase === 'quoted') this.#quoted(head, c);
    else if (this.#phase === 'element') this.#element(c);
    else {
      this.#isValue = c === '/';
      this.#phase = 'done';
    }
    if (this.#value.length >= LONGEST_VALUE) this.#phase = 'done';
  }

  #bare(head: NamedHead, c: string): void {
    const code = c.charCodeAt(0);
    const isEnd =
      (BARE_ENDS[code] === 1 && !(c === ' ' && head.isWhole)) || (head.ends !== '' && head.ends.includes(c));
    if (this.#value.length === 1 && isQuote(c) && QUOTE_LETTERS.includes(this.#text())) {
      head.quote = c;
      this.#value = [];
      this.#isQuoted = true;
      this.#begin('quoted', this.#at + 1);
    } else if (!isEnd) this.#value.push(code);
    else if (head.shape === 'prose' && /^[a-z]+$/.test(this.#text())) {
      this.#leave(head);
      this.#follow(head, head.prose(c), c);
    } else if (c === ' ' && head.shape === 'colon' && TYPE.test(this.#text())) {
      this.#leave(head);
      this.#follow(head, head.afterType(c), c);
    } else this.#phase = 'done';
  }

  /** What was read is no value; one may follow. */
  #leave(head: NamedHead): void {
    head.skip(this.#text().slice(1));
    this.#value = [];
    this.#begin('head', Infinity);
  }

  /** In a text within a text (`\"value\"`) the quote that ends it has as many backslashes as the one that began it. */
  #quoted(head: NamedHead, c: string): void {
    const { quote, escapes } = head;
    if (c === quote && (escapes > 0 ? this.#run <= escapes : this.#run % 2 === 0)) {
      if (escapes > 0) this.#value.length -= this.#run;
      this.#phase = 'done';
    } else if (c === '\n') this.#phase = 'done';
    else {
      this.#run = c === '\\' ? this.#run + 1 : 0;
      this.#value.push(c.charCodeAt(0));
    }
  }

  #element(c: string): void {
    if (c === '<') this.#phase = 'tag';
    else if (c === '\n') {
      this.#isValue = false;
      this.#phase = 'done';
    } else this.#value.push(c.charCodeAt(0));
  }
}
