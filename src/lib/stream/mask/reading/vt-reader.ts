// Reads a terminal's stream: raw bytes → visible bytes in the window. Its state survives chunks; what it says depends on the bytes
// alone. It stops where a sequence moves the cursor about: from there the screen model must read.

import { needsScreen } from '../screen/screen-sequences.ts';
import type { StringReader } from './control-strings.ts';
import { Lines } from './lines.ts';
import { Overstrike } from './overstrike.ts';
import type { VisibleWindow } from './visible-window.ts';
import { BYTE, CLASS, decode, isUnseen, LEAD, PLAIN, sequenceLength } from './vt-bytes.ts';

/** Parameters beyond this are not looked at: no sequence that matters here has as many. */
const PARAMETERS_MAX_CHARS = 64;
type State = 'ground' | 'escape' | 'sequence' | 'string';

export class VtReader {
  /** Raw position up to which bytes were understood; an unfinished character waits behind it. */
  position: number;
  /** True once a sequence was read that only a screen model can follow; reading stopped behind it. */
  wantsScreen = false;
  /** With `wantsScreen`: what follows stands on another screen or at the top of this one, and goes on with nothing before it. */
  beginsAnew = false;
  private state: State = 'ground';
  private parameters = '';
  private intermediates = '';
  private stringIsOsc = false;
  private readonly window: VisibleWindow;
  private readonly strings: StringReader;
  private readonly hasScreen: boolean;
  readonly lines: Lines;
  private readonly overstrike: Overstrike;

  constructor(window: VisibleWindow, strings: StringReader, width: number, hasScreen: boolean) {
    this.window = window;
    this.strings = strings;
    this.hasScreen = hasScreen;
    this.position = window.rawEnd;
    this.lines = new Lines(window, width);
    this.overstrike = new Overstrike(window);
  }

  /** Raw position up to which bytes may go on. */
  get readTo(): number {
    return Math.min(this.position, this.lines.heldFrom);
  }

  /** Reads on up to the end of the raw bytes, or to where the screen must take over. */
  read(): void {
    this.readAll(false);
    this.lines.columns.measure();
  }

  /** Stops only where an unfinished character waits for its rest. */
  private readAll(isLast: boolean): void {
    while (this.position < this.window.rawEnd && !this.wantsScreen) {
      const { position, state } = this;
      if (state === 'ground') this.readText(isLast);
      else if (state === 'string') this.readString();
      else this.readSequence();
      if (this.position === position && this.state === state) return;
    }
  }

  /** The stream is over: what waited for more is read as it stands. */
  finish(): void {
    this.readAll(true);
    if (this.state === 'string') this.strings.reach(this.window.rawEnd, true);
    this.position = this.window.rawEnd;
    this.lines.finish();
  }

  private readText(isLast: boolean): void {
    const { window } = this;
    const { raw, rawStart, rawEnd } = window;
    let at = this.position;
    let from = at;
    while (at < rawEnd) {
      if (this.overstrike.back === 0) {
        at = this.lines.columns.skipPlain(at - rawStart, rawEnd - rawStart) + rawStart;
        if (at === rawEnd) break;
      }
      const byte = raw[at - rawStart] as number;
      const kind = CLASS[byte] as number;
      if (kind === LEAD) {
        const length = sequenceLength(byte);
        if (at + length > rawEnd && !isLast) break;
        const codePoint = at + length > rawEnd ? -1 : decode(raw, at - rawStart, length);
        const isC1 = codePoint >= 0x80 && codePoint < 0xa0;
        if (!isC1 && !isUnseen(codePoint)) {
          this.overstrike.back = 0;
          this.lines.columns.skipCharacter();
          at += codePoint === -1 ? 1 : length;
          continue;
        }
        this.lines.show(from, at);
        at += length;
        from = at;
        this.position = at;
        if (isC1) this.control(codePoint - 0x40, at);
        if (this.state !== 'ground' || this.wantsScreen) return;
        continue;
      }
      this.lines.show(from, at);
      from = at;
      at += 1;
      if (kind !== PLAIN) this.controlCharacter(byte, at - 1);
      else if (!this.overstrike.repeats(byte, at - 1)) {
        // Something else is put over what stands there.
        at -= 1;
        this.leaveLine();
      }
      from = at;
      this.position = at;
      if (this.state !== 'ground' || this.wantsScreen) return;
    }
    this.lines.show(from, at);
    this.position = at;
  }

  private controlCharacter(byte: number, at: number): void {
    switch (byte) {
      case BYTE.lineFeed:
      case BYTE.verticalTab:
      case BYTE.formFeed:
        this.overstrike.back = 0;
        this.lines.end(at);
        break;
      case BYTE.carriageReturn:
        this.lines.carriageReturn(at);
        this.overstrike.back = 0;
        break;
      case BYTE.backspace:
        if (this.lines.backspace()) break;
        this.lines.settle(BYTE.lineFeed);
        this.overstrike.stepBack(at, this.lines.columns.start);
        break;
      case BYTE.tab:
        this.lines.tab(at);
        break;
      case 0:
        if (this.state === 'ground' && this.overstrike.back === 0) this.lines.nul(at);
        break;
      case BYTE.escape:
        this.lines.sequence(at);
        this.state = 'escape';
        this.intermediates = '';
        break;
      default: // not seen, moves nothing
    }
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
      this.lines.releaseHeld();
      this.state = 'string';
      this.stringIsOsc = letter === ']';
      this.strings.begin(next);
    } else if (needsScreen('escape', letter, '', '')) {
      this.leaveLine();
    } else if ('cDE'.includes(letter)) {
      this.breakHere();
    }
  }

  private dispatch(final: number): void {
    const letter = String.fromCharCode(final);
    const { parameters } = this;
    if (needsScreen('csi', letter, parameters, this.intermediates)) {
      this.beginsAnew = 'hl'.includes(letter) || ('Hf'.includes(letter) && /^[01]?(?:;[01]?)?$/.test(parameters));
      this.leaveLine();
    } else if ('GJ`'.includes(letter)) {
      this.breakHere();
    }
  }

  /** What follows can only be read on a screen, where there is one. */
  private leaveLine(): void {
    this.lines.releaseHeld();
    if (this.hasScreen) this.wantsScreen = true;
    else this.breakHere();
  }

  /** The cursor is elsewhere now: what comes next can be a new word, and can be the rest of one. */
  private breakHere(): void {
    this.overstrike.back = 0;
    this.lines.settle(BYTE.lineFeed);
    this.window.breakSoftly();
    this.lines.begin();
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

  set width(width: number) {
    this.lines.columns.width = width;
  }
}
