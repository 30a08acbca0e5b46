// A few digits that tell whether two secrets are the same one, and nothing else: keyed, so that nobody can try values.
import { hash } from 'node:crypto';

/** Four hexadecimal digits for a value; the same for the same value under one key. */
export type Fingerprint = (value: Uint8Array) => string;

/** `key` is random, at least 16 bytes, made for one session and kept nowhere. */
export function makeFingerprint(key: Uint8Array): Fingerprint {
  return (value) => hash('sha256', Buffer.concat([key, value])).slice(0, 4);
}
