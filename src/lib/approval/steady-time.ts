// Time for deadlines: a wall clock that somebody or something sets back must not give an approval a second life.
import type { Clock } from '../core/clock.ts';

/**
 * Milliseconds since 1970 that never go back and never stand still: at least `since`, and at least as much later than the
 * last answer as passed meanwhile. Ahead of the clock for as long as that was set back.
 */
export function steadyTime(clock: Clock, since: number): () => number {
  let time = Math.max(clock.now(), since);
  let askedAt = clock.monotonic();
  return () => {
    const now = clock.monotonic();
    time = Math.max(clock.now(), time + now - askedAt);
    askedAt = now;
    return Math.floor(time);
  };
}
