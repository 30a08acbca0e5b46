// The broker's ear: HTTP and WebSocket on one Unix socket. Every request is identified, its version compared and its
// access checked before a handler sees it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { WebSocketServer } from 'ws';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { Verifier } from '../ports/verifier.ts';
import { execInSession } from '../session/gated/exec-in-session.ts';
import { openSession } from '../session/open-session.ts';
import { serveAttach } from './attach.ts';
import { type Connections, watchConnections } from './connections.ts';
import { API_VERSION, MAX_MESSAGE_BYTES, MAX_REQUEST_BYTES, VERSION_HEADER } from './contract.ts';
import { findRoute, pathOf } from './find-route.ts';
import { type ByteStream, badRequest, type Call, type RouteDeps } from './route.ts';
import { clientMismatch } from './version.ts';

/** A request is a few lines over a local socket: whoever takes longer to send one is not served. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const CHECK_EVERY_MS = 2_000;

export interface ServerOptions {
  readonly verifier: Verifier;
  readonly version: string;
  /** True where the principal may use `owner` routes. */
  readonly isOwner: (principal: Principal) => boolean;
  readonly deps: RouteDeps;
  /** Every error that is the broker's own fault, with its detail. */
  readonly onError: (error: BrokerError) => void;
  /** Called for every request; for the idle timer. */
  readonly onRequest: () => void;
}

/** An HTTP server that is not listening yet. */
export function createApiServer(options: ServerOptions): Server {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
    },
    (request, response) => {
      void answer(request, response, options, connections);
    },
  );
  const connections = watchConnections(server, options.verifier);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    options.onRequest();
    // Between the upgrade and the WebSocket nobody else listens, and an error without a listener ends the broker.
    socket.on('error', () => socket.destroy());
    try {
      const principal = connections.principalOf(request.socket);
      connections.checkShare(request.socket);
      checkVersion(request, options.version);
      if (pathOf(request) !== '/v1/attach') throw unknownRoute(request);
      sockets.handleUpgrade(request, socket, head, (connection) =>
        serveAttach(connection, principal, {
          open: (invocation, client) => openSession(invocation, client, options.deps.session),
          exec: (exec, client) => execInSession(exec, client, options.deps.session),
        }),
      );
    } catch (thrown) {
      const error = asBrokerError(thrown);
      if (error.exit === EXIT.bug) options.onError(error);
      refuseUpgrade(socket, error);
    }
  });
  return server;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServerOptions,
  connections: Connections,
): Promise<void> {
  options.onRequest();
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the client has gone')));
  try {
    const principal = connections.principalOf(request.socket);
    const found = findRoute(request);
    // What tells about the broker and ends it works whatever else is wrong.
    if (found?.route.anyVersion !== true) {
      connections.checkShare(request.socket);
      checkVersion(request, options.version);
    }
    if (found === undefined) throw unknownRoute(request);
    const isOwner = options.isOwner(principal);
    if (found.route.access === 'owner' && !isOwner) throw notOwner(principal);
    const call: Call = {
      principal,
      isOwner,
      params: found.params,
      query: found.query,
      body: request.method === 'POST' ? await readJson(request) : undefined,
      signal: gone.signal,
    };
    const value = await found.route.handle(call, options.deps);
    if (isByteStream(value)) await sendStream(response, value);
    else sendJson(response, 200, value);
  } catch (thrown) {
    // Nobody is left to hear it.
    if (gone.signal.aborted) return;
    const error = asBrokerError(thrown);
    if (error.exit === EXIT.bug) options.onError(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, statusOf(error), { error: error.toPublic() });
  }
}

function checkVersion(request: IncomingMessage, version: string): void {
  const theirs = request.headers[VERSION_HEADER];
  if (theirs !== String(API_VERSION)) throw clientMismatch(typeof theirs === 'string' ? theirs : undefined, version);
}

/** What is over the limit is read and dropped, so that the client gets its answer. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  if (length > MAX_REQUEST_BYTES)
    throw badRequest(`the request has ${length} bytes, the limit is ${MAX_REQUEST_BYTES}`);
  if (length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw badRequest('the request is not JSON', cause);
  }
}

function isByteStream(value: unknown): value is ByteStream {
  return typeof value === 'object' && value !== null && 'bytes' in value && 'contentType' in value;
}

async function sendStream(response: ServerResponse, { contentType, bytes }: ByteStream): Promise<void> {
  response.writeHead(200, { 'content-type': contentType });
  await pipeline(bytes, response);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value ?? null);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function refuseUpgrade(socket: Duplex, error: BrokerError): void {
  const body = JSON.stringify({ error: error.toPublic() });
  socket.end(
    `HTTP/1.1 ${statusOf(error)} Refused\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** HTTP status by the kind of failure; clients look at the error's code, not at this. */
function statusOf(error: BrokerError): number {
  if (error.code === 'version-mismatch') return 426;
  if (error.code.startsWith('unknown-')) return 404;
  switch (error.exit) {
    case EXIT.usage:
      return 400;
    case EXIT.denied:
      return 403;
    case EXIT.approvalPending:
      return 409;
    case EXIT.unavailable:
    case EXIT.cannotRecord:
      return 503;
    default:
      return 500;
  }
}

function unknownRoute(request: IncomingMessage): BrokerError {
  return new BrokerError({
    code: 'unknown-route',
    exit: EXIT.unavailable,
    message: `the broker has no "${request.method} ${pathOf(request)}"`,
    hint: 'use a client of the same version',
  });
}

function notOwner(principal: Principal): BrokerError {
  return new BrokerError({
    code: 'not-owner',
    exit: EXIT.denied,
    message: `"${principal.name}" may not see or end what belongs to the broker`,
    hint: "run it as the broker's own user, or as root",
  });
}
