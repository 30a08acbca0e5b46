// The lines of a Secret's manifest in YAML. Indentation says what belongs together; the marks of diffs, quotes and lists
// at the beginning of a line count as indentation, and a log's prefix is skipped where it has the same shape on each line.
import type { Span } from '../rule.ts';
import { DATA_KEY, type DataValue, isSecretType, type Verdict } from './kubernetes-values.ts';
import { LinePrefix } from './line-prefix.ts';

/** What still has to be found behind the anchor: the kind (behind `data:`), the data (behind the kind), neither. */
export type Need = 'kind' | 'data' | 'nothing';

const MARKS = /^[ \t+\-<>|]*/;
const ENTRY = /^(["']?)([^"':\s]{1,253})\1:(?:[ \t]+(.*))?$/s;
const FLOW_ENTRY = /[\s,{]*(?:"([^"]{1,253})"|'([^']{1,253})'|([^\s"',{}:]{1,253})):\s*("[^"]*"|'[^']*'|[^\s,{}"']+)/y;
/** What grep puts before a line around the one that it found. */
export const OF_GREP = /\w-\d{1,6}-$/;
const NOTHING = /^\s*(?:#.*)?$/s;

type Phase = 'head' | 'seek' | 'block' | 'after' | 'done';

interface Value extends DataValue {
  spans: Span[];
  text: string;
  isOpen: boolean;
}

interface Line {
  readonly text: string;
  readonly from: number;
  readonly column: number;
  /** `- ` begins it: an item of a list. */
  readonly isItem: boolean;
}

export class ManifestReader {
  values: Value[] = [];
  verdict: Verdict;
  private phase: Phase = 'head';
  /** The column of the entries of the block; -1 before the first. */
  private entryColumn = -1;
  /** The last entry's value goes on until this quote; without one, for as long as lines are deeper. */
  private quote = '';
  private readonly column: number;
  private readonly prefix: LinePrefix;

  private readonly before: string;
  private readonly need: Need;

  constructor(lineBefore: string, need: Need) {
    const before = lineBefore.slice(lineBefore.lastIndexOf('\r') + 1);
    this.before = before;
    this.need = need;
    const marks = OF_GREP.test(before) ? '' : (/[ \t+\-<>|]*$/.exec(before)?.[0] ?? '');
    const prefix = marks.length === before.length ? '' : before.slice(0, before.length - marks.trimStart().length);
    this.prefix = new LinePrefix(prefix);
    this.column = before.length - prefix.length;
    this.verdict = need === 'kind' ? undefined : true;
  }

  get isInData(): boolean {
    return this.phase === 'block';
  }

  get isDone(): boolean {
    return this.phase === 'done';
  }

  clone(): ManifestReader {
    const copy = new ManifestReader(this.before, this.need);
    copy.values = this.values.map((value) => ({ ...value, spans: [...value.spans] }));
    copy.verdict = this.verdict;
    copy.phase = this.phase;
    copy.entryColumn = this.entryColumn;
    copy.quote = this.quote;
    return copy;
  }

  /** Takes a line without its end, which begins at `from`; `isOpen`: it may go on. The first one is what follows the anchor. */
  read(raw: string, from: number, isOpen: boolean): void {
    const whole = raw.trimEnd();
    if (this.phase === 'head') this.readHead(whole, from);
    else {
      const start = whole.lastIndexOf('\r') + 1;
      if (start > 0) this.readOverwritten(whole.slice(0, start), from);
      this.readShown(whole.slice(start), from + start, isOpen);
    }
  }

  /** What a carriage return goes back over is gone from the screen; but it may be a line that was wrapped before it. */
  private readOverwritten(text: string, from: number): void {
    let at = from;
    for (const part of text.split('\r')) {
      const marks = MARKS.exec(part)?.[0].length ?? 0;
      if (this.isInData && marks < part.length && marks > this.column) this.readShown(part, at, false);
      at += part.length + 1;
    }
  }

  private readShown(bare: string, from: number, isOpen: boolean): void {
    const length = this.prefix.lengthOn(bare);
    if (length !== -1) this.readLine(bare.slice(length), from + length, isOpen);
    else if (bare.length > this.prefix.length) this.end();
  }

  private readLine(text: string, from: number, isOpen: boolean): void {
    const marks = MARKS.exec(text)?.[0] ?? '';
    if (this.endsDocument(text, marks)) this.end();
    if (marks.length === text.length || this.phase === 'done') return;
    const line: Line = {
      text: text.slice(marks.length),
      from: from + marks.length,
      column: marks.length,
      isItem: marks.endsWith('- '),
    };
    if (this.phase === 'block') this.readBlock(line, isOpen);
    else if (this.phase === 'seek') this.seekData(line);
    else this.seekKind(line);
  }

  /** `---`, no deeper than the anchor: what is deeper is text of a value. */
  private endsDocument(text: string, marks: string): boolean {
    const dashes = marks.trimEnd();
    const isAlone = dashes.length === text.length || dashes.length < marks.length;
    return isAlone && dashes.endsWith('---') && dashes.length - 3 <= Math.max(1, this.column);
  }

  private end(verdict: Verdict = this.verdict): void {
    this.phase = 'done';
    this.verdict = verdict;
  }

  private readHead(rest: string, from: number): void {
    if (this.need !== 'data') this.openData(rest, from);
    else if (NOTHING.test(rest.replace(/^["']/, ''))) this.phase = 'seek';
    else this.end();
  }

  /** What follows `data:` on its line. */
  private openData(rest: string, from: number): void {
    if (NOTHING.test(rest)) this.phase = 'block';
    else if (rest.trimStart().startsWith('{')) this.readFlow(rest, from);
    else this.end();
  }

  private readFlow(rest: string, from: number): void {
    FLOW_ENTRY.lastIndex = 0;
    for (let match = FLOW_ENTRY.exec(rest); match !== null; match = FLOW_ENTRY.exec(rest)) {
      const value = match[4] as string;
      const quotes = /^["']/.test(value) ? 1 : 0;
      const text = value.slice(quotes, value.length - quotes);
      const at = from + FLOW_ENTRY.lastIndex - value.length + quotes;
      this.values.push({ spans: [{ from: at, to: at + text.length }], text, isOpen: false });
    }
    this.phase = this.verdict === true ? 'done' : 'after';
  }

  private readBlock(line: Line, isOpen: boolean): void {
    if (this.quote !== '') this.continueValue(line, isOpen);
    else if (line.column <= this.column) this.endBlock(line);
    else if (this.entryColumn !== -1 && line.column > this.entryColumn) {
      const isMap = this.values.at(-1)?.text === '' && ENTRY.test(line.text) && this.verdict !== true;
      if (isMap) this.end(false);
      else this.continueValue(line, isOpen);
    } else if (!line.text.startsWith('#')) this.readEntry(line, isOpen);
  }

  private readEntry(line: Line, isOpen: boolean): void {
    const entry = ENTRY.exec(line.text);
    const isEntry = entry !== null && DATA_KEY.test(entry[2] as string) && !line.isItem;
    if (isEntry && (this.entryColumn === -1 || line.column === this.entryColumn)) {
      this.entryColumn = line.column;
      const rest = entry[3] ?? '';
      this.beginValue(rest, line.from + line.text.length - rest.length, isOpen);
    } else if (!isOpen || line.isItem) this.end(this.verdict === true);
  }

  private endBlock(line: Line): void {
    this.phase = this.verdict === true ? 'done' : 'after';
    if (this.phase === 'after') this.seekKind(line);
  }

  /** The first line of a value. */
  private beginValue(rest: string, from: number, isOpen: boolean): void {
    const tag = /^(?:!\S*|&\S+)\s*/.exec(rest)?.[0] ?? '';
    const value = rest.slice(tag.length);
    const first = value.charAt(0);
    const isQuoted = first === '"' || first === "'";
    const closing = isQuoted ? closingQuote(value, first, 1) : -1;
    this.quote = isQuoted && closing === -1 ? first : '';
    let text = isQuoted ? value.slice(1, closing === -1 ? value.length : closing) : withoutComment(value);
    if (/^[|>][-+\d]*$/.test(text)) text = '';
    const at = from + tag.length + (isQuoted ? 1 : 0);
    this.values.push({ spans: text === '' ? [] : [{ from: at, to: at + text.length }], text, isOpen });
  }

  /** A further line of the last value. */
  private continueValue(line: Line, isOpen: boolean): void {
    const value = this.values.at(-1);
    if (value === undefined) return;
    const closing = this.quote === '' ? -1 : closingQuote(line.text, this.quote, 0);
    const text = closing === -1 ? line.text : line.text.slice(0, closing);
    if (closing !== -1) this.quote = '';
    if (text !== '') value.spans.push({ from: line.from, to: line.from + text.length });
    value.text += text;
    value.isOpen = isOpen;
  }

  private isOutside(line: Line): boolean {
    return line.column < this.column || (line.isItem && line.column === this.column);
  }

  /** Behind the data: a sibling that says what this is. */
  private seekKind(line: Line): void {
    if (!this.isOutside(line) && line.column > this.column) return;
    const [, , name, rest = ''] = ENTRY.exec(line.text) ?? [];
    const value = withoutComment(rest).replace(/^(["'])(.*)\1$/, '$2');
    if (this.isOutside(line)) this.end();
    else if (name === 'kind') this.end(value === 'Secret');
    else if (name === 'stringData' || (name === 'type' && isSecretType(value))) this.end(true);
    else if (name === 'spec' || name === 'binaryData' || name === 'data') this.end(false);
  }

  /** Behind the kind: its data. What stands in `stringData:` needs no kind and is found by a rule of its own. */
  private seekData(line: Line): void {
    const head = line.column === this.column ? /^(["']?)data\1:/.exec(line.text)?.[0] : undefined;
    if (this.isOutside(line) || (line.column === this.column && line.text.startsWith('kind:'))) this.end();
    else if (head !== undefined) this.openData(line.text.slice(head.length), line.from + head.length);
  }
}

function withoutComment(value: string): string {
  if (value.startsWith('#')) return '';
  const at = value.indexOf(' #');
  return (at === -1 ? value : value.slice(0, at)).trimEnd();
}

/** Where the quoted text ends; -1 where it goes on. */
function closingQuote(text: string, quote: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === quote && !(quote === "'" && text[at + 1] === "'")) return at;
    if (text[at] === quote || (quote === '"' && text[at] === '\\')) at += 1;
  }
  return -1;
}
