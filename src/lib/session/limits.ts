// Time limits of one session. Each ends the session through its controller with a reason of its own.
import type { Clock } from '../core/clock.ts';
import { formatDuration } from '../core/duration.ts';
import { BrokerError } from '../core/errors.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { EXIT } from '../core/exit-codes.ts';

export interface TimeLimits {
  /** Resets the idle limit; cheap enough for every chunk. */
  touch(): void;
  stop(): void;
}

/**
 * Starts the hard limit, the idle limit and, where the client gave one, its own timeout. All in ms. While `isWaiting`
 * answers true (a person is asked), no silence counts as idle.
 */
export function startTimeLimits(
  limits: { readonly hardMs: number; readonly idleMs: number; readonly timeoutMs: number | null },
  controller: AbortController,
  clock: Clock,
  isWaiting: () => boolean = () => false,
): TimeLimits {
  let lastActivity = clock.monotonic();
  let cancelIdle = () => {};
  const cancelHard = clock.after(limits.hardMs, () =>
    end('time-limit', EXIT.ended, `the session reached its limit of ${formatDuration(limits.hardMs)}`, 'limits.hard'),
  );
  const cancelTimeout = startTimeout(limits.timeoutMs, controller, clock);
  watchIdle(limits.idleMs);

  // One timer that is moved on when it fires, instead of one a chunk.
  function watchIdle(ms: number): void {
    cancelIdle = clock.after(ms, () => {
      if (isWaiting()) lastActivity = clock.monotonic();
      const idleMs = clock.monotonic() - lastActivity;
      if (idleMs < limits.idleMs) watchIdle(limits.idleMs - idleMs);
      else
        end(
          'idle-limit',
          EXIT.ended,
          `nothing was read or written for ${formatDuration(limits.idleMs)}`,
          'limits.idle',
        );
    });
  }

  function end(code: string, exit: ExitCode, message: string, setting: string): void {
    controller.abort(limitReached(code, exit, message, setting));
  }

  return {
    touch() {
      lastActivity = clock.monotonic();
    },
    stop() {
      cancelHard();
      cancelTimeout();
      cancelIdle();
    },
  };
}

/** Ends a command with `command-timeout` (124) after `timeoutMs`, where there is one; the answer cancels that. */
export function startTimeout(timeoutMs: number | null, controller: AbortController, clock: Clock): () => void {
  if (timeoutMs === null) return () => {};
  const message = `the command took longer than ${formatDuration(timeoutMs)}`;
  return clock.after(timeoutMs, () =>
    controller.abort(limitReached('command-timeout', EXIT.timeout, message, '--timeout')),
  );
}

function limitReached(code: string, exit: ExitCode, message: string, setting: string): BrokerError {
  return new BrokerError({ code, exit, message, hint: `raise ${setting} if it needs longer` });
}
