// The broker's SSH CA key on disk: made once, loaded at start, refused where anyone else could have read it.
// The private half never leaves this file but for the mask, which must know what it hides: others get functions.
import { hkdfSync, randomBytes, sign } from 'node:crypto';
import { constants } from 'node:fs';
import { link, open, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { Secret } from '../core/secret.ts';
import {
  type Ed25519Pair,
  formatPrivateKey,
  generateEd25519,
  parsePrivateKey,
  publicKeyBlob,
} from './openssh-key-file.ts';
import type { CertificateSigner } from './ssh-certificate.ts';

export interface SshCa extends CertificateSigner {
  /** The line for the file that sshd's `TrustedUserCAKeys` names: `ssh-ed25519 AAAA… sallyport-ca`. */
  publicKeyLine(): string;
  /** A key of 32 bytes for one purpose of the broker, the same as long as the CA key is. */
  deriveKey(purpose: string): Buffer;
  /** Every form of the private half that must never reach a client or a recording. */
  readonly secrets: readonly Secret<string | Buffer>[];
}

const COMMENT = 'sallyport-ca';

/**
 * Loads `ssh_ca` from the state folder, or makes it (0600) together with `ssh_ca.pub` (0644). Two processes that do so
 * at once end up with the same key.
 * Rejects with `ca-key-permissions` (exit 78) where the key is not a plain file, belongs to another user or can be
 * used by others, and with `ca-key-unreadable` (exit 78) where it is no unencrypted Ed25519 key or cannot be read or
 * written.
 */
export async function openSshCa(folder: string): Promise<SshCa> {
  const path = join(folder, 'ssh_ca');
  const { pair, pem } = (await load(path)) ?? (await create(path));
  const blob = publicKeyBlob(pair.publicKey);
  const line = `ssh-ed25519 ${blob.toString('base64')} ${COMMENT}`;
  await writePublicHalf(`${path}.pub`, `${line}\n`);
  return {
    publicKeyBlob: blob,
    publicKeyLine: () => line,
    sign: (bytes) => sign(null, bytes, pair.privateKey),
    // RFC 5869. Nobody gets from the derived key to the seed.
    deriveKey: (purpose) => Buffer.from(hkdfSync('sha256', pair.seed, '', purpose, 32)),
    secrets: [new Secret(pem), new Secret(pair.seed)],
  };
}

/** A pair, and the text that is on disk. */
interface StoredPair {
  readonly pair: Ed25519Pair;
  readonly pem: string;
}

async function load(path: string): Promise<StoredPair | undefined> {
  let pem: string;
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const { mode, uid, size } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw permissions(path, 'is not a plain file');
    if (uid !== process.getuid?.()) throw permissions(path, `belongs to uid "${uid}"`);
    if ((mode & 0o077) !== 0) throw permissions(path, `has mode "${(mode & 0o777).toString(8)}"`);
    if (size > 16_384) throw unreadable(path, 'it is far too large for a key');
    pem = await file.readFile('utf8');
  } catch (thrown) {
    if (thrown instanceof BrokerError) throw thrown;
    if (isErrno(thrown, 'ENOENT')) return undefined;
    if (isErrno(thrown, 'ELOOP')) throw permissions(path, 'is a symbolic link');
    throw unreadable(path, thrown);
  }
  try {
    return { pair: parsePrivateKey(pem), pem };
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

async function create(path: string): Promise<StoredPair> {
  const pair = generateEd25519();
  const pem = formatPrivateKey(pair, COMMENT);
  // Written whole beside its place and then linked there: link(2) fails where the name exists, so that of two
  // processes one wins, and nobody ever reads half a key.
  const draft = draftBeside(path);
  try {
    await using file = await open(draft, 'wx', 0o600);
    await file.writeFile(pem);
    await file.sync();
    await link(draft, path);
    return { pair, pem };
  } catch (thrown) {
    if (!isErrno(thrown, 'EEXIST')) throw unreadable(path, thrown);
    const winner = await load(path);
    if (winner === undefined) throw unreadable(path, 'it appeared and vanished');
    return winner;
  } finally {
    await unlink(draft).catch((thrown: unknown) => {
      // Where the draft could not even be created, the first error is the one to tell.
      if (!isErrno(thrown, 'ENOENT')) throw unreadable(draft, thrown);
    });
  }
}

/** The public half is a convenience for people; where it is missing or another key's, it is written anew. */
async function writePublicHalf(path: string, text: string): Promise<void> {
  try {
    if ((await readPublicHalf(path)) === text) return;
    const draft = draftBeside(path);
    await writeFile(draft, text, { flag: 'wx', mode: 0o644 });
    await rename(draft, path);
  } catch (thrown) {
    throw unreadable(path, thrown);
  }
}

async function readPublicHalf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    if (isErrno(thrown, 'ENOENT')) return undefined;
    throw thrown;
  }
}

function draftBeside(path: string): string {
  return `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
}

function permissions(path: string, what: string): BrokerError {
  return new BrokerError({
    code: 'ca-key-permissions',
    exit: EXIT.configuration,
    message: `the ssh ca key "${path}" ${what}, so others may hold a copy`,
    hint: `make sure nobody read it, then: chown ${process.getuid?.() ?? 'USER'} ${path} && chmod 600 ${path}; otherwise remove it and its line from TrustedUserCAKeys on every server`,
  });
}

function unreadable(path: string, cause: unknown): BrokerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BrokerError({
    code: 'ca-key-unreadable',
    exit: EXIT.configuration,
    message: `the ssh ca key "${path}" cannot be used: ${reason}`,
    hint: 'it is an unencrypted ed25519 key of OpenSSH; restore it from a backup, or remove it and install the new key on every server',
    cause,
  });
}

function isErrno(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}
