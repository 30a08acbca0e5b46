// The sessions that run now: for idle exit, for killing one, and for stopping the broker.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { SessionId } from '../core/ids.ts';

export interface LiveSession {
  readonly id: SessionId;
  readonly target: string;
  readonly principal: string;
  readonly startedAt: number;
  readonly controller: AbortController;
  /** True for one that stays without a client. */
  readonly isGated?: true;
  /** Settles once the session has settled. */
  readonly settled: Promise<void>;
}

export interface LiveSessions {
  add(session: LiveSession): void;
  remove(id: SessionId): void;
  list(): readonly LiveSession[];
  /** Ends one with `session-killed` (exit 79); false where it does not run. Resolves once it has settled. */
  kill(id: string, by: string): Promise<boolean>;
  /** Ends all with the reason and waits until each has settled. */
  endAll(reason: BrokerError): Promise<void>;
}

/** An empty register. `onChange` is called after every add and remove, with the number that runs. */
export function liveSessions(onChange: (count: number) => void = () => {}): LiveSessions {
  const running = new Map<string, LiveSession>();
  return {
    add(session) {
      running.set(session.id, session);
      onChange(running.size);
    },
    remove(id) {
      running.delete(id);
      onChange(running.size);
    },
    list: () => [...running.values()],
    async kill(id, by) {
      const session = running.get(id);
      if (session === undefined) return false;
      session.controller.abort(
        new BrokerError({
          code: 'session-killed',
          exit: EXIT.ended,
          message: `the session was ended by "${by}"`,
          hint: 'ask them before you start it again',
        }),
      );
      await session.settled;
      return true;
    },
    async endAll(reason) {
      const all = [...running.values()];
      for (const session of all) session.controller.abort(reason);
      await Promise.all(all.map((session) => session.settled));
    },
  };
}
