// When a private broker leaves: after a time without a request, and never while a session lives or somebody waits.
import type { Clock } from '../core/clock.ts';

export interface IdleExit {
  /** Something happened: the time starts anew. */
  touch(): void;
  stop(): void;
}

/** Calls `leave` once after `idleMs` in which nothing was touched and `isBusy` was false. */
export function idleExit(options: {
  readonly idleMs: number;
  readonly isBusy: () => boolean;
  readonly leave: () => void;
  readonly clock: Clock;
}): IdleExit {
  const { idleMs, isBusy, leave, clock } = options;
  let lastTouch = clock.monotonic();
  let cancel = () => {};
  watch(idleMs);

  function watch(ms: number): void {
    cancel = clock.after(ms, () => {
      if (isBusy()) lastTouch = clock.monotonic();
      const idle = clock.monotonic() - lastTouch;
      if (idle >= idleMs) leave();
      else watch(idleMs - idle);
    });
  }

  return {
    touch() {
      lastTouch = clock.monotonic();
    },
    stop: () => cancel(),
  };
}
