// A client that speaks SPDY/3.1: kubectl before 1.31, and Go programs of its time. Each stream of the program is a stream of SPDY that the
// client opens; what it says there becomes the same messages as those of a WebSocket. The server is never spoken to in SPDY here.
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../core/clock.ts';
import { failure } from '../../../kubernetes/request/status.ts';
import { type ChannelMessage, type ChannelName, StreamViolation } from '../../../kubernetes/streams/channel-message.ts';
import {
  FrameReader,
  printData,
  printGoAway,
  printPing,
  printSynReply,
  type SpdyFrame,
} from '../../../kubernetes/streams/spdy/frames.ts';
import { emptyBlock, HeaderBlockReader } from '../../../kubernetes/streams/spdy/header-blocks.ts';
import type { ChannelEnd } from './channel-end.ts';
import { writeOut } from './write-out.ts';

/** As the API server waits for the streams of a request. */
const OPENED_WITHIN_MS = 30_000;
/** How long a client has to close once it was told everything. */
const CLOSE_WITHIN_MS = 2000;
/** Where it does not read what it is told. */
const BREAK_WITHIN_MS = 200;
/** Frames are as large as pieces of a log. */
const PIECE_MAX_BYTES = 32 * 1024;

export interface SpdyOptions {
  /** The streams the client will open, each once. */
  readonly streams: ReadonlySet<ChannelName>;
  /** Those of them it may write to. */
  readonly from: ReadonlySet<ChannelName>;
  readonly clock: Clock;
}

/** The handshake is done: the socket's next bytes are the client's first frame. */
export function spdyEnd(socket: Duplex, { streams, from, clock }: SpdyOptions): ChannelEnd {
  const blocks = new HeaderBlockReader();
  const ids = new Map<ChannelName, number>();
  const ended = new Set<ChannelName>();
  let lastId = 0;
  let isClosing = false;
  let isClientDone = false;
  let onOpened = () => {};
  let onBroken = (_error: Error) => {};
  const opened = new Promise<void>((resolve, reject) => {
    onOpened = resolve;
    onBroken = reject;
  });
  opened.catch(() => {});
  const cancelWait = clock.after(OPENED_WITHIN_MS, () =>
    socket.destroy(new StreamViolation('streams that are not opened')),
  );
  socket.on('error', onBroken);
  socket.on('close', () => {
    cancelWait();
    onBroken(new Error('the client has gone'));
  });

  const write = (parts: readonly Uint8Array[]) => writeOut(socket, parts);
  const nameOf = (id: number) => [...ids].find(([, known]) => known === id)?.[0];

  async function openStream({
    id,
    isLast,
    block,
  }: SpdyFrame & { kind: 'syn-stream' }): Promise<ChannelMessage | undefined> {
    const name = blocks.read(block).get('streamtype') as ChannelName | undefined;
    if (name === undefined || !streams.has(name) || ids.has(name))
      throw new StreamViolation('a stream nobody asked for');
    if (id % 2 === 0 || id <= lastId) throw new StreamViolation('a stream with a wrong number');
    lastId = id;
    ids.set(name, id);
    await write([printSynReply(id, emptyBlock(ids.size === 1))]);
    if (ids.size === streams.size) {
      cancelWait();
      onOpened();
    }
    return isLast ? endOf(name) : undefined;
  }

  function endOf(name: ChannelName): ChannelMessage | undefined {
    ended.add(name);
    return from.has(name) ? { kind: 'end', channel: name } : undefined;
  }

  /** What a frame means for the program. */
  async function messagesOf(frame: SpdyFrame): Promise<readonly (ChannelMessage | undefined)[]> {
    switch (frame.kind) {
      case 'syn-stream':
        return [await openStream(frame)];
      case 'data': {
        const name = nameOf(frame.id);
        if (name === undefined || ended.has(name)) throw new StreamViolation('data on a stream that is not open');
        if (frame.bytes.length > 0 && !from.has(name)) throw new StreamViolation(`data on the stream "${name}"`);
        return [
          frame.bytes.length === 0 ? undefined : { kind: 'bytes', channel: name, bytes: frame.bytes },
          frame.isLast ? endOf(name) : undefined,
        ];
      }
      case 'rst-stream':
        // A client that is done resets what it opened, then closes.
        if (nameOf(frame.id) === undefined) throw new StreamViolation('the end of a stream that is not open');
        isClientDone = true;
        return [];
      case 'ping':
        // An odd one is the client's, and asks; an even one would answer ours, and there is none.
        if (frame.id % 2 === 0) throw new StreamViolation('an answer to nothing');
        await write([printPing(frame.id)]);
        return [];
      case 'go-away':
        isClientDone = true;
        return [];
      case 'ignored':
        return [];
    }
  }

  async function* incoming(): AsyncGenerator<ChannelMessage> {
    const reader = new FrameReader();
    const pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    // By hand: a loop that is left would destroy the socket, and the client is told why first.
    for (;;) {
      const { done, value: bytes } = await pieces.next();
      if (done === true) break;
      for (const frame of reader.push(bytes)) {
        for (const message of await messagesOf(frame)) if (message !== undefined && !isClosing) yield message;
        if (!isClientDone) continue;
        if (isClosing) socket.destroy();
        return;
      }
    }
    if (!reader.isBetween) throw new Error('the client broke off within a frame');
  }

  async function send(message: ChannelMessage): Promise<void> {
    await opened;
    const id = ids.get(message.channel);
    // Without standard error there is nobody to tell it to, as the API server has it.
    if (id === undefined || message.kind === 'end') return;
    for (let at = 0; at < message.bytes.length; at += PIECE_MAX_BYTES) {
      await write(printData(id, message.bytes.subarray(at, at + PIECE_MAX_BYTES), false));
    }
  }

  return {
    incoming: incoming(),
    send,
    close() {
      isClosing = true;
      // The client closes by itself once it has read the end of each stream; told to go away, some drop what they have not read yet.
      const ends = [...ids.values()].flatMap((id) => printData(id, Buffer.alloc(0), true));
      write(ends).catch(() => socket.destroy());
      const cancel = clock.after(CLOSE_WITHIN_MS, () => socket.end(printGoAway(lastId), () => socket.destroy()));
      socket.once('close', cancel);
    },
    breakOff(why = 'sallyport: the connection was broken off') {
      const id = ids.get('error');
      if (!isClosing && id !== undefined && !socket.destroyed) {
        // Streams that just end are a success to kubectl: it has to be told.
        const status = Buffer.from(JSON.stringify(failure(500, why)));
        socket.write(Buffer.concat([...printData(id, status, true)]));
      }
      isClosing = true;
      socket.end(() => socket.destroy());
      const cancel = clock.after(BREAK_WITHIN_MS, () => socket.destroy());
      socket.once('close', cancel);
    },
  };
}
