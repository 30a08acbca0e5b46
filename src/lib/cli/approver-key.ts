// Which SSH key of the person at this terminal signs a decision, and as which approver the broker knows it.
import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parsePublicKey } from '../approval/public-key.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** ssh's own order of preference (ssh_config(5), IdentityFile), hardware keys first. */
const NAMES = ['id_ed25519_sk', 'id_ecdsa_sk', 'id_ed25519', 'id_ecdsa', 'id_rsa'];

export interface ApproverKey {
  /** What ssh-keygen signs with: the private file, or the public one of a key that an agent holds. */
  readonly file: string;
  /** The public key line. */
  readonly key: string;
  /** The local user, as a first guess at the approver's name. */
  readonly name: string;
}

/** Keys in `~/.ssh` that have a public half, best first. */
export function findApproverKeys(home: string): readonly ApproverKey[] {
  return NAMES.flatMap((name) => {
    const key = readKey(join(home, '.ssh', name));
    return key === undefined ? [] : [key];
  });
}

export interface KnownApprover {
  readonly name: string;
  readonly keys: readonly string[];
  readonly groups: readonly string[];
}

/**
 * The key and the approver it belongs to. `file` is what the person named; without it the first key in `~/.ssh` that an
 * approver has. Throws `no-approver-key` (77) where the broker knows none of them.
 */
export function chooseApprover(
  file: string | undefined,
  home: string,
  approvers: readonly KnownApprover[],
): { key: ApproverKey; approver: string } {
  const keys = file === undefined ? findApproverKeys(home) : [namedKey(file)];
  for (const key of keys) {
    const blob = parsePublicKey(key.key)?.blob;
    const owner = approvers.find((approver) => approver.keys.some((line) => parsePublicKey(line)?.blob === blob));
    if (owner !== undefined && blob !== undefined) return { key, approver: owner.name };
  }
  throw new BrokerError({
    code: 'no-approver-key',
    exit: EXIT.denied,
    message:
      file === undefined ? 'no key in ~/.ssh belongs to an approver' : `the key "${file}" belongs to no approver`,
    hint: "add its public key under approvers in the broker's sallyport.yaml, or name another with --key",
  });
}

function namedKey(file: string): ApproverKey {
  const key = readKey(file);
  if (key !== undefined) return key;
  throw new BrokerError({
    code: 'no-approver-key',
    exit: EXIT.usage,
    message: `"${file}" has no readable public half`,
    hint: `write it with: ssh-keygen -y -f ${file} > ${file}.pub`,
  });
}

function readKey(file: string): ApproverKey | undefined {
  const privateFile = file.endsWith('.pub') ? file.slice(0, -4) : file;
  const publicFile = `${privateFile}.pub`;
  if (!existsSync(publicFile)) return undefined;
  const key = readFileSync(publicFile, 'utf8').trim();
  if (parsePublicKey(key) === undefined) return undefined;
  return { file: existsSync(privateFile) && !file.endsWith('.pub') ? privateFile : publicFile, key, name: userName() };
}

/** An account without a name (a bare uid in a container) still can be an approver. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'me';
  }
}
