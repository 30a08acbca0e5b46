// After a crash: sessions whose broker died are closed as `lost`, so that no row claims to run. The audit log first: a
// second crash in between says it twice rather than never.
import type { Clock } from '../core/clock.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { SessionStore } from '../ports/store.ts';

/** Closes every session an earlier broker left open; returns how many. */
export async function closeLostSessions({
  sessions,
  audit,
  clock,
}: {
  readonly sessions: SessionStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
}): Promise<number> {
  const open = await sessions.list({ state: 'open', limit: 100_000 });
  for (const { id, target, principal, startedAt } of open) {
    await audit.append({ type: 'session.lost', actor: 'broker', session: id, data: { target, principal, startedAt } });
    await sessions.finish(id, { state: 'lost', endedAt: clock.now(), exitCode: null, reason: 'broker-lost' });
  }
  return open.length;
}
