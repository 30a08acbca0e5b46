// Wakes who waits for a request when this process changes it. It carries no state: who is woken reads the request again.
import type { Clock } from '../core/clock.ts';

/** setTimeout fires at once for anything longer (24.8 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Waiter {
  /** Resolves at the next `wake`, also one that was before this call, or after `ms`; rejects with the signal's reason. */
  next(ms: number, signal: AbortSignal): Promise<void>;
  leave(): void;
}

export interface Waiters {
  /** From here on no wake of this id is missed. */
  join(id: string): Waiter;
  wake(id: string): void;
}

export function newWaiters(clock: Clock): Waiters {
  const rooms = new Map<string, Set<() => void>>();
  return {
    join(id) {
      let wasWoken = false;
      let onWake = () => {};
      const ring = () => {
        wasWoken = true;
        onWake();
      };
      const room = rooms.get(id) ?? new Set();
      rooms.set(id, room.add(ring));
      return {
        next(ms, signal) {
          return new Promise((resolve, reject) => {
            const onAbort = () => finish(() => reject(signal.reason));
            const cancel = clock.after(Math.min(Math.max(ms, 0), MAX_TIMER_MS), () => finish(resolve));
            const finish = (settle: () => void) => {
              cancel();
              signal.removeEventListener('abort', onAbort);
              onWake = () => {};
              wasWoken = false;
              settle();
            };
            onWake = () => finish(resolve);
            signal.addEventListener('abort', onAbort, { once: true });
            if (signal.aborted) onAbort();
            else if (wasWoken) onWake();
          });
        },
        leave() {
          room.delete(ring);
          if (room.size === 0 && rooms.get(id) === room) rooms.delete(id);
        },
      };
    },
    wake(id) {
      for (const ring of rooms.get(id) ?? []) ring();
    },
  };
}
