// How a token of the provider `kube-token` ends: its Secret is deleted, and the server is asked until it refuses the token.
import { type Clock, sleep } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type ClusterApi, isPassing } from '../kubernetes/cluster-api.ts';
import type { Revocation } from '../ports/provider.ts';
import { expectFound, type KubeTokenRef, REVIEWS, readReview, secretPlace, tokenReview } from './kube-token-objects.ts';

/**
 * API servers remember for 10 s that they let a token in (kube-apiserver's TokenSuccessCacheTTL, no flag changes it), each for
 * itself, and learn of the deletion by a watch, for which there is a second more.
 */
export const REMEMBERED_MS = 11_000;
/** One that takes a connection and says nothing is asked again. */
const ATTEMPT_MS = 10_000;
/** One that has just started forbids everything until it has read the roles; what is forbidden for longer than this is forbidden. */
const ROLES_READ_WITHIN_MS = 10_000;
/** What the measured delay is exact to. */
const PROBE_EVERY_MS = 250;

export interface DyingToken {
  readonly api: ClusterApi;
  /** Whether the one that answers speaks for all of them. */
  readonly apiServers: 'one' | 'many';
  readonly ref: KubeTokenRef;
  /** Undefined where nobody has it any more: then it cannot be probed. */
  readonly token: string | undefined;
  readonly limitMs: number;
  readonly clock: Clock;
}

/**
 * Deletes and probes until both are certain; what may pass is tried again until the limit. Rejects with `token-not-dead` (69) then,
 * `secret-kept` (69), and what `ClusterApi` rejects with. A server that lets nobody review tokens leaves it at `deleted`.
 */
export async function endToken({ api, apiServers, ref, token, limitMs, clock }: DyingToken): Promise<Revocation> {
  let why = 'it is still accepted';
  const late = () => notDead(ref, limitMs, why);
  return inTime({ clock, ms: limitMs, late }, async (signal) => {
    /** Until `work` has something to say. */
    async function persist<T>(work: (limit: AbortSignal) => Promise<T | undefined>): Promise<T> {
      let forbiddenSince: number | undefined;
      const isWorthAnotherTry = (error: unknown) => {
        if (!isForbidden(error)) return isPassing(error);
        forbiddenSince ??= clock.monotonic();
        return clock.monotonic() - forbiddenSince < ROLES_READ_WITHIN_MS;
      };
      for (;;) {
        try {
          const said = await inTime({ clock, ms: ATTEMPT_MS, late: noAnswer, outer: signal }, work);
          if (said !== undefined) return said;
          why = 'it is still accepted';
        } catch (error) {
          if (!isWorthAnotherTry(error)) throw error;
          why = asBrokerError(error).publicMessage;
        }
        await sleep(clock, PROBE_EVERY_MS, signal);
      }
    }

    const outcome = await persist((limit) => api.delete(secretPlace(ref), limit));
    if (outcome === 'kept') throw kept(ref);
    const forgottenAt = clock.now() + REMEMBERED_MS;
    if (token === undefined) return { deadAt: forgottenAt, how: 'deleted' };
    try {
      await persist(async (limit) => {
        const review = expectFound(await api.create(REVIEWS, tokenReview(token), limit), ref);
        return readReview(review) ? undefined : 'refused';
      });
    } catch (error) {
      if (!isForbidden(error)) throw error;
      return { deadAt: forgottenAt, how: 'deleted' };
    }
    const refusedAt = clock.now();
    const deadAt = apiServers === 'one' ? refusedAt : Math.max(refusedAt, forgottenAt);
    return { deadAt, how: 'deleted-and-probed' };
  });
}

export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
  /** What the signal is aborted with. */
  readonly late: () => BrokerError;
  readonly outer?: AbortSignal;
}

/** Runs `work` with a signal that is aborted after `ms`, or with `outer`. */
export async function inTime<T>(limit: TimeLimit, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, ms, late, outer } = limit;
  const own = new AbortController();
  const cancel = clock.after(Math.max(0, ms), () => own.abort(late()));
  try {
    return await work(outer === undefined ? own.signal : AbortSignal.any([outer, own.signal]));
  } finally {
    cancel();
  }
}

const isForbidden = (error: unknown): boolean => error instanceof BrokerError && error.code === 'cluster-forbidden';

function noAnswer(): BrokerError {
  return new BrokerError({
    code: 'cluster-timeout',
    exit: EXIT.unavailable,
    message: `the API server did not answer within ${ATTEMPT_MS / 1000} s`,
    hint: 'try again',
  });
}

function notDead({ cluster, namespace, secret }: KubeTokenRef, limitMs: number, why: string): BrokerError {
  return new BrokerError({
    code: 'token-not-dead',
    exit: EXIT.unavailable,
    message: `whether the token is dead in cluster "${cluster}" was not known after ${limitMs / 1000} s: ${why}`,
    hint: `kubectl -n ${namespace} delete secret ${secret}`,
  });
}

/** A Secret that waits for a finalizer keeps its token alive for another minute, or for as long as the finalizer likes. */
function kept({ namespace, secret }: KubeTokenRef): BrokerError {
  return new BrokerError({
    code: 'secret-kept',
    exit: EXIT.unavailable,
    message: `the Secret "${secret}" in namespace "${namespace}" is held by a finalizer`,
    hint: `see: kubectl -n ${namespace} get secret ${secret} -o yaml`,
  });
}
