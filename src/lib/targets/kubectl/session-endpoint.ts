// Everything of one session that stands between its clients and the cluster: the endpoint, the way to the server, and the token, which is
// renewed while the session goes on. All of it ends together.
import type { Clock } from '../../core/clock.ts';
import { type ReleaseBook, releaseBook } from '../../kubernetes/masking/helm/release-book.ts';
import type { ClusterAccess } from '../../kubernetes/server/kubeconfig.ts';
import { type ConnectionPool, openUpstream } from '../../kubernetes/server/upstream.ts';
import { uidOfLoopbackPeer } from '../../os/loopback-peer.ts';
import type { ApiGate, ApiSession } from '../../ports/api-gate.ts';
import type { KubeTokenCredential, KubeTokenRequest } from '../../ports/provider.ts';
import type { ApiEndpoint } from '../../ports/target.ts';
import { openEndpoint } from './endpoint.ts';
import { exchange } from './exchange.ts';
import { renewing } from './renewing-token.ts';
import { issueSessionCertificate } from './session-certificate.ts';

export interface SessionEndpoint extends AsyncDisposable {
  readonly shown: ApiEndpoint;
}

export interface SessionEndpointOptions {
  readonly session: string;
  /** Of those who may connect. */
  readonly uid: number;
  readonly api: ApiSession;
  readonly access: ClusterAccess;
  /** Shared by the sessions of a cluster. */
  readonly pool: ConnectionPool;
  /** Where clients begin. */
  readonly namespace: string | undefined;
  readonly first: KubeTokenCredential;
  /** What the next token is asked for with. */
  readonly request: KubeTokenRequest;
  /** No session lasts longer. */
  readonly longestMs: number;
  readonly clock: Clock;
}

/** A clock of a client that is ahead. */
const LATER_MS = 3_600_000;

/** Once it is disposed nobody is connected, and no request is under way. */
export async function openSessionEndpoint(options: SessionEndpointOptions): Promise<SessionEndpoint> {
  const { session, uid, api, access, first, request, longestMs, clock } = options;
  const certificate = await issueSessionCertificate(session, clock.now(), longestMs + LATER_MS);
  const token = renewing({
    ...{ first, request, clock },
    issueAgain: api.renew,
    // Requests say so from then on.
    onFailure: () => {},
  });
  const upstream = openUpstream(access.address, { kind: 'token', token: () => token.token() }, options.pool);
  const { gate } = api;
  const releases = releasesOf(gate);
  const end = new AbortController();
  const underWay = new Set<Promise<void>>();
  const close = () => {
    token[Symbol.dispose]();
    upstream[Symbol.dispose]();
  };
  const endpoint = await openEndpoint({
    certificate,
    token: api.token,
    mayConnect: (port, to) => uidOfLoopbackPeer(port, to) === uid,
    handle: (call) => {
      const done = exchange(call, { gate, releases, upstream, clock, signal: end.signal });
      underWay.add(done);
      return done.finally(() => underWay.delete(done));
    },
  }).catch((error: unknown) => {
    close();
    throw error;
  });
  return {
    shown: {
      server: `https://127.0.0.1:${endpoint.port}`,
      ca: certificate.ca,
      namespace: options.namespace ?? access.namespace,
    },
    async [Symbol.asyncDispose]() {
      end.abort(new Error('the session has ended'));
      await endpoint[Symbol.asyncDispose]();
      await Promise.all(underWay);
      close();
    },
  };
}

/** For the replies and writes of one session, masked as the gate masks. */
export function releasesOf(gate: Pick<ApiGate, 'labelOf' | 'replyMask'>): ReleaseBook {
  const text = (said: string) => {
    const mask = gate.replyMask();
    return Buffer.concat([...mask.push(Buffer.from(said)), ...mask.flush()]).toString('utf8');
  };
  return releaseBook({ label: (value) => gate.labelOf(value), text });
}

/** Loads, and runs once, what the first session would otherwise wait for: the library of certificates. */
export async function warmUpEndpoints(clock: Clock): Promise<void> {
  await issueSessionCertificate('warm-up', clock.now(), LATER_MS);
}
