// Waits that end: with a result, with the caller's abort, or at a deadline. Nothing here knows SSH.
import type { Clock } from '../core/clock.ts';

/**
 * A promise around callbacks that also rejects with the signal's reason. `start` returns what to undo; it is called
 * exactly once, whatever happens. What `start` throws is a rejection.
 */
export function waitFor<T>(
  signal: AbortSignal,
  start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    let stop: (() => void) | undefined;
    let settled = false;
    const finish = (settle: () => void) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener('abort', onAbort);
      stop?.();
      settle();
    };
    const onAbort = () => finish(() => reject(signal.reason));
    signal.addEventListener('abort', onAbort, { once: true });
    const rejectOnce = (reason: unknown) => finish(() => reject(reason));
    try {
      stop = start((value) => finish(() => resolve(value)), rejectOnce);
    } catch (thrown) {
      rejectOnce(thrown);
    }
    if (settled) stop?.();
  });
}

/** Runs `work` under a signal that fires with the caller's, or with `late()` once `ms` have passed. */
export async function withDeadline<T>(
  { clock, ms, signal, late }: { clock: Clock; ms: number; signal: AbortSignal; late: () => Error },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const cancel = clock.after(ms, () => deadline.abort(late()));
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } finally {
    cancel();
  }
}
