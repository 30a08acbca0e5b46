// The mask of a stream that is written from left to right and from top to bottom, as nearly all output is. Bytes come in, are understood,
// searched, and go on as soon as nothing undecided stands before them.

import { maskWholeInPlace } from './archive/same-length.ts';
import { Emitter, type MaskLabels } from './emitter.ts';
import type { CompiledRules } from './finding/compiled-rules.ts';
import { findSecrets } from './finding/find-secrets.ts';
import { Scanner } from './finding/scanner.ts';
import type { SecretFound } from './finding/secrets-found.ts';
import type { KnownIndex } from './known/known-finder.ts';
import { ControlStrings } from './reading/control-strings.ts';
import { VisibleWindow } from './reading/visible-window.ts';
import { VtReader } from './reading/vt-reader.ts';

/** Longer chunks are taken in pieces, so that memory stays bounded. */
const SLICE_BYTES = 32 * 1024;

export interface LinearMaskOptions {
  readonly rules: CompiledRules;
  readonly known: KnownIndex;
  readonly labels: MaskLabels;
  /** Of the terminal; 0 where lines are never joined. */
  readonly width: number;
  /** Without one, `wantsScreen` never becomes true. */
  readonly hasScreen: boolean;
  /** Masks are as long as what they hide. */
  readonly keepsLength: boolean;
  /** Raw bytes of the stream that went before. */
  readonly origin: number;
}

export class LinearMask {
  private readonly window: VisibleWindow;
  private readonly scanner: Scanner;
  private readonly strings: ControlStrings;
  private readonly reader: VtReader;
  private readonly emitter: Emitter;
  /** What the stream is after it asked for a screen: not read by this mask. */
  private unread: Uint8Array = new Uint8Array(0);

  constructor({ rules, known, labels, width, hasScreen, keepsLength, origin }: LinearMaskOptions) {
    this.window = new VisibleWindow(origin);
    const findIn = (text: Uint8Array) => findSecrets(rules, known, text);
    this.scanner = new Scanner(rules, known, this.window);
    const maskText = keepsLength ? maskWholeInPlace : maskWhole;
    this.strings = new ControlStrings(this.window, (text) => maskText(text, findIn(text), labels), findIn, keepsLength);
    this.reader = new VtReader(this.window, this.strings, width, hasScreen);
    this.emitter = new Emitter(this.window, this.scanner.found, this.strings.patches, labels, keepsLength);
  }

  /** Takes the next bytes, up to where a screen is needed: see `wantsScreen`. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
      if (this.reader.wantsScreen) {
        this.unread = bytes.subarray(at);
        break;
      }
      pieces.push(...this.pushSlice(bytes.subarray(at, at + SLICE_BYTES)));
    }
    return pieces;
  }

  private pushSlice(bytes: Uint8Array): readonly Uint8Array[] {
    const { window, reader, scanner, emitter } = this;
    const isFresh = !emitter.isBehind;
    window.appendRaw(bytes);
    reader.read();
    scanner.scan();
    const to = scanner.decidedTo;
    const rawLimit = this.rawLimit;
    if (
      isFresh &&
      to === window.visibleEnd &&
      rawLimit >= window.rawEnd &&
      scanner.found.isEmpty &&
      emitter.hasNothingToChange
    ) {
      emitter.skipAll();
      this.forget();
      return [bytes];
    }
    emitter.emit(to, rawLimit);
    this.forget();
    return emitter.take();
  }

  /** Raw bytes from here on are not understood yet. */
  private get rawLimit(): number {
    return Math.min(this.strings.openFrom, this.reader.readTo);
  }

  private forget(): void {
    const { raw, visible } = this.emitter.gone;
    this.window.forget(raw, Math.min(visible, this.scanner.neededFrom));
  }

  /** True once a sequence came that moves the cursor about; nothing more is read. */
  get wantsScreen(): boolean {
    return this.reader.wantsScreen;
  }

  /**
   * Ends this mask where a screen takes over: `passed` goes on, `pending` was understood and may go on with what the screen reads,
   * `unread` was not read.
   */
  handOver(): { readonly passed: readonly Uint8Array[]; readonly pending: Uint8Array; readonly unread: Uint8Array } {
    const { window, reader, emitter, scanner } = this;
    if (reader.beginsAnew) {
      scanner.scan(true);
      emitter.emitForced(scanner.forced(), reader.position);
    }
    const slice = (from: number, to: number) => window.raw.subarray(from - window.rawStart, to - window.rawStart);
    return {
      passed: emitter.take(),
      pending: Uint8Array.from(slice(emitter.gone.raw, reader.position)),
      unread: Buffer.concat([slice(reader.position, window.rawEnd), this.unread]),
    };
  }

  get holding(): boolean {
    return this.emitter.isBehind;
  }

  /** True where what is held would be masked at a deadline; false where it would be shown. */
  get holdsSecret(): boolean {
    return this.holding && this.scanner.forced().length > 0;
  }

  expire(): readonly Uint8Array[] {
    this.strings.expire();
    this.reader.lines.releaseHeld();
    this.scanner.scan();
    this.emitter.emitForced(this.scanner.forced(), this.rawLimit);
    this.forget();
    return this.emitter.take();
  }

  flush(): readonly Uint8Array[] {
    this.reader.finish();
    this.scanner.scan(true);
    this.emitter.emitForced(this.scanner.forced(), Number.POSITIVE_INFINITY);
    return this.emitter.take();
  }

  set width(width: number) {
    this.reader.width = width;
  }
}

/** The text with masks, or undefined where it needs none. */
export function maskWhole(text: Uint8Array, secrets: readonly SecretFound[], labels: MaskLabels): Buffer | undefined {
  if (secrets.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const secret of secrets) {
    if (secret.from >= at) {
      const value = secret.value ?? text.subarray(secret.from, secret.to);
      pieces.push(text.subarray(at, secret.from), Buffer.from(labels.label(secret, value, null)));
    }
    at = Math.max(at, secret.to);
  }
  return Buffer.concat([...pieces, text.subarray(at)]);
}
