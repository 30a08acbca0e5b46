// A connection whose client asked to leave HTTP, until somebody agrees: an answer of HTTP can still be given, and the client has to wait
// for it. What it sends before is a second request that nobody would judge, or bytes for a protocol that nobody agreed to.
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { RefusedRequest } from '../../kubernetes/request/refused-request.ts';
import { refusal } from '../../kubernetes/request/status.ts';

export interface UpgradedSocket {
  readonly request: IncomingMessage;
  /** Whether the client sent more than its request. */
  readonly hasMore: boolean;
  /** The connection without HTTP, paused; the response can no longer be used. Throws where the client has gone, or was refused. */
  take(): Duplex;
}

/** To be called in the event of the request. The response's connection is closed when it ends, and the response with its connection. */
export function awaitUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): { readonly response: ServerResponse; readonly upgraded: UpgradedSocket } {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // A socket of TLS can all that this asks for.
  const connection = socket as Parameters<ServerResponse['assignSocket']>[0];
  response.assignSocket(connection);
  response.on('finish', () => socket.end(() => socket.destroy()));
  socket.on('error', () => socket.destroy());
  let hasMore = head.length > 0;
  const onEarly = () => {
    hasMore = true;
    socket.pause();
    if (response.headersSent) return;
    const body = `${JSON.stringify(refusal(saidTooMuch()))}\n`;
    response.writeHead(400, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };
  const onEnd = () => socket.destroy();
  if (!hasMore) socket.on('data', onEarly);
  socket.on('end', onEnd);
  return {
    response,
    upgraded: {
      request,
      get hasMore() {
        return hasMore;
      },
      take() {
        if (hasMore || socket.destroyed || response.headersSent) throw new Error('the client has gone, or was refused');
        socket.off('data', onEarly);
        socket.off('end', onEnd);
        socket.pause();
        response.detachSocket(connection);
        return socket;
      },
    },
  };
}

export function saidTooMuch(): RefusedRequest {
  return new RefusedRequest({
    status: 400,
    code: 'bad-upgrade',
    message: 'the client sent more than its request before the upgrade was agreed to',
    hint: 'wait for "101 Switching Protocols", as RFC 9110 has it of clients',
  });
}
