// The broker's ear: HTTP and WebSocket on one Unix socket. Every request is identified, its version compared and its
// access checked before a handler sees it.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { Verifier } from '../ports/verifier.ts';
import { openSession } from '../session/open-session.ts';
import { serveAttach, versionMismatch } from './attach.ts';
import { API_VERSION, MAX_REQUEST_BYTES, VERSION_HEADER } from './contract.ts';
import { type ByteStream, type Call, ROUTES, type Route, type RouteDeps } from './routes.ts';

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
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES, perMessageDeflate: false });
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    void answer(request, response, options);
  });
  server.on('upgrade', (request, socket, head) => {
    options.onRequest();
    try {
      const principal = admit(request, options);
      if (pathOf(request) !== '/v1/attach') throw unknownRoute(request);
      sockets.handleUpgrade(request, socket, head, (connection) =>
        serveAttach(connection, principal, (invocation, client) => openSession(invocation, client, options.deps.session)),
      );
    } catch (error) {
      refuseUpgrade(socket, asBrokerError(error));
    }
  });
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, options: ServerOptions): Promise<void> {
  options.onRequest();
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the client has gone')));
  try {
    const principal = admit(request, options);
    const found = findRoute(request);
    if (found === undefined) throw unknownRoute(request);
    const isOwner = options.isOwner(principal);
    if (found.route.access === 'owner' && !isOwner) throw notOwner(principal);
    const call: Call = {
      principal,
      isOwner,
      params: found.params,
      query: new URL(request.url ?? '/', 'http://broker').searchParams,
      body: request.method === 'POST' ? await readJson(request) : undefined,
      signal: gone.signal,
    };
    const value = await found.route.handle(call, options.deps);
    if (isByteStream(value)) await sendStream(response, value);
    else sendJson(response, 200, value);
  } catch (thrown) {
    const error = asBrokerError(thrown);
    if (error.exit === EXIT.bug) options.onError(error);
    if (response.headersSent) response.destroy();
    else sendJson(response, statusOf(error), { error: error.toPublic() });
  }
}

/** Who asks, and whether both ends speak the same version. */
function admit(request: IncomingMessage, { verifier, version }: ServerOptions): Principal {
  const principal = verifier.identify(request.socket);
  const theirs = request.headers[VERSION_HEADER];
  if (theirs !== String(API_VERSION)) {
    throw versionMismatch(typeof theirs === 'string' ? theirs : undefined, API_VERSION, version);
  }
  return principal;
}

function pathOf(request: IncomingMessage): string {
  return new URL(request.url ?? '/', 'http://broker').pathname;
}

function findRoute(request: IncomingMessage): { route: Route; params: Record<string, string> } | undefined {
  const segments = pathOf(request).split('/');
  for (const route of ROUTES) {
    const wanted = `/v1${route.path}`.split('/');
    if (route.method !== request.method || wanted.length !== segments.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, i) => {
      const segment = segments[i] ?? '';
      if (!part.startsWith(':')) return part === segment;
      params[part.slice(1)] = decodeURIComponent(segment);
      return true;
    });
    if (fits) return { route, params };
  }
  return undefined;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_REQUEST_BYTES) throw badRequest('the request is too large');
    chunks.push(chunk);
  }
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
  for await (const chunk of bytes) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  response.end();
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
  );
}

/** HTTP status by the kind of failure; clients look at the error's code, not at this. */
function statusOf(error: BrokerError): number {
  if (error.code === 'version-mismatch') return 426;
  if (error.code === 'unknown-route' || error.code.startsWith('unknown-')) return 404;
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

function badRequest(message: string, cause?: unknown): BrokerError {
  return new BrokerError({ code: 'bad-request', exit: EXIT.usage, message, hint: 'use a client of the same version', cause });
}
