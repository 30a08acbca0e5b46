// Encodes and signs an OpenSSH user certificate, ssh-ed25519-cert-v01@openssh.com (OpenSSH, PROTOCOL.certkeys).
// It signs whatever it is given: what may be in a certificate is decided by ssh-ca.ts.
import { randomBytes } from 'node:crypto';
import { sshString, sshUint32, sshUint64 } from '../core/ssh-wire.ts';

export const CERTIFICATE_TYPE = 'ssh-ed25519-cert-v01@openssh.com';
const USER_CERTIFICATE = 1;

export interface UserCertificate {
  /** 32 bytes of Ed25519 public key. */
  readonly publicKey: Uint8Array;
  readonly serial: bigint;
  readonly keyId: string;
  readonly principals: readonly string[];
  /** Seconds since 1970; sshd accepts `validAfter <= now < validBefore`. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** Name to value; written in the order of the names, as the format demands. */
  readonly criticalOptions: Readonly<Record<string, string>>;
  readonly extensions: readonly string[];
}

export interface CertificateSigner {
  /** The CA's public key as SSH sends it. */
  readonly publicKeyBlob: Uint8Array;
  /** The raw 64-byte Ed25519 signature. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** One line, `ssh-ed25519-cert-v01@openssh.com AAAA…`, without a comment. */
export function encodeUserCertificate(certificate: UserCertificate, ca: CertificateSigner): string {
  const options = Object.entries(certificate.criticalOptions).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = Buffer.concat([
    sshString(CERTIFICATE_TYPE),
    sshString(randomBytes(32)),
    sshString(certificate.publicKey),
    sshUint64(certificate.serial),
    sshUint32(USER_CERTIFICATE),
    sshString(certificate.keyId),
    sshString(Buffer.concat(certificate.principals.map(sshString))),
    sshUint64(certificate.validAfter),
    sshUint64(certificate.validBefore),
    // An option's value is a string inside a string.
    sshString(Buffer.concat(options.flatMap(([name, value]) => [sshString(name), sshString(sshString(value))]))),
    sshString(Buffer.concat([...certificate.extensions].sort().flatMap((name) => [sshString(name), sshString('')]))),
    sshString(''),
    sshString(ca.publicKeyBlob),
  ]);
  const signature = Buffer.concat([sshString('ssh-ed25519'), sshString(ca.sign(body))]);
  return `${CERTIFICATE_TYPE} ${Buffer.concat([body, sshString(signature)]).toString('base64')}`;
}
