// The way to an API server: a pool of connections for one account, over TLS that trusts the configured CA alone.
import type { IncomingMessage, RequestOptions } from 'node:http';
import { Agent, request } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Secret } from '../core/secret.ts';

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

/** Opens nothing yet. */
export function openUpstream(address: ClusterAddress, identity: ClusterIdentity): Upstream {
  const { server } = address;
  // No limit of connections: each watch has one for as long as it lasts, and must not be waited for.
  const agent = new Agent({ keepAlive: true, ...tlsOf(address, identity) });
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
        if (!mayBeSilent) sent.setTimeout(REPLY_WITHIN_MS, () => sent.destroy(timedOut(server)));
        sent.on('response', (reply) => {
          sent.setTimeout(0);
          resolve(reply);
        });
        sent.on('error', (error) => reject(signal.aborted ? signal.reason : asUnreachable(error, server)));
        sent.end(body ?? undefined);
      }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** How the server is known, and who one is where a certificate says so. */
export const tlsOf = ({ ca, serverName }: ClusterAddress, identity: ClusterIdentity): ConnectionOptions => ({
  minVersion: 'TLSv1.2',
  // Said although it is the default: that one can be switched off by the environment.
  rejectUnauthorized: true,
  ...(ca === undefined ? {} : { ca }),
  ...(serverName === undefined ? {} : { servername: serverName }),
  ...(identity.kind === 'certificate' ? { cert: identity.certificate, key: identity.privateKey.reveal() } : {}),
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
