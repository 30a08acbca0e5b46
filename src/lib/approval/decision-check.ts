// Whether a decision may count: the visible table of checks between "somebody sent this" and a vote. Changes nothing.
import type { BrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestRow } from '../ports/store.ts';
import type { Approvers } from './approvers.ts';
import { isPlainReason } from './plain-text.ts';
import {
  alreadyVoted,
  badReason,
  badSignature,
  digestMismatch,
  notEligible,
  notPending,
  requestExpired,
  selfApproval,
  sentByRequester,
  statementMismatch,
  wrongSigner,
} from './refusals.ts';
import { readSshSignature } from './ssh-signature.ts';
import { APPROVAL_NAMESPACE, readStatement, statementText } from './statement.ts';
import { verifySshSignature } from './verify-signature.ts';

/** A decision as it arrives; every field untrusted. */
export interface SignedDecision {
  /** Who decides, as claimed; the key decides who it was. */
  readonly approver?: string | undefined;
  readonly decision: 'approve' | 'deny';
  readonly reason: string | null;
  readonly statement: string;
  /** Armoured SSH signature of `statement` for the namespace `sallyport-approval`. */
  readonly signature: string;
}

/** Still open at `now`? Asked before the signature is looked at, and again right before the vote. */
export function refusalOfState(row: RequestRow, now: number): BrokerError | undefined {
  if (row.state !== 'pending') return notPending(row);
  return now >= row.expiresAt ? requestExpired(row) : undefined;
}

/**
 * Resolves with the name of the approver whose key signed exactly this decision on exactly this request. Rejects with the
 * refusal (exit 77; `bad-reason` 64), or with what verifying rejects with. Cheap checks first: a signature costs a process.
 */
export async function signerOf(row: RequestRow, decision: SignedDecision, approvers: Approvers): Promise<string> {
  const { reason, statement } = decision;
  if (reason !== null && !isPlainReason(reason)) throw badReason(row);
  const envelope = readSshSignature(decision.signature);
  if (envelope === undefined) throw badSignature(row, 'what was sent is not an SSH signature');
  const holder = approvers.holderOf(envelope.publicKey);
  if (holder === undefined) throw badSignature(row, 'the signature is of no approver’s key');
  const { name } = holder;
  if (decision.approver !== undefined && decision.approver !== name) throw wrongSigner(row, decision.approver, name);

  const expected = { decision: decision.decision, request: row.id, digest: row.digest, approver: name, reason };
  if (statement !== statementText(expected)) {
    throw readStatement(statement)?.digest === row.digest ? statementMismatch(row) : digestMismatch(row);
  }
  if (!approvers.isWanted(name, row.approvers)) throw notEligible(row, name);
  if (approvers.isRequester(name, row.subject.principal)) throw selfApproval(row, name);
  if (hasVoted(row, name)) throw alreadyVoted(row, name);

  const isValid = await verifySshSignature({
    allowedKeys: [holder.keyLine],
    identity: name,
    namespace: APPROVAL_NAMESPACE,
    message: statement,
    signature: decision.signature,
  });
  if (!isValid) {
    const what = envelope.userPresent === false ? 'the security key was not touched' : 'the signature does not verify';
    throw badSignature(row, what);
  }
  return name;
}

/**
 * A person with an OS user of their own does not decide from the account of whoever asked: there, their key is in the
 * wrong hands. Where the config names no OS user, the key alone counts.
 */
export function refusalOfSender(row: RequestRow, name: string, decider: Principal, approvers: Approvers) {
  const isElsewhere = approvers.hasUser(name) && decider.name === row.subject.principal;
  return isElsewhere ? sentByRequester(row, name) : undefined;
}

export function hasVoted(row: RequestRow, name: string): boolean {
  return row.votes.some((vote) => vote.approver === name);
}
