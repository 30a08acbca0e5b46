// Masks that do not change how long a stream is: an archive says where each file in it begins, and how long it is.
import type { MaskLabels } from '../emitter.ts';
import type { SecretFound } from '../finding/secrets-found.ts';

/** What stands for a hidden byte: `*`. */
export const FILL = 0x2a;

/** The label where it fits into that many bytes, which `FILL` makes full; nothing where it does not. */
export const labelWithin = (label: string, length: number): string => (label.length <= length ? label : '');

/** The text with masks as long as what they hide, or undefined where it needs none. `secrets`: ascending by where they begin. */
export function maskWholeInPlace(
  text: Uint8Array,
  secrets: readonly SecretFound[],
  labels: MaskLabels,
): Buffer | undefined {
  if (secrets.length === 0) return undefined;
  const masked = Buffer.from(text);
  let covered = 0;
  for (const secret of secrets) {
    const { from, to } = secret;
    masked.fill(FILL, Math.max(from, covered), Math.max(to, covered));
    if (from >= covered) {
      const label = labels.label(secret, secret.value ?? text.subarray(from, to), null);
      masked.write(labelWithin(label, to - from), from, 'latin1');
    }
    covered = Math.max(covered, to);
  }
  return masked;
}
