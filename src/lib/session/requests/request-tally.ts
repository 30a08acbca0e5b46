// What a session must know at its end of all the requests that were made in it: what was refused, how much was masked, and whether
// somebody is asked right now.
import type { Decision } from '../../core/decision.ts';
import type { BrokerError } from '../../core/errors.ts';
import type { MaskStage } from '../../stream/mask/mask-stage.ts';
import type { MaskCount } from '../masking/session-mask.ts';

export interface Refusal {
  /** Null where no rule was asked. */
  readonly decision: Decision | null;
  readonly error: BrokerError;
}

export interface RequestTally {
  refused(decision: Decision | null, error: BrokerError): void;
  /** The first refusal: what came after it came of it. */
  firstRefusal(): Refusal | undefined;
  masked(kind: string): void;
  /** The stage; what it masks is counted once it has ended. */
  counted(stage: MaskStage): MaskStage;
  count(): MaskCount;
  /** Runs the work, during which somebody is asked where `isAsked`. */
  whileWaiting<T>(isAsked: boolean, work: () => Promise<T>): Promise<T>;
  isWaiting(): boolean;
}

export function requestTally(): RequestTally {
  const kinds = new Map<string, number>();
  let first: Refusal | undefined;
  let waiting = 0;
  const add = (kind: string, count: number) => kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  return {
    refused(decision, error) {
      first ??= { decision, error };
    },
    firstRefusal: () => first,
    masked: (kind) => void add(kind, 1),
    counted(stage) {
      // Replies come by the thousand: none is remembered longer than it lasts.
      let seen = new Map<string, number>();
      const noticed = <T>(result: T): T => {
        for (const [kind, count] of stage.counts) add(kind, count - (seen.get(kind) ?? 0));
        seen = new Map(stage.counts);
        return result;
      };
      return {
        push: (bytes) => noticed(stage.push(bytes)),
        get holding() {
          return stage.holding;
        },
        get holdsSecret() {
          return stage.holdsSecret;
        },
        get counts() {
          return stage.counts;
        },
        expire: () => noticed(stage.expire()),
        flush: () => noticed(stage.flush()),
        resize: (size) => stage.resize(size),
      };
    },
    count: () => ({
      total: [...kinds.values()].reduce((sum, count) => sum + count, 0),
      kinds: Object.fromEntries([...kinds].filter(([, count]) => count > 0)),
    }),
    async whileWaiting(isAsked, work) {
      if (isAsked) waiting += 1;
      try {
        return await work();
      } finally {
        if (isAsked) waiting -= 1;
      }
    },
    isWaiting: () => waiting > 0,
  };
}
