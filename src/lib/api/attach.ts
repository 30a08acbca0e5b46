// The attach socket, broker side: one WebSocket, one session. Turns messages into a SessionClient with backpressure
// both ways, and says the result as its last message.
import type { WebSocket } from 'ws';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { Invocation, SessionClient } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { clientGone } from '../session/run-program.ts';
import type { ClientInput } from '../stream/pump.ts';
import type { BrokerMessage, ClientMessage } from './contract.ts';
import { encodeOutput } from './frames.ts';
import { clientMessage } from './schemas.ts';

/** Messages of input kept before the socket is paused. */
const INPUT_HIGH_WATER = 32;
/** How often a paused socket is asked whether its peer still lives. */
const PROBE_MS = 1000;
/** Bytes a client may lag behind before the program's output is no longer read. */
const OUTPUT_HIGH_WATER_BYTES = 1024 * 1024;

/** Serves one attach socket: waits for `open`, runs the session, sends its result, closes. */
export function serveAttach(
  socket: WebSocket,
  principal: Principal,
  open: (invocation: Invocation, client: SessionClient) => Promise<SessionResult>,
): void {
  const gone = new AbortController();
  const input = inputQueue(socket, () => gone.abort(clientGone()));
  let isOpen = false;

  socket.on('close', () => {
    gone.abort(clientGone());
    input.finish();
  });
  socket.on('error', () => gone.abort(clientGone()));
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) {
      if (isOpen) input.push({ kind: 'bytes', bytes: data });
      else reject('the first message must be "open"');
      return;
    }
    const message = parseMessage(data);
    if (message === undefined) reject('the broker does not know this message');
    else if (message.type !== 'open') input.push(toInput(message));
    else if (isOpen) reject('a socket opens one session');
    else {
      isOpen = true;
      void run(message.invocation);
    }
  });

  async function run(invocation: Invocation): Promise<void> {
    const result = await open(invocation, {
      principal,
      input,
      notify: (notice) => sendMessage({ type: 'notice', notice }),
      send: (chunk) => sendBytes(encodeOutput(chunk)),
      gone: gone.signal,
    });
    input.finish();
    sendMessage({ type: 'result', result });
    socket.close(1000);
  }

  function sendMessage(message: BrokerMessage): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
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

  function reject(reason: string): void {
    socket.close(1008, reason);
  }
}

function parseMessage(data: Buffer): ClientMessage | undefined {
  try {
    return clientMessage.parse(JSON.parse(data.toString('utf8')));
  } catch {
    // Not JSON, or not a message: the caller answers with a protocol error either way.
    return undefined;
  }
}

function toInput(message: Exclude<ClientMessage, { type: 'open' }>): ClientInput {
  switch (message.type) {
    case 'end':
      return { kind: 'end' };
    case 'resize':
      return { kind: 'resize', size: { cols: message.cols, rows: message.rows } };
    case 'signal':
      return { kind: 'signal', name: message.name };
  }
}

interface InputQueue extends AsyncIterable<ClientInput> {
  push(item: ClientInput): void;
  finish(): void;
}

/** Hands messages to the input pump; pauses the socket while the pump is behind. */
function inputQueue(socket: WebSocket, onGone: () => void): InputQueue {
  const waiting: ClientInput[] = [];
  let probe: NodeJS.Timeout | undefined;
  let isFinished = false;
  let wake = () => {};

  // A socket that is not read does not notice that its peer has gone; writing to it does.
  function pause(): void {
    socket.pause();
    probe = setInterval(() => socket.ping(undefined, undefined, (error) => error && onGone()), PROBE_MS);
    probe.unref();
  }

  function resume(): void {
    clearInterval(probe);
    probe = undefined;
    socket.resume();
  }

  return {
    push(item) {
      waiting.push(item);
      if (waiting.length >= INPUT_HIGH_WATER && probe === undefined) pause();
      wake();
    },
    finish() {
      isFinished = true;
      clearInterval(probe);
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = waiting.shift();
        if (item !== undefined) {
          if (waiting.length === INPUT_HIGH_WATER / 2) resume();
          yield item;
        } else if (isFinished) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}

/** The error of a client whose API version is another. */
export function versionMismatch(theirs: string | undefined, ours: number, version: string): BrokerError {
  return new BrokerError({
    code: 'version-mismatch',
    exit: EXIT.unavailable,
    message: `the broker speaks API ${ours} (sallyport ${version}), this client ${theirs === undefined ? 'did not say' : `"${theirs}"`}`,
    hint: 'run "sallyport broker stop", then the command again',
  });
}
