// Steps: a session's row in the store and its entries in the audit log, first and last. What cannot be audited does not run.
import { asBrokerError } from '../core/errors.ts';
import type { RequestRow, RequestSubject } from '../ports/store.ts';
import type { Opening } from './opening.ts';
import { exitCodeOf } from './result.ts';
import type { SettleFailure } from './settlement.ts';

/** Row, then `session.opened`. Rejects with what the store rejects with, and `cannot-audit` (74). */
export async function bookOpening(
  { id, deps }: Opening,
  { target, kind, principal, task, command }: RequestSubject,
  approval: RequestRow | undefined,
): Promise<void> {
  await deps.sessions.insert({ id, target, kind, principal, task, command, startedAt: deps.clock.now() });
  await deps.audit.append({
    type: 'session.opened',
    actor: principal,
    session: id,
    data: { target, command, approval: approval?.id ?? null },
  });
}

/**
 * How it ended: the row and `session.closed`, or `session.refused` where it never opened. Never rejects: what fails here
 * becomes the session's error, whatever the child said, because an end that is not on record did not end well.
 */
export async function bookEnd(
  { id, invocation, client, deps, progress }: Opening,
  unsettled: readonly SettleFailure[],
): Promise<void> {
  const { status, error, opened, masked, sealed } = progress;
  const outcome = { target: invocation.target, error: error?.code ?? null, why: error?.publicMessage ?? null };
  const left = unsettled.map(({ step }) => step);
  const append = (type: string, data: Record<string, unknown>) =>
    deps.audit.append({ type, actor: client.principal.name, session: id, data });
  const writes = opened
    ? [
        deps.sessions.finish(id, {
          state: error === null ? 'child' : 'broker',
          endedAt: deps.clock.now(),
          exitCode: exitCodeOf(status, error),
          reason: error?.code ?? null,
        }),
        append('session.closed', { ...outcome, status, masked, recording: sealed, unsettled: left }),
      ]
    : [append('session.refused', outcome)];
  // All of them, also where one fails.
  for (const write of await Promise.allSettled(writes)) {
    if (write.status === 'rejected') progress.error = asBrokerError(write.reason);
  }
}
