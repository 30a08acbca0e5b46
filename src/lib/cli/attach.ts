// The terminal's side of a program: standard streams ⇄ attach socket, from `open` or `exec` to the result. What goes in is
// forward-input's, signals are forward-signals'; both are undone on every way out.
import { once } from 'node:events';
import { type ApiClient, brokerLost, fromPublicError } from '../api/client.ts';
import { type BrokerMessage, type ClientMessage, MAX_MESSAGE_BYTES } from '../api/contract.ts';
import { decodeOutput } from '../api/frames.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Notice } from '../session/client.ts';
import type { SessionResult } from '../session/result.ts';
import { forwardInput, type InputPlan, type InputSink } from './forward-input.ts';
import { forwardSignals } from './forward-signals.ts';

export interface AttachOptions {
  readonly client: ApiClient;
  readonly opening: ClientMessage & { readonly type: 'open' | 'exec' };
  /** What runs there, for errors: a target, or a session. */
  readonly name: string;
  /** null: nothing is sent, and the program's input stays open. */
  readonly input: InputPlan | null;
  /** So long after it began it is asked to end (SIGTERM); null or absent: never. */
  readonly endAfterMs?: number | null;
  /** Resolves once the consumer can take more. */
  readonly onOutput: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => Promise<void>;
  /** What it throws ends the program, and is what `attach` rejects with. */
  readonly onNotice: (notice: Notice) => void;
}

/**
 * Follows one program to its result, which is an ExecResult where `exec` was asked for. Rejects with `broker-lost` (69)
 * where the broker goes away in the middle, with `interrupted` (75 or 79) where a signal ends the wait, and with
 * `request-too-large` (64).
 */
export async function attach<Result extends SessionResult>(options: AttachOptions): Promise<Result> {
  const { client, name, input, onOutput, onNotice } = options;
  const opening = JSON.stringify(options.opening);
  if (Buffer.byteLength(opening) > MAX_MESSAGE_BYTES) throw tooLarge();
  const socket = await client.attach();
  const sink: InputSink = {
    message: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    bytes: (bytes, onSent) => {
      if (socket.readyState === socket.OPEN) socket.send(bytes, onSent);
    },
  };
  let stopInput = () => {};
  let deadline: NodeJS.Timeout | undefined;
  let isRunning = false;
  let request: string | undefined;
  let signals: ReturnType<typeof forwardSignals> | undefined;
  try {
    return await new Promise<Result>((resolve, reject) => {
      signals = forwardSignals({
        isRunning: () => isRunning,
        forward: (signal) => sink.message({ type: 'signal', name: signal }),
        giveUp: (signal) => reject(interrupted(name, signal, request)),
      });
      const begin = () => {
        isRunning = true;
        if (input !== null) stopInput = forwardInput(sink, input);
        if (typeof options.endAfterMs === 'number') {
          deadline = setTimeout(() => sink.message({ type: 'signal', name: 'SIGTERM' }), options.endAfterMs);
        }
      };
      let delivering = Promise.resolve();
      let result: Result | undefined;
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
        switch (message.type) {
          case 'result':
            result = message.result as Result;
            break;
          case 'refused':
            reject(fromPublicError(message.error));
            break;
          case 'notice':
            request = message.notice.kind === 'waiting' ? message.notice.request : undefined;
            try {
              onNotice(message.notice);
            } catch (error) {
              reject(error);
              return;
            }
            if (message.notice.kind === 'opened') begin();
        }
      });
      socket.on('error', (error) => reject(brokerLost(error)));
      socket.on('close', () => {
        const final = result;
        if (final === undefined) reject(brokerLost());
        else delivering.then(() => resolve(final), reject);
      });
      socket.send(opening);
      // Who joins a program that runs is told nothing first.
      if (options.opening.type === 'exec' && options.opening.exec.command === null) begin();
    });
  } finally {
    stopInput();
    clearTimeout(deadline);
    signals?.stop();
    if (socket.readyState !== socket.CLOSED) socket.terminate();
  }
}

/** Writes to a stream and waits while it is full. Rejects once its reader has gone. */
export async function writeTo(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain');
}

function tooLarge(): BrokerError {
  return new BrokerError({
    code: 'request-too-large',
    exit: EXIT.usage,
    message: `the command and its environment are over ${MAX_MESSAGE_BYTES} bytes`,
    hint: 'write a script file on the target, and run that',
  });
}

/** While a request waits the answer is "not yet"; after that somebody left a session that may go on for a moment. */
function interrupted(name: string, signal: string, request: string | undefined): BrokerError {
  return new BrokerError({
    code: 'interrupted',
    exit: request === undefined ? EXIT.ended : EXIT.approvalPending,
    message: `${signal} ended the wait for "${name}"`,
    hint:
      request === undefined
        ? 'run the command again'
        : `request "${request}" stays open; run the command again once it is approved`,
    ...(request === undefined ? {} : { request }),
  });
}
