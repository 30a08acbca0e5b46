// What stands in front of every line where a program, a log or a diff shows the lines of a file: `web-1  | `, `     9⇥`, a time,
// `file.yaml-7-`. From line to line its numbers differ, and with them the blanks before them; grep has `:` or `-`.

const [TAB, BLANK, HYPHEN, ZERO, NINE, COLON] = [9, 32, 45, 48, 57, 58];

export class LinePrefix {
  /** One byte for each run of digits or blanks, one for each other byte. */
  private readonly shape: readonly number[];
  readonly length: number;
  /** Blanks behind it, which are the same on every line. */
  private readonly blanks: string;
  private at = 0;
  private last = 0;

  constructor(text: string) {
    this.length = text.length;
    const bare = text.trimEnd();
    const shape: number[] = [];
    for (let at = 0; at < bare.length; at++) {
      const like = likeness(bare.charCodeAt(at));
      if (!isRun(like) || like !== shape.at(-1)) shape.push(like);
    }
    this.shape = shape;
    this.blanks = text.slice(bare.length);
  }

  /** How long it is on this line; -1 where the line does not begin with it. */
  lengthOn(line: string): number {
    if (this.length === 0) return 0;
    this.beginLine();
    let length = 0;
    while (length < line.length && this.takes(line.charCodeAt(length))) length += 1;
    const isThere = this.at === this.shape.length && line.startsWith(this.blanks, length);
    return isThere ? length + this.blanks.length : -1;
  }

  /** The next byte that `takes` gets is the first one of a line. */
  beginLine(): void {
    this.at = 0;
    this.last = 0;
  }

  /** True for the line's next byte while it belongs to the prefix, without the blanks at the prefix's end. */
  takes(byte: number): boolean {
    const { shape, at } = this;
    const like = likeness(byte);
    if (like === this.last && isRun(like)) return true;
    if (like === shape[at]) this.at = at + 1;
    else if (shape[at] === BLANK && like === shape[at + 1]) this.at = at + 2;
    else return false;
    this.last = like;
    return true;
  }
}

const isRun = (like: number): boolean => like === ZERO || like === BLANK;

/** All digits are alike, and so are blanks, and what grep writes behind a file's name. */
function likeness(byte: number): number {
  if (byte >= ZERO && byte <= NINE) return ZERO;
  if (byte === TAB) return BLANK;
  return byte === HYPHEN ? COLON : byte;
}
