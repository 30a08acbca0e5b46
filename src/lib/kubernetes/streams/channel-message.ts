// Messages of the protocols `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte says which stream of the program the rest
// belongs to. What a side may not say is refused. Pure.

export type ChannelName = 'stdin' | 'stdout' | 'stderr' | 'error' | 'resize';

export type ChannelMessage =
  | { readonly kind: 'bytes'; readonly channel: ChannelName; readonly bytes: Uint8Array }
  /** Nothing more comes on this channel (v5 alone). */
  | { readonly kind: 'end'; readonly channel: ChannelName };

/** What one side said that it may not say; the connection is over. */
export class StreamViolation extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StreamViolation';
  }
}

const NUMBERS: Readonly<Record<ChannelName, number>> = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 };
const NAMES = Object.keys(NUMBERS) as readonly ChannelName[];
const END = 255;

/** Throws `StreamViolation` for an empty message, a channel that `allowed` has not, and an end that is no end of one. */
export function readChannelMessage(
  message: Uint8Array,
  allowed: ReadonlySet<ChannelName>,
  canEnd: boolean,
): ChannelMessage {
  const [number, ...rest] = message.subarray(0, 3);
  if (number === END && canEnd) {
    if (rest.length !== 1) throw new StreamViolation('the end of a channel is two bytes');
    return { kind: 'end', channel: named(rest[0], allowed) };
  }
  return { kind: 'bytes', channel: named(number, allowed), bytes: message.subarray(1) };
}

export function printChannelMessage(message: ChannelMessage): Buffer {
  const number = NUMBERS[message.channel];
  return message.kind === 'end' ? Buffer.of(END, number) : Buffer.concat([Buffer.of(number), message.bytes]);
}

function named(number: number | undefined, allowed: ReadonlySet<ChannelName>): ChannelName {
  const name = number === undefined ? undefined : NAMES[number];
  if (name === undefined || !allowed.has(name)) throw new StreamViolation(`a message on channel ${number ?? 'none'}`);
  return name;
}

/** The status that ends a program's streams, as far as it is needed here. */
interface EndStatus {
  readonly status?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly causes?: readonly { readonly reason?: unknown; readonly message?: unknown }[] };
}

/** The exit code in the JSON `Status` of the error channel; undefined where the program's end is not what it tells of. */
export function exitCodeOf(status: unknown): number | undefined {
  if (typeof status !== 'object' || status === null) return undefined;
  const { status: word, reason, details } = status as EndStatus;
  if (word === 'Success') return 0;
  if (reason !== 'NonZeroExitCode' || !Array.isArray(details?.causes)) return undefined;
  const cause = details.causes.find((one) => one?.reason === 'ExitCode');
  return typeof cause?.message === 'string' && /^\d{1,3}$/.test(cause.message) ? Number(cause.message) : undefined;
}
