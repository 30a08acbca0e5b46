// The OpenSSH private key format (PROTOCOL.key), unencrypted Ed25519 only: what `ssh-keygen -t ed25519 -N ''` writes.
// It knows no file and no policy.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { SshReader, sshString, sshUint32 } from '../core/ssh-wire.ts';

const MAGIC = Buffer.from('openssh-key-v1\0');
const BEGIN = '-----BEGIN OPENSSH PRIVATE KEY-----';
const END = '-----END OPENSSH PRIVATE KEY-----';
const TYPE = 'ssh-ed25519';
const KNOWN_TYPE = /^(ssh-rsa|ssh-dss|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com)$/;
// RFC 8410: an Ed25519 private key as PKCS#8 is this prefix and the 32-byte seed.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface Ed25519Pair {
  readonly privateKey: KeyObject;
  /** 32 bytes; whoever has them has the key. */
  readonly seed: Buffer;
  /** 32 bytes. */
  readonly publicKey: Buffer;
}

/** A new pair from the system's generator. */
export function generateEd25519(): Ed25519Pair {
  return pairFrom(generateKeyPairSync('ed25519').privateKey);
}

/** The public key as SSH sends it: type and 32 bytes. */
export function publicKeyBlob(publicKey: Uint8Array): Buffer {
  return Buffer.concat([sshString(TYPE), sshString(publicKey)]);
}

/** The private key as PEM text that OpenSSH and ssh2 read, with a final newline. */
export function formatPrivateKey(pair: Ed25519Pair, comment: string): string {
  // The two equal numbers let a reader of an encrypted file notice a wrong passphrase; here they only have to match.
  const check = randomBytes(4);
  const parts = [
    check,
    check,
    sshString(TYPE),
    sshString(pair.publicKey),
    sshString(Buffer.concat([pair.seed, pair.publicKey])),
    sshString(comment),
  ];
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, (8 - (length % 8)) % 8));
  const body = Buffer.concat([
    MAGIC,
    sshString('none'),
    sshString('none'),
    sshString(''),
    sshUint32(1),
    sshString(publicKeyBlob(pair.publicKey)),
    sshString(Buffer.concat([...parts, padding])),
  ]).toString('base64');
  return `${BEGIN}\n${body.replace(/.{70}/g, '$&\n').trimEnd()}\n${END}\n`;
}

/** Reads what `formatPrivateKey` or ssh-keygen wrote. Throws an Error that says what is wrong and shows no key byte. */
export function parsePrivateKey(pem: string): Ed25519Pair {
  const start = pem.indexOf(BEGIN);
  const end = pem.indexOf(END);
  if (start < 0 || end < start) throw new Error('not an OpenSSH private key');
  const reader = new SshReader(Buffer.from(pem.slice(start + BEGIN.length, end), 'base64'));
  if (!reader.raw(MAGIC.length).equals(MAGIC)) throw new Error('not an OpenSSH private key');
  if (reader.text() !== 'none') throw new Error('the key is protected by a passphrase');
  reader.string();
  reader.string();
  if (reader.uint32() !== 1) throw new Error('the file holds more than one key');
  reader.string();
  const inner = new SshReader(reader.string());
  const check = inner.uint32();
  if (inner.uint32() !== check) throw new Error('the key is damaged');
  const type = inner.text();
  // Only what looks like a name is repeated: in a damaged file these bytes could be the key's.
  if (type !== TYPE) throw new Error(`the key is of type "${KNOWN_TYPE.exec(type)?.[0] ?? 'unknown'}", not "${TYPE}"`);
  const publicKey = inner.string();
  const seed = inner.string().subarray(0, 32);
  if (seed.length !== 32) throw new Error('the key is damaged');
  const pair = pairFrom(createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' }));
  if (!pair.publicKey.equals(publicKey)) throw new Error('the public half does not belong to the private half');
  return pair;
}

function pairFrom(privateKey: KeyObject): Ed25519Pair {
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const publicKey = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { privateKey, seed, publicKey };
}
