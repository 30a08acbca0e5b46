// Reads a terminal's stream: raw bytes → visible bytes in the window. Its state survives chunks; what it says depends on the bytes
// alone. It stops where a sequence moves the cursor about: from there the screen model must read.
import { columnAfter } from './columns.ts';
import { needsScreen } from './screen-sequences.ts';
import type { VisibleWindow } from './visible-window.ts';
import { BYTE, CLASS, decode, isUnseen, LEAD, PLAIN, sequenceLength } from './vt-bytes.ts';

const NOWHERE = -1;
/** Parameters beyond this are not looked at: no sequence that matters here has as many. */
const PARAMETERS_MAX_CHARS = 64;

type State = 'ground' | 'escape' | 'sequence' | 'string';

/** Reads the payload of a control string (a title, a link, the clipboard); positions are raw. */
export interface StringReader {
  begin(at: number): void;
  /** Everything up to `to` has come; `isOver` once nothing more will. */
  reach(to: number, isOver: boolean): void;
}

export class VtReader {
  /** Raw position up to which bytes were understood; an unfinished character waits behind it. */
  position = 0;
  /** True once a sequence was read that only a screen model can follow; reading stopped behind it. */
  wantsScreen = false;
  private state: State = 'ground';
  private parameters = '';
  private intermediates = '';
  private stringIsOsc = false;
  /** Backspaces that wait for what overwrites. */
  private back = 0;
  /** Raw positions of a CR, of a line end at the terminal's width, and of a blank in the column after the last. */
  private pendingCr = NOWHERE;
  private pendingWrap = NOWHERE;
  private pendingBlank = NOWHERE;
  private lineStart = 0;
  /** Column of the line's visible byte at `columnPosition`: long lines are measured piece by piece. */
  private columnPosition = 0;
  private column = 0;
  private sawTab = false;
  private readonly window: VisibleWindow;
  private readonly strings: StringReader;
  /** Columns of the terminal; 0 where lines are never joined. */
  width: number;

  constructor(window: VisibleWindow, strings: StringReader, width: number) {
    this.window = window;
    this.strings = strings;
    this.width = width;
  }

  /** Reads on up to the end of the raw bytes, or to where the screen must take over. */
  read(): void {
    const { window } = this;
    while (this.position < window.rawEnd && !this.wantsScreen) {
      const before = this.position;
      if (this.state === 'ground') this.readText(false);
      else if (this.state === 'string') this.readString();
      else this.readSequence();
      if (this.position === before) break;
    }
    this.measure();
  }

  /** The stream is over: what waited for more is read as it stands. */
  finish(): void {
    if (this.state === 'ground') this.readText(true);
    else if (this.state === 'string') this.strings.reach(this.window.rawEnd, true);
    this.position = this.window.rawEnd;
    this.settle(BYTE.lineFeed);
    if (this.pendingCr !== NOWHERE) this.window.showAs(BYTE.carriageReturn, this.pendingCr);
    this.pendingCr = NOWHERE;
  }

  private readText(isLast: boolean): void {
    const { window } = this;
    const { raw, rawStart, rawEnd } = window;
    let at = this.position;
    let from = at;
    while (at < rawEnd) {
      const byte = raw[at - rawStart] as number;
      const kind = CLASS[byte] as number;
      if (kind === PLAIN && this.back === 0) {
        if (byte === BYTE.tab) this.sawTab = true;
        at += 1;
        continue;
      }
      if (kind === LEAD) {
        const length = sequenceLength(byte);
        if (at + length > rawEnd && !isLast) break;
        const codePoint = at + length > rawEnd ? -1 : decode(raw, at - rawStart, length);
        const isC1 = codePoint >= 0x80 && codePoint < 0xa0;
        if (!isC1 && !isUnseen(codePoint)) {
          if (this.back > 0) this.back = 0;
          at += codePoint === -1 ? 1 : length;
          continue;
        }
        this.showText(from, at);
        at += length;
        from = at;
        this.position = at;
        if (isC1) this.control(codePoint - 0x40, at);
        if (this.state !== 'ground' || this.wantsScreen) return;
        continue;
      }
      this.showText(from, at);
      from = at;
      at += 1;
      if (kind !== PLAIN) this.controlCharacter(byte, at - 1);
      else if (!this.overwrites(byte, at - 1)) {
        // Something else is put over what stands there.
        this.wantsScreen = true;
        at -= 1;
      }
      from = at;
      this.position = at;
      if (this.state !== 'ground' || this.wantsScreen) return;
    }
    this.showText(from, at);
    this.position = at;
  }

  private showText(from: number, to: number): void {
    if (from >= to) return;
    const { window } = this;
    this.settle(window.raw[from - window.rawStart] as number);
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
  private settle(next: number): void {
    const { window } = this;
    if (this.pendingWrap !== NOWHERE) {
      const isBlank = next === BYTE.space || (next >= BYTE.tab && next <= BYTE.carriageReturn);
      if (isBlank) window.showAs(BYTE.lineFeed, this.pendingWrap);
      else window.breakSoftly();
      this.pendingWrap = NOWHERE;
      this.beginLine();
    }
    if (this.pendingCr !== NOWHERE && next !== BYTE.lineFeed) {
      // A shell's line editor writes a blank and a CR where its line wraps.
      if (this.pendingBlank !== NOWHERE) window.breakSoftly();
      else window.showAs(BYTE.carriageReturn, this.pendingCr);
      this.pendingCr = NOWHERE;
      this.pendingBlank = NOWHERE;
      this.beginLine();
    }
    if (this.pendingBlank !== NOWHERE && next !== BYTE.carriageReturn) {
      window.show(this.pendingBlank, this.pendingBlank + 1);
      this.pendingBlank = NOWHERE;
    }
  }

  private beginLine(): void {
    this.lineStart = this.window.visibleEnd;
    this.columnPosition = this.lineStart;
    this.column = 0;
    this.sawTab = false;
    this.back = 0;
  }

  private controlCharacter(byte: number, at: number): void {
    const { window } = this;
    switch (byte) {
      case BYTE.lineFeed:
      case BYTE.verticalTab:
      case BYTE.formFeed:
        this.endLine(at);
        break;
      case BYTE.carriageReturn:
        this.settle(BYTE.carriageReturn);
        if (this.pendingCr === NOWHERE) this.pendingCr = at;
        this.back = 0;
        break;
      case BYTE.backspace:
        this.settle(BYTE.lineFeed);
        this.back = Math.min(this.back + 1, window.visibleEnd - this.lineStart);
        window.shadows.push({ raw: at, visible: window.visibleEnd - this.back });
        break;
      case BYTE.escape:
        this.state = 'escape';
        this.intermediates = '';
        break;
      default: // not seen, moves nothing
    }
  }

  private endLine(at: number): void {
    const { window } = this;
    this.settle(BYTE.lineFeed);
    this.pendingCr = NOWHERE;
    if (this.isAtWidth()) {
      this.pendingWrap = at;
    } else {
      window.showAs(BYTE.lineFeed, at);
      this.beginLine();
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
  private measure(): void {
    const { window } = this;
    if (this.width === 0 || window.visibleEnd - this.columnPosition < 256) return;
    let until = window.visibleEnd - 4;
    while (until > this.columnPosition && (window.at(until) & 0xc0) === 0x80) until -= 1;
    this.measureTo(until);
  }

  private measureTo(until: number): void {
    const { window, columnPosition } = this;
    const base = window.visibleStart;
    this.column = columnAfter(window.visible, columnPosition - base, until - base, this.column);
    this.columnPosition = until;
  }

  /** True where the byte is what stands there already: bold by overstriking. */
  private overwrites(byte: number, raw: number): boolean {
    const visible = this.window.visibleEnd - this.back;
    if (this.window.at(visible) !== byte) return false;
    this.window.shadows.push({ raw, visible });
    this.back -= 1;
    return true;
  }

  private readSequence(): void {
    const { window } = this;
    const at = this.position;
    const byte = window.raw[at - window.rawStart] as number;
    this.position = at + 1;
    if (byte === BYTE.cancel || byte === BYTE.substitute) {
      this.state = 'ground';
    } else if (byte < 0x20) {
      this.controlCharacter(byte, at);
    } else if (byte >= 0x80) {
      // No sequence: the byte is text.
      this.state = 'ground';
      this.position = at;
    } else if (byte < 0x30) {
      this.intermediates += this.intermediates.length < 4 ? String.fromCharCode(byte) : '';
    } else if (this.state === 'sequence' && byte < 0x40) {
      if (this.parameters.length < PARAMETERS_MAX_CHARS) this.parameters += String.fromCharCode(byte);
    } else if (byte !== BYTE.delete) {
      const isEscape = this.state === 'escape';
      this.state = 'ground';
      if (!isEscape) this.dispatch(byte);
      else if (this.intermediates === '') this.control(byte, at + 1);
    }
  }

  /** `ESC` and this byte, or the C1 control that stands for both. */
  private control(byte: number, next: number): void {
    const letter = String.fromCharCode(byte);
    if (letter === '[') {
      this.state = 'sequence';
      this.parameters = '';
      this.intermediates = '';
    } else if (']PX^_'.includes(letter)) {
      this.state = 'string';
      this.stringIsOsc = letter === ']';
      this.strings.begin(next);
    } else if (needsScreen('escape', letter, '', '')) {
      this.wantsScreen = true;
    } else if ('cDE'.includes(letter)) {
      this.breakHere();
    }
  }

  private dispatch(final: number): void {
    const letter = String.fromCharCode(final);
    if (needsScreen('csi', letter, this.parameters, this.intermediates)) this.wantsScreen = true;
    else if ('GJ`'.includes(letter)) this.breakHere();
  }

  /** The cursor is elsewhere now: what comes next can be a new word, and can be the rest of one. */
  private breakHere(): void {
    this.settle(BYTE.lineFeed);
    this.window.breakSoftly();
    this.beginLine();
  }

  private readString(): void {
    const { window } = this;
    const { raw, rawStart, rawEnd } = window;
    let at = this.position;
    for (; at < rawEnd; at++) {
      const byte = raw[at - rawStart] as number;
      const isBel = byte === BYTE.bel && this.stringIsOsc;
      if (isBel || byte === BYTE.escape || byte === BYTE.cancel || byte === BYTE.substitute) {
        this.strings.reach(at, true);
        this.state = byte === BYTE.escape ? 'escape' : 'ground';
        this.intermediates = '';
        this.position = at + 1;
        return;
      }
      if (byte !== 0xc2) continue;
      if (at + 1 === rawEnd) break;
      if (raw[at + 1 - rawStart] !== 0x9c) continue;
      this.strings.reach(at, true);
      this.state = 'ground';
      this.position = at + 2;
      return;
    }
    this.strings.reach(at, false);
    this.position = at;
  }
}
