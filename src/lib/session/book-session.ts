// Steps: a session's row in the store and its entries in the audit log, first and last. What cannot be audited does not run.
import { asBrokerError } from '../core/errors.ts';
import type { RequestRow, RequestSubject, SessionRow } from '../ports/store.ts';
import type { Opening, Progress } from './opening.ts';
import { exitCodeOf } from './result.ts';
import type { SettleFailure } from './settlement.ts';

export type Opened = Pick<RequestSubject, 'target' | 'kind' | 'principal' | 'task' | 'command'> &
  Pick<SessionRow, 'mode'>;

/** Row, then `session.opened`. Rejects with what the store rejects with, and `cannot-audit` (74). */
export async function bookOpening(
  { id, deps }: Opening,
  { mode, target, kind, principal, task, command }: Opened,
  approval: RequestRow | undefined,
): Promise<void> {
  await deps.sessions.insert({ id, mode, target, kind, principal, task, command, startedAt: deps.clock.now() });
  await deps.audit.append({
    type: 'session.opened',
    actor: principal,
    session: id,
    data: { mode, target, command, approval: approval?.id ?? null },
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
  const { status, error, masked, sealed } = progress;
  const outcome = { target: invocation.target, error: error?.code ?? null, why: error?.publicMessage ?? null };
  const append = (type: string, data: Record<string, unknown>) =>
    deps.audit.append({ type, actor: client.principal.name, session: id, data });
  if (!progress.opened) {
    await keepError(progress, append('session.refused', outcome));
    return;
  }
  const unfinished = unsettled.map(({ step }) => step);
  const facts = { ...outcome, status, masked, recording: sealed, unsettled: unfinished };
  // The audit log first: a crash in between says an end twice rather than never. The row also where that fails.
  await keepError(progress, append('session.closed', facts));
  const end = {
    state: progress.error === null ? 'child' : 'broker',
    endedAt: deps.clock.now(),
    exitCode: exitCodeOf(status, progress.error),
    reason: progress.error?.code ?? null,
  } as const;
  await keepError(progress, deps.sessions.finish(id, end));
}

async function keepError(progress: Progress, write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    progress.error = asBrokerError(error);
  }
}
