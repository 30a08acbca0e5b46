// Reads a Secret's manifest in YAML from its bytes: from `data:` on to its values and to the `kind:` behind them, or from
// `kind: Secret` on to the `data:` behind it. Holds back from the first value on.
import type { Machine, Span } from '../rule.ts';
import { maskedSpans } from './kubernetes-values.ts';
import { ManifestReader, type Need, OF_GREP } from './kubernetes-yaml-lines.ts';

const [HASH, OPEN_BRACE] = [35, 123];
const QUOTES = [34, 39];
const BLANKS = [9, 10, 13, 32];

/** Of the anchor's own line, which may hold a small map. */
const LONGEST_HEAD = 4096;

/** A line on which a map may open right behind its key is short up to there. */
const LONGEST_KEY_LINE = 100;

export class YamlMachine implements Machine {
  holdFrom = Number.POSITIVE_INFINITY;
  private readonly before: string;
  private lineReader: ManifestReader | undefined;
  private readonly need: Need;
  /** `meta-data:`; but `-data:` is a line of a diff. */
  private readonly isPartOfName: boolean;
  private pushed = 0;
  private lineStart = 0;
  private line = '';
  /** A comment or a map has begun on the anchor's own line. */
  private headOpen = false;
  private longest = LONGEST_KEY_LINE;
  /** Something stands behind the anchor on its line that no Secret has there. */
  private isRefused = false;

  /** `before` is what stands on the line in front of the anchor. */
  constructor(before: string, need: Need) {
    this.need = need;
    this.isPartOfName = before.endsWith('-') && /\w-$/.test(before) && !OF_GREP.test(before);
    this.before = before;
  }

  /** Made when a line is whole: most anchors begin nothing. */
  private get reader(): ManifestReader {
    this.lineReader ??= new ManifestReader(this.before, this.need);
    return this.lineReader;
  }

  push(byte: number): boolean {
    this.pushed += 1;
    if (this.isPartOfName) return false;
    if (byte !== 10) {
      this.line += String.fromCharCode(byte);
      if (byte === OPEN_BRACE) this.holdBackMap();
      return this.lineStart > 0 || this.mayGoOn(byte);
    }
    this.reader.read(this.line, this.lineStart, false);
    this.line = '';
    this.lineStart = this.pushed;
    if (this.reader.isInData) this.holdFrom = Math.min(this.holdFrom, this.lineStart);
    return !this.reader.isDone;
  }

  spans(early: boolean): readonly Span[] {
    if (this.isPartOfName || this.isRefused || this.pushed < 2) return [];
    const reader = this.line === '' ? this.reader : this.reader.clone();
    if (this.line !== '') reader.read(this.line, this.lineStart, early);
    return maskedSpans(reader.values, reader.verdict, early);
  }

  /** `data:image/png`, `kind: SecretStore` and `data: of` are over at once. */
  private mayGoOn(byte: number): boolean {
    const isBlank = BLANKS.includes(byte);
    if (this.pushed === 1) return isBlank || (this.need === 'data' && QUOTES.includes(byte));
    if (this.line.length > this.longest) return false;
    if (this.headOpen || isBlank) return !(this.headOpen && byte === OPEN_BRACE);
    if (byte === OPEN_BRACE) this.longest = LONGEST_HEAD;
    this.headOpen = byte === HASH || (byte === OPEN_BRACE && this.need !== 'data');
    this.isRefused = !this.headOpen;
    return this.headOpen;
  }

  /** A map on the very line of its key does not wait for the line's end. */
  private holdBackMap(): void {
    if (this.holdFrom <= this.pushed || this.line.length > LONGEST_KEY_LINE) return;
    const isMap = this.lineStart === 0 ? this.need !== 'data' : /^\W*data\W*:\s*\{$/.test(this.line);
    if (isMap) this.holdFrom = this.pushed;
  }
}
