// Where lines begin and end: which line ends a program wrote, and which ones stand for the terminal's width. The former are visible
// text, the latter are left out, so that what was wrapped reads as one word.
import { endsInOption, judgeNul, judgeWrap, type Meaning } from './breaks.ts';
import { LineColumns } from './line-columns.ts';
import type { VisibleWindow } from './visible-window.ts';
import { BYTE } from './vt-bytes.ts';

const NOWHERE = -1;
/** Behind so many bytes, most of them sequences, text waits no longer. */
const HELD_MAX_BYTES = 512;

/** A line end at the terminal's width, or a NUL, until what follows tells what it means. */
interface Break {
  readonly at: number;
  readonly isNul: boolean;
  readonly isBehindOption: boolean;
  /** What follows, as Latin-1. */
  ahead: string;
  /** Where it stands: raw bounds in pairs. */
  readonly pieces: number[];
}

export class Lines {
  /** Raw positions of a CR, and of a blank in the column after the last. */
  private pendingCr = NOWHERE;
  private pendingBlank = NOWHERE;
  private pendingBreak: Break | undefined;
  /** Position of the only character of a row that was gone on to, and to which a CR goes back. */
  private pendingOnly = NOWHERE;
  private lastNul = NOWHERE;
  /** What the last NUL of this line meant. */
  private nulMeaning: Meaning = 'nothing';
  /** The line goes on with what a full row did not hold. */
  private isRest = false;
  private readonly window: VisibleWindow;
  readonly columns: LineColumns;

  /** `width`: of the terminal; 0 where lines are never joined. */
  constructor(window: VisibleWindow, width: number) {
    this.window = window;
    this.columns = new LineColumns(window, width);
  }

  /** Raw position of text that waits, since more of it tells what the break before it means; Infinity where none does. */
  get heldFrom(): number {
    const { pendingBreak } = this;
    if (pendingBreak === undefined || pendingBreak.ahead === ' ') return Number.POSITIVE_INFINITY;
    return pendingBreak.pieces[0] ?? Number.POSITIVE_INFINITY;
  }

  /** At a deadline, and where the cursor leaves: text waits no longer. */
  releaseHeld(): void {
    if (this.heldFrom < Number.POSITIVE_INFINITY) this.decideBreak();
  }

  /** A sequence begins at `at`. */
  sequence(at: number): void {
    if (at - this.heldFrom > HELD_MAX_BYTES) this.decideBreak();
  }

  /** The stream is over. */
  finish(): void {
    this.settle(BYTE.lineFeed);
    if (this.pendingCr !== NOWHERE) this.window.showAs(BYTE.carriageReturn, this.pendingCr);
    this.pendingCr = NOWHERE;
  }

  tab(at: number): void {
    this.show(at, at + 1);
    this.columns.sawTab = true;
  }

  carriageReturn(at: number): void {
    // Nothing stands between the line's begin and the cursor: programs write "\n\r", and terminals "\r\r\n".
    if (this.pendingBreak?.ahead === '' && !this.pendingBreak.isNul) return;
    this.decideBreak();
    if (this.pendingCr !== NOWHERE) return;
    if (this.isAfterLineFeed()) return;
    this.pendingCr = at;
    if (this.pendingBlank === NOWHERE && this.isOnlyOneInRow()) this.pendingOnly = this.window.visibleEnd - 1;
  }

  private isAfterLineFeed(): boolean {
    const { window, columns } = this;
    return window.visibleEnd === columns.start && window.at(columns.start - 1) === BYTE.lineFeed;
  }

  /** True where the cursor went back over the blank after the last column, as pagers do to come to the next row. */
  backspace(): boolean {
    this.decideBreak();
    if (this.pendingBlank === NOWHERE || this.pendingCr !== NOWHERE) return false;
    this.pendingBlank = NOWHERE;
    this.goOnInNextRow();
    return true;
  }

  /** A NUL, which no terminal shows. */
  nul(at: number): void {
    const { lastNul } = this;
    this.lastNul = at;
    this.decideBreak();
    // UTF-16 has one in every character.
    const isOfCharacter = lastNul !== NOWHERE && at - lastNul === 2;
    if (isOfCharacter || this.pendingCr !== NOWHERE) return;
    this.settle(BYTE.lineFeed);
    const isBehindOption = endsInOption(this.window.lineBefore(this.window.visibleEnd));
    const pending = { at, isNul: true, isBehindOption, ahead: '', pieces: [] };
    // Of a list of variables or arguments, all that follow are some.
    if (this.nulMeaning === 'nothing') this.pendingBreak = pending;
    else this.settleBreak(pending, this.nulMeaning);
  }

  /** Raw bytes of plain text. */
  show(from: number, to: number): void {
    if (from >= to) return;
    if (this.pendingBreak === undefined) this.showNow(from, to);
    else this.lookAhead(this.pendingBreak, from, to);
  }

  private showNow(begin: number, to: number): void {
    const { window } = this;
    const from = this.pendingCr === NOWHERE ? begin : this.printAgain(begin);
    if (from >= to) return;
    this.settle(window.raw[from - window.rawStart] as number);
    this.columns.takeRead();
    const last = to - 1;
    if (!this.columns.mayExceed(to - from) || window.raw[last - window.rawStart] !== BYTE.space) {
      window.show(from, to);
      return;
    }
    window.show(from, last);
    if (this.columns.isFull()) this.pendingBlank = last;
    else window.show(last, to);
  }

  /** A line editor writes the first character of a row, a CR, and that character again: its raw position, or the next one's. */
  private printAgain(at: number): number {
    const { window, pendingOnly } = this;
    if (pendingOnly === NOWHERE || window.at(pendingOnly) !== window.raw[at - window.rawStart]) return at;
    window.shadows.add({ raw: at, visible: pendingOnly });
    this.pendingCr = NOWHERE;
    this.pendingOnly = NOWHERE;
    return at + 1;
  }

  /** The cursor stands behind the only character of its row, which is not the line's first row. */
  private isOnlyOneInRow(): boolean {
    const { window, columns } = this;
    const isOnly = this.isRest && window.visibleEnd - columns.start === 1;
    return (isOnly || columns.isInNextRow()) && window.at(window.visibleEnd - 1) < 0x80;
  }

  /** Decides what waited for the next visible byte. */
  settle(next: number): void {
    const { window } = this;
    this.decideBreak();
    if (this.pendingCr !== NOWHERE && next !== BYTE.lineFeed) {
      // A shell's line editor writes a blank and a CR where its line wraps.
      if (this.pendingBlank !== NOWHERE) {
        this.goOnInNextRow();
      } else {
        window.showAs(BYTE.carriageReturn, this.pendingCr);
        this.begin();
      }
      this.pendingCr = NOWHERE;
      this.pendingBlank = NOWHERE;
      this.pendingOnly = NOWHERE;
    }
    if (this.pendingBlank !== NOWHERE) {
      window.showAs(BYTE.space, this.pendingBlank);
      this.pendingBlank = NOWHERE;
    }
  }

  begin(): void {
    this.columns.begin();
    this.isRest = false;
  }

  private goOnInNextRow(): void {
    this.window.breakSoftly();
    this.begin();
    this.isRest = true;
  }

  end(at: number): void {
    this.settle(BYTE.lineFeed);
    this.nulMeaning = 'nothing';
    this.pendingCr = NOWHERE;
    this.pendingOnly = NOWHERE;
    if (this.columns.isFull()) {
      this.pendingBreak = { at, isNul: false, isBehindOption: false, ahead: '', pieces: [] };
    } else {
      this.window.showAs(BYTE.lineFeed, at);
      this.begin();
    }
  }

  /** Byte by byte, so that it does not matter how they came. */
  private lookAhead(pending: Break, from: number, to: number): void {
    const { raw, rawStart } = this.window;
    for (let at = from; at < to; at++) {
      pending.ahead += String.fromCharCode(raw[at - rawStart] as number);
      const meaning = this.judge(pending, false);
      if (meaning === undefined) continue;
      pending.pieces.push(from, at + 1);
      this.settleBreak(pending, meaning);
      this.show(at + 1, to);
      return;
    }
    pending.pieces.push(from, to);
  }

  private judge({ isNul, isBehindOption, ahead }: Break, isAll: boolean): Meaning | undefined {
    const { window } = this;
    if (isNul) return judgeNul(isBehindOption, ahead, isAll);
    return judgeWrap(window.at(window.visibleEnd - 1), ahead, isAll);
  }

  /** What follows is all there is for now. */
  private decideBreak(): void {
    const { pendingBreak } = this;
    if (pendingBreak !== undefined) this.settleBreak(pendingBreak, this.judge(pendingBreak, true) ?? 'nothing');
  }

  private settleBreak({ at, isNul, pieces }: Break, meaning: Meaning): void {
    const { window } = this;
    this.pendingBreak = undefined;
    if (isNul) this.nulMeaning = meaning;
    if (meaning === 'nothing') {
      if (isNul) window.breakSoftly();
      else this.goOnInNextRow();
    } else {
      window.showAs(meaning === 'line' ? BYTE.lineFeed : BYTE.space, at);
      if (meaning === 'line') this.begin();
    }
    for (let index = 0; index < pieces.length; index += 2)
      this.showNow(pieces[index] as number, pieces[index + 1] as number);
  }
}
