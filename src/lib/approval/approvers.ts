// The people who may decide: who is eligible for a request, and whose key signed. Built once from the config; a set of
// approvers that could let one person count as two is refused.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type PublicKey, parsePublicKey } from './public-key.ts';

export interface ApproverEntry {
  /** Public key lines, `type base64 comment`. */
  readonly keys: readonly string[];
  readonly groups: readonly string[];
  /** OS user; requests of `unix:<user>` are not theirs to decide. */
  readonly user?: string | undefined;
}

export interface Approvers {
  /** Names of those who may decide what `principal` asked, where the rule names `wanted` (people or groups; empty: all). */
  eligible(wanted: readonly string[], principal: string): readonly string[];
  /** Whether the rule's names include this person, whoever asked. */
  isWanted(name: string, wanted: readonly string[]): boolean;
  isRequester(name: string, principal: string): boolean;
  /** Whether the config says which OS user this person is. */
  hasUser(name: string): boolean;
  /** Who holds this key (base64), and the key's line. */
  holderOf(blob: string): { readonly name: string; readonly keyLine: string } | undefined;
  /** Whether a principal is one of them, by OS user. */
  includes(principal: string): boolean;
  readonly count: number;
}

/** As names stand in an allowed_signers file and on a terminal. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._@+-]{0,63}$/u;

/** Throws `bad-approver` (exit 78): an odd name, a line that is no plain key, or a key that two people share. */
export function approversFrom(entries: ReadonlyMap<string, ApproverEntry>): Approvers {
  const holders = new Map<string, { name: string; keyLine: string }>();
  for (const [name, { keys }] of entries) {
    if (!NAME.test(name)) throw bad(`the approver name "${name}" is not one`, 'use letters, digits and . _ @ + -');
    for (const line of keys) {
      const { type, blob } = keyOf(name, line);
      const other = holders.get(blob);
      if (other !== undefined && other.name !== name) {
        throw bad(`approvers "${other.name}" and "${name}" have the same key`, 'give each person a key of their own');
      }
      holders.set(blob, { name, keyLine: `${type} ${blob}` });
    }
  }

  const isWanted = (name: string, wanted: readonly string[]) =>
    wanted.length === 0 ||
    wanted.includes(name) ||
    (entries.get(name)?.groups.some((g) => wanted.includes(g)) ?? false);
  const isRequester = (name: string, principal: string) => {
    const user = entries.get(name)?.user;
    return user !== undefined && principal === `unix:${user}`;
  };
  return {
    isWanted,
    isRequester,
    hasUser: (name) => entries.get(name)?.user !== undefined,
    eligible: (wanted, principal) =>
      [...entries.keys()].filter((name) => isWanted(name, wanted) && !isRequester(name, principal)),
    holderOf: (blob) => holders.get(blob),
    includes: (principal) => [...entries.keys()].some((name) => isRequester(name, principal)),
    count: entries.size,
  };
}

function keyOf(name: string, line: string): PublicKey {
  const key = parsePublicKey(line);
  if (key !== undefined) return key;
  throw bad(
    `a key of approver "${name}" is not a plain public key line`,
    'write it as in a .pub file: type, base64, comment; no options, no certificates, RSA with 2048 bits or more',
  );
}

function bad(message: string, hint: string): BrokerError {
  return new BrokerError({ code: 'bad-approver', exit: EXIT.configuration, message, hint });
}
