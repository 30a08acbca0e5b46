// Verifies an SSH signature by running `ssh-keygen -Y verify` (ssh-keygen(1)), so that every key type OpenSSH knows works.
// It says yes only on exit 0; whatever else happens is no, or an error.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { parsePublicKey } from './public-key.ts';
import { findSshKeygen } from './ssh-keygen.ts';
import { readSshSignature } from './ssh-signature.ts';

const TIMEOUT_MS = 5000;
/** Names as they may stand in an allowed_signers line: no pattern, no list, no quote, no comment, no option. */
const IDENTITY = /^[\p{L}\p{N}_][\p{L}\p{N}._@+-]{0,254}$/u;

export interface SignatureCheck {
  /** Public key lines (`type base64 comment`) any one of which may have signed. Anything else in them is refused. */
  readonly allowedKeys: readonly string[];
  readonly identity: string;
  readonly namespace: string;
  readonly message: string;
  /** Armoured, `-----BEGIN SSH SIGNATURE-----`. Untrusted. */
  readonly signature: string;
  /** Absolute path of ssh-keygen, where it is not in one of the usual places. */
  readonly program?: string;
  readonly timeoutMs?: number;
}

/**
 * True where one of the keys signed exactly this message for this namespace, and, for a FIDO key, its token was touched.
 * Rejects with `no-ssh-keygen` (69), `bad-key` (78) for a key line that is more than a key, and `cannot-verify` (69)
 * where ssh-keygen did not answer.
 */
export async function verifySshSignature(check: SignatureCheck): Promise<boolean> {
  if (!IDENTITY.test(check.identity)) throw new Bug(`"${check.identity}" cannot stand in an allowed_signers file`);
  if (!/^[a-z0-9-]+$/.test(check.namespace)) throw new Bug(`"${check.namespace}" is no namespace`);
  const keys = check.allowedKeys.map((line) => parsePublicKey(line) ?? refuseKey(check.identity));
  const signature = readSshSignature(check.signature);
  const key = keys.find(({ blob }) => blob === signature?.publicKey);
  if (signature === undefined || key === undefined || signature.userPresent === false) return false;
  const program = check.program ?? findSshKeygen();
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-verify-'));
  try {
    const [signers, file] = [join(folder, 'allowed_signers'), join(folder, 'signature')];
    const line = `${check.identity} namespaces="${check.namespace}" ${key.type} ${key.blob}\n`;
    await writeFile(signers, line, { mode: 0o600, flag: 'wx' });
    await writeFile(file, signature.armoured, { mode: 0o600, flag: 'wx' });
    return await run(program, signers, file, check);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(program: string, signers: string, file: string, check: SignatureCheck): Promise<boolean> {
  const { execa } = await import('execa');
  const { identity, namespace, message, timeoutMs = TIMEOUT_MS } = check;
  const result = await execa(program, ['-Y', 'verify', '-f', signers, '-I', identity, '-n', namespace, '-s', file], {
    input: message,
    env: { LC_ALL: 'C' },
    extendEnv: false,
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024,
    reject: false,
  });
  if (result.exitCode === 0 && !result.failed) return true;
  if (result.exitCode !== undefined && !result.timedOut && !result.isTerminated) return false;
  throw new BrokerError({
    code: 'cannot-verify',
    exit: EXIT.unavailable,
    message: result.timedOut
      ? `ssh-keygen did not answer within ${timeoutMs} ms, so the signature is not believed`
      : 'ssh-keygen could not be run, so the signature is not believed',
    hint: 'try again; if it stays so, see broker.log in the state folder',
    detail: result.shortMessage ?? '',
    cause: result.cause,
  });
}

function refuseKey(identity: string): never {
  throw new BrokerError({
    code: 'bad-key',
    exit: EXIT.configuration,
    message: `a key of "${identity}" is not a plain public key line`,
    hint: 'write it as in a .pub file: type, base64, comment; no options, no certificates, RSA with 2048 bits or more',
  });
}
