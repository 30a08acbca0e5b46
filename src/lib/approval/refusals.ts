// Why the desk says no, in one place: codes, words and next steps.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { RequestRow } from '../ports/store.ts';
import { MAX_REASON_LENGTH, plainText } from './plain-text.ts';

export function unknownRequest(id: string): BrokerError {
  return new BrokerError({
    code: 'unknown-request',
    exit: EXIT.usage,
    message: `there is no request "${plainText(id, 40)}"`,
    hint: 'see what is open with: sallyport requests',
  });
}

export function ambiguousRequest(id: string): BrokerError {
  return new BrokerError({
    code: 'ambiguous-request',
    exit: EXIT.usage,
    message: `more than one request starts with "${plainText(id, 40)}"`,
    hint: 'give more of the id',
  });
}

export function noApprover(count: number, wanted: readonly string[], quorum: number, eligible: number): BrokerError {
  const message =
    count === 0
      ? 'this needs the approval of a person, and no approver is configured'
      : `this needs ${quorum} approver${quorum === 1 ? '' : 's'} of ${wanted.length === 0 ? 'anybody' : `"${wanted.join('", "')}"`} other than who asks, and there ${eligible === 1 ? 'is 1' : `are ${eligible}`}`;
  const hint =
    count === 0
      ? 'add a person with an SSH public key under "approvers" in sallyport.yaml'
      : 'name other approvers in the rule, or add some under "approvers" in sallyport.yaml';
  return new BrokerError({ code: 'no-approver', exit: EXIT.denied, message, hint });
}

export function tooManyRequests(limit: number): BrokerError {
  return new BrokerError({
    code: 'too-many-requests',
    exit: EXIT.denied,
    message: `${limit} requests of yours wait for a person already`,
    hint: 'wait for them, or take some back with: sallyport requests cancel ID',
  });
}

export function badSubject(cause: unknown): BrokerError {
  return new BrokerError({
    code: 'bad-subject',
    exit: EXIT.usage,
    message: 'what was asked for cannot be written down exactly, so nobody can approve it',
    hint: 'use valid UTF-8 in the command, the folder and the task',
    cause,
  });
}

/** The request is no longer pending: what became of it, and by whom. */
export function notPending(row: RequestRow): BrokerError {
  if (row.state === 'expired') return requestExpired(row);
  const verdict = row.state === 'denied' ? 'deny' : 'approve';
  const names = row.votes.filter((vote) => vote.verdict === verdict).map((vote) => `"${vote.approver}"`);
  const by = names.length === 0 ? '' : ` by ${names.join(' and ')}`;
  const became = row.state === 'used' ? `approved${by} and used` : `${row.state}${by}`;
  return aboutRequest(row, 'already-decided', `request "${row.id}" was already ${became}`, 'nothing is left to do');
}

export function requestExpired(row: RequestRow): BrokerError {
  return aboutRequest(
    row,
    'request-expired',
    `request "${row.id}" expired at ${new Date(row.expiresAt).toISOString()}`,
    'whoever needs it runs the command again',
  );
}

export function badReason(row: RequestRow): BrokerError {
  return new BrokerError({
    code: 'bad-reason',
    exit: EXIT.usage,
    message: 'the reason is empty, too long, or has characters that do not show',
    hint: `write one line of at most ${MAX_REASON_LENGTH} characters`,
    request: row.id,
  });
}

export function badSignature(row: RequestRow, what: string): BrokerError {
  return aboutRequest(
    row,
    'bad-signature',
    what,
    'sign with the key that is listed under "approvers" in the broker’s config',
  );
}

export function wrongSigner(row: RequestRow, claimed: string, signer: string): BrokerError {
  const message = `the decision names "${plainText(claimed, 64)}", the key is of "${signer}"`;
  return aboutRequest(row, 'wrong-signer', message, 'sign with your own key, and decide in your own name');
}

export function digestMismatch(row: RequestRow): BrokerError {
  return aboutRequest(
    row,
    'digest-mismatch',
    `what was signed is not what request "${row.id}" asks for`,
    `look at it again: sallyport requests show ${row.id}`,
  );
}

export function statementMismatch(row: RequestRow): BrokerError {
  return aboutRequest(
    row,
    'statement-mismatch',
    `the signed statement is not the one of this decision on request "${row.id}"`,
    `sign it anew: sallyport approve ${row.id}`,
  );
}

export function notEligible(row: RequestRow, name: string): BrokerError {
  const wanted = row.approvers.map((approver) => `"${approver}"`).join(', ');
  return aboutRequest(row, 'not-eligible', `"${name}" may not decide request "${row.id}"`, `it takes one of ${wanted}`);
}

export function selfApproval(row: RequestRow, name: string): BrokerError {
  const message = `"${name}" asked for request "${row.id}" as "${row.subject.principal}" and cannot decide it`;
  return aboutRequest(row, 'self-approval', message, 'ask another approver');
}

export function sentByRequester(row: RequestRow, name: string): BrokerError {
  const message = `the decision of "${name}" on request "${row.id}" came from "${row.subject.principal}", who asked`;
  return aboutRequest(row, 'self-approval', message, 'decide from your own OS user');
}

export function alreadyVoted(row: RequestRow, name: string): BrokerError {
  const message = `"${name}" has decided on request "${row.id}" already; it takes ${row.quorum} different approvers`;
  return aboutRequest(row, 'already-voted', message, 'ask another approver');
}

function aboutRequest(row: RequestRow, code: string, message: string, hint: string): BrokerError {
  return new BrokerError({ code, exit: EXIT.denied, message, hint, request: row.id });
}
