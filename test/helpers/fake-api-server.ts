// A TLS server that answers as a test says and remembers what it was asked, for what no real API server would say or do.
import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Secret } from '../../src/lib/core/secret.ts';
import { openUpstream, type Upstream } from '../../src/lib/kubernetes/server/upstream.ts';
import { issueSessionCertificate } from '../../src/lib/targets/kubectl/session-certificate.ts';

export interface AskedOfServer {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FakeApiServer extends AsyncDisposable {
  readonly asked: AskedOfServer[];
  readonly upstream: Upstream;
  /** Connections that have left HTTP and are still open. */
  readonly upgraded: ReadonlySet<Duplex>;
}

export async function fakeApiServer(
  reply: (asked: AskedOfServer, response: ServerResponse) => void | Promise<void>,
  token = 'cluster-token',
  onUpgrade?: (asked: AskedOfServer, request: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<FakeApiServer> {
  const { ca, certificate, privateKey } = await issueSessionCertificate('fake', Date.now(), 3_600_000);
  const asked: AskedOfServer[] = [];
  const server = createServer({ cert: certificate, key: privateKey.reveal() }, async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { method = '', url = '', headers } = request;
    const one = { method, target: url, headers, body: Buffer.concat(pieces).toString() };
    asked.push(one);
    await reply(one, response);
  });
  const upgraded = new Set<Duplex>();
  if (onUpgrade !== undefined) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      upgraded.add(socket);
      socket.on('close', () => upgraded.delete(socket)).on('error', () => {});
      const { method = '', url = '', headers } = request;
      const one = { method, target: url, headers, body: '' };
      asked.push(one);
      onUpgrade(one, request, socket, head);
    });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const upstream = openUpstream(
    { server: new URL(`https://127.0.0.1:${port}`), ca, serverName: undefined },
    { kind: 'token', token: () => new Secret(token) },
  );
  return {
    asked,
    upstream,
    upgraded,
    async [Symbol.asyncDispose]() {
      upstream[Symbol.dispose]();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A reply with an object. */
export function says(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
