// The server's reply on its way to the client: a few headers, and the body masked. Replies about Secrets are masked by their structure,
// all others as text is; descriptions of the API go on as they are.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { type ApiRequest, isOfSecrets } from '../../core/api-request.ts';
import type { Clock } from '../../core/clock.ts';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { Json } from '../../core/json.ts';
import type { ReleaseBook } from '../../kubernetes/masking/helm/release-book.ts';
import { maskSecrets } from '../../kubernetes/masking/mask-secrets.ts';
import { failure } from '../../kubernetes/request/status.ts';
import type { ApiGate, ReplyMask } from '../../ports/api-gate.ts';
import { type ApiCall, answerBytes, breakOff } from './endpoint.ts';
import type { HeldShare } from './held-bytes.ts';
import { drained } from './streams/write-out.ts';

/** How long part of a reply may wait for the rest of what could be a secret: as for everything that programs read. */
const HOLD_MS = 200;
/** A list of Secrets larger than this is not masked, and so not shown. */
const SECRETS_MAX_BYTES = 16 * 1024 * 1024;
/** Of a description; what comes with any other status is a text that anybody may have written. */
const DESCRIBED: ReadonlySet<number> = new Set([200, 301, 304]);

/** In words of its own: the client's token was right, and it is not the client who can do anything about the other. */
const TOKEN_REFUSED =
  'sallyport (cluster-token-refused): the cluster refuses the token of this session; next: run the command again, in a new session';

/** What clients act on. Lengths and encodings are the reply's own after it is masked. */
const RELAYED = ['content-type', 'etag', 'warning', 'retry-after', 'audit-id'] as const;

export interface RelayDeps {
  readonly gate: Pick<ApiGate, 'labelOf' | 'replyMask'>;
  readonly releases: Pick<ReleaseBook, 'shown'>;
  readonly clock: Clock;
}

/** Resolves with how many bytes the client got, once it has them all. Rejects where the reply breaks off or cannot be masked. */
export async function relayReply(
  { subject }: ApiRequest,
  reply: IncomingMessage,
  { response, held }: Pick<ApiCall, 'response' | 'held'>,
  deps: RelayDeps,
): Promise<number> {
  const status = reply.statusCode ?? 502;
  if (status === 401) {
    reply.resume();
    const bytes = Buffer.from(`${JSON.stringify(failure(401, TOKEN_REFUSED))}\n`);
    answerBytes(response, 401, 'application/json', bytes);
    return bytes.length;
  }
  const headers = shownHeaders(reply.headers, deps.gate);
  if (subject.kind === 'discovery' && DESCRIBED.has(status)) {
    response.writeHead(status, { ...headers, ...ofDescription(reply.headers) });
    return send(reply, response, (bytes) => [bytes]);
  }
  if (reply.headers['content-encoding'] !== undefined) {
    reply.destroy();
    throw new BrokerError({
      code: 'cluster-answer',
      exit: EXIT.unavailable,
      message: 'the API server sent a compressed reply that was not asked for, and that cannot be masked',
      hint: 'see whether a proxy stands before it that compresses: sallyport targets check',
    });
  }
  response.writeHead(status, headers);
  if (isOfSecrets(subject)) {
    const change = (object: Json) => deps.releases.shown(object, maskSecrets(object, deps.gate.labelOf) as Json);
    return sendSecrets(reply, response, subject.verb === 'watch', held, change);
  }
  return sendMasked(reply, response, deps.gate.replyMask(), deps.clock);
}

/** A server, or a proxy before it, may quote what it was sent, the token too: a value that a mask would change is left out. */
function shownHeaders(headers: IncomingHttpHeaders, gate: RelayDeps['gate']): Record<string, string> {
  const there = RELAYED.flatMap((name) =>
    headers[name] === undefined ? [] : [[name, String(headers[name])] as const],
  );
  const mask = gate.replyMask();
  const text = Buffer.from(there.map(([, value]) => value).join('\n'), 'latin1');
  const masked = Buffer.concat([...mask.push(text), ...mask.flush()])
    .toString('latin1')
    .split('\n');
  return Object.fromEntries(there.filter(([, value], at) => masked[at] === value));
}

/** Descriptions come as they are compressed, and one that has changed is told of by its new place, which is here. */
function ofDescription(headers: IncomingHttpHeaders): Record<string, string> {
  const { location, 'content-encoding': encoding } = headers;
  const isHere = location !== undefined && /^\/openapi\/v3\/[\w./-]+\?hash=[0-9A-Fa-f]+$/.test(location);
  return { ...(encoding === undefined ? {} : { 'content-encoding': encoding }), ...(isHere ? { location } : {}) };
}

/** A reply that is there whole, masked in the same way. Throws where it is one about Secrets that cannot be read. */
export function maskWhole({ subject }: ApiRequest, bytes: Uint8Array, gate: RelayDeps['gate']): Uint8Array {
  if (isOfSecrets(subject)) {
    return Buffer.from(JSON.stringify(maskSecrets(JSON.parse(Buffer.from(bytes).toString('utf8')), gate.labelOf)));
  }
  const mask = gate.replyMask();
  return Buffer.concat([...mask.push(bytes), ...mask.flush()]);
}

type Pieces = readonly Uint8Array[];

async function send(
  reply: AsyncIterable<Buffer>,
  response: Http2ServerResponse,
  change: (bytes: Buffer) => Pieces | Promise<Pieces>,
  last: () => Pieces | Promise<Pieces> = () => [],
  onSent: () => void = () => {},
): Promise<number> {
  let sent = 0;
  // Of either version of HTTP; one that is closed says nothing any more.
  const { destroyed, stream } = response as unknown as { destroyed?: boolean; stream?: { destroyed: boolean } };
  let isGone = destroyed === true || stream?.destroyed === true;
  response.once('close', () => {
    isGone = true;
  });
  const write = async (pieces: readonly Uint8Array[]) => {
    for (const piece of pieces) {
      sent += piece.length;
      if (response.write(piece)) continue;
      if (isGone) throw new Error('the client has gone');
      await drained(response);
    }
  };
  for await (const bytes of reply) {
    await write(await change(bytes));
    onSent();
  }
  await write(await last());
  response.end();
  return sent;
}

async function sendMasked(
  reply: AsyncIterable<Buffer>,
  response: Http2ServerResponse,
  mask: ReplyMask,
  clock: Clock,
): Promise<number> {
  let cancel = () => {};
  let expired = 0;
  const letGo = () => {
    try {
      for (const piece of mask.expire()) {
        expired += piece.length;
        response.write(piece);
      }
    } catch {
      // What cannot be masked is not shown, and the client sees that it is not whole.
      breakOff(response);
    }
  };
  try {
    const sent = await send(
      reply,
      response,
      (bytes) => {
        cancel();
        return mask.push(bytes);
      },
      () => {
        cancel();
        return mask.flush();
      },
      // Not before all that stands before it has been taken.
      () => {
        if (mask.holding) cancel = clock.after(HOLD_MS, letGo);
      },
    );
    return sent + expired;
  } finally {
    cancel();
  }
}

/** Objects are masked whole; events of a watch come one a line. */
function sendSecrets(
  reply: AsyncIterable<Buffer>,
  response: Http2ServerResponse,
  isWatch: boolean,
  held: HeldShare,
  change: (object: Json) => Promise<Json>,
): Promise<number> {
  let waiting: Buffer[] = [];
  let length = 0;
  const masked = async (text: string): Promise<Pieces> =>
    text.trim() === '' ? [] : [Buffer.from(`${JSON.stringify(await change(JSON.parse(text)))}\n`)];
  const take = (): Buffer => {
    const all = Buffer.concat(waiting);
    waiting = [];
    length = 0;
    return all;
  };
  return send(
    reply,
    response,
    async (bytes) => {
      if (!isWatch) held.take(bytes.length);
      waiting.push(bytes);
      length += bytes.length;
      if (length > SECRETS_MAX_BYTES) throw new Error('the reply about Secrets is too large to be masked');
      if (!isWatch || !bytes.includes(0x0a)) return [];
      const all = take();
      const end = all.lastIndexOf(0x0a) + 1;
      waiting = [all.subarray(end)];
      length = all.length - end;
      const pieces: Uint8Array[] = [];
      for (const line of all.subarray(0, end).toString('utf8').split('\n')) pieces.push(...(await masked(line)));
      return pieces;
    },
    () => masked(take().toString('utf8')),
  );
}
