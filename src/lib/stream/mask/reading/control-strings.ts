// Secrets in what a terminal does not show as text: titles, links, the clipboard, device control strings. Each payload is text of its
// own; it is held until its end is there, or until it is long, and masked in place.

import { FILL } from '../archive/same-length.ts';
import type { SecretFound } from '../finding/secrets-found.ts';
import type { VisibleWindow } from './visible-window.ts';

/** Reads the payload of a control string (a title, a link, the clipboard); positions are raw. */
export interface StringReader {
  begin(at: number): void;
  /** Everything up to `to` has come; `isOver` once nothing more will. */
  reach(to: number, isOver: boolean): void;
}

/** A longer payload (an image) goes on in parts, the last bytes of which stay for what crosses the border. */
const PART_BYTES = 32 * 1024;
const OVERLAP_BYTES = 8 * 1024;

/** Masks a whole text; undefined where there is nothing to mask. Counts what it masks. */
export type MaskText = (text: Uint8Array) => Buffer | undefined;
/** What stands in a text, ascending by where it begins. */
export type FindIn = (text: Uint8Array) => readonly Pick<SecretFound, 'from' | 'to'>[];

/** Raw bytes `[from, to)` of the stream go on as `bytes`. */
export interface Patch {
  readonly from: number;
  readonly to: number;
  readonly bytes: Buffer;
}

export class ControlStrings implements StringReader {
  /** In order of place; the emitter takes them off. */
  readonly patches: Patch[] = [];
  /** Raw position from which a payload is still undecided; Infinity outside one. */
  openFrom = Number.POSITIVE_INFINITY;
  private end = 0;
  private readonly window: VisibleWindow;
  private readonly maskText: MaskText;
  private readonly findIn: FindIn;
  private readonly keepsLength: boolean;

  /** `keepsLength`: patches are as long as what they replace, as `maskText` has it. */
  constructor(window: VisibleWindow, maskText: MaskText, findIn: FindIn, keepsLength = false) {
    this.window = window;
    this.maskText = maskText;
    this.findIn = findIn;
    this.keepsLength = keepsLength;
  }

  begin(at: number): void {
    this.openFrom = at;
    this.end = at;
  }

  reach(to: number, isOver: boolean): void {
    this.end = to;
    if (isOver) {
      this.letGo(to);
      this.openFrom = Number.POSITIVE_INFINITY;
      return;
    }
    while (this.end - this.openFrom >= PART_BYTES) this.letGo(this.borderOf(this.openFrom + PART_BYTES));
  }

  /** A deadline: what has come is masked as it is. */
  expire(): void {
    if (this.openFrom < this.end) this.letGo(this.end);
  }

  /** Where a part that is full may be cut: not within a secret. */
  private borderOf(partEnd: number): number {
    const border = partEnd - OVERLAP_BYTES - this.openFrom;
    const part = this.bytes(this.openFrom, partEnd);
    const crossing = this.findIn(part).find(({ from, to }) => from < border && to > border);
    return this.openFrom + (crossing === undefined ? border : crossing.from > 0 ? crossing.from : crossing.to);
  }

  private letGo(to: number): void {
    const payload = this.bytes(this.openFrom, to);
    const masked = maskBase64(payload, this.maskText) ?? this.maskText(payload);
    if (masked !== undefined) this.patches.push({ from: this.openFrom, to, bytes: this.inPlaceOf(payload, masked) });
    this.openFrom = to;
  }

  /** Base64 that is no usual one has another length when it is written anew: nothing is left of it then. */
  private inPlaceOf(payload: Buffer, masked: Buffer): Buffer {
    return this.keepsLength && masked.length !== payload.length ? Buffer.alloc(payload.length, FILL) : masked;
  }

  private bytes(from: number, to: number): Buffer {
    const { raw, rawStart } = this.window;
    return raw.subarray(from - rawStart, to - rawStart);
  }
}

/** What stands before base64: the clipboard (OSC 52), a variable of the user's (OSC 1337). */
const BEFORE_BASE64 = /^(?:52;[^;]{0,16};|1337;SetUserVar=[^=;]{0,64}=)/;
const LONGEST_BEFORE = 96;

/** What the base64 of a control string stands for is looked at, too. */
function maskBase64(payload: Buffer, maskText: MaskText): Buffer | undefined {
  const head = BEFORE_BASE64.exec(payload.subarray(0, LONGEST_BEFORE).toString('latin1'))?.[0];
  if (head === undefined) return undefined;
  const masked = maskText(Buffer.from(payload.subarray(head.length).toString('latin1'), 'base64'));
  return masked === undefined ? undefined : Buffer.from(head + masked.toString('base64'));
}
