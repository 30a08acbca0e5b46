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

/** Starts the hard limit, the idle limit and, where the client gave one, its own timeout. All in ms. */
export function startTimeLimits(
  limits: { readonly hardMs: number; readonly idleMs: number; readonly timeoutMs: number | null },
  controller: AbortController,
  clock: Clock,
): TimeLimits {
  let lastActivity = clock.monotonic();
  let cancelIdle = () => {};
  const cancelHard = clock.after(limits.hardMs, () =>
    end('time-limit', EXIT.ended, `the session reached its limit of ${formatDuration(limits.hardMs)}`, 'limits.hard'),
  );
  const cancelTimeout =
    limits.timeoutMs === null
      ? () => {}
      : clock.after(limits.timeoutMs, () =>
          end(
            'command-timeout',
            EXIT.timeout,
            `the command took longer than ${formatDuration(limits.timeoutMs ?? 0)}`,
            '--timeout',
          ),
        );
  watchIdle(limits.idleMs);

  // One timer that is moved on when it fires, instead of one a chunk.
  function watchIdle(ms: number): void {
    cancelIdle = clock.after(ms, () => {
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
    controller.abort(new BrokerError({ code, exit, message, hint: `raise ${setting} if it needs longer` }));
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
