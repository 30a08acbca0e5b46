// Writes the masks of one stream, and counts them by kind; values are neither kept nor counted.
import type { MaskLabels, RawSpan } from './emitter.ts';
import type { SecretFound } from './finding/secrets-found.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Masked } from './mask-stage.ts';

type Named = Pick<SecretFound, 'kind' | 'rule'>;

export class MaskCounts implements MaskLabels {
  readonly counts = new Map<string, number>();
  private readonly fingerprint: Fingerprint;
  private readonly onMask: ((masked: Masked) => void) | undefined;

  constructor(fingerprint: Fingerprint, onMask: ((masked: Masked) => void) | undefined) {
    this.fingerprint = fingerprint;
    this.onMask = onMask;
  }

  label(secret: Named, value: Uint8Array, place: RawSpan | null): string {
    const label = this.peek(secret, value);
    this.count(secret.kind);
    this.onMask?.({ kind: secret.kind, rule: secret.rule, label, value, place });
    return label;
  }

  shortLabel(kind: string): string {
    this.count(kind);
    return `[${kind}]`;
  }

  /** The mask, not counted. */
  peek({ kind }: Named, value: Uint8Array): string {
    return `[${kind}:${this.fingerprint(value)}]`;
  }

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}
