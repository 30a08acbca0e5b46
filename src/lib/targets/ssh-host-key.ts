// Host keys and host certificates: what they are, their fingerprints, and whether a certificate is what a trusted host CA
// signed for this host (OpenSSH, PROTOCOL.certkeys). Pure; it opens no connection.
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { SshReader, SshWireError, sshString } from '../core/ssh-wire.ts';

/** Signature algorithms by key family, preferred first. SHA-1 and DSA are not offered. */
export const HOST_KEY_FAMILIES: readonly (readonly string[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
];

export interface HostKey {
  /** `ssh-ed25519`, `ssh-rsa`, … */
  readonly type: string;
  /** `SHA256:` and base64 without padding, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
}

/** Names a key as SSH sends it. */
export function describeKey(blob: Uint8Array): HostKey {
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  return { type: typeOf(blob), fingerprint };
}

function typeOf(blob: Uint8Array): string {
  try {
    return new SshReader(blob).text();
  } catch (thrown) {
    if (thrown instanceof SshWireError) return 'unreadable';
    throw thrown;
  }
}

/** The key of a line such as `ssh-ed25519 AAAA… comment`; undefined where it is none. */
export function parsePublicKeyLine(line: string): Buffer | undefined {
  const [type, base64] = line.trim().split(/\s+/);
  if (type === undefined || base64 === undefined) return undefined;
  const blob = Buffer.from(base64, 'base64');
  return typeOf(blob) === type ? blob : undefined;
}

export interface CertifiedKey extends HostKey {
  /** ms since 1970. */
  readonly validBefore: number;
}

// How many strings make up the key of a certificate of this type.
const KEY_FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
  'ssh-rsa': 2,
};
const CERTIFICATE_SUFFIX = '-cert-v01@openssh.com';
const HOST_CERTIFICATE = 2;

/**
 * The plain key a host certificate vouches for, or the reason not to believe it: signed by none of `cas` (key blobs),
 * not a host certificate, not for `host` (exact, case-insensitive; patterns are not understood), not valid at `nowMs`,
 * or with a critical option (OpenSSH defines none for hosts). It says nothing of who *holds* the key: the key exchange
 * must still prove that.
 */
export function verifyHostCertificate(
  blob: Uint8Array,
  expected: { readonly host: string; readonly cas: readonly Uint8Array[]; readonly nowMs: number },
): CertifiedKey | string {
  try {
    const reader = new SshReader(blob);
    const certificateType = reader.text();
    const type = certificateType.slice(0, -CERTIFICATE_SUFFIX.length);
    const fieldCount = KEY_FIELDS[type];
    if (!certificateType.endsWith(CERTIFICATE_SUFFIX) || fieldCount === undefined) {
      return `it is of the unknown type "${certificateType}"`;
    }
    reader.string();
    const fields = Array.from({ length: fieldCount }, () => sshString(reader.string()));
    reader.uint64();
    const kind = reader.uint32();
    reader.string();
    const principals = reader.strings().map((name) => name.toString('utf8'));
    const [validAfter, validBefore] = [reader.uint64(), reader.uint64()];
    const criticalOptions = reader.string();
    reader.string();
    reader.string();
    const ca = reader.string();
    const signedLength = reader.position;
    const signature = reader.string();
    if (!reader.done) return 'it has bytes after its end';

    const signer = describeKey(ca);
    if (!expected.cas.some((trusted) => ca.equals(trusted))) {
      return `it is signed by ${signer.fingerprint} (${signer.type}), which is not in hostCa`;
    }
    const signed = Buffer.from(blob.buffer, blob.byteOffset, signedLength);
    if (!signatureHolds(ca, signed, signature)) return 'its signature is wrong';
    if (kind !== HOST_CERTIFICATE) return 'it is a user certificate, not a host certificate';
    if (criticalOptions.length > 0) return 'it carries a critical option';
    if (!principals.some((name) => name.toLowerCase() === expected.host.toLowerCase())) {
      return `it is for "${principals.join(', ')}", not for "${expected.host}"`;
    }
    const now = BigInt(Math.floor(expected.nowMs / 1000));
    if (now < validAfter) return `it is not valid before ${asDate(validAfter)}`;
    if (now >= validBefore) return `it expired at ${asDate(validBefore)}`;
    const key = describeKey(Buffer.concat([sshString(type), ...fields]));
    return { ...key, validBefore: Math.min(Number(validBefore) * 1000, Number.MAX_SAFE_INTEGER) };
  } catch (thrown) {
    if (thrown instanceof SshWireError) return 'it is malformed';
    throw thrown;
  }
}

function asDate(seconds: bigint): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString();
}

const EC_CURVES: Readonly<Record<string, { crv: string; size: number; hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', size: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', size: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', size: 66, hash: 'sha512' },
};
const RSA_HASHES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' };

/** True for a key of a type whose signatures are understood here and that is one: not, say, a security key's. */
export function canSignHostCertificates(caBlob: Uint8Array): boolean {
  try {
    return publicKeyOf(caBlob) !== undefined;
  } catch {
    return false;
  }
}

/** Checks a CA's signature (RFC 8709, RFC 5656, RFC 8332); every type it does not know does not hold. */
function signatureHolds(caBlob: Uint8Array, signed: Uint8Array, signatureBlob: Uint8Array): boolean {
  const type = typeOf(caBlob);
  const key = publicKeyOf(caBlob);
  const signature = new SshReader(signatureBlob);
  const algorithm = signature.text();
  const value = signature.string();
  if (key === undefined) return false;
  if (type === 'ssh-rsa') {
    const hash = RSA_HASHES[algorithm];
    return hash !== undefined && verify(hash, signed, key, value);
  }
  if (algorithm !== type) return false;
  const curve = EC_CURVES[type];
  if (curve === undefined) return verify(null, signed, key, value);
  const numbers = new SshReader(value);
  const [r, s] = [numbers.mpint(), numbers.mpint()];
  if (r.length > curve.size || s.length > curve.size) return false;
  const padded = [r, s].map((number) => Buffer.concat([Buffer.alloc(curve.size - number.length), number]));
  return verify(curve.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(padded));
}

/** The key of a blob; undefined for a type that is not understood, throws for a key that is none. */
function publicKeyOf(blob: Uint8Array): KeyObject | undefined {
  const reader = new SshReader(blob);
  const type = reader.text();
  if (type === 'ssh-ed25519') return jwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(reader.string()) });
  if (type === 'ssh-rsa') {
    const [e, n] = [reader.mpint(), reader.mpint()];
    return jwk({ kty: 'RSA', e: base64url(e), n: base64url(n) });
  }
  const curve = EC_CURVES[type];
  if (curve === undefined) return undefined;
  reader.string();
  const point = reader.string();
  if (point.length !== 1 + 2 * curve.size || point[0] !== 4) throw new SshWireError('not an uncompressed point');
  const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)];
  return jwk({ kty: 'EC', crv: curve.crv, x: base64url(x), y: base64url(y) });
}

function jwk(key: Record<string, string>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
