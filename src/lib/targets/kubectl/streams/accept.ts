// The answer to a client whose connection may leave HTTP, once the server has agreed.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Upgrade } from '../../../kubernetes/request/upgrade-request.ts';
import { acceptOf } from '../../../kubernetes/server/upstream-tunnel.ts';

/** For everything but messages of a WebSocket, which the library answers. The socket's next bytes are the other protocol's. */
export function acceptRaw(
  { headers }: IncomingMessage,
  socket: Duplex,
  { transport }: Upgrade,
  protocol: string,
): void {
  const lines =
    transport === 'spdy'
      ? ['Upgrade: SPDY/3.1', `X-Stream-Protocol-Version: ${protocol}`]
      : [
          'Upgrade: websocket',
          `Sec-WebSocket-Accept: ${acceptOf(String(headers['sec-websocket-key']))}`,
          `Sec-WebSocket-Protocol: ${protocol}`,
        ];
  socket.write(['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', ...lines, '', ''].join('\r\n'));
}
