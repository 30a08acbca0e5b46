// The token of a session that lives longer than one: another is asked for in time, and the current one is handed out.
import { type Clock, sleep } from '../../core/clock.ts';
import { asBrokerError, BrokerError, Bug } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { Secret } from '../../core/secret.ts';
import type { Credential, KubeTokenCredential, KubeTokenRequest } from '../../ports/provider.ts';

/** What issuing takes at the most, twice. */
const BEFORE_THE_END_MS = 60_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * When to ask for the next token, ms since 1970: after 80 % of what is left, a minute before the end at the latest; of a life under two
 * minutes after half of it, and never in a rush.
 */
export function nextRenewal({ expiresAt }: Pick<KubeTokenCredential, 'expiresAt'>, now: number): number {
  const leftMs = expiresAt - now;
  const inTime = Math.min(now + leftMs * 0.8, expiresAt - BEFORE_THE_END_MS);
  return Math.max(inTime, now + leftMs / 2, now + FIRST_RETRY_MS);
}

export interface RenewingToken extends Disposable {
  /** The one that counts now. Throws `credential-expired` (69) where it ended and no other could be had. */
  token(): Secret<string>;
}

export interface Renewing {
  readonly first: KubeTokenCredential;
  readonly request: KubeTokenRequest;
  /** Books another one; what it issues ends with the session. */
  readonly issueAgain: (request: KubeTokenRequest) => Promise<Credential>;
  readonly clock: Clock;
  /** Called once, with `credential-expired` (69), when there is no token any more. */
  readonly onFailure: (error: BrokerError) => void;
}

/** Renews until it is disposed. While the old token lives, what fails is tried again, at growing distances. */
export function renewing({ first, request, issueAgain, clock, onFailure }: Renewing): RenewingToken {
  const closing = new AbortController();
  let current = first;
  let failure: BrokerError | undefined;
  let cancel = () => {};
  schedule();

  function schedule(): void {
    cancel = clock.after(nextRenewal(current, clock.now()) - clock.now(), () => void renew());
  }

  /** Never rejects. */
  async function renew(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; ; retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)) {
      try {
        const next = await issueAgain(request);
        if (next.kind !== 'kube-token') throw new Bug(`a token was asked for, and a "${next.kind}" issued`);
        if (closing.signal.aborted) return;
        current = next;
        schedule();
        return;
      } catch (error) {
        if (closing.signal.aborted) return;
        const leftMs = current.expiresAt - clock.now();
        if (leftMs <= 0) {
          failure = expired(asBrokerError(error));
          onFailure(failure);
          return;
        }
        // The last try is at the very end.
        await sleep(clock, Math.min(retryMs, leftMs), closing.signal).catch(() => undefined);
        if (closing.signal.aborted) return;
      }
    }
  }

  return {
    token() {
      if (failure !== undefined) throw failure;
      return current.token;
    },
    [Symbol.dispose]() {
      cancel();
      closing.abort();
    },
  };
}

function expired(cause: BrokerError): BrokerError {
  return new BrokerError({
    code: 'credential-expired',
    exit: EXIT.unavailable,
    message: `the session's token for the cluster has expired, and there was no other: ${cause.publicMessage}`,
    hint: 'open a new session',
    cause,
    ...(cause.detail === undefined ? {} : { detail: cause.detail }),
  });
}
