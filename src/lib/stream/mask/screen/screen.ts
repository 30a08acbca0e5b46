// Masks output that moves the cursor about: full-screen programs, redrawn lines. Bytes are held for a frame, played on a model
// of the screen that remembers which bytes painted which cell, and let go with the secrets masked in their places. Frames end
// where the bytes say so, never where a chunk does.
import type { TerminalSize } from '../../../core/terminal.ts';
import { isUnseen } from '../reading/vt-bytes.ts';
import { ScanBudget, ScreenChanges } from './screen-changes.ts';
import { KnownCommands } from './screen-commands.ts';
import type { ScreenMask, ScreenMaskOptions } from './screen-contract.ts';
import { paintCovers } from './screen-cover.ts';
import { ScreenLine } from './screen-line.ts';
import { ScreenLooks } from './screen-looks.ts';
import { ScreenLosses } from './screen-losses.ts';
import { createScreenModel, type ScreenModel } from './screen-model.ts';
import { ScreenReturn } from './screen-return.ts';
import { ScreenScan } from './screen-scan.ts';
import type { Effect } from './screen-sequences.ts';
import { createTokenizer, type Tokenizer, type TokenSink } from './screen-tokens.ts';
import { ScreenWindow } from './screen-window.ts';

export type { ScreenMask, ScreenMaskOptions } from './screen-contract.ts';

/** A frame longer than this goes on in pieces: of what is held, so much stays to be read together with what follows. */
const FRAME_MAX_BYTES = 32 * 1024;
const OVERLAP_BYTES = 8 * 1024;

export const createScreenMask = (options: ScreenMaskOptions): ScreenMask => new Screen(options);

class Screen implements ScreenMask, TokenSink {
  readonly #model: ScreenModel;
  readonly #window = new ScreenWindow();
  readonly #line = new ScreenLine();
  readonly #scan: ScreenScan;
  readonly #tokenizer: Tokenizer = createTokenizer(this);
  readonly #commands = new KnownCommands();
  #out: Uint8Array[] = [];
  readonly #changes: ScreenChanges;
  readonly #losses: ScreenLosses;
  readonly #budget = new ScanBudget();
  readonly #looks: ScreenLooks;
  /** End of the last token. */
  #at = 0;
  /** End of the last token in the part of the window that may be let go before the rest. */
  #cut = 0;
  /** The last character printed; -1 once the cursor moved away from it. */
  #last = -1;
  /** A frame did not end, since what stands before the cursor may be the begin of a secret. */
  #isOpen = false;
  #isSync = false;
  #isSeeding = true;
  #return = new ScreenReturn(0);
  #isLinear = false;
  #stopsWhenLinear = false;

  constructor({ size, findSpans, context, onMask = () => undefined }: ScreenMaskOptions) {
    this.#model = createScreenModel(size);
    this.#scan = new ScreenScan({ model: this.#model, window: this.#window, line: this.#line, findSpans, onMask });
    this.#looks = new ScreenLooks(this.#model, this.#scan, this.#budget);
    this.#changes = new ScreenChanges(this.#model);
    this.#losses = new ScreenLosses(
      this.#model,
      this.#changes,
      (row) => (this.#isSeeding ? 'row' : this.#looks.look(row, this.#at)),
      () => this.#scan.keepTop(),
    );
    this.#window.append(context);
    this.#tokenizer.push(context);
    this.#window.release(this.#window.end);
    this.#line.trim(this.#window.start);
    this.#changes.settle();
    this.#isSeeding = false;
    this.#cut = this.#window.start;
    this.#return = new ScreenReturn(this.#window.start);
  }

  get holding(): boolean {
    return this.#window.end > this.#window.start || this.#out.length > 0;
  }

  get holdsSecret(): boolean {
    return this.#isOpen;
  }

  get isLinearAgain(): boolean {
    return this.#isLinear;
  }

  push(bytes: Uint8Array): readonly Uint8Array[] {
    return this.#read(bytes, false).passed;
  }

  pushUntilLinear(bytes: Uint8Array): { readonly passed: readonly Uint8Array[]; readonly unread: Uint8Array } {
    return this.#read(bytes, true);
  }

  expire(): readonly Uint8Array[] {
    this.#letGo();
    return this.#take();
  }

  flush(): readonly Uint8Array[] {
    this.#scanPayload(this.#window.end);
    this.#scanAll(true);
    this.#release(Math.max(this.#tokenizer.wholeUntil, this.#window.start));
    this.#out.push(this.#window.release(this.#window.end));
    this.#model.dispose();
    return this.#take();
  }

  resize(size: TerminalSize): void {
    this.#letGo();
    this.#model.resize(size);
    this.#changes.resize();
  }

  print(codePoint: number, from: number, to: number): void {
    const width = isUnseen(codePoint) ? 0 : this.#model.widthOf(codePoint);
    if (width > 0) {
      this.#losses.beforePrint(width);
      this.#model.print(codePoint, from);
      this.#line.print(codePoint, from);
      this.#last = from;
    } else if (this.#last >= 0) {
      if (!isUnseen(codePoint)) {
        this.#model.print(codePoint, this.#last);
        this.#line.print(codePoint, this.#last);
      }
      this.#window.follow(this.#last, from, to);
    }
    this.#endToken(to);
  }

  control(sequence: string, from: number, to: number): void {
    const command = this.#commands.read(sequence, this.#model.cols * this.#model.rows);
    const { effect, model } = command;
    this.#return.note(command, effect === 'line');
    const { cursorX: column, cursorY: row } = this.#model;
    this.#losses.before(effect);
    if (effect === 'move' || effect === 'line' || (effect === 'none' && model !== '')) this.#last = -1;
    this.#budget.play(command, this.#model, this.#at);
    // Where the cursor is put to where it stands, the row goes on.
    const isMoved = this.#model.cursorX !== column || this.#model.cursorY !== row;
    if ((effect === 'move' && isMoved) || effect === 'line' || effect === 'destroy') this.#line.control(sequence);
    if (command.empties) this.#scan.forgetTop();
    if (effect === 'repeat') this.#changes.paintRows(row, this.#model.cursorY);
    if (to > from) this.#endToken(to);
    this.#after(effect, to);
    if (effect === 'line') this.#tryLinear();
  }

  string(_kind: string, payloadFrom: number, payloadTo: number, to: number): void {
    this.#scanPayload(payloadTo, payloadFrom);
    this.#endToken(to);
  }

  /** Not in the midst of what may be a secret: whoever reads lines would not know how it began. */
  #tryLinear(): void {
    const { isAlternate, rows } = this.#model;
    if (!this.#stopsWhenLinear || isAlternate || !this.#return.isDue(rows, this.#at)) return;
    this.#isLinear = this.#budget.spend(this.#scan.cellsOf(0, rows - 1), this.#at) && !this.#scan.isUndecided();
    if (this.#isLinear) this.#tokenizer.stop();
  }

  #after(effect: Effect, to: number): void {
    if (effect === 'sync-begin') this.#isSync = true;
    if (effect === 'main-screen') this.#endFrame(to, true);
    if (effect === 'sync-end') this.#isSync = false;
    if (effect === 'sync-end' || (effect === 'cursor-shown' && !this.#isSync)) this.#endFrame(to, false);
  }

  #endToken(to: number): void {
    this.#at = to;
    if (to - this.#window.start <= FRAME_MAX_BYTES - OVERLAP_BYTES) this.#cut = to;
  }

  /** A frame that ends right behind what could be the begin of a secret goes on, unless the whole screen goes. */
  #endFrame(to: number, isForced: boolean): void {
    const { cols, rows } = this.#model;
    if (this.#isSeeding) return;
    this.#isOpen = !isForced && this.#last >= 0 && !this.#isClosedAtCursor();
    if (this.#isOpen) return;
    const isWhole = this.#budget.spend(this.#scan.cellsOf(0, rows - 1), to);
    if (!isWhole && !this.#budget.spend(this.#changes.rowCount * cols, to)) return;
    this.#scanAll(isWhole);
    this.#release(to);
  }

  #isClosedAtCursor(): boolean {
    const { cursorY } = this.#model;
    return this.#budget.spend(this.#scan.cellsOf(cursorY, cursorY), this.#at) && !this.#scan.isOpenAtCursor();
  }

  /** The frame grew too long: lets go of its front, and of all of it where masks must be painted over what is shown. */
  #releaseFront(): void {
    const window = this.#window;
    this.#scanPayload(window.end);
    this.#scanAll(true);
    const payloadFrom = this.#tokenizer.payloadFrom ?? window.end;
    const inPayload = window.end - OVERLAP_BYTES;
    const cut = this.#scan.hasCovers ? this.#tokenizer.wholeUntil : payloadFrom <= inPayload ? inPayload : this.#cut;
    this.#release(cut > window.start ? cut : window.end);
  }

  #letGo(): void {
    this.#budget.refill();
    if (this.#last >= 0) this.#scan.scanToCursor();
    this.#scanPayload(this.#window.end);
    this.#scanAll(true);
    this.#release(Math.max(this.#tokenizer.wholeUntil, this.#window.start));
  }

  #scanAll(isWhole: boolean): void {
    if (this.#changes.rowCount > 0 && isWhole) this.#scan.scanRows(0, this.#model.rows - 1);
    else for (const [first, last] of this.#changes.runs()) this.#scan.scanRows(first, last);
    this.#scan.scanLine(this.#looks.takeMissed());
    this.#changes.settle();
  }

  /** What a string carries (a title, a link, the clipboard) is no part of the screen, and is looked at by itself. */
  #scanPayload(to: number, payloadFrom = this.#tokenizer.payloadFrom): void {
    if (payloadFrom !== undefined && !this.#isSeeding)
      this.#scan.scanPayload(Math.max(payloadFrom, this.#window.start), to);
  }

  #release(to: number): void {
    this.#out.push(this.#window.release(to), paintCovers(this.#model, this.#scan.takeCovers()));
    this.#line.trim(this.#window.start);
    this.#cut = this.#window.start;
  }

  #read(bytes: Uint8Array, untilLinear: boolean): { passed: readonly Uint8Array[]; unread: Uint8Array } {
    const window = this.#window;
    this.#stopsWhenLinear = untilLinear;
    let at = 0;
    while (at < bytes.length && !(untilLinear && this.isLinearAgain)) {
      const piece = bytes.subarray(at, at + window.start + FRAME_MAX_BYTES - window.end);
      window.append(piece);
      const taken = this.#tokenizer.push(piece);
      window.truncate(piece.length - taken);
      at += taken;
      if (window.end - window.start >= FRAME_MAX_BYTES) this.#releaseFront();
    }
    return { passed: this.#take(), unread: bytes.subarray(at) };
  }

  #take(): readonly Uint8Array[] {
    const out = this.#out.filter(({ length }) => length > 0);
    this.#out = [];
    return out;
  }
}
