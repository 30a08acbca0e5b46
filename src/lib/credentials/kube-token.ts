// The credential provider `kube-token`: a token of a service account that lives as long as a Secret of its own, one for each session.
// The token exists in this process's memory only, and here no longer than until it is known to be dead.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ClusterApi } from '../kubernetes/server/cluster-api.ts';
import type {
  CredentialProvider,
  KubeTokenCredential,
  KubeTokenRequest,
  LeasePlan,
  Revocation,
} from '../ports/provider.ts';
import { DestroyableSecret } from './destroyable-secret.ts';
import { deleteSecret, inTime, REMEMBERED_MS, seeRefused } from './kube-token-death.ts';
import {
  emptySecret,
  expectFound,
  type KubeTokenRef,
  readGranted,
  readUid,
  refOf,
  refused,
  secretPlace,
  tokenPlace,
  tokenRequest,
} from './kube-token-objects.ts';

export interface KubeTokenCluster {
  /** In the name of the broker's own account, which may do what `clusterRbac` says. */
  readonly api: ClusterApi;
  /** `one` where a single API server answers everybody; `many` where absent. */
  readonly apiServers?: 'one' | 'many';
}

/** API servers refuse to grant less. */
const SHORTEST_TOKEN_MS = 600_000;
/** A session that goes on asks for another. */
const LONGEST_TOKEN_MS = 3_600_000;
const SHORTEST_TTL_MS = 5_000;
/** Both requests together, from the plan on. */
const ISSUE_WITHIN_MS = 30_000;
/** Somebody waits for it; what is left then the book tries again. */
const REVOKE_WITHIN_MS = 12_000;
/** After its Secret is gone. A text that nobody asked about by then is dropped. */
const CONFIRM_WITHIN_MS = 30_000;
/** For a token that is dead by itself: its Secret is only swept up. */
const SWEEP_UP_WITHIN_MS = 5_000;
/** API servers accept a token for a minute after its end, for clocks that differ (go-jose's DefaultLeeway). */
const LEEWAY_MS = 60_000;
/** Shorter parts of a token would be found in what is none. */
const SHORTEST_KNOWN_PART = 16;

interface LivingToken {
  readonly text: string;
  readonly handedOut: readonly DestroyableSecret[];
  /** ms since 1970; once its Secret is deleted. */
  forgottenAt?: number;
}

/**
 * `plan` throws `credential-request-refused` (78) for names that are none of Kubernetes and a life under 5 s, and `unknown-cluster`
 * (78). The plan's `expiresAt` is when no API server can accept the token any more: later than the token says itself.
 *
 * `issue` rejects with `no-service-account`, `no-namespace`, `cluster-forbidden` (78), `cluster-too-slow`, `token-too-long` (69), and
 * what else `ClusterApi` does. Whatever it leaves `revoke` takes away.
 *
 * `revoke` takes the token back from its holders and deletes the Secret; `deadAt` is 11 s after that, by when each API server has
 * forgotten the token. A token that expired is dead also where the cluster is gone; its empty Secret may then be left. What this does
 * not do: close what the token opened before.
 *
 * `confirmDeath` asks the API server until it refuses the token, for 30 s at most. `deadAt` is when that was, to a second; where others
 * answer as well, no earlier than those 11 s. Rejects with `credential-alive`, `death-not-seen`, `token-not-held` (69; after a restart
 * nobody has the token), and what `ClusterApi` does.
 */
export function kubeTokenProvider({
  clusters,
  clock,
}: {
  /** By name. */
  clusters: ReadonlyMap<string, KubeTokenCluster>;
  clock: Clock;
}): CredentialProvider<KubeTokenRequest, KubeTokenCredential> {
  /** By the Secret's name. */
  const living = new Map<string, LivingToken>();
  /** Secrets that no server was asked for, since none could be reached. */
  const unsent = new Set<string>();

  function clusterOf(name: string): KubeTokenCluster {
    const cluster = clusters.get(name);
    if (cluster !== undefined) return cluster;
    throw new BrokerError({
      code: 'unknown-cluster',
      exit: EXIT.configuration,
      message: `there is no cluster "${name}"`,
      hint: 'configure it again until its leases are revoked, see: sallyport leases',
    });
  }

  return {
    name: 'kube-token',

    plan(request: KubeTokenRequest): LeasePlan {
      refuseMalformed(request);
      const { cluster, namespace, serviceAccount } = request;
      clusterOf(cluster);
      const issuedAt = clock.now();
      const ref: KubeTokenRef = {
        cluster,
        namespace,
        serviceAccount,
        secret: `sallyport-${randomBytes(8).toString('hex')}`,
      };
      const longestMs = ISSUE_WITHIN_MS + lifeOf(request) + LEEWAY_MS + REMEMBERED_MS;
      return { provider: 'kube-token', ref: { ...ref }, issuedAt, expiresAt: issuedAt + longestMs };
    },

    async issue(request: KubeTokenRequest, plan: LeasePlan): Promise<KubeTokenCredential> {
      const ref = refOf(plan);
      const { api } = clusterOf(ref.cluster);
      if (living.has(ref.secret)) throw new Bug(`a second token for the Secret ${ref.secret}`);
      const ms = plan.issuedAt + ISSUE_WITHIN_MS - clock.now();
      return inTime({ clock, ms, late: () => tooSlow(ref) }, async (signal) => {
        const made = await api
          .create(secretPlace(ref), emptySecret(ref, request.session), signal)
          .catch((error: unknown) => {
            if (isUnsent(error)) unsent.add(ref.secret);
            throw error;
          });
        const uid = readUid(expectFound(made, ref));
        const askedAt = clock.now();
        const askedMs = lifeOf(request);
        const answer = await api.create(tokenPlace(ref), tokenRequest(ref, uid, askedMs / 1000), signal);
        const granted = readGranted(expectFound(answer, ref));
        const secretOf = (text: string) => new DestroyableSecret(text, 'token');
        const token = secretOf(granted.token);
        const parts = granted.token.split('.').filter((part) => part.length >= SHORTEST_KNOWN_PART);
        const knownSecrets = [...new Set([granted.token, ...parts])].map(secretOf);
        living.set(ref.secret, { text: granted.token, handedOut: [token, ...knownSecrets] });
        // The book has an end written down by now, and a token must not outlive it.
        if (granted.seconds * 1000 > askedMs) throw tooLong(ref, granted.seconds);
        return { kind: 'kube-token', token, expiresAt: askedAt + granted.seconds * 1000, knownSecrets };
      });
    },

    async revoke(plan: LeasePlan): Promise<Revocation> {
      const ref = refOf(plan);
      if (unsent.delete(ref.secret)) return { deadAt: clock.now(), how: 'never-issued' };
      const token = living.get(ref.secret);
      for (const secret of token?.handedOut ?? []) secret.destroy();
      const isExpired = clock.now() >= plan.expiresAt;
      if (isExpired) living.delete(ref.secret);
      const limitMs = isExpired ? SWEEP_UP_WITHIN_MS : REVOKE_WITHIN_MS;
      try {
        await deleteSecret({ api: clusterOf(ref.cluster).api, ref, limitMs, clock });
      } catch (error) {
        // Until it is deleted the text is kept for another try.
        if (!isExpired) throw error;
      }
      if (isExpired) return expired(plan);
      const forgottenAt = token?.forgottenAt ?? clock.now() + REMEMBERED_MS;
      if (token !== undefined && token.forgottenAt === undefined) {
        token.forgottenAt = forgottenAt;
        clock.after(CONFIRM_WITHIN_MS, () => living.delete(ref.secret));
      }
      return { deadAt: forgottenAt, how: 'deleted' };
    },

    async confirmDeath(plan: LeasePlan, signal: AbortSignal): Promise<Revocation> {
      if (clock.now() >= plan.expiresAt) return expired(plan);
      const ref = refOf(plan);
      const { text: token, forgottenAt } = living.get(ref.secret) ?? {};
      if (token === undefined || forgottenAt === undefined) throw notHeld(ref);
      try {
        const { api, apiServers = 'many' } = clusterOf(ref.cluster);
        const limitMs = CONFIRM_WITHIN_MS;
        const deadAt = await seeRefused({ api, apiServers, ref, token, forgottenAt, limitMs, clock, signal });
        return { deadAt, how: 'deleted-and-probed' };
      } finally {
        living.delete(ref.secret);
      }
    },
  };
}

/** No connection was made, so that nothing can have been asked. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
]);

function isUnsent(error: unknown): boolean {
  if (!(error instanceof BrokerError) || error.code !== 'cluster-unreachable') return false;
  return NOT_CONNECTED.has((error.cause as { code?: unknown } | undefined)?.code);
}

const expired = ({ expiresAt }: LeasePlan): Revocation => ({ deadAt: expiresAt, how: 'expired' });

/** In whole seconds, as it is asked for. */
function lifeOf({ ttlMs }: KubeTokenRequest): number {
  return Math.ceil(Math.min(Math.max(ttlMs, SHORTEST_TOKEN_MS), LONGEST_TOKEN_MS) / 1000) * 1000;
}

function refuseMalformed({ namespace, serviceAccount, session, ttlMs }: KubeTokenRequest): void {
  if (!(ttlMs >= SHORTEST_TTL_MS)) throw refused(`the credential's life of "${ttlMs}" ms is under ${SHORTEST_TTL_MS}`);
  // RFC 1123, as Kubernetes has it: a label for namespaces, a subdomain for accounts.
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw refused(`${quoted(namespace)} is no namespace's name`);
  if (
    serviceAccount.length > 253 ||
    !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(serviceAccount)
  )
    throw refused(`${quoted(serviceAccount)} is no service account's name`);
  if (!/^[^\p{C}]{1,253}$/u.test(session))
    throw refused(`the session ${quoted(session)} is empty, long or not printable`);
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 100));

function notHeld({ cluster }: KubeTokenRef): BrokerError {
  return new BrokerError({
    code: 'token-not-held',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" cannot be asked about the token: the broker does not have it any more`,
    hint: 'it is dead by the time its revocation names',
  });
}

function tooSlow({ cluster }: KubeTokenRef): BrokerError {
  return new BrokerError({
    code: 'cluster-too-slow',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" gave no token within ${ISSUE_WITHIN_MS / 1000} s`,
    hint: 'try again',
  });
}

function tooLong({ cluster }: KubeTokenRef, seconds: number): BrokerError {
  return new BrokerError({
    code: 'token-too-long',
    exit: EXIT.unavailable,
    message: `cluster "${cluster}" gave a token for "${seconds}" s, longer than it was asked for`,
    hint: 'see which admission plugin of the cluster changes requests for tokens',
  });
}
