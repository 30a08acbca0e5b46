// The terminal's side of a session: standard streams ⇄ attach socket. Puts the terminal into raw mode only while a
// program runs on a PTY, and restores it on every way out.
import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { type ApiClient, brokerLost } from '../api/client.ts';
import type { BrokerMessage, ClientMessage } from '../api/contract.ts';
import { decodeOutput } from '../api/frames.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Invocation, Notice } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { FORWARDED_SIGNALS } from '../session/signals.ts';

export interface AttachOptions {
  readonly client: ApiClient;
  readonly invocation: Invocation;
  /** null: the program gets an empty standard input. */
  readonly stdin: NodeJS.ReadStream | null;
  /** Resolves once the consumer can take more. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>;
  readonly onNotice: (notice: Notice) => void;
}

/** Runs one invocation to its end. Rejects with `broker-lost` (69) where the broker goes away in the middle. */
export async function attach(options: AttachOptions): Promise<SessionResult> {
  const { client, invocation, stdin, onOutput, onNotice } = options;
  const socket = await client.attach();
  const send = (message: ClientMessage) => socket.send(JSON.stringify(message));
  let stopInput = () => {};
  const releaseSignals = forwardSignals(socket, invocation, send);
  try {
    return await new Promise<SessionResult>((resolve, reject) => {
      let delivering = Promise.resolve();
      let result: SessionResult | undefined;
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) {
          const chunk = decodeOutput(data);
          if (chunk === undefined) return;
          // One chunk in flight at a time: a slow terminal slows the program down, not this process's memory up.
          socket.pause();
          delivering = delivering.then(() => onOutput(chunk.stream, chunk.bytes));
          delivering.then(() => socket.resume(), reject);
          return;
        }
        const message = JSON.parse(data.toString('utf8')) as BrokerMessage;
        if (message.type === 'result') {
          result = message.result;
          return;
        }
        onNotice(message.notice);
        if (message.notice.kind === 'opened') stopInput = forwardInput(socket, invocation, stdin, send);
      });
      socket.on('error', (error) => reject(brokerLost(error)));
      socket.on('close', () => {
        const final = result;
        if (final === undefined) reject(brokerLost());
        else delivering.then(() => resolve(final), reject);
      });
      send({ type: 'open', invocation });
    });
  } finally {
    stopInput();
    releaseSignals();
    if (socket.readyState !== socket.CLOSED) socket.terminate();
  }
}

/** Standard input → socket, with backpressure; on a terminal with a PTY behind it, raw and with resizes. */
function forwardInput(
  socket: WebSocket,
  invocation: Invocation,
  stdin: NodeJS.ReadStream | null,
  send: (message: ClientMessage) => void,
): () => void {
  if (stdin === null) {
    send({ type: 'end' });
    return () => {};
  }
  const isRaw = invocation.pty !== null && stdin.isTTY === true;
  const onResize = () => send({ type: 'resize', cols: process.stdout.columns, rows: process.stdout.rows });
  const onData = (bytes: Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    stdin.pause();
    socket.send(bytes, () => stdin.resume());
  };
  const onEnd = () => {
    if (socket.readyState === socket.OPEN) send({ type: 'end' });
  };
  if (isRaw) {
    stdin.setRawMode(true);
    process.stdout.on('resize', onResize);
  }
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  // A closed descriptor or a terminal that hung up reads as the end of input.
  stdin.once('error', onEnd);
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.pause();
    process.stdout.off('resize', onResize);
    if (isRaw) stdin.setRawMode(false);
  };
}

/**
 * While a program runs, signals to the CLI go to it; before that they end the CLI. A second Ctrl-C within two seconds
 * gives up waiting for a program that does not listen.
 */
function forwardSignals(socket: WebSocket, invocation: Invocation, send: (message: ClientMessage) => void): () => void {
  let isOpen = false;
  let lastInterrupt = Number.NEGATIVE_INFINITY;
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary && !isOpen) isOpen = data.includes('"opened"');
  });
  const handlers = FORWARDED_SIGNALS.map((name) => {
    const handler = () => {
      const now = performance.now();
      const isSecond = name === 'SIGINT' && now - lastInterrupt < 2000;
      if (name === 'SIGINT') lastInterrupt = now;
      if (isOpen && !isSecond && socket.readyState === socket.OPEN) send({ type: 'signal', name });
      else socket.emit('error', interrupted(invocation, name));
    };
    process.on(name, handler);
    return { name, handler };
  });
  return () => {
    for (const { name, handler } of handlers) process.off(name, handler);
  };
}

function interrupted(invocation: Invocation, signal: string): BrokerError {
  return new BrokerError({
    code: 'interrupted',
    exit: EXIT.ended,
    message: `${signal} ended the wait for "${invocation.target}"`,
    hint: 'an open request stays open; run the command again once it is approved',
  });
}

/** Writes to a stream and waits while it is full. Rejects once its reader has gone. */
export async function writeTo(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain');
}
