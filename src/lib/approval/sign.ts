// Signs a statement on the approver's side, with ssh-keygen: key files, agents, passphrases and FIDO tokens work as they do
// for git. It never reads a private key itself.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { findSshKeygen } from './ssh-keygen.ts';
import { readSshSignature } from './ssh-signature.ts';
import { APPROVAL_NAMESPACE } from './statement.ts';

export interface SigningRequest {
  /** `statementText(…)`. */
  readonly statement: string;
  /** A private key, or a `.pub` whose private half an agent holds. */
  readonly keyFile: string;
  /** True where ssh-keygen may ask for a passphrase or a touch on the terminal; otherwise it never prompts. */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  /** The person's environment: SSH_AUTH_SOCK, HOME, DISPLAY … */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The armoured signature. Rejects with `no-ssh-keygen` (69), `cannot-sign` (77), or the signal's reason. */
export async function signStatement(request: SigningRequest): Promise<string> {
  const { statement, keyFile, interactive, signal, env } = request;
  const program = findSshKeygen();
  const { execa } = await import('execa');
  const result = await execa(program, ['-Y', 'sign', '-f', keyFile, '-n', APPROVAL_NAMESPACE], {
    input: statement,
    // Without a terminal to ask on, an askpass that always fails: /dev/tty may be there although nobody looks at it.
    env: interactive ? env : { ...env, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force' },
    extendEnv: false,
    stderr: interactive ? 'inherit' : 'pipe',
    cancelSignal: signal,
    maxBuffer: 64 * 1024,
    reject: false,
  });
  if (signal.aborted) throw signal.reason;
  const signature = result.exitCode === 0 ? readSshSignature(String(result.stdout)) : undefined;
  if (signature !== undefined) return signature.armoured;
  const said = typeof result.stderr === 'string' ? result.stderr.trim().split('\n').at(-1) : undefined;
  throw new BrokerError({
    code: 'cannot-sign',
    exit: EXIT.denied,
    message: `ssh-keygen could not sign with "${keyFile}"${said === undefined || said === '' ? '' : `: ${said}`}`,
    hint: interactive
      ? 'check the key and its passphrase, or give another one with --key'
      : 'load the key into an agent (ssh-add), or run this on a terminal',
    detail: result.shortMessage ?? '',
  });
}
