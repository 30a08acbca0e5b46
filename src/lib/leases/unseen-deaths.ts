// Deaths that an earlier broker was looking for when it ended: its log names the latest moment of each, and nobody will see more of it.
import type { Clock } from '../core/clock.ts';
import type { AuditEvent, AuditLog } from '../ports/audit.ts';
import type { AuditEntry, AuditStore } from '../ports/store.ts';

/** A look ends within half a minute: what was still looked for stands among the last. */
const LAST_ENTRIES = 500;

/**
 * The function that it returns writes `credential.dead` for each of them, with the latest moment, once. It rejects with `cannot-audit` (74)
 * and what the store rejects with; called again, it goes on. `isLookedFor` says of a provider whether deaths of its credentials are
 * looked for at all. Entries that are written from now on are this broker's own.
 */
export function unseenDeaths(deps: {
  readonly store: Pick<AuditStore, 'last' | 'from'>;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly isLookedFor: (provider: unknown) => boolean;
}): () => Promise<void> {
  const { store, audit, clock, isLookedFor } = deps;
  const openedAt = clock.now();
  let said: Promise<void> | undefined;

  async function say(): Promise<void> {
    const end = (await store.last())?.seq ?? 0;
    const entries = await store.from(Math.max(1, end - LAST_ENTRIES + 1), LAST_ENTRIES);
    const ended = new Map<unknown, AuditEntry>();
    for (const entry of entries) {
      const { type, at, data } = entry;
      if (isLastWord(type)) ended.delete(data.lease);
      else if (isEnd(type) && at < openedAt && isLookedFor(data.provider)) ended.set(data.lease, entry);
    }
    for (const { session, data } of ended.values()) await audit.append(unseen(session, data));
  }

  return () => {
    said ??= say().catch((error: unknown) => {
      said = undefined;
      throw error;
    });
    return said;
  };
}

const isEnd = (type: string): boolean => type === 'credential.revoked' || type === 'credential.swept';

/** After its end: that a credential lives on is said by the second. */
const isLastWord = (type: string): boolean => type === 'credential.dead' || type === 'credential.revoke-failed';

function unseen(session: string | null, { lease, provider, ref, deadAt, how }: AuditEntry['data']): AuditEvent {
  const error = { code: 'broker-ended', message: 'the broker ended before it had seen the end' };
  const data = { lease, provider, ref, deadAt, how, error };
  return { type: 'credential.dead', actor: 'broker', ...(session === null ? {} : { session }), data };
}
