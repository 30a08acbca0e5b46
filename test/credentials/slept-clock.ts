import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';

/** Whoever sleeps on it for a moment moves it: no wait takes real time, and limits fall due by what was slept. */
export function sleptClock(start?: number): FakeClock {
  const clock = fakeClock(start);
  return {
    ...clock,
    after(ms, fire) {
      const cancel = clock.after(ms, fire);
      if (ms <= 1000) setImmediate(() => clock.advance(ms));
      return cancel;
    },
  };
}
