// What a client asks, read whole and strictly before anybody judges it: the request, what goes on of its headers, and its body.
import type { ApiRequest } from '../../core/api-request.ts';
import { forwardHeaders } from '../../kubernetes/request/forward-headers.ts';
import { PROTOBUF, readBody } from '../../kubernetes/request/read-body.ts';
import { readRequest } from '../../kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../kubernetes/request/refused-request.ts';
import { isOn } from '../../kubernetes/request/request-query.ts';
import { readUpgrade, refuseWithoutUpgrade, type Upgrade } from '../../kubernetes/request/upgrade-request.ts';
import type { ApiBody, ParsedBody } from '../../ports/api-gate.ts';
import type { ApiCall } from './endpoint.ts';
import { saidTooMuch, type UpgradedSocket } from './upgraded-socket.ts';

/** The server's own limit of a request is 3 MiB. */
export const BODY_MAX_BYTES = 3 * 1024 * 1024;

export interface AskedOfUs {
  readonly request: ApiRequest;
  /** The headers to send. */
  readonly sent: Record<string, string>;
  readonly body: ApiBody | null;
  readonly parsed: ParsedBody;
  /** Whether the server answers only once there is something to tell. */
  readonly mayBeSilent: boolean;
  /** Of what is done on an open connection. */
  readonly opens: { readonly upgrade: Upgrade; readonly upgraded: UpgradedSocket } | undefined;
}

/** Throws `RefusedRequest`: as what reads the parts of a request does, `body-too-large` (413), and `too-much-at-once` (429). */
export async function readCall(call: ApiCall): Promise<AskedOfUs> {
  const { method, url, headers } = call.request;
  const request = readRequest(method, url);
  const { upgraded } = call;
  if (upgraded !== undefined) {
    const upgrade = readUpgrade(request, headers);
    if (upgraded.hasMore) throw saidTooMuch();
    const sent = forwardHeaders(request, headers, false);
    return { request, sent, body: null, parsed: { kind: 'none' }, mayBeSilent: false, opens: { upgrade, upgraded } };
  }
  refuseWithoutUpgrade(request);
  const { subject, query } = request;
  const mayBeSilent = subject.kind === 'resource' && subject.subresource === 'log' && isOn(query, 'follow');
  const bytes = await receiveBody(call);
  const sent = forwardHeaders(request, headers, bytes !== null);
  const body = bytes === null ? null : { type: sent['content-type'] ?? '', bytes };
  const parsed = readBody(request, body);
  const isPacked = method === 'DELETE' && body?.type === PROTOBUF && parsed.kind === 'object';
  return { request, mayBeSilent, opens: undefined, ...(isPacked ? asJson(parsed, sent) : { sent, body, parsed }) };
}

/** What goes on is what was read. */
function asJson(
  parsed: ParsedBody & { readonly kind: 'object' },
  sent: Record<string, string>,
): Pick<AskedOfUs, 'sent' | 'body' | 'parsed'> {
  const type = 'application/json';
  const bytes = Buffer.from(JSON.stringify(parsed.object));
  return { parsed, body: { type, bytes }, sent: { ...sent, 'content-type': type } };
}

/** The whole body, or null for none. */
async function receiveBody({ request, held }: ApiCall): Promise<Uint8Array | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > BODY_MAX_BYTES) throw tooLarge();
    held.take(piece.length);
    pieces.push(piece);
  }
  return length === 0 ? null : Buffer.concat(pieces);
}

function tooLarge(): RefusedRequest {
  return new RefusedRequest({
    status: 413,
    code: 'body-too-large',
    message: `the body is larger than ${BODY_MAX_BYTES / 1024 / 1024} MiB`,
    hint: 'send smaller objects, one at a time: the API server takes no larger ones either',
  });
}
