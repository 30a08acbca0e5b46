// After a crash: what sessions of a broker that died left running is ended, they are closed as `lost`, so that no row claims
// to run, and their recordings get an end. The audit log before the row: a second crash in between says it twice rather
// than never.
import type { Clock } from '../core/clock.ts';
import { asBrokerError } from '../core/errors.ts';
import { endMarkedSession } from '../os/process-session.ts';
import type { Archive } from '../ports/archive.ts';
import type { AuditLog } from '../ports/audit.ts';
import type { SessionRow, SessionStore } from '../ports/store.ts';
import { sealOf, verifyRecording } from '../recording/manifest.ts';
import { sealLostRecording } from '../recording/seal-lost.ts';
import { removeLostKubeconfig } from '../targets/kubectl/kubeconfig-folder.ts';

/** Time between SIGHUP and SIGKILL: the start of a broker waits for it. */
const GRACE_MS = 1_000;

/** Closes every session an earlier broker left open; returns how many. */
export async function closeLostSessions({
  sessions,
  audit,
  archive,
  clock,
  uid,
}: {
  readonly sessions: SessionStore;
  readonly audit: AuditLog;
  readonly archive: Archive;
  readonly clock: Clock;
  /** Of the broker, then and now. */
  readonly uid: number;
}): Promise<number> {
  const open = await sessions.list({ state: 'open', limit: 100_000 });
  const programs = await Promise.all(open.map(({ leader }) => endProgram(leader, clock)));
  for (const [index, { id, target, kind, principal, startedAt, leader }] of open.entries()) {
    if (kind === 'kubectl') removeLostKubeconfig(id, uid);
    // A recording that cannot be closed must not keep the broker from closing the session and its leases.
    const recording = await sealLostRecording({ archive, clock }, id).catch((error) => asBrokerError(error).code);
    const verification = await verifyRecording(archive, id).catch(() => undefined);
    const seal = verification?.outcome === 'intact' ? sealOf(verification.manifest) : null;
    const program = { leader, outcome: programs[index] };
    const data = { target, principal, startedAt, recording, seal, program };
    await audit.append({ type: 'session.lost', actor: 'broker', session: id, data });
    await sessions.finish(id, { state: 'lost', endedAt: clock.now(), exitCode: null, reason: 'broker-lost' });
  }
  return open.length;
}

/** What became of a session's program: the code of an error where it could not be ended. */
async function endProgram(leader: SessionRow['leader'], clock: Clock): Promise<string> {
  // On another machine, or the broker died before it could note which process it is.
  if (leader === null) return 'unknown';
  return endMarkedSession(leader, clock, GRACE_MS).catch((error) => asBrokerError(error).code);
}
