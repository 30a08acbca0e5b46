// Step: a verdict of `ask` → a person's approval of exactly this subject, or an error. An approval is used up here.
import type { Decision } from '../core/decision.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { RequestRow } from '../ports/store.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { SessionDeps } from './deps.ts';
import type { Judged } from './judge-invocation.ts';

/**
 * Returns the request whose approval was used. Throws `approval-pending`, `approval-timeout`, `approval-cancelled`,
 * `approval-used` (75), `approval-denied` (77), and what the desk refuses (`no-approver`, 77).
 * A client that goes away leaves its request open: the same invocation can use the approval later.
 */
export async function askPerson(
  { decision, subject }: Judged,
  invocation: Pick<Invocation, 'wait' | 'why'>,
  client: Pick<SessionClient, 'notify'>,
  signal: AbortSignal,
  deps: Pick<SessionDeps, 'desk' | 'approvalWaitMs'>,
): Promise<RequestRow> {
  const { reason } = decision;
  const terms = decision.approval ?? { approvers: [], quorum: 1, ttlMs: deps.approvalWaitMs };
  const granted = await deps.desk.useGrant(subject, terms);
  if (granted !== undefined) return granted;
  const request = await deps.desk.open({ subject, why: invocation.why, reason, terms });
  if (!invocation.wait) throw pending(request, decision);
  client.notify({
    kind: 'waiting',
    request: request.id,
    command: subject.command,
    reason,
    approvers: request.approvers,
    expiresAt: request.expiresAt,
  });
  const decided = await deps.desk.wait(request.id, signal);
  if (decided.state === 'denied') throw refused(decided);
  // Read here, the request may have been approved and used by another invocation of the same, or have expired since.
  const used = decided.state === 'approved' ? await deps.desk.useGrant(subject, terms) : undefined;
  if (used === undefined) throw notUsable(decided);
  client.notify({ kind: 'approved', request: used.id, approvers: used.votes.map((vote) => vote.approver) });
  return used;
}

function pending(request: RequestRow, decision: Decision): BrokerError {
  return new BrokerError({
    code: 'approval-pending',
    exit: EXIT.approvalPending,
    message: `request "${request.id}" waits for a person (${decision.reason})`,
    hint: `after "sallyport approve ${request.id}", run the same command again`,
    request: request.id,
  });
}

function refused(request: RequestRow): BrokerError {
  const vote = request.votes.find((candidate) => candidate.verdict === 'deny');
  return new BrokerError({
    code: 'approval-denied',
    exit: EXIT.denied,
    message: `request "${request.id}" was denied by "${vote?.approver ?? 'an approver'}": ${vote?.reason ?? 'no reason given'}`,
    hint: 'do what the reason says; asking again for the same thing will not help',
    request: request.id,
  });
}

function notUsable(request: RequestRow): BrokerError {
  const [code, what] =
    request.state === 'expired'
      ? ['approval-timeout', 'expired before somebody decided']
      : request.state === 'cancelled'
        ? ['approval-cancelled', 'was cancelled']
        : ['approval-used', 'was approved, and the approval was used by another invocation or counts no more'];
  return new BrokerError({
    code,
    exit: EXIT.approvalPending,
    message: `request "${request.id}" ${what}`,
    hint: 'run the command again to ask anew',
    request: request.id,
  });
}
