// One request of a client and its reply: read, judged, sent on as it was printed anew, and masked on the way back. Whatever goes wrong
// is answered as the API answers, and nothing goes on that was not judged.

import type { ApiRequest } from '../../core/api-request.ts';
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import { forwardHeaders } from '../../kubernetes/forward-headers.ts';
import { readRequest } from '../../kubernetes/read-request.ts';
import { RefusedRequest } from '../../kubernetes/refused-request.ts';
import { isOn, printQuery } from '../../kubernetes/request-query.ts';
import { failure, refusal } from '../../kubernetes/status.ts';
import { readUpgrade, refuseWithoutUpgrade, type Upgrade } from '../../kubernetes/upgrade-request.ts';
import type { Upstream } from '../../kubernetes/upstream.ts';
import type { ApiGate, ApiOutcome, ApiQuestion } from '../../ports/api-gate.ts';
import { type ApiCall, answer, breakOff } from './endpoint.ts';
import { openStream } from './open-stream.ts';
import { type RelayDeps, relayReply } from './relay.ts';
import { saidTooMuch, type UpgradedSocket } from './upgraded-socket.ts';

/** The server's own limit of a request is 3 MiB. */
export const BODY_MAX_BYTES = 3 * 1024 * 1024;

const STATUSES: Readonly<Record<string, number>> = {
  'cluster-answer': 502,
  'cluster-unreachable': 503,
  'cluster-timeout': 504,
};

export interface ExchangeDeps extends RelayDeps {
  readonly gate: ApiGate;
  readonly upstream: Upstream;
  /** Aborted when the session ends. */
  readonly signal: AbortSignal;
}

/** Never rejects. */
export async function exchange(call: ApiCall, deps: ExchangeDeps): Promise<void> {
  const gone = new AbortController();
  // Both versions of HTTP say so: the reply has gone, or will not be read any more.
  call.response.on('close', () => gone.abort(new Error('the client has what it wanted, or has gone')));
  const signal = AbortSignal.any([deps.signal, gone.signal]);
  try {
    await walk(call, deps, signal);
  } catch (error) {
    if (call.response.headersSent) breakOff(call.response);
    else if (error instanceof RefusedRequest) answer(call.response, error.status, refusal(error));
    else answerError(call, asBrokerError(error));
  }
}

async function walk(call: ApiCall, deps: ExchangeDeps, signal: AbortSignal): Promise<void> {
  const { gate } = deps;
  let asked: Asked;
  try {
    asked = await readCall(call);
  } catch (error) {
    if (error instanceof RefusedRequest) await gate.refused(call.request.method, call.request.url, error);
    throw error;
  }
  const { request, sent, body, opens } = asked;
  const leave = await gate.permit({ request, body, preview: undefined }, signal);
  if (leave.verdict === 'deny') {
    const { subject } = request;
    answer(call.response, 403, failure(403, leave.message, subject.kind === 'resource' ? subject : undefined));
    return;
  }
  let outcome: ApiOutcome = { status: 0, bytes: 0 };
  try {
    const query = printQuery(request.query);
    const target = query === '' ? request.path : `${request.path}?${query}`;
    if (opens !== undefined) {
      const { upgrade, upgraded } = opens;
      const opening = { target, headers: sent, upgrade };
      outcome = await openStream({ ...call, upgraded }, request, opening, () => leave.streams(), deps, signal);
      return;
    }
    const { subject } = request;
    const follows = subject.kind === 'resource' && subject.subresource === 'log' && isOn(request.query, 'follow');
    const reply = await deps.upstream.send(
      { method: request.method, target, headers: sent, body: body?.bytes ?? null, mayBeSilent: follows },
      signal,
    );
    outcome = { ...outcome, status: reply.statusCode ?? 0 };
    outcome = { ...outcome, bytes: await relayReply(request, reply, call.response, deps) };
  } finally {
    await leave.done(outcome);
  }
}

interface Asked {
  readonly request: ApiRequest;
  readonly sent: Record<string, string>;
  readonly body: ApiQuestion['body'];
  readonly opens: { readonly upgrade: Upgrade; readonly upgraded: UpgradedSocket } | undefined;
}

/** Throws `RefusedRequest`. */
async function readCall(call: ApiCall): Promise<Asked> {
  const { method, url, headers } = call.request;
  const request = readRequest(method, url);
  const { upgraded } = call;
  if (upgraded !== undefined) {
    const upgrade = readUpgrade(request, headers);
    if (upgraded.hasMore) throw saidTooMuch();
    return { request, sent: forwardHeaders(request, headers, false), body: null, opens: { upgrade, upgraded } };
  }
  refuseWithoutUpgrade(request);
  const bytes = await readBody(call);
  const sent = forwardHeaders(request, headers, bytes !== null);
  const body = bytes === null ? null : { type: sent['content-type'] ?? '', bytes };
  return { request, sent, body, opens: undefined };
}

/** The whole body, or null for none. Throws `RefusedRequest` (413, `body-too-large`). */
async function readBody({ request }: ApiCall): Promise<Uint8Array | null> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > BODY_MAX_BYTES) throw tooLarge();
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

function answerError({ response }: ApiCall, { code, publicMessage, hint }: BrokerError): void {
  const status = STATUSES[code] ?? 500;
  answer(response, status, failure(status, `sallyport (${code}): ${publicMessage}; next: ${hint}`));
}
