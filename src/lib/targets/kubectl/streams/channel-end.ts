// One side of a connection that carries a program's streams, whatever carries them: messages of a WebSocket here, streams of SPDY
// in a file of their own.

import { CHANNELS_V5 } from '../../../kubernetes/request/upgrade-request.ts';
import {
  type ChannelMessage,
  type ChannelName,
  printChannelMessage,
  readChannelMessage,
} from '../../../kubernetes/streams/channel-message.ts';
import type { MessageEnd } from '../../../kubernetes/streams/web-socket.ts';

export interface ChannelEnd {
  /** Read once. Ends when the other side has closed in order; rejects where it broke off, or with a `StreamViolation`. */
  readonly incoming: AsyncIterable<ChannelMessage>;
  /** Resolves once more can be taken; rejects when the other side has gone. */
  send(message: ChannelMessage): Promise<void>;
  /** Closes after what was sent. */
  close(): void;
  /** Closes at once. `why` is told where the protocol has a place for it. */
  breakOff(why?: string): void;
}

/** `from`: what the other side may say. Of a channel it has ended nothing more is taken. */
export function channelEnd(end: MessageEnd, protocol: string, from: ReadonlySet<ChannelName>): ChannelEnd {
  const canEnd = protocol === CHANNELS_V5;
  async function* incoming(): AsyncGenerator<ChannelMessage> {
    const open = new Set(from);
    for await (const bytes of end.incoming) {
      const message = readChannelMessage(bytes, open, canEnd);
      if (message.kind === 'end') open.delete(message.channel);
      yield message;
    }
  }
  return {
    incoming: incoming(),
    send: (message) => end.send(printChannelMessage(message)),
    close: end.close,
    breakOff: end.breakOff,
  };
}
