// What the broker itself failed at is in its log, where the hint of such an error sends its owner.
import { EXIT } from '../core/exit-codes.ts';
import type { SessionDeps } from './deps.ts';
import type { Progress } from './opening.ts';

/** To be called once it is known how a session or a command ended; says nothing of what others did or denied. */
export function logFailure({ error }: Pick<Progress, 'error'>, deps: Pick<SessionDeps, 'logError'>): void {
  if (error?.exit === EXIT.bug || error?.exit === EXIT.cannotRecord) deps.logError(error);
}
