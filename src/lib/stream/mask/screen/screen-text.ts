// Rows of a screen → the text a person reads there, and for each byte of it the cell that shows it. Rows that are full to
// the last column go on in the next one; others end in "\n", without the blanks at their ends.
import { CELL, type ScreenModel } from './screen-model.ts';

export interface ScreenText {
  /** Valid until the next text is read. */
  readonly bytes: Buffer;
  /** The cell of each byte, counted from the screen's first row on; -1 for line ends. */
  readonly cells: Int32Array;
  /** A blank stands where a line goes on in the next row: the other reading is another text. */
  readonly hasTwoReadings: boolean;
}

/** How blanks at the end of a row are read whose line goes on in the next row: as blanks, or as the end of a line. */
export type Wrapped = 'joins' | 'ends';

const SPACE = 0x20;
/** Long enough for the longest private key. */
const GONE_MAX_BYTES = 16 * 1024;

export class ScreenReader {
  readonly #model: ScreenModel;
  #codes = new Int32Array(0);
  #bytes = Buffer.alloc(0);
  #cells = new Int32Array(0);
  #length = 0;
  /** Text of rows that left the screen at its top: what stands on the screen may have begun there. */
  readonly #gone = new GoneText();

  constructor(model: ScreenModel) {
    this.#model = model;
  }

  /** Text of the rows `first` to `last`, of the last one no further than before column `until`. */
  read(first: number, last: number, wrapped: Wrapped, until = this.#model.cols): ScreenText {
    this.#length = 0;
    if (first === 0) this.#appendGone();
    const hasTwoReadings = this.#appendRows(first, last, wrapped, until);
    const length = this.#length;
    return { bytes: this.#bytes.subarray(0, length), cells: this.#cells.subarray(0, length), hasTwoReadings };
  }

  /** True where the rows have two readings. */
  #appendRows(first: number, last: number, wrapped: Wrapped, until: number): boolean {
    const { cols } = this.#model;
    let hasTwoReadings = false;
    for (let y = first; y <= last; y++) {
      const codes = this.#row(y);
      const end = y === last ? Math.min(until, cols) : cols;
      let used = end;
      while (used > 0 && isBlank(codes[used - 1] as number)) used -= 1;
      const goesOn = y < last && (used === cols || this.isContinued(y));
      if (goesOn && used < cols && codes[cols - 1] === SPACE) {
        hasTwoReadings = true;
        if (wrapped === 'joins') used = cols;
      }
      this.#room(4 * cols + 1);
      this.#append(codes, y, used);
      // A wide character that does not fit into the last column stands in the next row.
      const joins = goesOn && (used === cols || (used === cols - 1 && this.#beginsWide(y + 1)));
      if (!joins && y < last) this.#push(0x0a, -1);
    }
    return hasTwoReadings;
  }

  /** The first row is about to leave the screen: from now on it is read before the rows that stay. */
  keepTop(): void {
    this.#length = 0;
    this.#appendRows(0, 0, 'joins', this.#model.cols);
    if (!this.#isJoined(0)) this.#push(0x0a, -1);
    this.#gone.append(this.#bytes.subarray(0, this.#length));
  }

  /** What left the screen has nothing to do with what comes. */
  forgetTop(): void {
    this.#gone.clear();
  }

  /** Bytes that are read besides the rows. */
  get goneLength(): number {
    return this.#gone.bytes.length;
  }

  /** The first row of the line that `row` belongs to, no more than `most` rows above. */
  firstOfLine(row: number, most: number): number {
    let first = row;
    while (first > 0 && row - first < most && this.#isJoined(first - 1)) first -= 1;
    return first;
  }

  /** The last row of the line that `row` belongs to, no more than `most` rows below. */
  lastOfLine(row: number, most: number): number {
    let last = row;
    while (last + 1 < this.#model.rows && last - row < most && this.#isJoined(last)) last += 1;
    return last;
  }

  /** True where the row's line goes on in the next row. */
  isContinued(y: number): boolean {
    return y + 1 < this.#model.rows && this.#model.isWrapped(y + 1);
  }

  #isJoined(y: number): boolean {
    return this.isContinued(y) || !isBlank(this.#model.codeAt(this.#model.cols - 1, y));
  }

  #beginsWide(y: number): boolean {
    return this.#model.codeAt(1, y) === CELL.tail;
  }

  /** Valid until the next call. */
  #row(y: number): Int32Array {
    if (this.#codes.length !== this.#model.cols) this.#codes = new Int32Array(this.#model.cols);
    this.#model.readRow(y, this.#codes);
    return this.#codes;
  }

  #append(codes: Int32Array, y: number, used: number): void {
    const from = y * this.#model.cols;
    for (let x = 0; x < used; x++) {
      const code = codes[x] as number;
      if (code === CELL.tail) continue;
      if (code === CELL.empty) this.#push(SPACE, from + x);
      else if (code > 0 && code < 0x80) this.#push(code, from + x);
      else
        this.#appendText(code === CELL.combined ? this.#model.cellAt(x, y).text : String.fromCodePoint(code), from + x);
    }
  }

  #appendGone(): void {
    const { bytes } = this.#gone;
    this.#room(bytes.length);
    this.#bytes.set(bytes);
    this.#cells.fill(-1, 0, bytes.length);
    this.#length = bytes.length;
  }

  #appendText(text: string, cell: number): void {
    const bytes = Buffer.from(text);
    this.#room(bytes.length + 4 * this.#model.cols);
    for (const byte of bytes) this.#push(byte, cell);
  }

  #push(byte: number, cell: number): void {
    this.#bytes[this.#length] = byte;
    this.#cells[this.#length] = cell;
    this.#length += 1;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const size = 2 * (this.#length + more);
    const bytes = Buffer.alloc(size);
    bytes.set(this.#bytes.subarray(0, this.#length));
    const cells = new Int32Array(size);
    cells.set(this.#cells.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#cells = cells;
  }
}

const isBlank = (code: number): boolean => code === CELL.empty || code === SPACE;

/** The last bytes of a text that grows; moved only once for as many bytes as are kept. */
class GoneText {
  #bytes = Buffer.alloc(0);
  #end = 0;

  get bytes(): Buffer {
    return this.#bytes.subarray(Math.max(0, this.#end - GONE_MAX_BYTES), this.#end);
  }

  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) {
      const kept = this.bytes;
      const size = Math.min(2 * (kept.length + bytes.length), 2 * GONE_MAX_BYTES + bytes.length);
      const next = Buffer.alloc(Math.max(size, kept.length + bytes.length));
      next.set(kept);
      this.#bytes = next;
      this.#end = kept.length;
    }
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  clear(): void {
    this.#end = 0;
  }
}
