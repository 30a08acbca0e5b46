// What must happen on every way out of a session, in the reverse order of how it was opened. A step that fails, or that
// does not come to an end, does not keep the next from running.
import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** Long enough to flush a large recording to a slow disk. */
const STEP_LIMIT_MS = 60_000;

/** The revocation of the lease waits no longer than this for a program that does not go. */
export const END_PROGRAM_LIMIT_MS = 15_000;

export interface SettleFailure {
  readonly step: string;
  readonly error: unknown;
}

export interface Settlement {
  /** Registers a step; `name` shows in the audit entry of a failure. After `limitMs` the step counts as failed. */
  onEnd(name: string, step: () => Promise<void>, limitMs?: number): void;
  /** Runs every step, last registered first, once. Resolves with the failures. */
  settle(): Promise<readonly SettleFailure[]>;
}

/** An empty settlement. */
export function settlement(clock: Clock): Settlement {
  const steps: { name: string; step: () => Promise<void>; limitMs: number }[] = [];
  return {
    onEnd(name, step, limitMs = STEP_LIMIT_MS) {
      steps.push({ name, step, limitMs });
    },
    async settle() {
      const failures: SettleFailure[] = [];
      for (let next = steps.pop(); next !== undefined; next = steps.pop()) {
        try {
          await within(next.limitMs, next.step, clock);
        } catch (error) {
          failures.push({ step: next.name, error });
        }
      }
      return failures;
    },
  };
}

function within(limitMs: number, step: () => Promise<void>, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(limitMs, () => reject(tookTooLong(limitMs)));
    step().then(resolve, reject).finally(cancel);
  });
}

function tookTooLong(limitMs: number): BrokerError {
  return new BrokerError({
    code: 'settle-timeout',
    exit: EXIT.unavailable,
    message: `it did not end within ${formatDuration(limitMs)}`,
    hint: 'see broker.log in the state folder',
  });
}

/** The error of what ended, but not cleanly. */
export function settleFailed(failures: readonly SettleFailure[]): BrokerError {
  const [first] = failures;
  return new BrokerError({
    code: 'settle-failed',
    exit: first?.error instanceof BrokerError ? first.error.exit : EXIT.bug,
    message: `the session ended, but the broker could not ${failures.map(({ step }) => step).join(' and ')}`,
    hint: 'see broker.log in the state folder; what is left is closed when the broker starts again',
    cause: first?.error,
    detail: failures.map(({ step, error }) => `${step}: ${String(error)}`).join('; '),
  });
}
