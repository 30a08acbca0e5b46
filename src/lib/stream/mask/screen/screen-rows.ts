// Rows that move or go as a whole: SU, SD, IL, DL, RI and ED. The library makes a new row for each row that such a sequence erases,
// which took a quarter of a second for 64 KiB of them; here its rows are moved and used again, and one that is blank stays as it is.

/** What of the library's inner parts is used for that. */
export interface InnerBuffer<Row extends InnerRow = InnerRow> {
  x: number;
  y: number;
  readonly scrollTop: number;
  readonly scrollBottom: number;
  readonly ybase: number;
  readonly lines: {
    readonly length: number;
    get(y: number): Row | undefined;
    set(y: number, row: Row | undefined): void;
  };
  getNullCell(): InnerBlank;
}
export interface InnerRow {
  readonly length: number;
  isWrapped: boolean;
  fill(cell: InnerBlank): void;
  resize(cols: number, cell: InnerBlank): unknown;
}
interface InnerBlank {
  fg: number;
  bg: number;
}
export interface InnerTerminal<Row extends InnerRow = InnerRow> {
  readonly cols: number;
  readonly rows: number;
  readonly _inputHandler: {
    parse(data: string): unknown;
    getAttrData(): { fg: number; bg: number };
    readonly _parser: { precedingJoinState: number };
  };
  readonly buffer: InnerBuffer<Row>;
  readonly coreService: { readonly decPrivateModes: { readonly origin: boolean } };
}

const ROWS = /^\u001b\[([0-9]*)[0-9;]*([LMSTJ])$/;
const REVERSE_INDEX = '\u001bM';
const LINE_FEEDS = new Set(['\n', '\u001bD', '\u001bE']);
const WITHIN_ROW = /^\u001b\[[0-9;]*[@PXK]$/;
/** Cursor, tab stops, margins, character sets. */
const NO_CELLS = /^(?:[\r\b\t\u000e\u000f]|\u001b(?:[78Hno|}~]|[()*+\-./].|\[[0-9;]*[A-IZ`adefghlrsu]))$/;
/** Of the colours that are set, what an erased cell keeps. */
const ERASED = 0x3ffffff;

export class ScreenRows {
  readonly #core: InnerTerminal;
  /** For each row, 1 + the background it is blank with; 0 where it may show something. */
  #blank = new Int32Array(0);
  /** Where rows wait while others take their places; made once, since making them took most of the time. */
  readonly #movedRows: (InnerRow | undefined)[] = [];
  readonly #movedBlank: number[] = [];

  constructor(core: InnerTerminal) {
    this.#core = core;
  }

  /** A cell of the row is about to change. */
  touch(y: number): void {
    this.#blank[y] = 0;
  }

  /** A character is about to be printed at the cursor. */
  beforePrint(): void {
    const { cols, buffer } = this.#core;
    if (buffer.x >= cols - 1) this.forget();
    else this.#blank[buffer.y] = 0;
  }

  /** Nothing is known of any row: the screen is another one, or has another size. */
  forget(): void {
    if (this.#blank.length !== this.#core.rows) this.#blank = new Int32Array(this.#core.rows);
    else this.#blank.fill(0);
  }

  /** Does what the sequence says, or returns false: the library must do it then, at once. */
  control(sequence: string): boolean {
    const [, number = '', final = ''] = sequence === REVERSE_INDEX ? ['', '', 'RI'] : (ROWS.exec(sequence) ?? []);
    const { _inputHandler: handler, buffer, rows } = this.#core;
    const isErase = final === 'J' && /^0*[012]?$/.test(number);
    // After it became smaller, the library may keep rows before the screen or beyond it.
    const isOdd = buffer.lines.length !== rows || buffer.ybase !== 0;
    if (!isErase && (final === '' || final === 'J' || isOdd)) {
      this.#note(sequence);
      return false;
    }
    if (this.#blank.length !== rows) this.forget();
    const erased = handler.getAttrData().bg & ERASED;
    const count = Number(number);
    if (isErase) this.#erase(count, erased);
    else if (final === 'S') this.#moveUp(buffer.scrollTop, count || 1, erased);
    else if (final === 'T') this.#moveDown(buffer.scrollTop, count || 1, 0);
    else if (final === 'RI') this.#reverseIndex(erased);
    else this.#insertOrDelete(final, count || 1, erased);
    handler._parser.precedingJoinState = 0;
    return true;
  }

  #insertOrDelete(final: string, count: number, erased: number): void {
    const { cols, buffer } = this.#core;
    this.#restrict(cols - 1);
    if (buffer.y < buffer.scrollTop || buffer.y > buffer.scrollBottom) return;
    if (final === 'L') this.#moveDown(buffer.y, count, erased);
    else this.#moveUp(buffer.y, count, erased);
    buffer.x = 0;
  }

  #reverseIndex(erased: number): void {
    const { cols, buffer } = this.#core;
    this.#restrict(cols - 1);
    if (buffer.y === buffer.scrollTop) this.#moveDown(buffer.y, 1, erased);
    else buffer.y -= 1;
    this.#restrict(cols - 1);
  }

  /** The library does so before it erases. */
  #restrict(lastX: number): void {
    const { rows, buffer, coreService } = this.#core;
    const { origin } = coreService.decPrivateModes;
    buffer.x = Math.min(lastX, buffer.x);
    const first = origin ? buffer.scrollTop : 0;
    const last = origin ? buffer.scrollBottom : rows - 1;
    buffer.y = Math.min(last, Math.max(first, buffer.y));
  }

  /**
   * The cursor's row, from or up to the cursor, is left to the library. Up to the cursor in the last column it would take
   * the row below for there, and throw where there is none.
   */
  #erase(what: number, erased: number): void {
    const { cols, rows, buffer, _inputHandler: handler } = this.#core;
    if (what === 2) this.#restrict(cols);
    else handler.parse(what === 0 ? '\u001b[K' : '\u001b[1K');
    const { x, y, ybase, lines } = buffer;
    if (what !== 2) this.#blank[y] = 0;
    if (what === 1) {
      const ended = [lines.get(ybase + y), x + 1 >= cols ? lines.get(y + 1) : undefined];
      for (const row of ended) if (row !== undefined) row.isWrapped = false;
    }
    const first = what === 0 ? y + 1 : 0;
    const last = what === 1 ? y - 1 : rows - 1;
    for (let row = first; row <= last; row++) this.#clear(row, erased);
  }

  /** The rows from `top` to the lower margin. */
  #moveUp(top: number, count: number, erased: number): void {
    const bottom = this.#core.buffer.scrollBottom;
    const gone = Math.min(count, bottom - top + 1);
    this.#rotate(top, bottom, gone);
    for (let row = bottom - gone + 1; row <= bottom; row++) this.#renew(row, erased);
  }

  #moveDown(top: number, count: number, erased: number): void {
    const bottom = this.#core.buffer.scrollBottom;
    const gone = Math.min(count, bottom - top + 1);
    this.#rotate(top, bottom, bottom - top + 1 - gone);
    for (let row = top; row < top + gone; row++) this.#renew(row, erased);
  }

  /** The first `count` rows go behind the others. */
  #rotate(top: number, bottom: number, count: number): void {
    if (count === 0 || count === bottom - top + 1) return;
    const { lines } = this.#core.buffer;
    const blank = this.#blank;
    const height = bottom - top + 1;
    for (let at = 0; at < height; at++) {
      this.#movedRows[at] = lines.get(top + at);
      this.#movedBlank[at] = blank[top + at] as number;
    }
    for (let at = 0; at < height; at++) {
      const from = at + count < height ? at + count : at + count - height;
      lines.set(top + at, this.#movedRows[from]);
      blank[top + at] = this.#movedBlank[from] as number;
    }
  }

  /** A row of a screen that became narrower keeps the cells it no longer shows; a new one would have none. */
  #renew(y: number, erased: number): void {
    const { cols, buffer } = this.#core;
    const row = buffer.lines.get(y);
    if (row !== undefined && row.length !== cols) row.resize(cols, buffer.getNullCell());
    this.#clear(y, erased);
  }

  #clear(y: number, erased: number): void {
    const { lines, ybase } = this.#core.buffer;
    const row = lines.get(ybase + y);
    if (row === undefined) return;
    row.isWrapped = false;
    if (this.#blank[y] === erased + 1) return;
    const cell = this.#core.buffer.getNullCell();
    cell.bg = erased;
    row.fill(cell);
    this.#blank[y] = erased + 1;
  }

  /** What the library does next changes these rows. */
  #note(sequence: string): void {
    const { buffer, coreService } = this.#core;
    if (NO_CELLS.test(sequence)) return;
    if (WITHIN_ROW.test(sequence) && !coreService.decPrivateModes.origin) {
      this.#blank[buffer.y] = 0;
    } else if (LINE_FEEDS.has(sequence)) {
      const { scrollTop, scrollBottom, y } = buffer;
      if (y !== scrollBottom) return;
      this.#blank.copyWithin(scrollTop, scrollTop + 1, scrollBottom + 1);
      this.#blank[scrollBottom] = 0;
    } else this.forget();
  }
}
