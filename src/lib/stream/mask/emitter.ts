// Lets the stream go on: raw bytes as they came, but for the text of secrets, in whose place a mask stands. Escape sequences within a
// secret stay, so that colours stay balanced.

import { Bug } from '../../core/errors.ts';
import { FILL, labelWithin } from './archive/same-length.ts';
import type { ForcedMask } from './finding/scanner.ts';
import type { SecretFound, SecretsFound } from './finding/secrets-found.ts';
import type { Patch } from './reading/control-strings.ts';
import type { VisibleWindow } from './reading/visible-window.ts';

/** Raw positions in the stream, half open. */
export interface RawSpan {
  readonly from: number;
  readonly to: number;
}

/** Tells where in the stream a secret stands: only some want to know. */
export interface Places {
  placeOf(secret: Pick<SecretFound, 'from' | 'to'>): RawSpan;
}

export interface MaskLabels {
  /**
   * The mask for a secret whose whole text is `bytes[from, to)`, and which stands where `places` says; null where it stands nowhere in
   * the stream. Counts it. The bytes are not kept.
   */
  label(secret: SecretFound, bytes: Uint8Array, places: Places | null, from?: number, to?: number): string;
  /** The mask for one that is still coming. */
  shortLabel(kind: string): string;
}

export class Emitter implements Places {
  /** Visible and raw positions up to which everything has gone on. */
  private visible = 0;
  private raw: number;
  /** Visible text before this is behind a mask that was written already. */
  private covered = 0;
  /** What goes on next. */
  private output = Buffer.alloc(4096);
  private length = 0;
  private readonly window: VisibleWindow;
  private readonly found: SecretsFound;
  private readonly patches: Patch[];
  private readonly labels: MaskLabels;
  private readonly keepsLength: boolean;
  /** With `keepsLength`: what is left to write of a label, one character for each byte that is hidden. */
  private due = '';
  /** Where `raw` would be if nothing had changed its length. */
  private sent: number;

  /** `keepsLength`: a mask is written over what it hides, byte for byte. */
  constructor(window: VisibleWindow, found: SecretsFound, patches: Patch[], labels: MaskLabels, keepsLength: boolean) {
    this.window = window;
    this.raw = window.rawEnd;
    this.sent = window.rawEnd;
    this.keepsLength = keepsLength;
    this.found = found;
    this.patches = patches;
    this.labels = labels;
  }

  /** Positions for `VisibleWindow.forget`. */
  get gone(): { readonly raw: number; readonly visible: number } {
    return { raw: this.raw, visible: this.visible };
  }

  /** True while something has not gone on. */
  get isBehind(): boolean {
    return this.raw < this.window.rawEnd;
  }

  /** No mask covers what comes next or is stepped back to, and no payload was changed. */
  get hasNothingToChange(): boolean {
    return this.patches.length === 0 && this.covered <= this.visible && this.window.shadows.isEmpty;
  }

  /** All there is went on as it came. */
  skipAll(): void {
    this.visible = this.window.visibleEnd;
    this.sent += this.window.rawEnd - this.raw;
    this.raw = this.window.rawEnd;
  }

  /** What goes on, in one piece: a copy, or nothing. */
  take(): readonly Uint8Array[] {
    this.sent += this.length;
    if (this.keepsLength && this.sent !== this.raw)
      throw new Bug('a mask changed the length of a stream that keeps it');
    if (this.length === 0) return [];
    const piece = Buffer.from(this.output.subarray(0, this.length));
    this.length = 0;
    return [piece];
  }

  /** Lets everything before visible position `to`, and before raw position `rawLimit`, go on. All of it is decided. */
  emit(to: number, rawLimit: number): void {
    for (let secret = this.found.takeBefore(to); secret !== undefined; secret = this.found.takeBefore(to)) {
      const from = Math.max(secret.from, this.visible);
      if (secret.to <= this.covered || secret.to <= from) continue;
      if (secret.from < this.covered && secret.yields) continue;
      const isNew = secret.from >= this.covered || from > this.covered;
      if (isNew && !(secret.continues && from === this.covered)) {
        this.pass(from);
        // What stands before the secret's first byte, such as a colour, stays before the mask.
        this.passRaw(this.window.rawOf(from));
        this.write(this.labelOf(secret), secret.to - from);
      }
      this.covered = secret.to;
    }
    this.pass(to);
    this.passRaw(Math.min(rawLimit, this.window.rawOf(to)));
  }

  /** As `emit` for all there is, at a deadline: `masks` cover what is not decided. */
  emitForced(masks: readonly ForcedMask[], rawLimit: number): void {
    const { visibleEnd } = this.window;
    for (const mask of masks) {
      const from = Math.max(mask.from, this.visible);
      this.emit(from, Number.POSITIVE_INFINITY);
      if (mask.to <= Math.max(from, this.covered)) continue;
      if (mask.from >= this.covered || from > this.covered) {
        this.passRaw(this.window.rawOf(from));
        this.write(this.labels.shortLabel(mask.kind), mask.to - from);
      }
      this.covered = mask.to;
    }
    this.emit(visibleEnd, rawLimit);
  }

  private labelOf(secret: SecretFound): string {
    const { from, to, value } = secret;
    if (value !== undefined) return this.labels.label(secret, value, this);
    const { visible, visibleStart } = this.window;
    return this.labels.label(secret, visible, this, from - visibleStart, to - visibleStart);
  }

  placeOf({ from, to }: Pick<SecretFound, 'from' | 'to'>): RawSpan {
    return { from: this.window.rawOf(from), to: this.window.rawOf(to - 1) + 1 };
  }

  /** Visible bytes up to `to` go on, or are left out where a mask stands for them; what is between them goes on. */
  private pass(to: number): void {
    if (to <= this.visible) return;
    const hidden = Math.min(Math.max(this.covered, this.visible), to);
    if (hidden > this.visible) {
      this.window.eachRun(this.visible, hidden, (rawFrom, rawTo) => {
        this.passRaw(rawFrom);
        this.hide(rawTo);
      });
      this.visible = hidden;
    }
    if (to > hidden) {
      this.passRaw(this.window.rawOf(to - 1) + 1);
      this.visible = to;
    }
  }

  private passRaw(to: number): void {
    for (let patch = this.patches[0]; patch !== undefined && patch.to <= to; patch = this.patches[0]) {
      this.copy(this.raw, patch.from);
      this.makeRoom(patch.bytes.length);
      this.length += patch.bytes.copy(this.output, this.length);
      this.raw = patch.to;
      this.patches.shift();
    }
    const { shadows } = this.window;
    for (let shadow = shadows.takeBefore(to); shadow !== undefined; shadow = shadows.takeBefore(to)) {
      if (shadow.raw < this.raw || shadow.visible >= this.covered) continue;
      this.copy(this.raw, shadow.raw);
      this.raw = shadow.raw;
      this.hide(shadow.raw + 1);
    }
    this.copy(this.raw, to);
    if (to > this.raw) this.raw = to;
  }

  private copy(from: number, to: number): void {
    if (to <= from) return;
    const { raw, rawStart } = this.window;
    this.makeRoom(to - from);
    this.length += copyBytes(raw, this.output, this.length, from - rawStart, to - rawStart);
  }

  /** Raw bytes up to `to` do not go on. */
  private hide(to: number): void {
    if (to <= this.raw) return;
    if (this.keepsLength) this.fill(to - this.raw);
    this.raw = to;
  }

  /** Writes what is due of a label, and signs that stand for the other bytes. */
  private fill(count: number): void {
    this.makeRoom(count);
    const { output, length, due } = this;
    for (let at = 0; at < count; at++) output[length + at] = at < due.length ? due.charCodeAt(at) : FILL;
    this.length = length + count;
    this.due = due.slice(count);
  }

  /** A mask for something that is `hidden` visible bytes long, as far as it is known. */
  private write(mask: string, hidden: number): void {
    if (this.keepsLength) {
      this.due = labelWithin(mask, hidden);
      return;
    }
    this.makeRoom(mask.length);
    const { output, length } = this;
    for (let at = 0; at < mask.length; at++) output[length + at] = mask.charCodeAt(at);
    this.length = length + mask.length;
  }

  private makeRoom(length: number): void {
    if (this.length + length <= this.output.length) return;
    const larger = Buffer.alloc(Math.max(this.output.length * 2, this.length + length));
    this.output.copy(larger, 0, 0, this.length);
    this.output = larger;
  }
}

/** Up to here a loop is faster than a call that makes a view first. */
const SHORT_COPY = 64;

/** As `Buffer.copy`. */
function copyBytes(source: Buffer, target: Buffer, at: number, from: number, to: number): number {
  if (to - from > SHORT_COPY) return source.copy(target, at, from, to);
  for (let index = from; index < to; index++) target[at + index - from] = source[index] as number;
  return to - from;
}
