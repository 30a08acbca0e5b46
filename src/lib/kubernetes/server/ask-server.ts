// Questions that the broker asks a cluster about a client's request, in the session's own name there: whole replies, bounded in size.
import type { IncomingMessage } from 'node:http';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { isTooDeep } from '../request/strict-json.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

export interface WholeReply {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
}

export interface ReplyLimit {
  readonly maxBytes: number;
  /** Whether a reply of 200 to 299 is read at all; true where absent. */
  readonly successIsRead?: boolean;
}

/** Rejects with `cannot-preview` (69) for a reply that is larger than that, or breaks off; and as `Upstream.send` does. */
export async function askServer(
  upstream: Upstream,
  asked: UpstreamRequest,
  { maxBytes, successIsRead = true }: ReplyLimit,
  signal: AbortSignal,
): Promise<WholeReply> {
  const reply = await upstream.send(asked, signal);
  const head = { status: reply.statusCode ?? 0, contentType: reply.headers['content-type'] ?? '' };
  if (!successIsRead && head.status >= 200 && head.status < 300) {
    reply.destroy();
    return { ...head, bytes: Buffer.alloc(0) };
  }
  return { ...head, bytes: await readWhole(reply, maxBytes, signal) };
}

async function readWhole(reply: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of reply as AsyncIterable<Buffer>) {
      length += piece.length;
      // Leaving the loop ends the connection.
      if (length > maxBytes) throw cannotPreview(`the API server's reply is larger than ${maxBytes / 1024 / 1024} MiB`);
      pieces.push(piece);
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof BrokerError) throw cause;
    throw cannotPreview('the API server broke off in the midst of its reply', cause);
  }
  return Buffer.concat(pieces);
}

/** The object of a reply. Throws `cannot-preview` (69). */
export function objectIn({ bytes }: WholeReply): Readonly<Record<string, unknown>> {
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw cannotPreview('the answer is no JSON', cause);
  }
  if (isTooDeep(text)) throw cannotPreview('the object is nested too deeply');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw cannotPreview('the answer is no object');
}

export function cannotPreview(why: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'cannot-preview',
    exit: EXIT.unavailable,
    message: `what the request would do cannot be asked of the cluster: ${why}`,
    hint: 'try again, or ask for less at once',
    ...(cause === undefined ? {} : { cause, detail: String(cause) }),
  });
}
