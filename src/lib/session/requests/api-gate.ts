// The gate of one session: each request to the API is assessed, counted, perhaps asked about, and written down, in this order, before it
// may go to the server. What cannot be written down does not go, and ends the session.
import { type ApiRequest, isSwitchedOn } from '../../core/api-request.ts';
import type { Decision } from '../../core/decision.ts';
import { asBrokerError, BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { PreviewRefused } from '../../kubernetes/effect/preview.ts';
import { RefusedRequest } from '../../kubernetes/request/refused-request.ts';
import type { ApiGate, ApiLeave, ApiQuestion, ApiRefusal } from '../../ports/api-gate.ts';
import { denied, shownDecision } from '../judge-invocation.ts';
import type { Opening } from '../opening.ts';
import type { SessionRecording } from '../record-session.ts';
import { type Assessed, assessRequest, isOpening, requestLine } from './assess-request.ts';
import { keyedDigest, permitRequest, type RequestPlace } from './permit-request.ts';
import { type Counted, type Quota, quotaBook } from './quota.ts';
import { type LoggedRequest, requestLog } from './request-log.ts';
import type { RequestTally } from './request-tally.ts';
import { streamMask } from './stream-mask.ts';
import { type StreamRecord, streamRecord } from './stream-record.ts';

export interface GateDeps extends RequestPlace {
  readonly recording: SessionRecording;
  readonly quota: Quota;
  readonly tally: RequestTally;
  /** Something happened: the session is not idle. */
  readonly touch: () => void;
}

/** kubectl falls back to the other protocol at once. */
const TRIED_AGAIN_MS = 2_000;
const MOST_DENIED_STREAMS = 100;

/** A gate for the requests of this opening. */
export function apiGate(opening: Opening, { recording, quota, tally, touch, ...where }: GateDeps): ApiGate {
  const { client, controller, deps, mask } = opening;
  const log = requestLog(opening, recording);
  const book = quotaBook(quota);
  const failClosed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      const error = asBrokerError(thrown);
      if (['cannot-audit', 'cannot-record', 'cannot-mask'].includes(error.code)) controller.abort(error);
      throw thrown;
    }
  };

  /** Denials of streams, by their line: a client that is refused one protocol tries the other one at once, and once. */
  const deniedStreams = new Map<string, { readonly leave: ApiLeave; readonly at: number; readonly method: string }>();

  async function permit(question: ApiQuestion, signal: AbortSignal): Promise<ApiLeave> {
    const { request } = question;
    if (!isOpening(request.subject)) return permitAnew(question, signal);
    const line = requestLine(request);
    const before = deniedStreams.get(line);
    deniedStreams.delete(line);
    const isSoon = before !== undefined && deps.clock.monotonic() - before.at < TRIED_AGAIN_MS;
    if (isSoon && before.method !== request.method) return before.leave;
    const leave = await permitAnew(question, signal);
    const { method } = request;
    if (leave.verdict === 'deny') deniedStreams.set(line, { leave, at: deps.clock.monotonic(), method });
    const [oldest] = deniedStreams.keys();
    if (deniedStreams.size > MOST_DENIED_STREAMS && oldest !== undefined) deniedStreams.delete(oldest);
    return leave;
  }

  /** Whatever comes of it is on record: also a client that did not wait, and a server that would refuse. */
  async function permitAnew(question: ApiQuestion, signal: AbortSignal): Promise<ApiLeave> {
    touch();
    const { request } = question;
    const logged = log.begin();
    try {
      return await decide(question, logged, signal);
    } catch (error) {
      if (error instanceof RefusedRequest) await refused(logged, request.method, request.path, error);
      else await logged.failed(request, failureOf(error, signal));
      throw error;
    }
  }

  async function decide(question: ApiQuestion, logged: LoggedRequest, signal: AbortSignal): Promise<ApiLeave> {
    const { request } = question;
    const first = await assessRequest(question, where.context, opening, signal);
    const counted = countedOf(first);
    const body = question.body === null ? null : keyedDigest(mask.bindingKey, question.body.bytes);
    const details = { isDryRun: first.isDryRun, body, approval: undefined };
    const short = first.decision.verdict === 'deny' ? undefined : book.take(request, counted);
    if (short !== undefined || first.decision.verdict === 'deny') {
      return deny(question, logged, short ?? first.decision, details);
    }
    let taken: Counted | undefined = counted;
    try {
      const permitted = await tally.whileWaiting(first.decision.verdict === 'ask', () =>
        permitRequest(question, opening, where, first, signal),
      );
      touch();
      const { decision } = permitted.assessed;
      if (permitted.kind === 'denied') return await deny(question, logged, decision, details);
      if (permitted.kind === 'withheld') return await withhold(question, logged, decision, permitted.error, details);
      // What it would do may be more by now, and approved: the quota holds for what goes.
      book.giveBack(request, taken);
      taken = undefined;
      const now = countedOf(permitted.assessed);
      const tooMuch = book.take(request, now);
      if (tooMuch !== undefined) return await deny(question, logged, tooMuch, details);
      taken = now;
      await logged.judged(request, shownDecision(decision, mask), { ...details, approval: permitted.approval });
      taken = undefined;
      if (isLasting(request)) await logged.opened(request);
      return allow(question, logged, decision);
    } finally {
      if (taken !== undefined) book.giveBack(request, taken);
    }
  }

  type Details = Parameters<LoggedRequest['judged']>[2];

  async function deny(
    { request }: ApiQuestion,
    logged: LoggedRequest,
    judged: Decision,
    details: Details,
  ): Promise<ApiLeave> {
    const { principal } = client;
    const noticed = deps.probing.notice(judged, { principal: principal.name, target: opening.invocation.target });
    const decision = shownDecision(noticed.decision, mask);
    await logged.judged(request, decision, details);
    if (noticed.event !== undefined) {
      await deps.audit.append({ type: 'policy.probing', actor: principal.name, data: { ...noticed.event } });
    }
    await logged.ended(request, decision, null);
    return refusal(decision, denied(decision));
  }

  async function withhold(
    { request }: ApiQuestion,
    logged: LoggedRequest,
    judged: Decision,
    error: BrokerError,
    details: Details,
  ): Promise<ApiLeave> {
    const decision = shownDecision(judged, mask);
    await logged.judged(request, decision, details);
    await logged.ended(request, decision, null);
    return refusal(decision, mask.error(error));
  }

  function refusal(decision: Decision, error: BrokerError): ApiLeave {
    tally.refused(decision, error);
    return { verdict: 'deny', message: `sallyport: ${error.publicMessage}; next: ${error.hint}` };
  }

  function allow({ request }: ApiQuestion, logged: LoggedRequest, decision: Decision): ApiLeave {
    let streams: StreamRecord | undefined;
    return {
      verdict: 'allow',
      streams() {
        const kept = streamRecord(request, logged.number, mask, recording);
        streams = kept;
        return {
          mask: (stream) => tally.counted(streamMask(request, stream, mask)),
          record: (stream, bytes) =>
            failClosed(async () => {
              touch();
              await kept.record(stream, bytes);
            }),
        };
      },
      done: (outcome) =>
        failClosed(async () => {
          touch();
          await streams?.end();
          await logged.ended(request, shownDecision(decision, mask), outcome);
        }),
    };
  }

  /** What nobody may ask for is a denial; what is merely wrong is the client's own mistake. */
  async function refused(logged: LoggedRequest, method: string, target: string, refusal: ApiRefusal): Promise<void> {
    const { status, code, message, hint } = refusal;
    await logged.refused(method, target, { status, code, hint, message: mask.text(message) });
    if (status === 403)
      tally.refused(null, new BrokerError({ code, exit: EXIT.denied, message: mask.text(message), hint }));
  }

  return {
    permit: (question, signal) => failClosed(() => permit(question, signal)),
    refused: (method, target, refusal) => failClosed(() => refused(log.begin(), method, target, refusal)),
    labelOf(value) {
      tally.masked('kubernetes-secret');
      return mask.label('kubernetes-secret', value, 'client');
    },
    labelForApprovers: (value) => mask.label('kubernetes-secret', value, 'approver'),
    replyMask: () => tally.counted(mask.bytes()),
  };
}

/** Of a deletion of several: those that are named, those that are not, and any number where nobody could say. */
function countedOf({ isDryRun, preview }: Assessed): Counted {
  if (preview === undefined) return { isDryRun, removes: Number.POSITIVE_INFINITY };
  const { removed, moreRemoved: more = 0 } = preview;
  return { isDryRun, removes: more === 'some' ? Number.POSITIVE_INFINITY : removed.length + more };
}

function failureOf(error: unknown, signal: AbortSignal): { readonly code: string; readonly status: number } {
  if (error instanceof PreviewRefused) return { code: 'server-would-refuse', status: error.status };
  if (signal.aborted) return { code: 'client-gone', status: 0 };
  return { code: asBrokerError(error).code, status: 0 };
}

/** True for what may go on for as long as the session: its end alone would be on record too late. */
const isLasting = ({ subject, query }: ApiRequest): boolean =>
  isOpening(subject) || isSwitchedOn(query, 'watch') || isSwitchedOn(query, 'follow');
