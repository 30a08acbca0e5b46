// What becomes of credentials that live on for a moment after their end: looked at in the background until they open nothing, and said
// in the audit log, with the moment that was seen or with why none was.
import { setMaxListeners } from 'node:events';
import type { Clock } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { LeaseId, SessionId } from '../core/ids.ts';
import { raceAbort } from '../core/race-abort.ts';
import type { AuditEvent, AuditLog } from '../ports/audit.ts';
import type { CredentialProvider, LeasePlan, Revocation } from '../ports/provider.ts';

export interface EndedLease {
  readonly lease: LeaseId;
  readonly session: SessionId;
  readonly plan: LeasePlan;
  readonly revocation: Revocation;
  /** Of the clock's monotonic time, ms: when its end began. */
  readonly beganAt: number;
}

export interface Deaths {
  /** Begins to look, where the provider can see it, and returns at once. Its entry follows by itself. */
  follow(provider: CredentialProvider, ended: EndedLease): void;
  /** Writes what the audit log did not take. Rejects with `cannot-audit` (74): then it is kept. */
  catchUp(): Promise<void>;
  /** Resolves once nothing is looked at any more and every entry is written. Rejects with `cannot-audit` (74). */
  settled(): Promise<void>;
  /** Waits so many ms, then cuts what is still looked at, from then on too; as `settled` otherwise. */
  close(withinMs: number): Promise<void>;
}

export function watchDeaths({ audit, clock }: { readonly audit: AuditLog; readonly clock: Clock }): Deaths {
  const underWay = new Set<Promise<void>>();
  const unwritten: AuditEvent[] = [];
  const closing = new AbortController();
  // As many listen as sessions ended within some seconds, and none for longer.
  setMaxListeners(0, closing.signal);

  function follow(provider: CredentialProvider, ended: EndedLease): void {
    const confirmDeath = provider.confirmDeath?.bind(provider);
    if (confirmDeath === undefined) return;
    const one = see(confirmDeath, ended)
      .then(write)
      .finally(() => underWay.delete(one));
    underWay.add(one);
  }

  /** Never rejects. */
  async function see(
    confirmDeath: NonNullable<CredentialProvider['confirmDeath']>,
    { lease, session, plan, revocation, beganAt }: EndedLease,
  ): Promise<AuditEvent> {
    const { provider, ref, expiresAt } = plan;
    const entry = (type: string, data: AuditEvent['data']): AuditEvent => ({
      type,
      actor: 'broker',
      session,
      data: { lease, provider, ref, ...data },
    });
    // It has been dead for a while: there is nothing to measure.
    if (revocation.deadAt <= clock.now()) return entry('credential.dead', { ...revocation });
    try {
      // A provider that does not listen to its signal keeps no broker from leaving.
      const seen = await raceAbort(confirmDeath(plan, closing.signal), closing.signal);
      return entry('credential.dead', { ...seen, delayMs: Math.round(clock.monotonic() - beganAt) });
    } catch (thrown) {
      const { code, publicMessage: message } = asBrokerError(thrown);
      if (code === 'credential-alive') return entry('credential.revoke-failed', { expiresAt, why: message });
      return entry('credential.dead', { ...revocation, error: { code, message } });
    }
  }

  /** Never rejects: what is not written now is written by whoever catches up, and said to them where that fails. */
  async function write(event: AuditEvent): Promise<void> {
    await audit.append(event).catch(() => unwritten.push(event));
  }

  async function catchUp(): Promise<void> {
    for (let left = unwritten.length; left > 0; left--) {
      const event = unwritten.shift();
      // Somebody else has it.
      if (event === undefined) return;
      try {
        await audit.append(event);
      } catch (error) {
        unwritten.push(event);
        throw error;
      }
    }
  }

  async function nothingUnderWay(): Promise<void> {
    while (underWay.size > 0) await Promise.all(underWay);
  }

  async function settled(): Promise<void> {
    await nothingUnderWay();
    await catchUp();
  }

  return {
    follow,
    catchUp,
    settled,
    async close(withinMs) {
      if (withinMs > 0) {
        // The clock's timers keep no process alive, and one that leaves has nothing else that does.
        const awake = setInterval(() => {}, withinMs);
        const cancel = clock.after(withinMs, () => closing.abort(cutOff()));
        await nothingUnderWay();
        cancel();
        clearInterval(awake);
      }
      closing.abort(cutOff());
      await settled();
    },
  };
}

function cutOff(): BrokerError {
  return new BrokerError({
    code: 'broker-stopped',
    exit: EXIT.ended,
    message: 'the broker stopped before it had seen the end',
    hint: 'it is dead by the time its revocation names',
  });
}
