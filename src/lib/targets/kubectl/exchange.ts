// One request of a client and its reply: read, judged, sent on as it was printed anew, and masked on the way back. Whatever goes wrong
// is answered as the API answers, and nothing goes on that was not judged.

import type { ApiRequest } from '../../core/api-request.ts';
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import { forwardHeaders } from '../../kubernetes/forward-headers.ts';
import { readRequest } from '../../kubernetes/read-request.ts';
import { RefusedRequest } from '../../kubernetes/refused-request.ts';
import { printQuery } from '../../kubernetes/request-query.ts';
import { failure, refusal } from '../../kubernetes/status.ts';
import type { Upstream } from '../../kubernetes/upstream.ts';
import type { ApiGate, ApiQuestion } from '../../ports/api-gate.ts';
import { type ApiCall, answer, breakOff } from './endpoint.ts';
import { type RelayDeps, relayReply } from './relay.ts';

/** The server's own limit of a request is 3 MiB. */
export const BODY_MAX_BYTES = 3 * 1024 * 1024;

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
  const { method, url, headers } = call.request;
  let asked: {
    readonly request: ApiRequest;
    readonly sent: Record<string, string>;
    readonly body: ApiQuestion['body'];
  };
  try {
    const request = readRequest(method, url);
    const bytes = await readBody(call);
    const sent = forwardHeaders(request, headers, bytes !== null);
    const body = bytes === null ? null : { type: sent['content-type'] ?? '', bytes };
    asked = { request, sent, body };
  } catch (error) {
    if (error instanceof RefusedRequest) await gate.refused(method, url, error);
    throw error;
  }
  const { request, sent, body } = asked;
  const leave = await gate.permit({ request, body, preview: undefined }, signal);
  if (leave.verdict === 'deny') {
    const { subject } = request;
    answer(call.response, 403, failure(403, leave.message, subject.kind === 'resource' ? subject : undefined));
    return;
  }
  let outcome = { status: 0, bytes: 0 };
  try {
    const query = printQuery(request.query);
    const target = query === '' ? request.path : `${request.path}?${query}`;
    const reply = await deps.upstream.send(
      { method: request.method, target, headers: sent, body: body?.bytes ?? null },
      signal,
    );
    outcome = { ...outcome, status: reply.statusCode ?? 0 };
    outcome = { ...outcome, bytes: await relayReply(request, reply, call.response, deps) };
  } finally {
    await leave.done(outcome);
  }
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
  const status = code === 'cluster-timeout' ? 504 : code === 'cluster-unreachable' ? 503 : 500;
  answer(response, status, failure(status, `sallyport (${code}): ${publicMessage}; next: ${hint}`));
}
