// A connection to the API server that has left HTTP: the handshake is made here, with the cluster's identity; what goes through it
// afterwards is bytes.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { Upgrade } from '../request/upgrade-request.ts';
import {
  asUnreachable,
  authorizationOf,
  placeOf,
  REPLY_WITHIN_MS,
  timedOut,
  tlsOf,
  type Upstream,
} from './upstream.ts';

export interface OpenAsked {
  /** Path and query, as printed. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly upgrade: Upgrade;
}

export type OpenReply<Opened> =
  | ({ readonly kind: 'open'; readonly protocol: string } & Opened)
  /** The server's own words; its body is read by the caller, or destroyed. */
  | { readonly kind: 'refused'; readonly reply: IncomingMessage };

/** RFC 6455, 1.3. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What answers a `Sec-WebSocket-Key`. */
export const acceptOf = (key: string): string => createHash('sha1').update(`${key}${MAGIC}`).digest('base64');

/**
 * Resolves with the open connection, and what the server sent behind its answer. Rejects with `cluster-unreachable`,
 * `cluster-timeout`, `cluster-answer` (69), or the signal's reason; the connection is closed then.
 */
export function openTunnel(
  { address, identity }: Pick<Upstream, 'address' | 'identity'>,
  { target, headers, upgrade }: OpenAsked,
  signal: AbortSignal,
): Promise<OpenReply<{ readonly socket: Duplex; readonly head: Buffer }>> {
  const { server } = address;
  const isSpdy = upgrade.transport === 'spdy';
  const key = randomBytes(16).toString('base64');
  return new Promise((resolve, reject) => {
    const sent = request({
      // A connection of its own, which no other request will have.
      agent: false,
      ...tlsOf(address, identity),
      ...placeOf(address, target),
      method: isSpdy ? 'POST' : 'GET',
      headers: {
        ...headers,
        ...authorizationOf(identity),
        connection: 'Upgrade',
        ...(isSpdy
          ? { upgrade: 'SPDY/3.1', 'content-length': '0', 'x-stream-protocol-version': upgrade.protocols.join(', ') }
          : {
              upgrade: 'websocket',
              'sec-websocket-version': '13',
              'sec-websocket-key': key,
              'sec-websocket-protocol': upgrade.protocols.join(', '),
            }),
      },
      signal,
    });
    sent.setTimeout(REPLY_WITHIN_MS, () => sent.destroy(timedOut(server)));
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : asUnreachable(error, server)));
    sent.on('response', (reply) => {
      sent.setTimeout(0);
      resolve({ kind: 'refused', reply });
    });
    sent.on('upgrade', (reply, socket, head) => {
      sent.setTimeout(0);
      socket.on('error', () => {});
      const protocol = reply.headers[isSpdy ? 'x-stream-protocol-version' : 'sec-websocket-protocol'];
      const isAnswer = isSpdy || reply.headers['sec-websocket-accept'] === acceptOf(key);
      if (isAnswer && typeof protocol === 'string' && upgrade.protocols.includes(protocol)) {
        resolve({ kind: 'open', protocol, socket, head });
        return;
      }
      socket.destroy();
      reject(badAnswer(server, 'its answer to the upgrade is not what was asked for'));
    });
    sent.end();
  });
}

/** What a server did that is not its protocol. */
export function badAnswer(server: URL, what: string): BrokerError {
  return new BrokerError({
    code: 'cluster-answer',
    exit: EXIT.unavailable,
    message: `the API server at "${server.host}" answered wrongly: ${what}`,
    hint: 'see whether a proxy stands before it that cannot pass on upgrades: sallyport targets check',
  });
}
