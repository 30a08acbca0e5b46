// The approval desk: opens requests, takes signed decisions, hands out each grant once. Nothing is approved, cancelled or
// used that the audit log did not take; a person's word counts only with their signature over exactly what will run.
import type { Clock } from '../core/clock.ts';
import type { ApprovalTerms } from '../core/decision.ts';
import { asBrokerError, Bug } from '../core/errors.ts';
import type { RequestId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import { newLane } from '../core/serial.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { RequestRow, RequestState, RequestSubject, Store, VoteRow } from '../ports/store.ts';
import { type ApproverEntry, approversFrom } from './approvers.ts';
import { hasVoted, refusalOfSender, refusalOfState, type SignedDecision, signerOf } from './decision-check.ts';
import { findRequest } from './find-request.ts';
import { hasTerms, standingApprovals } from './grant-check.ts';
import { type Asked, digestOfSubject, newRequest } from './new-request.ts';
import { plainText } from './plain-text.ts';
import { alreadyVoted, noApprover, notPending, tooManyRequests, unknownRequest } from './refusals.ts';
import { steadyTime } from './steady-time.ts';
import { newWaiters } from './waiters.ts';

export interface ApprovalDesk {
  /**
   * Opens a request, or returns the pending one for the same subject under the same terms. Rejects with `no-approver` (77)
   * where fewer people than the quorum could ever decide it, `too-many-requests` (77), `bad-subject` (64), `cannot-audit`
   * (74).
   */
  open(asked: Asked): Promise<RequestRow>;
  /** Resolves with the request once it is no longer pending; rejects with the signal's reason or `unknown-request` (64). */
  wait(id: RequestId, signal: AbortSignal): Promise<RequestRow>;
  /**
   * Counts a signed decision. The request afterwards is still `pending` where its quorum is not reached. Rejects with
   * `unknown-request`, `ambiguous-request`, `bad-reason` (64), `already-decided`, `already-voted`, `request-expired`,
   * `bad-signature`, `wrong-signer`, `digest-mismatch`, `statement-mismatch`, `not-eligible`, `self-approval` (77),
   * `no-ssh-keygen`, `cannot-verify` (69), `cannot-audit` (74); every refusal is audited.
   */
  decide(decision: SignedDecision & { readonly id: string; readonly decider: Principal }): Promise<RequestRow>;
  /**
   * Uses up an approval of exactly this subject, once; undefined where there is none. Its signatures are verified again:
   * an approval of somebody who is no longer an approver, with a key that is no longer theirs, or under other terms than
   * `terms`, is used up too, and gives nothing. So is one whose use could not be verified (`no-ssh-keygen`,
   * `cannot-verify`, 69) or audited (`cannot-audit`, 74).
   */
  useGrant(subject: RequestSubject, terms: ApprovalTerms): Promise<RequestRow | undefined>;
  /** Ends a pending request. Whether `by` may do so is for the caller to know. Rejects with `already-decided` (77). */
  cancel(id: RequestId, by: Principal): Promise<RequestRow>;
  /** Ends what is past its time, and wakes who waits for it; returns what it ended. */
  expireDue(): Promise<readonly RequestRow[]>;
  /** Oldest first; nothing in it is past its time. */
  list(filter: { readonly state?: RequestState; readonly limit: number }): Promise<readonly RequestRow[]>;
  /** By id or by a beginning of one, with or without `r-`. Rejects with `unknown-request`, `ambiguous-request` (64). */
  get(idOrPrefix: string): Promise<RequestRow>;
  /** Whether the principal is an approver, as far as the config names approvers' OS users. */
  isApprover(principal: Principal): boolean;
}

/** More than a person can look through: an inbox that an agent floods hides what matters in it. */
const MAX_PENDING_EACH = 50;
const MAX_PENDING_ALL = 1000;

/** A desk over a store. Throws `bad-approver` (78). One desk a store: waiters hear only of what their own desk does. */
export function approvalDesk(deps: {
  readonly store: Pick<Store, 'requests'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly approvers: ReadonlyMap<string, ApproverEntry>;
  /** When something last happened, ms since 1970: it is not earlier now, whatever the clock says. */
  readonly since?: number;
}): ApprovalDesk {
  const { audit, clock } = deps;
  const now = steadyTime(clock, deps.since ?? 0);
  const requests = deps.store.requests;
  const approvers = approversFrom(deps.approvers);
  const waiters = newWaiters(clock);
  // Everything that changes a request goes through here one by one: what was audited first then surely happens.
  const lane = newLane();

  async function open(asked: Asked): Promise<RequestRow> {
    const { subject, terms } = asked;
    const { quorum, ttlMs } = terms;
    if (!(quorum >= 1 && ttlMs >= 1)) throw new Bug(`impossible terms: quorum ${quorum}, ttl ${ttlMs} ms`);
    const eligible = approvers.eligible(terms.approvers, subject.principal);
    if (eligible.length < quorum) throw noApprover(approvers.count, terms.approvers, quorum, eligible.length);
    const digest = digestOfSubject(subject);
    return lane(async () => {
      await expireNow();
      const pending = await requests.pending(digest);
      if (pending !== undefined && hasTerms(pending, terms)) return pending;
      if (pending !== undefined) await cancelNow(pending, 'broker', 'the rule asks for other approvers now');
      if (await isFlooding(subject.principal)) throw tooManyRequests(MAX_PENDING_EACH);
      const row = newRequest(asked, now());
      const { id: request, createdAt: _, ...data } = row;
      await audit.append({ type: 'request.opened', actor: subject.principal, data: { request, ...data } });
      await requests.insert(row);
      return { ...row, state: 'pending' as const, votes: [] };
    });
  }

  async function isFlooding(principal: string): Promise<boolean> {
    const pending = await requests.list({ state: 'pending', limit: MAX_PENDING_ALL });
    if (pending.length >= MAX_PENDING_ALL) return true;
    return pending.filter(({ subject }) => subject.principal === principal).length >= MAX_PENDING_EACH;
  }

  async function wait(id: RequestId, signal: AbortSignal): Promise<RequestRow> {
    const waiter = waiters.join(id);
    try {
      for (;;) {
        signal.throwIfAborted();
        const row = await requests.get(id);
        if (row === undefined) throw unknownRequest(id);
        if (row.state !== 'pending') return row;
        const left = row.expiresAt - now();
        if (left <= 0) await expireDue();
        else await waiter.next(left, signal);
      }
    } finally {
      waiter.leave();
    }
  }

  async function decide(
    sent: SignedDecision & { readonly id: string; readonly decider: Principal },
  ): Promise<RequestRow> {
    try {
      const row = await get(sent.id);
      const refusal = refusalOfState(row, now());
      if (refusal !== undefined) throw refusal;
      const approver = await signerOf(row, sent, approvers);
      const wrongPlace = refusalOfSender(row, approver, sent.decider, approvers);
      if (wrongPlace !== undefined) throw wrongPlace;
      return await lane(() => castVote(row.id, approver, sent));
    } catch (thrown) {
      const error = asBrokerError(thrown);
      await audit.append({
        type: 'decision.refused',
        actor: sent.decider.name,
        data: {
          request: error.request ?? plainText(sent.id, 40),
          claimed: sent.approver === undefined ? null : plainText(sent.approver, 64),
          decision: sent.decision,
          code: error.code,
          proof: { ...sent.decider.proof },
        },
      });
      throw thrown;
    }
  }

  /** In the lane, with a verified signature. */
  async function castVote(
    id: RequestId,
    approver: string,
    { decision, reason, statement, signature, decider }: SignedDecision & { readonly decider: Principal },
  ): Promise<RequestRow> {
    const row = await requests.get(id);
    if (row === undefined) throw unknownRequest(id);
    const at = now();
    const refusal = refusalOfState(row, at) ?? (hasVoted(row, approver) ? alreadyVoted(row, approver) : undefined);
    if (refusal !== undefined) throw refusal;
    const vote: VoteRow = { approver, verdict: decision, reason, at, statement, signature };
    const approvals = row.votes.filter((other) => other.verdict === 'approve').length + 1;
    await audit.append({
      type: 'request.decided',
      actor: approver,
      data: {
        request: id,
        digest: row.digest,
        decision,
        reason,
        state: decision === 'deny' ? 'denied' : approvals >= row.quorum ? 'approved' : 'pending',
        quorum: row.quorum,
        statement,
        signature,
        sentBy: decider.name,
      },
    });
    const decided = await requests.vote(id, vote);
    // Only where another process works on the same store.
    if (decided === undefined) throw notPending((await requests.get(id)) ?? row);
    waiters.wake(id);
    return decided;
  }

  async function useGrant(subject: RequestSubject, terms: ApprovalTerms): Promise<RequestRow | undefined> {
    const digest = digestOfSubject(subject);
    const row = await requests.use(digest, now());
    if (row === undefined) return undefined;
    const note = (type: string, standing: readonly string[] | null) =>
      audit.append({ type, actor: subject.principal, data: { request: row.id, digest, standing } });
    try {
      const standing = hasTerms(row, terms) ? await standingApprovals(row, subject, digest, approvers) : [];
      const isGood = new Set(standing).size >= row.quorum;
      await note(isGood ? 'grant.used' : 'grant.refused', standing);
      return isGood ? row : undefined;
    } catch (error) {
      if (asBrokerError(error).code !== 'cannot-audit') await note('grant.refused', null);
      throw error;
    }
  }

  async function cancelNow(row: RequestRow, actor: string, why: string | null): Promise<RequestRow> {
    if (row.state !== 'pending') throw notPending(row);
    await audit.append({ type: 'request.cancelled', actor, data: { request: row.id, digest: row.digest, why } });
    const isCancelled = await requests.cancel(row.id);
    const after = await get(row.id);
    if (!isCancelled) throw notPending(after);
    waiters.wake(row.id);
    return after;
  }

  async function expireNow(): Promise<readonly RequestRow[]> {
    const rows = await requests.expire(now());
    for (const { id } of rows) waiters.wake(id);
    for (const { id, digest, votes } of rows) {
      const approvals = votes.filter((vote) => vote.verdict === 'approve').length;
      await audit.append({ type: 'request.expired', actor: 'broker', data: { request: id, digest, approvals } });
    }
    return rows;
  }

  function expireDue(): Promise<readonly RequestRow[]> {
    return lane(expireNow);
  }

  function get(idOrPrefix: string): Promise<RequestRow> {
    return findRequest(requests, idOrPrefix);
  }

  return {
    open,
    wait,
    decide,
    useGrant,
    cancel: (id, by) => lane(async () => cancelNow(await get(id), by.name, null)),
    expireDue,
    async list(filter) {
      await expireDue();
      return requests.list(filter);
    },
    get,
    isApprover: ({ name }) => approvers.includes(name),
  };
}
