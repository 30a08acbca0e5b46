// In which column of a terminal a line of visible text has come to.
import { columnAfter } from './columns.ts';
import type { VisibleWindow } from './visible-window.ts';
import { CLASS, PLAIN } from './vt-bytes.ts';

export class LineColumns {
  /** Position of the line's first visible byte. */
  start = 0;
  sawTab = false;
  /** Column of the line's visible byte at `position`: long lines are measured piece by piece. */
  private column = 0;
  private position = 0;
  /** All bytes of the line's text together: below 0x80, each of them takes one column. */
  private allBytes = 0;
  /** The same of what was read and is not shown yet. */
  private nextBytes = 0;
  private readonly window: VisibleWindow;
  /** Of the terminal; 0 where lines are never joined. */
  width: number;

  constructor(window: VisibleWindow, width: number) {
    this.window = window;
    this.width = width;
  }

  /** A line begins behind what is visible. */
  begin(): void {
    this.start = this.window.visibleEnd;
    this.position = this.start;
    this.column = 0;
    this.sawTab = false;
    this.allBytes = 0;
  }

  /** Index in the window's raw bytes of the first one from `from` on that is not plain text. */
  skipPlain(from: number, to: number): number {
    const { raw, rawView } = this.window;
    let at = from;
    while (at + 4 <= to && areSeenAscii(rawView.getInt32(at))) at += 4;
    let all = this.nextBytes;
    while (at < to) {
      const byte = raw[at] as number;
      if (CLASS[byte] !== PLAIN) break;
      all |= byte;
      at += 1;
    }
    this.nextBytes = all;
    return at;
  }

  /** A character of more than one byte was read. */
  skipCharacter(): void {
    this.nextBytes |= 0x80;
  }

  /** What was read is of this line. */
  takeRead(): void {
    this.allBytes |= this.nextBytes;
    this.nextBytes = 0;
  }

  /** With `length` more bytes the line may take more columns than the terminal has. */
  mayExceed(length: number): boolean {
    const { window, width } = this;
    return width > 0 && (window.visibleEnd - this.start + length > width || this.sawTab);
  }

  /** The line takes all columns, or a multiple of them. */
  isFull(): boolean {
    const { window, width } = this;
    if (width === 0 || (window.visibleEnd - this.start < width && !this.sawTab)) return false;
    this.measureTo(window.visibleEnd);
    return this.column > 0 && this.column % width === 0;
  }

  /** The line takes one column more than all, or than a multiple of them. */
  isInNextRow(): boolean {
    if (!this.mayExceed(0)) return false;
    this.measureTo(this.window.visibleEnd);
    return this.column > 1 && this.column % this.width === 1;
  }

  /** Long lines are measured while they are still in the window; whole characters only. */
  measure(): void {
    const { window } = this;
    if (this.width === 0 || window.visibleEnd - this.position < 256) return;
    let until = window.visibleEnd - 4;
    while (until > this.position && (window.at(until) & 0xc0) === 0x80) until -= 1;
    this.measureTo(until);
  }

  private measureTo(until: number): void {
    const { window, position } = this;
    const base = window.visibleStart;
    if (this.allBytes < 0x80 && !this.sawTab) this.column += until - position;
    else this.column = columnAfter(window.visible, position - base, until - base, this.column);
    this.position = until;
  }
}

/** All four bytes are from 0x20 to 0x7e: a bit at the top tells that one is 0x80 or more, or borrowed, or became 0x80. */
const areSeenAscii = (word: number): boolean => (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
