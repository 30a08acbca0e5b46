// The way to an API server: a pool of connections for one account, over TLS that trusts the configured CA alone.
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { Secret } from '../../core/secret.ts';

/** Where an API server is, and how it is known. */
export interface ClusterAddress {
  /** `https://host:port`, perhaps with a path. */
  readonly server: URL;
  /** PEM; undefined: what the machine trusts. */
  readonly ca: string | undefined;
  /** The name the server's certificate must have, where it is not the host's. */
  readonly serverName: string | undefined;
}

/** Who one is there. A token is asked for before each request: it may be renewed. PEM for certificates. */
export type ClusterIdentity =
  | { readonly kind: 'token'; readonly token: () => Secret<string> }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly privateKey: Secret<string> };

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query, as printed. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** True for what the server may answer only once there is something to tell, as a log that is followed. */
  readonly mayBeSilent?: boolean;
}

export interface Upstream extends Disposable {
  readonly address: ClusterAddress;
  readonly identity: ClusterIdentity;
  /**
   * Resolves with the reply's head; its body is read by the caller, or destroyed. Rejects with `cluster-unreachable`,
   * `cluster-timeout` (69), or the signal's reason.
   */
  send(asked: UpstreamRequest, signal: AbortSignal): Promise<IncomingMessage>;
}

/** From the request to the head of its reply; the API server gives up after a minute itself. */
export const REPLY_WITHIN_MS = 65_000;

/** Connections to one server by accounts that say who they are in each request: who uses one next need not be who used it before. */
export interface ConnectionPool {
  /** For an address, the same as long as that says the same. */
  agentFor(address: ClusterAddress): Agent;
}

/** API servers close what is idle for 90 s: a connection is not used again that they may be closing. */
const IDLE_MS = 20_000;

export function connectionPool(): ConnectionPool {
  let last: { readonly of: string; readonly agent: Agent } | undefined;
  return {
    agentFor(address) {
      const { server, ca, serverName } = address;
      const of = JSON.stringify([server.host, ca, serverName]);
      if (last?.of === of) return last.agent;
      // What is under way on the other one ends as it would.
      const agent = agentOf(tlsOf(address, BY_TOKEN));
      last = { of, agent };
      return agent;
    },
  };
}

const BY_TOKEN: Pick<ClusterIdentity, 'kind'> = { kind: 'token' };

function agentOf(tls: ConnectionOptions): Agent {
  // No limit of connections: each watch has one for as long as it lasts, and must not be waited for.
  const agent = new Agent({ keepAlive: true, ...tls });
  // Node ends a free one at its time limit; a request that takes it sets another.
  agent.on('free', (socket: Socket) => socket.setTimeout(IDLE_MS));
  return agent;
}

/** Opens nothing yet. `pool`: for an identity by token; absent: connections of its own, which end with it. */
export function openUpstream(address: ClusterAddress, identity: ClusterIdentity, pool?: ConnectionPool): Upstream {
  const { server } = address;
  const own = pool === undefined || identity.kind === 'certificate' ? agentOf(tlsOf(address, identity)) : undefined;
  const agent = own ?? (pool as ConnectionPool).agentFor(address);
  return {
    address,
    identity,
    send: ({ method, target, headers, body, mayBeSilent = false }, signal) =>
      new Promise((resolve, reject) => {
        const sent = request({
          agent,
          method,
          ...placeOf(address, target),
          headers: {
            ...headers,
            ...(body === null ? {} : { 'content-length': String(body.length) }),
            ...authorizationOf(identity),
          },
          signal,
        });
        // Said in any case: one that was idle has the limit of that.
        sent.setTimeout(mayBeSilent ? 0 : REPLY_WITHIN_MS, () => sent.destroy(timedOut(server)));
        sent.on('response', (reply) => {
          sent.setTimeout(0);
          resolve(reply);
        });
        sent.on('error', (error) => reject(signal.aborted ? signal.reason : asUnreachable(error, server)));
        sent.end(body ?? undefined);
      }),
    [Symbol.dispose]: () => own?.destroy(),
  };
}

/** How the server is known, and who one is where a certificate says so. */
export const tlsOf = (
  { ca, serverName }: ClusterAddress,
  identity: ClusterIdentity | Pick<ClusterIdentity, 'kind'>,
): ConnectionOptions => ({
  minVersion: 'TLSv1.2',
  // Said although it is the default: that one can be switched off by the environment.
  rejectUnauthorized: true,
  ...(ca === undefined ? {} : { ca }),
  ...(serverName === undefined ? {} : { servername: serverName }),
  ...('certificate' in identity ? { cert: identity.certificate, key: identity.privateKey.reveal() } : {}),
});

/** Where a path and query are there. */
export const placeOf = ({ server }: ClusterAddress, target: string): RequestOptions => ({
  protocol: 'https:',
  hostname: server.hostname.replace(/^\[|\]$/g, ''),
  port: server.port || 443,
  path: `${server.pathname.replace(/\/$/, '')}${target}`,
});

export const authorizationOf = (identity: ClusterIdentity): Record<string, string> =>
  identity.kind === 'token' ? { authorization: `Bearer ${identity.token().reveal()}` } : {};

export function timedOut(server: URL): BrokerError {
  return new BrokerError({
    code: 'cluster-timeout',
    exit: EXIT.unavailable,
    message: `the API server at "${server.host}" did not answer within ${REPLY_WITHIN_MS / 1000} s`,
    hint: 'try again; see: sallyport targets check',
  });
}

export function asUnreachable(error: Error, server: URL): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError({
    code: 'cluster-unreachable',
    exit: EXIT.unavailable,
    message: `the API server at "${server.host}" cannot be reached (${(error as NodeJS.ErrnoException).code ?? 'no answer'})`,
    hint: 'see: sallyport targets check',
    cause: error,
    detail: error.message,
  });
}
