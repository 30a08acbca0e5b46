// Writes the masks of one stream, and counts them by kind; values are neither kept nor counted.
import type { MaskLabels, Places } from './emitter.ts';
import type { SecretFound } from './finding/secrets-found.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Masked } from './mask-stage.ts';

type Found = Pick<SecretFound, 'kind' | 'rule' | 'from' | 'to'>;

export class MaskCounts implements MaskLabels {
  readonly counts = new Map<string, number>();
  private readonly fingerprint: Fingerprint;
  private readonly onMask: ((masked: Masked) => void) | undefined;

  constructor(fingerprint: Fingerprint, onMask: ((masked: Masked) => void) | undefined) {
    this.fingerprint = fingerprint;
    this.onMask = onMask;
  }

  label(secret: Found, bytes: Uint8Array, places: Places | null, from = 0, to = bytes.length): string {
    const { kind, rule } = secret;
    const label = `[${kind}:${this.fingerprint(bytes, from, to)}]`;
    this.count(kind);
    this.onMask?.({ kind, rule, label, value: copyOf(bytes, from, to), place: places?.placeOf(secret) ?? null });
    return label;
  }

  shortLabel(kind: string): string {
    this.count(kind);
    return `[${kind}]`;
  }

  /** The mask, not counted. */
  peek({ kind }: Pick<Found, 'kind'>, value: Uint8Array): string {
    return `[${kind}:${this.fingerprint(value)}]`;
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

/** Not `bytes.slice`, which of a buffer is no copy. */
const copyOf = (bytes: Uint8Array, from: number, to: number): Uint8Array =>
  Uint8Array.prototype.slice.call(bytes, from, to);
