// Secrets on one line: the command that creates one from literals, and a map as Go prints it (`-o jsonpath='{.data}'`).
import type { Machine, Span } from '../rule.ts';
import { DATA_KEY, type DataValue, maskedSpans } from './kubernetes-values.ts';

const [NEWLINE, BLANK, QUOTE, APOSTROPHE, COLON, EQUALS, BACKSLASH] = [10, 32, 34, 39, 58, 61, 92];
const LETTER_N = 110;
const [OPEN_BRACKET, CLOSE_BRACKET] = [91, 93];
const LITERAL = /--from-literal(?:=|[ \t]{1,8})["']?[-._A-Za-z0-9]{1,253}=$/;
const LONGEST_LITERAL_HEAD = 300;

/** Reads `… generic db --from-literal=password=x` to the end of the command: a line that ends in a backslash goes on. */
export class CreateSecretMachine implements Machine {
  holdFrom = Number.POSITIVE_INFINITY;
  private pushed = 0;
  private head = '';
  private last = 0;
  /** The shell's quote around what is read, 0 without one. */
  private quote = 0;
  private valueFrom = -1;
  private text = '';
  private readonly values: DataValue[] = [];

  push(byte: number): boolean {
    this.pushed += 1;
    const isEscaped = this.last === BACKSLASH && this.quote !== APOSTROPHE;
    this.last = isEscaped ? 0 : byte;
    if (byte === NEWLINE && !isEscaped && this.quote === 0) {
      this.endValue(this.pushed - 1, false);
      return false;
    }
    if (byte === LETTER_N && isEscaped && this.quote === 0) {
      // A line end as a string of JSON or of a program has it.
      this.text = this.text.slice(0, -1);
      this.endValue(this.pushed - 2, false);
      return false;
    }
    const isBegun = this.valueFrom !== -1 && this.pushed - 1 > this.valueFrom;
    const endsBare = byte <= BLANK || (isBegun && isQuote(byte));
    const isEnd = !isEscaped && (this.quote === 0 ? endsBare : byte === this.quote);
    if (this.valueFrom === -1) this.readHead(byte, isEscaped);
    else if (isEnd) this.endValue(this.pushed - 1, false);
    else if (this.quote === 0 && !isBegun && isQuote(byte)) this.beginValue(byte);
    else this.text += String.fromCharCode(byte);
    if (isEnd && this.valueFrom === -1) this.quote = 0;
    return byte !== BLANK || !this.head.endsWith('create secret ');
  }

  spans(): readonly Span[] {
    const open: DataValue = { spans: [{ from: this.valueFrom, to: this.pushed }], text: this.text };
    return maskedSpans(this.valueFrom === -1 ? this.values : [...this.values, open], true, false);
  }

  private readHead(byte: number, isEscaped: boolean): void {
    this.head += String.fromCharCode(byte);
    if (isQuote(byte) && !isEscaped && this.quote === 0) this.quote = byte;
    if (byte === EQUALS && LITERAL.test(this.head.slice(-LONGEST_LITERAL_HEAD))) this.beginValue(this.quote);
  }

  private beginValue(quote: number): void {
    this.quote = quote;
    this.valueFrom = this.pushed;
    this.text = '';
    this.holdFrom = Math.min(this.holdFrom, this.pushed);
  }

  private endValue(to: number, isOpen: boolean): void {
    if (this.valueFrom !== -1 && to > this.valueFrom) {
      this.values.push({ spans: [{ from: this.valueFrom, to }], text: this.text, isOpen });
    }
    this.valueFrom = -1;
    this.head = '';
  }
}

/** Reads `password:aHVudGVyMg== user:YWRtaW4=]`: secret where every value is base64 of text. */
export class GoMapMachine implements Machine {
  holdFrom = Number.POSITIVE_INFINITY;
  private pushed = 0;
  private key = '';
  private valueFrom = -1;
  private text = '';
  private isSecret = true;
  private readonly values: DataValue[] = [];

  push(byte: number): boolean {
    this.pushed += 1;
    if (byte === BLANK || byte === CLOSE_BRACKET) this.endPair();
    else if (byte <= BLANK || byte === OPEN_BRACKET) this.isSecret = false;
    else if (this.valueFrom !== -1) this.text += String.fromCharCode(byte);
    else if (byte === COLON) this.beginValue();
    else this.key += String.fromCharCode(byte);
    return this.isSecret && byte !== CLOSE_BRACKET && this.key.length < 254;
  }

  spans(early: boolean): readonly Span[] {
    if (this.valueFrom === -1) return maskedSpans(this.values, this.isSecret ? undefined : false, early);
    const open: DataValue = { spans: [{ from: this.valueFrom, to: this.pushed }], text: this.text, isOpen: true };
    return maskedSpans([...this.values, open], this.isSecret ? undefined : false, early);
  }

  private beginValue(): void {
    if (!DATA_KEY.test(this.key)) this.isSecret = false;
    this.valueFrom = this.pushed;
    this.text = '';
    this.holdFrom = Math.min(this.holdFrom, this.pushed);
  }

  private endPair(): void {
    if (this.valueFrom === -1 || !/^[A-Za-z0-9+/]*={0,2}$/.test(this.text)) this.isSecret = false;
    else this.values.push({ spans: [{ from: this.valueFrom, to: this.pushed - 1 }], text: this.text });
    this.valueFrom = -1;
    this.key = '';
  }
}

const isQuote = (byte: number): boolean => byte === QUOTE || byte === APOSTROPHE;
