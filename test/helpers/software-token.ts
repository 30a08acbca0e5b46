// A FIDO key made of software, for what no test machine has: signatures as a token makes them (OpenSSH PROTOCOL.u2f), with
// and without a touch.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { sshString, sshUint32 } from '../../src/lib/core/ssh-wire.ts';

const TYPE = 'sk-ssh-ed25519@openssh.com';
const APPLICATION = 'ssh:';

export interface SoftwareToken {
  /** The public key line. */
  readonly line: string;
  /** An armoured SSH signature. */
  sign(namespace: string, message: string, touched: boolean): string;
}

export function softwareToken(): SoftwareToken {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const blob = Buffer.concat([sshString(TYPE), sshString(raw), sshString(APPLICATION)]);
  return {
    line: `${TYPE} ${blob.toString('base64')} token@test`,
    sign(namespace, message, touched) {
      const parts = [sshString(namespace), sshString(''), sshString('sha512')];
      const hash = createHash('sha512').update(message).digest();
      const signed = Buffer.concat([Buffer.from('SSHSIG'), ...parts, sshString(hash)]);
      const envelope = [Buffer.from('SSHSIG'), sshUint32(1), sshString(blob), ...parts];
      return armour(Buffer.concat([...envelope, sshString(assertion(privateKey, signed, touched))]));
    },
  };
}

function assertion(privateKey: KeyObject, message: Buffer, touched: boolean): Buffer {
  const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();
  const flagsAndCounter = Buffer.concat([Buffer.from([touched ? 1 : 0]), sshUint32(7)]);
  const signature = sign(null, Buffer.concat([sha256(APPLICATION), flagsAndCounter, sha256(message)]), privateKey);
  return Buffer.concat([sshString(TYPE), sshString(signature), flagsAndCounter]);
}

function armour(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,70}/g) ?? [];
  return `${['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----'].join('\n')}\n`;
}
