// Walks JSON byte by byte and tells what it meets, also where the JSON is a string of another one (quotes with backslashes
// before them). It begins anywhere, so depth counts from there, and it does not mind what is between the tokens.

/** Offsets are those of the bytes pushed. */
export interface JsonEvents {
  /** A `{` or `[`; `key` is the name that it is the value of. */
  open(key: string | undefined, isList: boolean): void;
  close(): void;
  /** A string, number, `true`, `false` or `null`; within a list `key` is undefined. */
  value(key: string | undefined, text: string, from: number, to: number): void;
  /** It is no JSON (any more). */
  broken(): void;
}

const [BLANK, QUOTE, COMMA, COLON, BACKSLASH] = [32, 34, 44, 58, 92];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

interface Pending {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly isString: boolean;
}

export class JsonWalker {
  pushed = 0;
  /** Where the string or word that is being read began; -1 outside of such. */
  textFrom = -1;
  private readonly escapes: number;
  private readonly events: JsonEvents;
  private isString = false;
  private text = '';
  private backslashes = 0;
  private key: string | undefined;
  /** A string that is a name where a colon follows, and else a value of a list. */
  private pending: Pending | undefined;
  /** The first thing to come is a colon. */
  private isFresh: boolean;

  /** `escapes`: backslashes before each quote. `key`: the walk begins behind this name. */
  constructor(events: JsonEvents, escapes: number, key?: string) {
    this.events = events;
    this.escapes = escapes;
    this.isFresh = key !== undefined;
    this.pending = key === undefined ? undefined : { text: key, from: 0, to: 0, isString: true };
  }

  push(byte: number): void {
    this.pushed += 1;
    if (this.isFresh && byte > BLANK) {
      this.isFresh = false;
      if (byte !== COLON) this.events.broken();
    }
    if (this.textFrom !== -1 && this.isString) this.readString(byte);
    else this.readBetween(byte);
    this.backslashes = byte === BACKSLASH ? this.backslashes + 1 : 0;
  }

  private readString(byte: number): void {
    if (byte !== QUOTE) {
      this.text += String.fromCharCode(byte);
    } else if (this.backslashes < this.escapes) {
      this.events.broken();
    } else if ((this.backslashes - this.escapes) % (2 * (this.escapes + 1)) !== 0) {
      this.text += '"';
    } else this.endText(this.pushed - 1 - this.escapes);
  }

  private readBetween(byte: number): void {
    const isLineEnd = this.backslashes > 0 && (byte === 110 || byte === 114 || byte === 116);
    const isWord = byte > BLANK && byte !== QUOTE && byte !== BACKSLASH && !isMark(byte) && !isLineEnd;
    if (isWord && this.textFrom === -1) this.beginText(this.pushed - 1, false);
    if (isWord) this.text += String.fromCharCode(byte);
    else if (this.textFrom !== -1) this.endText(this.pushed - 1);
    if (byte === QUOTE) {
      if (this.backslashes === this.escapes) this.beginText(this.pushed, true);
      else this.events.broken();
    } else if (byte === COLON) this.readColon();
    else if (isMark(byte)) this.readMark(byte);
  }

  private readColon(): void {
    if (this.pending === undefined) this.events.broken();
    this.key = this.pending?.text;
    this.pending = undefined;
  }

  private readMark(byte: number): void {
    this.tellPending();
    if (byte === OPEN_LIST || byte === OPEN_OBJECT) this.events.open(this.key, byte === OPEN_LIST);
    if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) this.events.close();
    this.key = undefined;
  }

  private beginText(from: number, isString: boolean): void {
    if (this.pending?.isString && isString) this.events.broken();
    this.tellPending();
    this.textFrom = from;
    this.isString = isString;
    this.text = '';
  }

  private endText(to: number): void {
    const text = this.text.slice(0, to - this.textFrom);
    const { textFrom: from, key } = this;
    this.textFrom = -1;
    if (key === undefined) this.pending = { text, from, to, isString: this.isString };
    else {
      this.key = undefined;
      this.events.value(key, text, from, to);
    }
  }

  private tellPending(): void {
    const { pending } = this;
    this.pending = undefined;
    if (pending !== undefined) this.events.value(undefined, pending.text, pending.from, pending.to);
  }
}

const isMark = (byte: number): boolean =>
  byte === COMMA ||
  byte === COLON ||
  byte === OPEN_LIST ||
  byte === CLOSE_LIST ||
  byte === OPEN_OBJECT ||
  byte === CLOSE_OBJECT;
