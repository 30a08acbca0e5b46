// A clock that tests move by hand.
import type { Clock } from '../../src/lib/core/clock.ts';

export interface FakeClock extends Clock {
  /** Moves time forward and fires what falls due, in order. */
  advance(ms: number): void;
}

export function fakeClock(startMs = 1_700_000_000_000): FakeClock {
  let now = startMs;
  let timers: { at: number; fire: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now - startMs,
    after(ms, fire) {
      const timer = { at: now + ms, fire };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        now = due.at;
        timers = timers.filter((other) => other !== due);
        due.fire();
      }
      now = until;
    },
  };
}
