// After a crash: sessions whose broker died are closed as `lost`, so that no row claims to run, and their recordings get
// an end. The audit log before the row: a second crash in between says it twice rather than never.
import type { Clock } from '../core/clock.ts';
import { asBrokerError } from '../core/errors.ts';
import type { Archive } from '../ports/archive.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { SessionStore } from '../ports/store.ts';
import { sealOf, verifyRecording } from '../recording/manifest.ts';
import { sealLostRecording } from '../recording/seal-lost.ts';

/** Closes every session an earlier broker left open; returns how many. */
export async function closeLostSessions({
  sessions,
  audit,
  archive,
  clock,
}: {
  readonly sessions: SessionStore;
  readonly audit: AuditLog;
  readonly archive: Archive;
  readonly clock: Clock;
}): Promise<number> {
  const open = await sessions.list({ state: 'open', limit: 100_000 });
  for (const { id, target, principal, startedAt } of open) {
    // A recording that cannot be closed must not keep the broker from closing the session and its leases.
    const recording = await sealLostRecording({ archive, clock }, id).catch((error) => asBrokerError(error).code);
    const verification = await verifyRecording(archive, id).catch(() => undefined);
    const seal = verification?.outcome === 'intact' ? sealOf(verification.manifest) : null;
    const data = { target, principal, startedAt, recording, seal };
    await audit.append({ type: 'session.lost', actor: 'broker', session: id, data });
    await sessions.finish(id, { state: 'lost', endedAt: clock.now(), exitCode: null, reason: 'broker-lost' });
  }
  return open.length;
}
