// Takes from a program's output what could act on its reader or deceive them; text that is harmless passes byte for byte.
import { createTokenizer, type Tokenizer, type TokenSink } from './mask/screen/screen-tokens.ts';
import { isHidden, spellOut } from './neutralise-hidden.ts';
import { CONSUMER_RULES, type Consumer, type ConsumerRules, type Verdict } from './neutralise-rules.ts';
import type { Stage } from './stage.ts';

const ESC = 0x1b;
const ST = Buffer.from('\u001b\\');
/** A control string that passes is no longer than this; it is held until its end. */
const STRING_PASS_MAX_BYTES = 4 * 1024;
/** Where a string never ends, what follows it must come to light again. */
const STRING_MAX_BYTES = 1024 * 1024;
/** So that a string's begin is known before it is too long. */
const PIECE_BYTES = 4 * 1024;

/**
 * One for a stream. An unfinished sequence waits for its rest, at deadlines too, since nobody sees it; at the end of the stream it is
 * left out.
 */
export const createNeutraliser = (consumer: Consumer): Stage => new Neutraliser(CONSUMER_RULES[consumer]);

class Neutraliser implements Stage, TokenSink {
  readonly #rules: ConsumerRules;
  #tokenizer: Tokenizer = createTokenizer(this);
  /** Bytes from `#base` on: a token that is not yet whole, and what is being read. Positions count from the tokenizer's begin. */
  #bytes: Uint8Array = new Uint8Array(0);
  #base = 0;
  /** End of the last token, and the begin of what passes unchanged up to there. */
  #tokenEnd = 0;
  #passFrom = 0;
  #out: Uint8Array[] = [];
  /** The character before, for those that belong to it; 0 behind a control. */
  #before = 0;
  /** What went out ends a line. */
  #endsLine = true;

  constructor(rules: ConsumerRules) {
    this.#rules = rules;
  }

  get holding(): boolean {
    return this.#bytes.length > 0;
  }

  get holdsSecret(): boolean {
    return false;
  }

  resize(): void {
    // Widths do not matter here.
  }

  push(bytes: Uint8Array): readonly Uint8Array[] {
    for (let at = 0; at < bytes.length; ) {
      const payloadFrom = this.#tokenizer.payloadFrom;
      const room = payloadFrom === undefined ? PIECE_BYTES : payloadFrom + STRING_MAX_BYTES - this.#end;
      const piece = bytes.subarray(at, at + Math.min(PIECE_BYTES, room));
      at += piece.length;
      this.#bytes = this.#bytes.length === 0 ? piece : Buffer.concat([this.#bytes, piece]);
      this.#tokenizer.push(piece);
      this.#emit(this.#tokenEnd);
      this.#forgetString();
    }
    const out = this.#out;
    this.#out = [];
    // What waits must not change when the caller uses its buffer again.
    this.#bytes = Buffer.from(this.#bytes);
    return out;
  }

  expire(): readonly Uint8Array[] {
    return [];
  }

  flush(): readonly Uint8Array[] {
    this.#bytes = new Uint8Array(0);
    return [];
  }

  print(codePoint: number, from: number, to: number): void {
    this.#leaveOut(from);
    const hides = this.#rules.spellsOutHidden && isHidden(codePoint, this.#before);
    const isInvalid = this.#rules.spellsOutHidden && codePoint === 0xfffd;
    if (hides || isInvalid) this.#instead(from, to, hides ? spellOut(codePoint) : '\ufffd');
    else this.#tokenEnd = to;
    this.#before = hides ? 0 : codePoint;
    this.#endsLine = false;
  }

  control(sequence: string, from: number, to: number): void {
    this.#before = 0;
    // ST alone ends nothing; a string that passes has its own.
    const verdict = sequence === '\u001b\\' ? 'drop' : this.#rules.control(sequence);
    if (from < to) this.#leaveOut(from);
    // Nothing stands for a control in the midst of a sequence, and nobody should have to read 8-bit ones.
    const isItself = from < to && (sequence.length === 1 || this.#slice(from, to)[0] === ESC);
    if (verdict !== 'pass' || isItself) this.#judge(verdict, from, to);
    else this.#instead(from, to, sequence);
    if (sequence === '\n') this.#endsLine = true;
    else if (sequence === '\t') this.#endsLine = false;
  }

  string(kind: string, payloadFrom: number, payloadTo: number, to: number): void {
    this.#before = 0;
    // All introducers take two bytes, 8-bit ones in UTF-8, too.
    const from = payloadFrom - 2;
    this.#leaveOut(from);
    const isKept = payloadFrom >= this.#base && payloadTo - payloadFrom <= STRING_PASS_MAX_BYTES;
    const payload = isKept ? Buffer.from(this.#slice(payloadFrom, payloadTo)).toString('latin1') : '';
    const verdict = isKept ? this.#rules.string(kind, payload) : 'drop';
    // What an ESC ends must stay ended, whatever becomes of the ESC.
    const endsInEscape = verdict === 'pass' && payloadTo === to;
    if (endsInEscape) this.#instead(from, to, Buffer.concat([this.#slice(from, to), ST]));
    else this.#judge(verdict, from, to);
  }

  get #end(): number {
    return this.#base + this.#bytes.length;
  }

  #judge(verdict: Verdict, from: number, to: number): void {
    if (verdict === 'pass') this.#tokenEnd = to;
    else if (verdict === 'drop') this.#instead(from, to, '');
    else this.#instead(from, to, verdict.text === '\n' && this.#endsLine ? '' : verdict.text);
  }

  /** What no token claimed is a sequence that is none, being too long. */
  #leaveOut(to: number): void {
    if (to > this.#tokenEnd) this.#instead(to, to, '');
  }

  /** Everything up to `from` passes, and `text` in the place of the rest. */
  #instead(from: number, to: number, text: string | Uint8Array): void {
    this.#emit(Math.min(from, this.#tokenEnd));
    if (text.length > 0) this.#out.push(Buffer.from(text as string));
    if (text === '\n') this.#endsLine = true;
    this.#tokenEnd = Math.max(this.#tokenEnd, to);
    this.#passFrom = this.#tokenEnd;
    this.#trim(this.#tokenEnd);
  }

  #emit(to: number): void {
    if (to > this.#passFrom) this.#out.push(Uint8Array.prototype.slice.call(this.#slice(this.#passFrom, to)));
    this.#passFrom = Math.max(this.#passFrom, to);
    this.#trim(this.#passFrom);
  }

  #trim(to: number): void {
    this.#bytes = this.#bytes.subarray(Math.max(0, to - this.#base));
    this.#base = Math.max(this.#base, to);
  }

  #slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from - this.#base, to - this.#base);
  }

  /** A string that is too long to pass need not be kept, and one that never ends is over at some time. */
  #forgetString(): void {
    const payloadFrom = this.#tokenizer.payloadFrom;
    if (payloadFrom === undefined) return;
    if (this.#end - payloadFrom >= STRING_MAX_BYTES) {
      this.#tokenizer = createTokenizer(this);
      this.#bytes = new Uint8Array(0);
      this.#base = 0;
      this.#tokenEnd = 0;
      this.#passFrom = 0;
    } else if (this.#end - payloadFrom > STRING_PASS_MAX_BYTES) {
      this.#base = this.#end;
      this.#bytes = new Uint8Array(0);
    }
  }
}
