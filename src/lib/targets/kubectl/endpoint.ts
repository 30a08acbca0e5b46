// The endpoint of one session: an API server on 127.0.0.1 as a client sees it. Whoever connects must be a process of the session's
// account and know its token; what is asked for is the handler's. HTTP/1.1 and HTTP/2; nothing is open once it is disposed.
import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  createSecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Secret } from '../../core/secret.ts';
import { failure } from '../../kubernetes/request/status.ts';
import { HeldBytes, type HeldShare } from './held-bytes.ts';
import type { SessionCertificate } from './session-certificate.ts';
import { awaitUpgrade, type UpgradedSocket } from './upgraded-socket.ts';

/** One request, as Node reads it of either version of HTTP. */
export interface ApiCall {
  readonly request: Http2ServerRequest;
  readonly response: Http2ServerResponse;
  /** What it keeps of the endpoint's memory; given back when its reply is done. */
  readonly held: HeldShare;
  /** Of a request that asks for another protocol on its connection. */
  readonly upgraded?: UpgradedSocket;
}

export interface EndpointOptions {
  readonly certificate: SessionCertificate;
  readonly token: Secret<string>;
  /** Whether the process behind this port of 127.0.0.1 may talk to the endpoint, whose own port is `to`. */
  readonly mayConnect: (port: number, to: number) => boolean;
  /** Answers a request whose token was right. Must not reject. */
  readonly handle: (call: ApiCall) => Promise<void>;
}

export interface Endpoint extends AsyncDisposable {
  readonly port: number;
}

/** More of them are nobody's who works. */
const MOST_CONNECTIONS = 512;
/** Watches and streams too: each has a connection to the server, and the sessions of a broker share its descriptors. */
export const MOST_REQUESTS = 256;
const TOO_MANY =
  'sallyport (too-many-requests): more requests are under way than one session may have; next: end some watches';
const HEADERS_MAX_BYTES = 64 * 1024;
const NOT_YOURS = 'sallyport: this is the endpoint of a session that is not yours, or is over';

/** Listens on a free port. */
export async function openEndpoint({ certificate, token, mayConnect, handle }: EndpointOptions): Promise<Endpoint> {
  const sockets = new Set<Duplex>();
  const sessions = new Set<ServerHttp2Session>();
  const server = createSecureServer({
    key: certificate.privateKey.reveal(),
    cert: certificate.certificate,
    allowHTTP1: true,
    minVersion: 'TLSv1.2',
    maxHeaderListPairs: 256,
    settings: { maxConcurrentStreams: 256, maxHeaderListSize: HEADERS_MAX_BYTES },
  });
  server.on('connection', (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    const { port } = server.address() as AddressInfo;
    // A port that is gone already, or is another user's: no word of TLS, so that nobody learns what is here.
    if (sockets.size > MOST_CONNECTIONS || !mayConnect(socket.remotePort ?? 0, port)) socket.destroy();
  });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => session.destroy());
  });
  // What a client does wrong with TLS or HTTP ends its connection, and nothing else.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  server.on('clientError', (_error, socket) => socket.destroy());
  const held = new HeldBytes();
  let underWay = 0;
  const onCall = (asked: Omit<ApiCall, 'held'>) => {
    const call = { ...asked, held: held.share() };
    call.response.on('close', () => call.held[Symbol.dispose]());
    call.request.on('error', () => {});
    call.response.on('error', () => {});
    if (!isBearer(call.request.headers.authorization, token)) answer(call.response, 401, failure(401, NOT_YOURS));
    else if (underWay >= MOST_REQUESTS) answer(call.response, 429, failure(429, TOO_MANY));
    else {
      underWay += 1;
      void handle(call).finally(() => {
        underWay -= 1;
      });
    }
  };
  server.on('request', (request, response) => onCall({ request, response }));
  // HTTP/1.1 alone has upgrades here: those of HTTP/2 are not offered to clients.
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { response, upgraded } = awaitUpgrade(request, socket, head);
    // Node's types know HTTP/2 alone here; what is used of both is the same.
    onCall({
      request: request as unknown as Http2ServerRequest,
      response: response as unknown as Http2ServerResponse,
      upgraded,
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers with an object of the API. */
export function answer(response: Http2ServerResponse, code: number, body: object): void {
  answerBytes(response, code, 'application/json', Buffer.from(`${JSON.stringify(body)}\n`));
}

/** Answers with what is there whole. */
export function answerBytes(response: Http2ServerResponse, code: number, contentType: string, bytes: Uint8Array): void {
  if (response.headersSent || response.writableEnded) return;
  const later = code === 429 ? { 'retry-after': '1' } : {};
  response.writeHead(code, { 'content-type': contentType, 'content-length': bytes.length, ...later });
  response.end(bytes);
}

/** Ends a reply that has begun, such that the client can see that it is not whole. */
export function breakOff(response: Http2ServerResponse): void {
  // Node's types know HTTP/2 alone here; a reply of HTTP/1.1 has no stream, but can be destroyed itself.
  const { stream } = response as Partial<Http2ServerResponse>;
  if (stream === undefined) (response as unknown as ServerResponse).destroy();
  else stream.close(constants.NGHTTP2_INTERNAL_ERROR);
}

function isBearer(header: string | undefined, token: Secret<string>): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token.reveal()}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
