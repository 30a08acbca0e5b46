// Steps: a session's row in the store and its entries in the audit log, first and last. What cannot be audited does not run.
import { asBrokerError } from '../core/errors.ts';
import type { RequestRow, RequestSubject, SessionRow } from '../ports/store.ts';
import type { Opening, Progress } from './opening.ts';
import { exitCodeOf } from './result.ts';
import type { SettleFailure } from './settlement.ts';

export type Opened = Pick<RequestSubject, 'target' | 'kind' | 'principal' | 'task' | 'command'> &
  Pick<SessionRow, 'mode'>;

/**
 * The row. Before the recording: by the rows that are open the next broker finds the recordings that a crash left open.
 * Rejects with what the store rejects with.
 */
export async function bookRow(
  { id, deps, progress }: Opening,
  { mode, target, kind, principal, task, command }: Opened,
): Promise<void> {
  progress.booked = true;
  await deps.sessions.insert({ id, mode, target, kind, principal, task, command, startedAt: deps.clock.now() });
}

/** `session.opened`, once it is recorded. Rejects with `cannot-audit` (74). */
export async function bookOpening(
  { id, deps, progress }: Opening,
  { mode, target, principal, command }: Opened,
  approval: RequestRow | undefined,
): Promise<void> {
  progress.opened = true;
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
  // The audit log first: a crash in between says an end twice rather than never. The row also where that fails.
  if (progress.opened) {
    const unfinished = unsettled.map(({ step }) => step);
    const facts = { ...outcome, status, masked, recording: sealed, unsettled: unfinished };
    await keepError(progress, append('session.closed', facts));
  } else {
    await keepError(progress, append('session.refused', outcome));
  }
  if (!progress.booked) return;
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
