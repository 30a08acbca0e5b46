// The messages of a WebSocket, one after the other, as much as their reader takes: a peer that sends faster is not read meanwhile, and
// one that has died is noticed. The only file of this room that knows the library.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { StreamViolation } from './channel-message.ts';

/** One end of a connection, as this process holds it. */
export interface MessageEnd {
  /** Read once. Ends when the other side has closed in order; rejects where it broke off, or with a `StreamViolation`. */
  readonly incoming: AsyncIterable<Buffer>;
  /** Resolves once more can be taken; rejects when the other side has gone. The bytes may be changed. */
  send(message: Uint8Array): Promise<void>;
  /** Closes after what was sent. */
  close(): void;
  /** Closes at once: the other side can see that something is missing, and reads why. */
  breakOff(why?: string): void;
}

/** Messages of Kubernetes' own are of 32 KiB and the byte of the channel. */
const MESSAGE_MAX_BYTES = 1024 * 1024;
/** What waits for its reader, or for the other side, before no more is taken. */
const HIGH_WATER_BYTES = 1024 * 1024;
const HIGH_WATER_MESSAGES = 1024;
/** How long the other side has for its part of closing. */
const CLOSE_WITHIN_MS = 2000;
const PING_EVERY_MS = 10_000;
/** As kubectl has it of its server. */
const SILENT_PINGS = 6;

/** For both ends: nothing is compressed, and text is never expected. */
export const SOCKET_OPTIONS = {
  maxPayload: MESSAGE_MAX_BYTES,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  closeTimeout: CLOSE_WITHIN_MS,
} as const;

/** RFC 6455, 7.4.1: 1005 stands for a close without a code. */
const IN_ORDER: readonly number[] = [1000, 1005];
const POLICY_VIOLATION = 1008;
const REASON_MAX_BYTES = 123;

/** Answers a client's handshake, which was read by `readUpgrade`, with one of the protocols it offered. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex, protocol: string): Promise<MessageEnd> {
  const server = new WebSocketServer({
    ...SOCKET_OPTIONS,
    noServer: true,
    clientTracking: false,
    handleProtocols: () => protocol,
  });
  return new Promise((resolve, reject) => {
    socket.once('close', () => reject(new Error('the client has gone')));
    server.handleUpgrade(request, socket, Buffer.alloc(0), (accepted) => {
      resolve(messagesOf(accepted));
      socket.resume();
    });
  });
}

/** To be called before the socket has emitted anything. */
export function messagesOf(socket: WebSocket): MessageEnd {
  const waiting: Buffer[] = [];
  let bytes = 0;
  let ended: { readonly error: Error | undefined } | undefined;
  let wake = () => {};
  let unanswered = 0;

  const isFull = () => bytes >= HIGH_WATER_BYTES || waiting.length >= HIGH_WATER_MESSAGES;
  const end = (error: Error | undefined) => {
    ended ??= { error };
    clearInterval(heartbeat);
    wake();
  };
  // A socket that is not read does not notice that its peer has gone; writing to it does.
  const heartbeat = setInterval(() => {
    unanswered = socket.isPaused ? 0 : unanswered + 1;
    if (unanswered > SILENT_PINGS) socket.terminate();
    else socket.ping(undefined, undefined, () => {});
  }, PING_EVERY_MS);
  heartbeat.unref();
  socket.on('pong', () => {
    unanswered = 0;
  });
  socket.on('message', (message: Buffer, isBinary) => {
    if (ended !== undefined) return;
    if (!isBinary) {
      waiting.length = 0;
      end(new StreamViolation('a text message'));
      return;
    }
    waiting.push(message);
    bytes += message.length;
    if (isFull()) socket.pause();
    wake();
  });
  socket.on('error', (error) => end(error));
  socket.on('close', (code) => end(IN_ORDER.includes(code) ? undefined : new Error(`it broke off (${code})`)));

  async function* incoming(): AsyncGenerator<Buffer> {
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) {
        bytes -= message.length;
        if (socket.isPaused && !isFull()) socket.resume();
        yield message;
      } else if (ended !== undefined) {
        if (ended.error !== undefined) throw ended.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  return {
    incoming: incoming(),
    send(message) {
      return new Promise((resolve, reject) => {
        const mustWait = socket.bufferedAmount + message.length > HIGH_WATER_BYTES;
        socket.send(message, { binary: true }, (error) => (error ? reject(error) : resolve()));
        if (!mustWait) resolve();
      });
    },
    close: () => socket.close(1000),
    breakOff(why) {
      end(new Error('it was broken off here'));
      if (why === undefined) {
        socket.terminate();
        return;
      }
      socket.close(
        POLICY_VIOLATION,
        Buffer.from(why)
          .subarray(0, REASON_MAX_BYTES)
          .toString('utf8')
          .replace(/\uFFFD+$/, ''),
      );
      socket.resume();
    },
  };
}
