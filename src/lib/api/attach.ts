// The attach socket, broker side: one WebSocket, one session. Turns messages into a SessionClient with backpressure
// both ways, and says the result as its last message.
import type { WebSocket } from 'ws';
import { asBrokerError, type BrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { Invocation, SessionClient } from '../session/client.ts';
import type { ExecRequest, ExecResult } from '../session/gated/exec.ts';
import type { SessionResult } from '../session/result.ts';
import { clientGone } from '../session/run-program.ts';
import type { ClientInput } from '../stream/pump.ts';
import type { BrokerMessage, ClientMessage } from './contract.ts';
import { encodeOutput } from './frames.ts';
import { inputQueue } from './input-queue.ts';
import { badRequest, parseWith } from './route.ts';
import { clientMessage } from './schemas.ts';

/** Bytes a client may lag behind before the program's output is no longer read. */
const OUTPUT_HIGH_WATER_BYTES = 1024 * 1024;
/** A client sends `open` at once; a socket that does not is not kept. */
const OPEN_TIMEOUT_MS = 10_000;

/** What a socket can be for. Neither rejects. */
export interface AttachedWork {
  open(invocation: Invocation, client: SessionClient): Promise<SessionResult>;
  exec(exec: ExecRequest, client: SessionClient): Promise<ExecResult>;
}

/** Serves one attach socket: waits for `open` or `exec`, runs it, sends its result, closes. */
export function serveAttach(socket: WebSocket, principal: Principal, work: AttachedWork): void {
  const gone = new AbortController();
  const input = inputQueue(socket, () => gone.abort(clientGone()));
  let phase: 'waiting' | 'running' | 'refused' = 'waiting';
  const lateness = setTimeout(
    () => refuse(badRequest(`no "open" came within ${OPEN_TIMEOUT_MS / 1000} s`)),
    OPEN_TIMEOUT_MS,
  );
  lateness.unref();

  socket.on('close', () => {
    clearTimeout(lateness);
    gone.abort(clientGone());
    input.finish();
  });
  // A frame that is none, or too long: ws says so to the peer and closes.
  socket.on('error', () => gone.abort(clientGone()));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (phase === 'refused') return;
    try {
      take(isBinary ? { type: 'bytes', bytes: data } : parseMessage(data));
    } catch (error) {
      refuse(asBrokerError(error));
    }
  });

  function take(message: ClientMessage | { readonly type: 'bytes'; readonly bytes: Uint8Array }): void {
    if (message.type === 'open' || message.type === 'exec') {
      if (phase !== 'waiting') throw badRequest('a socket opens one session, or runs one command of one');
      phase = 'running';
      clearTimeout(lateness);
      void run((client) =>
        message.type === 'open' ? work.open(message.invocation, client) : work.exec(message.exec, client),
      );
      return;
    }
    if (phase === 'waiting') throw badRequest('the first message must be "open" or "exec"');
    input.push(toInput(message));
  }

  async function run(begin: (client: SessionClient) => Promise<SessionResult>): Promise<void> {
    const result = await begin({
      principal,
      input,
      notify: (notice) => sendMessage({ type: 'notice', notice }),
      send: (chunk) => sendBytes(encodeOutput(chunk)),
      gone: gone.signal,
    });
    input.finish();
    // Closing starts a timer that destroys the socket: first everything must be with the kernel, which keeps it for a
    // reader as slow as a pager.
    sendMessage({ type: 'result', result }, () => socket.close(1000));
  }

  function sendMessage(message: BrokerMessage, onSent?: () => void): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message), onSent);
  }

  function sendBytes(bytes: Buffer): Promise<void> {
    return new Promise((resolve, fail) => {
      if (socket.readyState !== socket.OPEN) {
        fail(clientGone());
        return;
      }
      const mayGoOn = socket.bufferedAmount < OUTPUT_HIGH_WATER_BYTES;
      socket.send(bytes, (error) => (error ? fail(clientGone()) : resolve()));
      if (mayGoOn) resolve();
    });
  }

  function refuse(error: BrokerError): void {
    phase = 'refused';
    sendMessage({ type: 'refused', error: error.toPublic() });
    gone.abort(clientGone());
    socket.close(1008, error.code);
  }
}

function parseMessage(data: Buffer): ClientMessage {
  let value: unknown;
  try {
    value = JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw badRequest('a message is not JSON', cause);
  }
  return parseWith(clientMessage, value);
}

function toInput(
  message: Exclude<ClientMessage, { type: 'open' | 'exec' }> | { readonly type: 'bytes'; readonly bytes: Uint8Array },
): ClientInput {
  switch (message.type) {
    case 'bytes':
      return { kind: 'bytes', bytes: message.bytes };
    case 'end':
    case 'pause':
      return { kind: message.type };
    case 'resize':
      return { kind: 'resize', size: { cols: message.cols, rows: message.rows } };
    case 'signal':
      return { kind: 'signal', name: message.name };
  }
}
