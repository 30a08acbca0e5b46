// Where lines begin and end: which line ends a program wrote, and which ones stand for the terminal's width. The former are visible
// text, the latter are left out, so that what was wrapped reads as one word.
import { columnAfter } from './columns.ts';
import type { VisibleWindow } from './visible-window.ts';
import { BYTE, CLASS, PLAIN } from './vt-bytes.ts';

const NOWHERE = -1;

export class Lines {
  /** Raw positions of a CR, of a line end at the terminal's width, and of a blank in the column after the last. */
  private pendingCr = NOWHERE;
  private pendingWrap = NOWHERE;
  private pendingBlank = NOWHERE;
  private lineStart = 0;
  /** Column of the line's visible byte at `columnPosition`: long lines are measured piece by piece. */
  private columnPosition = 0;
  private column = 0;
  private sawTab = false;
  /** All bytes of the line's text together: below 0x80, each of them takes one column. */
  private allBytes = 0;
  /** The same of what was read and is not shown yet. */
  private nextBytes = 0;
  private readonly window: VisibleWindow;
  /** Columns of the terminal; 0 where lines are never joined. */
  width: number;

  constructor(window: VisibleWindow, width: number) {
    this.window = window;
    this.width = width;
  }

  /** Position of the line's first visible byte. */
  get start(): number {
    return this.lineStart;
  }

  /** The stream is over. */
  finish(): void {
    this.settle(BYTE.lineFeed);
    if (this.pendingCr !== NOWHERE) this.window.showAs(BYTE.carriageReturn, this.pendingCr);
    this.pendingCr = NOWHERE;
  }

  tab(at: number): void {
    this.sawTab = true;
    this.show(at, at + 1);
  }

  carriageReturn(at: number): void {
    this.settle(BYTE.carriageReturn);
    if (this.pendingCr === NOWHERE) this.pendingCr = at;
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

  /** Raw bytes of plain text. */
  show(from: number, to: number): void {
    if (from >= to) return;
    const { window } = this;
    this.settle(window.raw[from - window.rawStart] as number);
    this.allBytes |= this.nextBytes;
    this.nextBytes = 0;
    const last = to - 1;
    const isBlankAfterLastColumn =
      this.width > 0 &&
      window.visibleEnd - this.lineStart + to - from === this.width + 1 &&
      window.raw[last - window.rawStart] === BYTE.space;
    if (!isBlankAfterLastColumn) {
      window.show(from, to);
      return;
    }
    if (from < last) window.show(from, last);
    this.pendingBlank = last;
  }

  /** Decides what waited for the next visible byte. */
  settle(next: number): void {
    const { window } = this;
    if (this.pendingWrap !== NOWHERE) {
      const isBlank = next === BYTE.space || (next >= BYTE.tab && next <= BYTE.carriageReturn);
      if (isBlank) window.showAs(BYTE.lineFeed, this.pendingWrap);
      else window.breakSoftly();
      this.pendingWrap = NOWHERE;
      this.begin();
    }
    if (this.pendingCr !== NOWHERE && next !== BYTE.lineFeed) {
      // A shell's line editor writes a blank and a CR where its line wraps.
      if (this.pendingBlank !== NOWHERE) window.breakSoftly();
      else window.showAs(BYTE.carriageReturn, this.pendingCr);
      this.pendingCr = NOWHERE;
      this.pendingBlank = NOWHERE;
      this.begin();
    }
    if (this.pendingBlank !== NOWHERE && next !== BYTE.carriageReturn) {
      window.showAs(BYTE.space, this.pendingBlank);
      this.pendingBlank = NOWHERE;
    }
  }

  begin(): void {
    this.lineStart = this.window.visibleEnd;
    this.columnPosition = this.lineStart;
    this.column = 0;
    this.sawTab = false;
    this.allBytes = 0;
  }

  end(at: number): void {
    const { window } = this;
    this.settle(BYTE.lineFeed);
    this.pendingCr = NOWHERE;
    if (this.isAtWidth()) {
      this.pendingWrap = at;
    } else {
      window.showAs(BYTE.lineFeed, at);
      this.begin();
    }
  }

  /** The line takes all columns, or a multiple of them. */
  private isAtWidth(): boolean {
    const { window, width } = this;
    if (width === 0 || (window.visibleEnd - this.lineStart < width && !this.sawTab)) return false;
    this.measureTo(window.visibleEnd);
    return this.column > 0 && this.column % width === 0;
  }

  /** Long lines are measured while they are still in the window; whole characters only. */
  measure(): void {
    const { window } = this;
    if (this.width === 0 || window.visibleEnd - this.columnPosition < 256) return;
    let until = window.visibleEnd - 4;
    while (until > this.columnPosition && (window.at(until) & 0xc0) === 0x80) until -= 1;
    this.measureTo(until);
  }

  private measureTo(until: number): void {
    const { window, columnPosition } = this;
    const base = window.visibleStart;
    if (this.allBytes < 0x80 && !this.sawTab) this.column += until - columnPosition;
    else this.column = columnAfter(window.visible, columnPosition - base, until - base, this.column);
    this.columnPosition = until;
  }
}

/** All four bytes are from 0x20 to 0x7e: a bit at the top tells that one is 0x80 or more, or borrowed, or became 0x80. */
const areSeenAscii = (word: number): boolean => (((word - 0x20202020) | (word + 0x01010101) | word) & 0x80808080) === 0;
