// A WebSocket to the API server that carries the streams of a program, opened with the cluster's identity.
import { WebSocket } from 'ws';
import { type MessageEnd, messagesOf, SOCKET_OPTIONS } from '../streams/web-socket.ts';
import {
  asUnreachable,
  authorizationOf,
  placeOf,
  REPLY_WITHIN_MS,
  timedOut,
  tlsOf,
  type Upstream,
} from './upstream.ts';
import { badAnswer, type OpenAsked, type OpenReply } from './upstream-tunnel.ts';

/**
 * Resolves with the open end, or the server's refusal. Rejects with `cluster-unreachable`,
 * `cluster-timeout`, `cluster-answer` (69), or the signal's reason; the connection is closed then.
 */
export function openChannels(
  { address, identity }: Pick<Upstream, 'address' | 'identity'>,
  { target, headers, upgrade }: OpenAsked,
  signal: AbortSignal,
): Promise<OpenReply<{ readonly end: MessageEnd }>> {
  const { server } = address;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const { path } = placeOf(address, target);
    const socket = new WebSocket(`wss://${server.host}${path}`, [...upgrade.protocols], {
      ...SOCKET_OPTIONS,
      ...tlsOf(address, identity),
      headers: { ...headers, ...authorizationOf(identity) },
    });
    let hasTimedOut = false;
    const timer = setTimeout(() => {
      hasTimedOut = true;
      socket.terminate();
    }, REPLY_WITHIN_MS);
    const onAbort = () => socket.terminate();
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (signal.aborted) reject(signal.reason);
      else if (hasTimedOut) reject(timedOut(server));
      else reject(error.code === undefined ? badAnswer(server, error.message) : asUnreachable(error, server));
    });
    socket.on('unexpected-response', (_, reply) => {
      settle();
      resolve({ kind: 'refused', reply });
    });
    socket.on('open', () => {
      settle();
      resolve({ kind: 'open', protocol: socket.protocol, end: messagesOf(socket) });
    });
  });
}
