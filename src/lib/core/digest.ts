// One way to hash a structured value: RFC 8785 canonical JSON, then SHA-256. Approvals, the audit chain and
// manifests all use it, so that two programs that hold the same value hold the same digest.
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { Bug } from './errors.ts';

/** Canonical JSON text (RFC 8785) of a plain JSON value. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new Bug('only JSON values have a canonical form');
  return text;
}

/** `sha256:` and the lower-case hex digest of the bytes. */
export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Digest of a JSON value in its canonical form. */
export function digestOf(value: unknown): string {
  return sha256(canonicalJson(value));
}
