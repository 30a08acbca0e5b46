// What a client sent and the program has not taken yet. Bounded: a socket whose queue is full is not read.
import type { WebSocket } from 'ws';
import type { ClientInput } from '../stream/pump.ts';

/** Input kept before the socket is paused; one more message of at most the frame limit can be on its way. */
const HIGH_WATER_BYTES = 1024 * 1024;
const HIGH_WATER_ITEMS = 256;
/** How often a paused socket is asked whether its peer still lives. */
const PROBE_MS = 1000;

export interface InputQueue extends AsyncIterable<ClientInput> {
  push(item: ClientInput): void;
  /** What comes from now on is dropped; what is there is still handed out. */
  finish(): void;
}

/** A queue that pauses its socket while the reader is behind. `onGone` is called where a paused peer has died. */
export function inputQueue(socket: WebSocket, onGone: () => void): InputQueue {
  const waiting: ClientInput[] = [];
  let bytes = 0;
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
      if (isFinished) return;
      waiting.push(item);
      bytes += sizeOf(item);
      const isFull = bytes >= HIGH_WATER_BYTES || waiting.length >= HIGH_WATER_ITEMS;
      if (isFull && probe === undefined) pause();
      wake();
    },
    finish() {
      isFinished = true;
      if (probe !== undefined) resume();
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = waiting.shift();
        if (item !== undefined) {
          bytes -= sizeOf(item);
          if (probe !== undefined && bytes <= HIGH_WATER_BYTES / 2 && waiting.length <= HIGH_WATER_ITEMS / 2) resume();
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

function sizeOf(item: ClientInput): number {
  return item.kind === 'bytes' ? item.bytes.length : 0;
}
