// The client's side of the API: requests and the attach socket over a Unix socket. Loads the WebSocket library only
// when a session is attached.
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import type WebSocket from 'ws';
import { BrokerError, type PublicError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { API_VERSION, VERSION_HEADER } from './contract.ts';

export interface ApiClient {
  readonly socketPath: string;
  /**
   * JSON answer of a GET. Rejects with the broker's own error, or `broker-unreachable`, `broker-forbidden`,
   * `broker-lost` (69); with `broker-silent` (69) where the signal's time ran out.
   */
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T>;
  /** Bytes of a GET, as they come. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** An open attach socket. */
  attach(): Promise<WebSocket>;
}

/** A socket's path has none; Node would compile a large expression to find that out. */
const NO_SERVER_NAME = { servername: '' };
const HEADERS = { [VERSION_HEADER]: String(API_VERSION) };

/** A client of the broker that listens on `socketPath`. Connects at every call, not before. */
export function apiClient(socketPath: string): ApiClient {
  async function call<T>(method: string, path: string, body: unknown, signal: AbortSignal | undefined): Promise<T> {
    const response = await send(method, path, body, signal);
    const value = parsed(await textOf(response));
    if (response.statusCode === 200) return value as T;
    throw remoteError(value);
  }

  function send(
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const outgoing = request(
        {
          socketPath,
          method,
          path: `/v1${path}`,
          agent: false,
          ...NO_SERVER_NAME,
          headers: { ...HEADERS, ...(payload === undefined ? {} : { 'content-length': Buffer.byteLength(payload) }) },
          ...(signal === undefined ? {} : { signal }),
        },
        resolve,
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => reject(connectionError(error, socketPath)));
      outgoing.end(payload);
    });
  }

  return {
    socketPath,
    get: (path, signal) => call('GET', path, undefined, signal),
    post: (path, body, signal) => call('POST', path, body, signal),
    async stream(path) {
      const response = await send('GET', path, undefined, undefined);
      if (response.statusCode !== 200) throw remoteError(parsed(await textOf(response)));
      return wholeStream(response);
    },
    async attach() {
      const { WebSocket } = await import('ws');
      return new Promise((resolve, reject) => {
        const socket = new WebSocket('ws://broker/v1/attach', {
          headers: HEADERS,
          perMessageDeflate: false,
          createConnection: () => connect(socketPath),
        });
        socket.once('open', () => resolve(socket));
        socket.once('error', (error: NodeJS.ErrnoException) => reject(connectionError(error, socketPath)));
        socket.once('unexpected-response', (_, response) => {
          textOf(response)
            .then((text) => remoteError(parsed(text)))
            .catch((error: unknown) => error)
            .then(reject);
        });
      });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw brokerLost(cause);
  }
}

/** The bytes, or `broker-lost` where they end before the answer does. */
async function* wholeStream(response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response as AsyncIterable<Buffer>;
  } catch (cause) {
    throw brokerLost(cause);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (cause) {
    throw brokerLost(cause);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The broker's own error, as it said it. */
function remoteError(value: unknown): BrokerError {
  const error = (value as { error?: PublicError } | null)?.error;
  if (error === undefined) return brokerLost(value);
  return fromPublicError(error);
}

/** A PublicError of the broker as an error of this process. */
export function fromPublicError(error: PublicError): BrokerError {
  return new BrokerError({
    code: error.code,
    exit: error.exit,
    message: error.message,
    hint: error.hint,
    ...(error.request === undefined ? {} : { request: error.request }),
  });
}

/** It accepts connections and says nothing. */
function brokerSilent(socketPath: string, cause: unknown): BrokerError {
  return new BrokerError({
    code: 'broker-silent',
    exit: EXIT.unavailable,
    message: `the broker on "${socketPath}" does not answer`,
    hint: 'see broker.log in its state folder; if its process hangs, end it and run the command again',
    cause,
  });
}

/** The connection ended before the answer did. */
export function brokerLost(cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'broker-lost',
    exit: EXIT.unavailable,
    message: 'the broker went away before it answered',
    hint: 'see broker.log in the state folder; run the command again to start a new broker',
    cause,
  });
}

function connectionError(error: NodeJS.ErrnoException, socketPath: string): BrokerError {
  if (error.code === 'EACCES' || error.code === 'EPERM') {
    return new BrokerError({
      code: 'broker-forbidden',
      exit: EXIT.unavailable,
      message: `this user may not connect to "${socketPath}"`,
      hint: 'ask the owner of the broker to add you to its group (broker.group)',
      cause: error,
    });
  }
  if (error.code === 'ABORT_ERR') return brokerSilent(socketPath, error);
  if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT' || error.code === 'ENOTSOCK') {
    return new BrokerError({
      code: 'broker-unreachable',
      exit: EXIT.unavailable,
      message: `no broker listens on "${socketPath}"`,
      hint: 'start it with: sallyport broker start',
      cause: error,
    });
  }
  return brokerLost(error);
}
