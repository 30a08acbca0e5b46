// The streams of a program in the cluster between a client and the server: what is typed is recorded before it goes on, what is written
// is masked, recorded, and then shown; the status at the end is read for the exit code. Everything is bounded by how fast both sides take it.
import type { ApiRequest } from '../../../core/api-request.ts';
import type { Clock } from '../../../core/clock.ts';
import type { OutputStream } from '../../../core/events.ts';
import { isOn } from '../../../kubernetes/request/request-query.ts';
import {
  type ChannelMessage,
  type ChannelName,
  exitCodeOf,
  StreamViolation,
} from '../../../kubernetes/streams/channel-message.ts';
import type { ApiOutcome, ApiStreams, ReplyMask } from '../../../ports/api-gate.ts';
import { pumpOutput } from '../../../stream/pump.ts';
import type { ChannelEnd } from './channel-end.ts';
import { StreamCount } from './stream-count.ts';

/** How long a beginning of a secret may be held back: a person who types sees it, a program does not mind. */
const HOLD_MS = { terminal: 30, program: 200 } as const;
/** A status is a few hundred bytes. */
const STATUS_MAX_BYTES = 64 * 1024;
/** `{"Width":80,"Height":24}`, perhaps several of them. */
const RESIZE_MAX_BYTES = 4096;

export interface ChannelsDeps {
  readonly streams: ApiStreams;
  /** For the status. */
  readonly replyMask: () => ReplyMask;
  readonly clock: Clock;
}

const when = (isWanted: boolean, name: ChannelName): readonly ChannelName[] => (isWanted ? [name] : []);

/** What the client may say: as the request asked, and was judged, for. */
export const clientChannels = ({ query }: ApiRequest): ReadonlySet<ChannelName> =>
  new Set([...when(isOn(query, 'stdin'), 'stdin'), ...when(isOn(query, 'tty'), 'resize')]);

/** What the request opens in all; a terminal has one output. */
export const clientStreams = (request: ApiRequest): ReadonlySet<ChannelName> =>
  new Set([
    'error',
    ...clientChannels(request),
    ...when(isOn(request.query, 'stdout'), 'stdout'),
    ...when(isOn(request.query, 'stderr') && !isOn(request.query, 'tty'), 'stderr'),
  ]);

export const SERVER_CHANNELS: ReadonlySet<ChannelName> = new Set(['stdout', 'stderr', 'error']);

export type StreamsOutcome = Pick<ApiOutcome, 'bytes' | 'exitCode'> & Required<Pick<ApiOutcome, 'streams'>>;

/**
 * Resolves once both sides are closed, whoever began; never rejects. An abort of the signal closes both at once. Where one side breaks
 * off or says what it may not say, where something cannot be recorded, the other side can see that its streams are not whole.
 */
export async function relayChannels(
  request: ApiRequest,
  client: ChannelEnd,
  server: ChannelEnd,
  deps: ChannelsDeps,
  signal: AbortSignal,
): Promise<StreamsOutcome> {
  const counts = {
    stdin: new StreamCount('stdin'),
    stdout: new StreamCount('stdout'),
    stderr: new StreamCount('stderr'),
  };
  const status = new StatusReader();
  let sent = 0;
  const breakOff = (why?: string) => {
    client.breakOff(why);
    server.breakOff();
  };
  const onAbort = () => breakOff();
  signal.addEventListener('abort', onAbort, { once: true });

  async function* written() {
    for await (const message of serverMessages(server, status)) {
      if (message.kind === 'end') throw new StreamViolation('a server that ends a channel');
      const { channel, bytes } = message;
      if (channel === 'error') status.add(bytes);
      // The server says so that the streams are open; there is nothing in it.
      else if (bytes.length === 0) await client.send(message);
      else {
        counts[channel as OutputStream].add(bytes);
        yield { stream: channel as OutputStream, bytes };
      }
    }
  }

  async function toClient(): Promise<void> {
    await pumpOutput({
      program: { output: written() },
      stages: { stdout: stage(deps.streams.mask('stdout')), stderr: stage(deps.streams.mask('stderr')) },
      record: async (event) => {
        if (event.kind === 'output') await deps.streams.record(event.stream, event.bytes);
      },
      send: async ({ stream, bytes }) => {
        sent += bytes.length;
        await client.send({ kind: 'bytes', channel: stream, bytes });
      },
      clock: deps.clock,
      holdMs: HOLD_MS[isOn(request.query, 'tty') ? 'terminal' : 'program'],
      onActivity: () => {},
    });
    const end = status.masked(deps.replyMask());
    if (end.length > 0) await client.send({ kind: 'bytes', channel: 'error', bytes: end });
    client.close();
    server.close();
  }

  async function toServer(): Promise<void> {
    let takesMore = true;
    for await (const message of client.incoming) {
      if (message.kind === 'bytes' && message.channel === 'stdin' && message.bytes.length > 0) {
        await deps.streams.record('stdin', message.bytes);
        counts.stdin.add(message.bytes);
      }
      if (message.kind === 'bytes' && message.channel === 'resize' && message.bytes.length > RESIZE_MAX_BYTES) {
        throw new StreamViolation('a size of a terminal that is too long');
      }
      // A program that has ended takes no more, as one that has not read all its input: how it ended is for its side to say.
      if (takesMore)
        takesMore = await server.send(message).then(
          () => true,
          () => false,
        );
    }
    // Whoever asked has gone: nobody reads any more.
    server.breakOff();
  }

  if (signal.aborted) onAbort();
  const failed = (error: unknown) =>
    breakOff(error instanceof StreamViolation ? `sallyport: ${error.message}` : undefined);
  await Promise.all([toClient().catch(failed), toServer().catch(failed)]);
  signal.removeEventListener('abort', onAbort);
  const exitCode = status.exitCode();
  return {
    bytes: sent,
    streams: Object.values(counts).map((count) => count.end()),
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}

/** A server that has said how the program ended has said all, also where it does not close its connection in order. */
async function* serverMessages({ incoming }: ChannelEnd, status: StatusReader): AsyncGenerator<ChannelMessage> {
  try {
    yield* incoming;
  } catch (error) {
    if (error instanceof StreamViolation || status.read() === undefined) throw error;
  }
}

/** What the pump asks of a stage; what is held may be a secret, always. */
const stage = (mask: ReplyMask) => ({
  push: (bytes: Uint8Array) => mask.push(bytes),
  get holding() {
    return mask.holding;
  },
  holdsSecret: true,
  resize: () => {},
  expire: () => mask.expire(),
  flush: () => mask.flush(),
});

/** The channel `error`: one `Status` in JSON, at the end. */
class StatusReader {
  #text = Buffer.alloc(0);

  add(bytes: Uint8Array): void {
    if (this.#text.length + bytes.length > STATUS_MAX_BYTES) throw new StreamViolation('a status that is too long');
    this.#text = Buffer.concat([this.#text, bytes]);
  }

  /** Undefined where it is not whole, or none. */
  read(): unknown {
    try {
      return JSON.parse(this.#text.toString('utf8'));
    } catch {
      return undefined;
    }
  }

  exitCode(): number | undefined {
    return exitCodeOf(this.read());
  }

  masked(mask: ReplyMask): Buffer {
    return Buffer.concat([...mask.push(this.#text), ...mask.flush()]);
  }
}
