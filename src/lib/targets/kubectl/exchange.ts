// One request of a client and its reply: read, judged, sent on as it was printed anew, and masked on the way back. Whatever goes wrong
// is answered as the API answers, and nothing goes on that was not judged.

import { isOfSecrets } from '../../core/api-request.ts';
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import { PreviewRefused, previewerOf } from '../../kubernetes/effect/preview.ts';
import type { ReleaseBook } from '../../kubernetes/masking/helm/release-book.ts';
import { releaseWriteIn } from '../../kubernetes/masking/helm/release-write.ts';
import { RefusedRequest } from '../../kubernetes/request/refused-request.ts';
import { printTarget } from '../../kubernetes/request/request-query.ts';
import { failure, refusal } from '../../kubernetes/request/status.ts';
import type { Upstream } from '../../kubernetes/server/upstream.ts';
import type { ApiGate, ApiLeave, ApiOutcome } from '../../ports/api-gate.ts';
import { type ApiCall, answer, answerBytes, breakOff } from './endpoint.ts';
import { openStream } from './open-stream.ts';
import { type AskedOfUs, readCall } from './read-call.ts';
import { maskWhole, type RelayDeps, relayReply } from './relay.ts';

const STATUSES: Readonly<Record<string, number>> = {
  'cluster-answer': 502,
  'cluster-unreachable': 503,
  'cluster-timeout': 504,
};

export interface ExchangeDeps extends RelayDeps {
  readonly gate: ApiGate;
  readonly releases: ReleaseBook;
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
  let asked: AskedOfUs;
  try {
    asked = withValues(await readCall(call), deps.releases);
  } catch (error) {
    if (error instanceof RefusedRequest) await gate.refused(call.request.method, call.request.url, error);
    throw error;
  }
  const { request, sent, body, parsed, mayBeSilent, opens } = asked;
  const labelOf = (value: Uint8Array) => gate.labelForApprovers(value);
  const preview = previewerOf({ request, body, parsed, headers: sent, upstream: deps.upstream, labelOf });
  let leave: ApiLeave;
  try {
    leave = await gate.permit({ request, body, parsed, preview }, signal);
  } catch (error) {
    if (!(error instanceof PreviewRefused)) throw error;
    answerBytes(call.response, error.status, error.contentType, maskWhole(request, error.bytes, gate));
    return;
  }
  if (leave.verdict === 'deny') {
    const { subject } = request;
    answer(call.response, 403, failure(403, leave.message, subject.kind === 'resource' ? subject : undefined));
    return;
  }
  let outcome: ApiOutcome = { status: 0, bytes: 0 };
  try {
    const target = printTarget(request.path, request.query);
    if (opens !== undefined) {
      const { upgrade, upgraded } = opens;
      const opening = { target, headers: sent, upgrade };
      outcome = await openStream({ ...call, upgraded }, request, opening, () => leave.streams(), deps, signal);
      return;
    }
    const reply = await deps.upstream.send(
      { method: request.method, target, headers: sent, body: body?.bytes ?? null, mayBeSilent },
      signal,
    );
    outcome = { ...outcome, status: reply.statusCode ?? 0 };
    outcome = { ...outcome, bytes: await relayReply(request, reply, call, deps) };
  } finally {
    await leave.done(outcome);
  }
}

/** Of a release of helm's that is written back with labels in place of its values: this is what is judged, then, and sent. */
function withValues(asked: AskedOfUs, releases: ReleaseBook): AskedOfUs {
  const { request, body, parsed } = asked;
  const { subject } = request;
  if (!isOfSecrets(subject) || body === null) return asked;
  const written = releaseWriteIn(parsed, body);
  const release = written === undefined ? undefined : releases.restored(written, subject.namespace ?? '');
  return written === undefined || release === undefined ? asked : { ...asked, ...written.with(release) };
}

function answerError({ response }: ApiCall, { code, publicMessage, hint }: BrokerError): void {
  const status = STATUSES[code] ?? 500;
  answer(response, status, failure(status, `sallyport (${code}): ${publicMessage}; next: ${hint}`));
}
