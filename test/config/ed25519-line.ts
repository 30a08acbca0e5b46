// Public key lines for tests: real keys, made on the spot.
import { generateKeyPairSync } from 'node:crypto';

function sshString(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A fresh Ed25519 key as an OpenSSH public key line. */
export function ed25519Line(comment = 'ann@example.org'): string {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const blob = Buffer.concat([sshString(Buffer.from('ssh-ed25519')), sshString(Buffer.from(x, 'base64url'))]);
  return `ssh-ed25519 ${blob.toString('base64')} ${comment}`;
}

/** A well-formed host key fingerprint. */
export const FINGERPRINT = `SHA256:${'aB3+/'.repeat(9).slice(0, 43)}`;
