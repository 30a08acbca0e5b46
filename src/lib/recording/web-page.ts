// Serves one recording as one page on 127.0.0.1, to whoever holds the page's address. It must never answer for
// another host name (DNS rebinding), write anything, or make the browser fetch from elsewhere.
import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { newPageToken, type SessionId } from '../core/ids.ts';
import type { Archive } from '../ports/archive.ts';
import { verifyRecording } from './manifest.ts';
import { summarise } from './read.ts';
import { PAGE_ICON, PAGE_SCRIPT, PAGE_STYLE } from './web-page-assets.ts';
import { type PageContent, renderPage } from './web-page-content.ts';

export interface WebPage {
  /** `http://127.0.0.1:PORT/TOKEN/`; the token is what protects it, so do not log it. */
  readonly url: string;
  /** Resolves once the page is no longer served. */
  readonly closed: Promise<void>;
}

export interface WebPageOptions {
  /** 0 picks a free one. */
  readonly port: number;
  /** Ends serving, open connections included. */
  readonly signal: AbortSignal;
}

/** A recording wherever it is. */
export interface RecordingSource extends Pick<PageContent, 'name' | 'verification'> {
  /** Called once for each reading. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/**
 * Serves a session's recording from the archive. Rejects with `unknown-recording` (exit 69), `recording-damaged`,
 * `cannot-listen` (exit 69).
 */
export async function serveRecording(
  options: WebPageOptions & { readonly archive: Archive; readonly session: SessionId },
): Promise<WebPage> {
  const { archive, session, port, signal } = options;
  const open = () => {
    const bytes = archive.read(session);
    if (bytes === undefined) throw unknownRecording(session);
    return bytes;
  };
  open();
  const verification = await verifyRecording(archive, session);
  return serveSource({ name: session, open, verification }, { port, signal });
}

/** Serves any recording. Rejects with `recording-damaged`, `cannot-listen` (exit 69). */
export async function serveSource(source: RecordingSource, options: WebPageOptions): Promise<WebPage> {
  const html = renderPage({ ...source, summary: await summarise(source.open()) });
  const files = new Map<string, PageFile>([
    ['', { type: 'text/html; charset=utf-8', body: html }],
    ['page.css', { type: 'text/css; charset=utf-8', body: PAGE_STYLE }],
    ['page.js', { type: 'text/javascript; charset=utf-8', body: PAGE_SCRIPT }],
    ['icon.svg', { type: 'image/svg+xml', body: PAGE_ICON }],
    ['player.css', { type: 'text/css; charset=utf-8', body: await playerFile('asciinema-player.css') }],
    ['player.js', { type: 'text/javascript; charset=utf-8', body: await playerFile('asciinema-player.min.js') }],
    ['recording.cast', { type: 'application/x-asciicast', body: source.open }],
  ]);
  const token = newPageToken();
  const server = createServer((request, response) => {
    answer(request, response, token, files).catch(() => {
      // The browser went away, or the file could not be read to its end: a half answer must not look whole.
      response.destroy();
    });
  });
  const closed = new Promise<void>((resolve) => server.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(options.port, error)));
    server.listen({ port: options.port, host: HOST, exclusive: true }, resolve);
  });
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  if (options.signal.aborted) stop();
  else options.signal.addEventListener('abort', stop, { once: true });
  return { url: `http://${HOST}:${portOf(server.address())}/${token}/`, closed };
}

const HOST = '127.0.0.1';

interface PageFile {
  readonly type: string;
  readonly body: string | Uint8Array | (() => AsyncIterable<Uint8Array>);
}

/** Everything is from here, nothing may be framed, and only the player's WebAssembly may be compiled. */
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  files: ReadonlyMap<string, PageFile>,
): Promise<void> {
  // A name that was made to point here (DNS rebinding) shows in Host.
  const expectedHost = `${HOST}:${request.socket.localPort}`;
  if (request.headers.host !== expectedHost) return refuse(response, 403, 'wrong host');
  if (request.method !== 'GET') return refuse(response, 405, 'only GET');
  const [, given = '', name = '', ...rest] = (request.url ?? '').split('/');
  const file = files.get(name);
  if (!sameText(given, token) || file === undefined || rest.length > 0) return refuse(response, 404, 'not found');
  response.writeHead(200, { ...SECURITY_HEADERS, 'content-type': file.type });
  if (typeof file.body === 'function') await pipeline(Readable.from(file.body()), response);
  else response.end(file.body);
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { ...SECURITY_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${why}\n`);
}

/** Compares without telling by its time how much was right. */
function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function playerFile(name: string): Promise<Buffer> {
  return readFile(createRequire(import.meta.url).resolve(`asciinema-player/dist/bundle/${name}`));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function unknownRecording(session: SessionId): BrokerError {
  return new BrokerError({
    code: 'unknown-recording',
    exit: EXIT.unavailable,
    message: `there is no recording of session "${session}"`,
    hint: 'list them with: sallyport recordings list',
  });
}

function cannotListen(port: number, cause: Error): BrokerError {
  return new BrokerError({
    code: 'cannot-listen',
    exit: EXIT.unavailable,
    message: `cannot serve the page on "${HOST}:${port}"`,
    hint: 'choose another port, or 0 for a free one',
    detail: cause.message,
    cause,
  });
}
