// The lease book: every credential is written down before it exists and stays open until its provider confirmed its end,
// also across crashes. It never sees or keeps a secret longer than handing it out.
import type { Clock } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { LeaseId, SessionId } from '../core/ids.ts';
import { newLeaseId } from '../core/ids.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { Credential, CredentialProvider, CredentialRequest, LeasePlan, Revocation } from '../ports/provider.ts';
import type { LeaseRow, Store } from '../ports/store.ts';
import { watchDeaths } from './deaths.ts';
import { unseenDeaths } from './unseen-deaths.ts';

export type Lease = Pick<LeaseRow, 'id' | 'session' | 'plan'>;

/** A lease that is still open in the book; the next sweep tries again. */
export interface SweepFailure {
  readonly lease: LeaseId;
  readonly error: BrokerError;
}

export interface LeaseBook extends AsyncDisposable {
  /**
   * Plan → book → provider → audit → handed out, in that order. When it resolves the lease is live in the book and
   * `credential.issued` is in the audit log. When it rejects nothing usable is left, or the lease is still open in the
   * book for the next sweep. Rejects with `unknown-provider` (78), `cannot-issue` (69), `cannot-audit` (74), and what the
   * provider rejects with.
   */
  issue(session: SessionId, request: CredentialRequest): Promise<{ lease: Lease; credential: Credential }>;
  /**
   * Ends a lease; a second call returns what the first found out. Rejects with `lease-not-revoked` (69): then it stays
   * open in the book and sweep tries again. With `cannot-audit` (74) the credential is dead and the book says so. Where the
   * credential lives on for a moment, its death is looked for in the background: `credential.dead` follows in the audit log.
   */
  revoke(lease: LeaseId): Promise<Revocation>;
  /**
   * Revokes what nobody holds any more: leases of an earlier process, and those whose revocation failed. Never touches
   * a lease this process handed out and still holds. Call it at start, before the first issue, and from time to time.
   * Writes deaths that the audit log did not take before, or that an earlier broker did not see any more. Resolves with what could not be revoked. Rejects with
   * `cannot-audit` (74), having tried every lease, and with what the store rejects with.
   */
  sweep(): Promise<readonly SweepFailure[]>;
  /** Resolves once no death is looked for any more, and each is in the audit log. Rejects with `cannot-audit` (74). */
  settled(): Promise<void>;
  /**
   * After the last revocation: waits so many ms (0 where absent) for deaths to be seen; those that were not are audited with the
   * latest moment instead. The audit log must still be open. Rejects with `cannot-audit` (74).
   */
  close(withinMs?: number): Promise<void>;
}

/** A book over a store. Only one book may work on a store at a time: another's live leases would look left behind. */
export function leaseBook(deps: {
  readonly store: Pick<Store, 'leases' | 'audit'>;
  readonly providers: readonly CredentialProvider[];
  readonly audit: AuditLog;
  readonly clock: Clock;
}): LeaseBook {
  const { providers, audit, clock } = deps;
  const book = deps.store.leases;
  const deaths = watchDeaths({ audit, clock });
  const sayUnseen = unseenDeaths({
    store: deps.store.audit,
    audit,
    clock,
    isLookedFor: (name) => providers.some((provider) => provider.name === name && provider.confirmDeath !== undefined),
  });
  /** Handed out, or about to be: not for sweep. */
  const held = new Map<LeaseId, LeaseRow>();
  /** Revocations under way, so that two callers wait for one. */
  const ending = new Map<LeaseId, Promise<Revocation>>();

  async function issue(session: SessionId, request: CredentialRequest) {
    const provider = providerOf(request.provider);
    const plan = provider.plan(request);
    const lease: LeaseRow = { id: newLeaseId(), session, plan, state: 'planned', revocation: null };
    held.set(lease.id, lease);
    try {
      await book.insert({ id: lease.id, session, plan });
      const credential = await provider.issue(request, plan);
      if (!(await book.markLive(lease.id)))
        throw new Error('the lease was closed while its credential was being issued');
      held.set(lease.id, { ...lease, state: 'live' });
      await audit.append({
        type: 'credential.issued',
        actor: 'broker',
        session,
        data: { lease: lease.id, ...planned(plan) },
      });
      return { lease, credential };
    } catch (error) {
      // What may already exist is ended here; where that fails, the book keeps it for the sweep.
      await revoke(lease.id).catch(() => undefined);
      if (error instanceof BrokerError) throw error;
      throw new BrokerError({
        code: 'cannot-issue',
        exit: EXIT.unavailable,
        message: `provider "${request.provider}" could not issue a credential`,
        hint: 'see broker.log in the state folder',
        detail: asBrokerError(error).detail ?? String(error),
        cause: error,
      });
    }
  }

  function revoke(id: LeaseId): Promise<Revocation> {
    return end(id, 'credential.revoked');
  }

  function end(id: LeaseId, type: 'credential.revoked' | 'credential.swept'): Promise<Revocation> {
    const underWay = ending.get(id);
    if (underWay !== undefined) return underWay;
    const ended = endOnce(id, type).finally(() => {
      ending.delete(id);
      held.delete(id);
    });
    ending.set(id, ended);
    return ended;
  }

  async function endOnce(id: LeaseId, type: 'credential.revoked' | 'credential.swept'): Promise<Revocation> {
    // What this process issued it can end without the store.
    const row = held.get(id) ?? (await book.get(id));
    if (row === undefined) throw unknownLease(id);
    if (row.revocation !== null) return row.revocation;
    const { session, plan } = row;
    const beganAt = clock.monotonic();
    let provider: CredentialProvider;
    let revocation: Revocation;
    try {
      provider = providerOf(plan.provider);
      revocation = await provider.revoke(plan);
      await book.markRevoked(id, revocation);
    } catch (cause) {
      const error = notRevoked(id, plan, cause);
      const entry = { lease: id, ...planned(plan), why: error.publicMessage };
      // A credential that may be alive is the worse news: an audit log that fails as well does not take its place.
      await audit
        .append({ type: 'credential.revoke-failed', actor: 'broker', session, data: entry })
        .catch(() => undefined);
      throw error;
    }
    const tookMs = Math.round(clock.monotonic() - beganAt);
    try {
      await audit.append({
        type,
        actor: 'broker',
        session,
        data: { lease: id, ...planned(plan), ...revocation, wasState: row.state, tookMs },
      });
    } finally {
      deaths.follow(provider, { lease: id, session, plan, revocation, beganAt });
    }
    return revocation;
  }

  function providerOf(name: string): CredentialProvider {
    const provider = providers.find((candidate) => candidate.name === name);
    if (provider !== undefined) return provider;
    throw new BrokerError({
      code: 'unknown-provider',
      exit: EXIT.configuration,
      message: `no credential provider is called "${name}"`,
      hint: 'configure it again until its leases are revoked, see: sallyport leases',
    });
  }

  const close = (withinMs = 0) => deaths.close(withinMs);

  return {
    issue,
    revoke,
    settled: deaths.settled,
    close,
    [Symbol.asyncDispose]: close,
    async sweep() {
      const failed: SweepFailure[] = [];
      for (const { id } of await book.open()) {
        if (held.has(id)) continue;
        await end(id, 'credential.swept').catch((error: unknown) => {
          failed.push({ lease: id, error: asBrokerError(error) });
        });
      }
      const notAudited = failed.find(({ error }) => error.code === 'cannot-audit');
      if (notAudited !== undefined) throw notAudited.error;
      await deaths.catchUp();
      await sayUnseen();
      return failed;
    },
  };
}

function planned({ provider, ref, expiresAt }: LeasePlan) {
  return { provider, ref, expiresAt };
}

function unknownLease(id: LeaseId): BrokerError {
  return new BrokerError({
    code: 'unknown-lease',
    exit: EXIT.usage,
    message: `there is no lease "${id}"`,
    hint: 'see: sallyport leases',
  });
}

function notRevoked(id: LeaseId, plan: LeasePlan, cause: unknown): BrokerError {
  const error = asBrokerError(cause);
  return new BrokerError({
    code: 'lease-not-revoked',
    exit: EXIT.unavailable,
    message: `lease "${id}" of provider "${plan.provider}" could not be revoked: ${error.publicMessage}`,
    hint: `the broker tries again; it expires by itself at ${new Date(plan.expiresAt).toISOString()}`,
    detail: error.detail ?? error.message,
    cause,
  });
}
