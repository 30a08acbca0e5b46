// The part of a stream that is still worth remembering: its raw bytes that have not gone on yet, its visible bytes, and which raw
// byte each visible byte came from. Positions are absolute: they count from the stream's first byte.
import { Shadows } from './shadows.ts';
import { BYTE } from './vt-bytes.ts';

/** Visible bytes kept behind what has gone on: what a rule may look back at. */
export const LOOKBACK = 512;

const LINE_BEFORE_BYTES = 200;

/** Most windows are of one row or title. */
const SMALLEST_BYTES = 256;

export class VisibleWindow {
  private visibleBytes = Buffer.allocUnsafe(SMALLEST_BYTES);
  visibleStart = 0;
  visibleEnd = 0;
  /** Visible bytes from here on are not copied yet: a whole chunk of lines is copied at once. */
  private copiedTo = 0;
  /** Raw position behind the last visible byte. */
  private shownTo = -1;
  /** Raw bytes likewise. */
  raw = Buffer.allocUnsafe(SMALLEST_BYTES);
  /** The same bytes, for reading several at once. */
  rawView = viewOf(this.raw);
  rawStart: number;
  rawEnd: number;
  /** Runs of visible bytes that are consecutive in the raw bytes, too: where each begins. */
  private runVisible: number[] = [];
  private runRaw: number[] = [];
  /** Positions before which a line end was left out because the terminal's width had been reached, ascending. */
  private softBreaks: number[] = [];

  readonly shadows = new Shadows();

  /** `origin`: raw bytes of the stream that went before. */
  constructor(origin = 0) {
    this.rawStart = origin;
    this.rawEnd = origin;
  }

  /** Takes the stream's next bytes; they are copied. */
  appendRaw(bytes: Uint8Array): void {
    const used = this.rawEnd - this.rawStart;
    if (used + bytes.length > this.raw.length) {
      const larger = Buffer.alloc(Math.max(this.raw.length * 2, used + bytes.length));
      this.raw.copy(larger, 0, 0, used);
      this.raw = larger;
      this.rawView = viewOf(larger);
    }
    this.raw.set(bytes, used);
    this.rawEnd += bytes.length;
  }

  /** Visible bytes; `visible[i]` is the one at position `visibleStart + i`. */
  get visible(): Buffer {
    if (this.copiedTo < this.visibleEnd) this.copyShown();
    return this.visibleBytes;
  }

  /** Raw bytes `[from, to)`, positions of the stream, are visible. */
  show(from: number, to: number): void {
    if (from !== this.shownTo) this.startRun(from);
    this.shownTo = to;
    this.visibleEnd += to - from;
  }

  /** One visible byte that may be another than the raw byte it stands for. */
  showAs(byte: number, from: number): void {
    this.show(from, from + 1);
    if (this.raw[from - this.rawStart] !== byte) this.visible[this.visibleEnd - this.visibleStart - 1] = byte;
  }

  private startRun(raw: number): void {
    this.copyShown();
    this.runVisible.push(this.visibleEnd);
    this.runRaw.push(raw);
  }

  /** What was shown and is not copied yet is consecutive, and ends with the last byte that was shown. */
  private copyShown(): void {
    const used = this.copiedTo - this.visibleStart;
    const length = this.visibleEnd - this.copiedTo;
    if (used + length > this.visibleBytes.length) {
      const larger = Buffer.alloc(Math.max(this.visibleBytes.length * 2, used + length));
      larger.set(this.visibleBytes.subarray(0, used));
      this.visibleBytes = larger;
    }
    const { raw, visibleBytes } = this;
    const from = this.shownTo - this.rawStart - length;
    if (length < 16) for (let at = 0; at < length; at++) visibleBytes[used + at] = raw[from + at] as number;
    else visibleBytes.set(raw.subarray(from, from + length), used);
    this.copiedTo = this.visibleEnd;
  }

  /** A line end was left out here. */
  breakSoftly(): void {
    if (this.softBreaks.at(-1) !== this.visibleEnd) this.softBreaks.push(this.visibleEnd);
  }

  isSoftBreak(position: number): boolean {
    return this.softBreaks.length > 0 && this.nextSoftBreak(position) === position;
  }

  /** The first one that is not before `position`; Infinity where there is none. */
  nextSoftBreak(position: number): number {
    const { softBreaks } = this;
    let low = 0;
    let high = softBreaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((softBreaks[middle] as number) < position) low = middle + 1;
      else high = middle;
    }
    return softBreaks[low] ?? Number.POSITIVE_INFINITY;
  }

  /** The visible byte there, or -1 before the stream's begin (or what is remembered of it). */
  at(position: number): number {
    return position < this.visibleStart || position >= this.visibleEnd
      ? -1
      : (this.visible[position - this.visibleStart] as number);
  }

  /** A copy of visible bytes. */
  copyVisible(from: number, to: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.visible, from - this.visibleStart, to - this.visibleStart);
  }

  /** Visible bytes as Latin-1. */
  textOf(from: number, to: number): string {
    return this.visible.toString('latin1', from - this.visibleStart, to - this.visibleStart);
  }

  /** The visible line before `position`, its last 200 bytes as Latin-1. */
  lineBefore(position: number): string {
    const { visible, visibleStart } = this;
    const last = Math.max(visibleStart, position - LINE_BEFORE_BYTES);
    let from = position;
    while (from > last && visible[from - 1 - visibleStart] !== BYTE.lineFeed) from -= 1;
    return this.textOf(from, position);
  }

  /** Where the visible byte at `position` stands in the stream; the stream's end for what is not there yet. */
  rawOf(position: number): number {
    if (position >= this.visibleEnd) return this.rawEnd;
    const run = this.runAt(position);
    return (this.runRaw[run] as number) + position - (this.runVisible[run] as number);
  }

  /** Calls back for each piece of visible bytes `[from, to)` that is consecutive in the stream, with its raw bounds. */
  eachRun(from: number, to: number, onRun: (rawFrom: number, rawTo: number) => void): void {
    for (let run = this.runAt(from); run < this.runVisible.length; run++) {
      const begin = Math.max(from, this.runVisible[run] as number);
      if (begin >= to) return;
      const end = Math.min(to, this.runVisible[run + 1] ?? this.visibleEnd);
      const raw = (this.runRaw[run] as number) + begin - (this.runVisible[run] as number);
      onRun(raw, raw + end - begin);
    }
  }

  private runAt(position: number): number {
    let low = 0;
    let high = this.runVisible.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.runVisible[middle] as number) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Forgets raw bytes before `raw` and visible bytes more than LOOKBACK before `visible`. */
  forget(raw: number, visible: number): void {
    const shown = this.visible;
    if (raw - this.rawStart > this.raw.length >> 1 || raw === this.rawEnd) {
      this.raw.copyWithin(0, raw - this.rawStart, this.rawEnd - this.rawStart);
      this.rawStart = raw;
    }
    const from = visible - LOOKBACK;
    if (from - this.visibleStart > shown.length >> 1) {
      shown.copyWithin(0, from - this.visibleStart, this.visibleEnd - this.visibleStart);
      this.visibleStart = from;
    }
    const gone = this.runVisible.length === 0 ? 0 : this.runAt(this.visibleStart);
    if (gone > 64) {
      this.runVisible.splice(0, gone);
      this.runRaw.splice(0, gone);
    }
    let passed = 0;
    while ((this.softBreaks[passed] as number) <= this.visibleStart) passed += 1;
    if (passed > 0) this.softBreaks.splice(0, passed);
  }
}

const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView => new DataView(buffer, byteOffset, length);
