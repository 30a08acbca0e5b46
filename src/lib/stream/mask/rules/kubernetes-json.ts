// Reads a Secret in JSON from its bytes, also where it is a string inside another JSON (quotes with backslashes before
// them) or printed by a programming language (single quotes, names without quotes): from `"data"` on to the kind behind
// it, from the kind on to the data, or from a brace on through a map of nothing but base64.
import type { Machine, Span } from '../rule.ts';
import { DATA_KEY, type DataValue, isSecretType, maskedSpans, type Verdict } from './kubernetes-values.ts';
import { LinePrefix } from './line-prefix.ts';

/** What is to be found behind the anchor; `base64`: values that are all of them base64, in the map that the anchor opens. */
export type JsonNeed = 'kind' | 'data' | 'nothing' | 'base64';

const [NEWLINE, BLANK, QUOTE, APOSTROPHE, COMMA, COLON, BACKSLASH] = [10, 32, 34, 39, 44, 58, 92];
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** What the names of a Secret's data are made of. */
export const OF_NAMES = tableOf(`${ALPHANUMERIC}-._`);
const OF_BASE64 = tableOf(`${ALPHANUMERIC}+/=`);
/** Base64 of text begins with one of these, since its first character is ASCII. */
export const FIRST_OF_TEXT = tableOf(ALPHANUMERIC.slice(0, 32));
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [91, 93, 123, 125];

export class JsonMachine implements Machine {
  holdFrom = Number.POSITIVE_INFINITY;
  private readonly need: JsonNeed;
  /** Backslashes before each quote: 0, or 1 in a string of JSON, or 3 in a string of that. */
  private readonly escapes: number;
  private pushed = 0;
  private verdict: Verdict;
  private readonly values: DataValue[] = [];
  /** 0 in the object that holds the anchor; `base64` begins inside the map. */
  private depth = 0;
  private isInData = false;
  private isDone = false;
  /** A quote while inside a string, 1 inside of a name or number without quotes, otherwise 0. */
  private inside = 0;
  private text = '';
  private textFrom = 0;
  private backslashes = 0;
  private key: string | undefined;
  private lastText: string | undefined;
  /** Of the lines, where the anchor's has one that is no JSON; it is passed over while no text is open. */
  private readonly prefix: LinePrefix | undefined;
  private isInPrefix = false;
  /** What must come next, behind the name of the data; 0 for anything. */
  private expected = 0;

  /** `before` is what stands on the line in front of the anchor. */
  constructor(anchor: string, need: JsonNeed, before = '') {
    this.prefix = /[\w\])]/.test(before) && !/["'{]/.test(before) ? new LinePrefix(before.trimEnd()) : undefined;
    this.need = need;
    const quote = anchor.search(/["']/);
    this.escapes = quote === -1 ? 0 : quote - anchor.search(/\\*["']/);
    this.verdict = need === 'data' || need === 'nothing' ? true : undefined;
    if (need === 'kind' || need === 'nothing') {
      this.lastText = 'data';
      this.expected = COLON;
    }
    if (need === 'data') this.expected = COMMA;
    if (need === 'base64') this.beginData();
    if (need === 'base64' && quote !== -1) this.beginText(anchor.endsWith("'") ? APOSTROPHE : QUOTE);
  }

  push(byte: number): boolean {
    this.pushed += 1;
    if (this.prefix !== undefined && this.passes(byte, this.prefix)) return true;
    if (byte === BACKSLASH) {
      this.backslashes += 1;
      if (this.inside !== 0) this.text += '\\';
    } else {
      if (this.expected !== 0 && byte > BLANK) this.expect(byte);
      this.read(byte);
      this.backslashes = 0;
    }
    return !this.isDone;
  }

  spans(early: boolean): readonly Span[] {
    const isOpen = this.isInData && this.inside !== 0 && this.key !== undefined;
    const values = isOpen ? [...this.values, this.valueUpTo(this.pushed, true)] : this.values;
    return maskedSpans(values, this.verdict, early);
  }

  private passes(byte: number, prefix: LinePrefix): boolean {
    this.isInPrefix &&= prefix.takes(byte);
    if (byte === NEWLINE && this.inside < 2) {
      prefix.beginLine();
      this.isInPrefix = true;
      return false;
    }
    return this.isInPrefix;
  }

  private expect(byte: number): void {
    const isEnd = this.expected === COMMA && byte === CLOSE_BRACE;
    if (byte !== this.expected && !isEnd) this.end(false);
    this.expected = byte === COLON ? OPEN_BRACE : 0;
  }

  private read(byte: number): void {
    const isQuote = byte === QUOTE || (byte === APOSTROPHE && this.escapes === 0);
    if (this.inside > 1) {
      if (byte === this.inside && this.closesText()) this.endText(this.pushed - 1 - this.escapes);
      else if (byte === QUOTE && this.backslashes < this.escapes) this.end();
      else this.text += String.fromCharCode(byte);
      if (this.need === 'base64' && this.inside > 1) this.wantBase64(byte);
    } else if (isQuote) {
      if (this.inside === 1) this.endText(this.pushed - 1);
      if (this.backslashes === this.escapes) this.beginText(byte);
      else this.end();
    } else if (this.backslashes > 0 && isLetterOfBlank(byte)) {
      if (this.inside === 1) this.endText(this.pushed - 2);
    } else this.readMark(byte);
  }

  /** Everything outside of quotes. */
  private readMark(byte: number): void {
    const isName = byte > BLANK && !isStructure(byte);
    if (isName && this.inside === 0) this.beginText(1, 1);
    if (isName) this.text += String.fromCharCode(byte);
    else if (this.inside === 1) this.endText(this.pushed - 1);
    if (isName && this.need === 'base64') this.end(false);
    if (byte === COLON) this.readColon();
    else if (byte === COMMA) this.readComma();
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.open(byte);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) this.close();
  }

  private readColon(): void {
    this.key = this.lastText;
    this.lastText = undefined;
    if (this.key === undefined) this.end();
    if (this.isInData && !DATA_KEY.test(this.key ?? '')) this.end(this.verdict === true);
  }

  private readComma(): void {
    this.key = undefined;
    this.lastText = undefined;
  }

  private open(byte: number): void {
    if (this.isInData) {
      this.end(this.verdict === true);
    } else if (this.depth === 0 && this.key === 'data') {
      if (byte === OPEN_BRACE && this.holdFrom === Number.POSITIVE_INFINITY) this.beginData();
      else this.end();
    }
    this.depth += 1;
    this.key = undefined;
  }

  private beginData(): void {
    this.isInData = true;
    this.holdFrom = Math.min(this.holdFrom, this.pushed);
  }

  private close(): void {
    if (this.isInData) {
      this.isInData = false;
      if (this.verdict === true || this.need === 'base64') this.end();
    }
    this.depth -= 1;
    if (this.depth < 0) this.end();
    this.key = undefined;
    this.lastText = undefined;
  }

  private beginText(inside: number, back = 0): void {
    this.inside = inside;
    this.text = '';
    this.textFrom = this.pushed - back;
  }

  private closesText(): boolean {
    const unit = 2 * (this.escapes + 1);
    return this.backslashes >= this.escapes && (this.backslashes - this.escapes) % unit === 0;
  }

  private endText(to: number): void {
    const value = this.valueUpTo(to, false);
    const isString = this.inside !== 1;
    const { text } = value;
    this.inside = 0;
    const { key } = this;
    this.key = undefined;
    if (key === undefined) this.lastText = text;
    else if (this.isInData && isString) this.keepValue(value);
    else if (this.isInData) this.readScalar(text);
    else if (this.depth === 0) this.judge(key, text);
  }

  private keepValue(value: DataValue): void {
    if (this.need === 'base64' && value.text.length % 4 !== 0) this.end(false);
    else this.values.push(value);
  }

  /** A value without quotes: in a Secret there is none but `null`. */
  private readScalar(text: string): void {
    if (!isNothing(text)) this.end(this.verdict === true);
  }

  private valueUpTo(to: number, isOpen: boolean): DataValue {
    const text = this.text.slice(0, Math.max(0, to - this.textFrom));
    return { spans: text === '' ? [] : [{ from: this.textFrom, to }], text, key: this.key, isOpen };
  }

  /** A sibling of the data that says what the object is. */
  private judge(key: string, value: string): void {
    if (key === 'data' && this.need !== 'base64') this.end();
    else if (this.need !== 'kind') return;
    else if (key === 'kind') this.end(value === 'Secret');
    else if (key === 'type' && isSecretType(value)) this.end(true);
  }

  /** Ends with the first name or value that cannot be of a Secret's data: most braces open something else. */
  private wantBase64(byte: number): void {
    const isFirst = this.pushed - 1 === this.textFrom;
    const table = this.key === undefined ? OF_NAMES : isFirst ? FIRST_OF_TEXT : OF_BASE64;
    if (table[byte] !== 1) this.end(false);
  }

  private end(verdict: Verdict = this.verdict): void {
    this.isDone = true;
    this.verdict = verdict;
  }
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

const isNothing = (text: string): boolean => text === 'null' || text === 'None';

/** `\n`, `\r`, `\t`, written out between the tokens of JSON that is a string. */
const isLetterOfBlank = (byte: number): boolean => byte === 110 || byte === 114 || byte === 116;

const isStructure = (byte: number): boolean =>
  byte === COLON ||
  byte === COMMA ||
  byte === OPEN_BRACE ||
  byte === CLOSE_BRACE ||
  byte === OPEN_BRACKET ||
  byte === CLOSE_BRACKET;
