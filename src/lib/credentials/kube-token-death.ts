// How a token of the provider `kube-token` ends: its Secret is deleted; then the server can be asked until it refuses the token.
import { type Clock, sleep } from '../core/clock.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type ClusterApi, isPassing } from '../kubernetes/server/cluster-api.ts';
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
/**
 * How long the first look waits: one that comes before the server has learned of the deletion would be remembered for another 10 s. Later
 * ones wait twice as long each time: a server is not asked forty times for every command of an agent.
 */
const FIRST_PROBE_MS = 250;
/** What the measured delay is exact to: it may be said too long by this, never too short. */
const PROBE_EVERY_MS = 1_000;

interface Ending {
  readonly api: ClusterApi;
  readonly ref: KubeTokenRef;
  readonly limitMs: number;
  readonly clock: Clock;
}

/**
 * Resolves once the Secret is gone; what may pass is tried again until the limit. Rejects with `secret-not-deleted`, `secret-kept` (69),
 * and what `ClusterApi` rejects with.
 */
export async function deleteSecret({ api, ref, limitMs, clock }: Ending): Promise<void> {
  let why = noAnswer().publicMessage;
  const late = () => notDeleted(ref, limitMs, why);
  const outcome = await inTime({ clock, ms: limitMs, late }, (signal) =>
    persist({ clock, signal, onTrouble: (error) => (why = error.publicMessage) }, (limit) =>
      api.delete(secretPlace(ref), limit),
    ),
  );
  if (outcome === 'kept') throw kept(ref);
}

export interface DyingToken extends Ending {
  /** Whether the one that answers speaks for all of them. */
  readonly apiServers: 'one' | 'many';
  readonly token: string;
  /** ms since 1970; by when each server has forgotten the token. */
  readonly forgottenAt: number;
  readonly signal: AbortSignal;
}

/**
 * Asks until the server refuses the token; resolves with ms since 1970, from when none accepts it. Rejects with `credential-alive` (69),
 * `death-not-seen` (69), what `ClusterApi` rejects with, or the signal's reason.
 */
export async function seeRefused(dying: DyingToken): Promise<number> {
  const { api, apiServers, ref, token, forgottenAt, limitMs, clock, signal: outer } = dying;
  let trouble = noAnswer();
  let acceptedAt = 0;
  const late = () => (acceptedAt > forgottenAt ? alive(ref) : notSeen(ref, trouble));
  await inTime({ clock, ms: limitMs, late, outer }, async (signal) => {
    await sleep(clock, FIRST_PROBE_MS, signal);
    await persist({ clock, signal, onTrouble: (error) => (trouble = error) }, async (limit) => {
      const review = expectFound(await api.create(REVIEWS, tokenReview(token), limit), ref);
      if (!readReview(review)) return 'refused';
      acceptedAt = clock.now();
      return undefined;
    });
  });
  const refusedAt = clock.now();
  return apiServers === 'one' ? refusedAt : Math.max(refusedAt, forgottenAt);
}

interface Persisting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What may pass: it is tried again. */
  readonly onTrouble: (error: BrokerError) => void;
}

/** Works until there is something to say; a server that is away, overloaded or starting is asked again. */
async function persist<T>(
  { clock, signal, onTrouble }: Persisting,
  work: (limit: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  let forbiddenSince: number | undefined;
  const isWorthAnotherTry = (error: unknown) => {
    if (!isForbidden(error)) return isPassing(error);
    forbiddenSince ??= clock.monotonic();
    return clock.monotonic() - forbiddenSince < ROLES_READ_WITHIN_MS;
  };
  for (let waitMs = FIRST_PROBE_MS; ; waitMs = Math.min(waitMs * 2, PROBE_EVERY_MS)) {
    try {
      const said = await inTime({ clock, ms: ATTEMPT_MS, late: noAnswer, outer: signal }, work);
      if (said !== undefined) return said;
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error;
      onTrouble(asBrokerError(error));
    }
    await sleep(clock, waitMs, signal);
  }
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

function notDeleted({ cluster, namespace, secret }: KubeTokenRef, limitMs: number, why: string): BrokerError {
  return new BrokerError({
    code: 'secret-not-deleted',
    exit: EXIT.unavailable,
    message: `the Secret "${secret}" could not be deleted in cluster "${cluster}" within ${limitMs / 1000} s: ${why}`,
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

function alive({ cluster, namespace, serviceAccount, secret }: KubeTokenRef): BrokerError {
  return new BrokerError({
    code: 'credential-alive',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" still accepts a token whose Secret "${secret}" is deleted`,
    hint: `to end all of its account's tokens: kubectl -n ${namespace} delete serviceaccount ${serviceAccount}, and make it anew`,
  });
}

function notSeen({ cluster }: KubeTokenRef, trouble: BrokerError): BrokerError {
  return new BrokerError({
    code: 'death-not-seen',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" could not be asked whether the token is dead: ${trouble.publicMessage}`,
    hint: 'it is dead by the time its revocation names',
    cause: trouble,
  });
}
