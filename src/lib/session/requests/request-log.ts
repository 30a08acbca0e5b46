// What is kept of each request: an entry of the audit log before it may go on, and a marker of the recording when it has ended.
import type { ApiRequest, ApiSubject } from '../../core/api-request.ts';
import type { Decision } from '../../core/decision.ts';
import type { ApiOutcome, ApiRefusal } from '../../ports/api-gate.ts';
import type { RequestRow } from '../../ports/store.ts';
import type { Opening } from '../opening.ts';
import type { SessionRecording } from '../record-session.ts';
import { requestLine } from './assess-request.ts';

export interface RequestLog {
  /** A number, from 1; what is noted of one request has the same. */
  begin(): LoggedRequest;
}

export interface LoggedRequest {
  readonly number: number;
  /** The audit entry; descriptions of the API, which everybody may read, have none. `body`: its digest. */
  judged(request: ApiRequest, decision: Decision, more: JudgedDetails): Promise<void>;
  /** The marker of something that stays open, when it begins. */
  opened(request: ApiRequest): Promise<void>;
  /** A request that is none, or none that is let through. */
  refused(method: string, target: string, refusal: ApiRefusal): Promise<void>;
  /** Nobody could say whether it may go, and it did not. `status`: what the server said to a dry run; 0 for nothing. */
  failed(request: ApiRequest, failure: { readonly code: string; readonly status: number }): Promise<void>;
  /** The marker of its end; `outcome` is null for one that was denied. */
  ended(request: ApiRequest, decision: Decision, outcome: ApiOutcome | null): Promise<void>;
}

export interface JudgedDetails {
  readonly isDryRun: boolean;
  readonly body: string | null;
  readonly approval: RequestRow | undefined;
}

/** Everything in it rejects with `cannot-audit` and `cannot-record` (74). */
export function requestLog(
  { id, client, invocation, deps, mask }: Pick<Opening, 'id' | 'client' | 'invocation' | 'deps' | 'mask'>,
  { mark }: Pick<SessionRecording, 'mark'>,
): RequestLog {
  let count = 0;
  const append = (type: string, data: Record<string, unknown>) =>
    deps.audit.append({ type, actor: client.principal.name, session: id, data: mask.data(data) });
  return {
    begin() {
      count += 1;
      const number = count;
      const startedAt = deps.clock.monotonic();
      let approval: RequestRow | undefined;
      return {
        number,
        async judged(request, decision, { isDryRun, body, approval: given }) {
          approval = given;
          if (request.subject.kind === 'discovery') return;
          const { verdict, rule, reason, guidance } = decision;
          await append('api.judged', {
            request: number,
            target: invocation.target,
            line: requestLine(request),
            ...wordsOf(request.subject),
            isDryRun,
            body,
            ...{ verdict, rule, reason, guidance, program: null, approval: given?.id ?? null },
          });
        },
        async opened(request) {
          const what = { request: number, ...wordsOf(request.subject), line: requestLine(request) };
          await mark('api.opened', { ...what, ...approvalOf(approval) });
        },
        async ended(request, { verdict, rule }, outcome) {
          const { status = 0, bytes = 0, streams, exitCode } = outcome ?? {};
          await mark('api.request', {
            request: number,
            ...wordsOf(request.subject),
            line: requestLine(request),
            ...{ verdict, rule, status, bytes },
            ...approvalOf(approval),
            ms: Math.round(deps.clock.monotonic() - startedAt),
            ...(exitCode === undefined ? {} : { exitCode }),
            ...(streams === undefined ? {} : { streams: streams.map((each) => ({ ...each })) }),
          });
        },
        async refused(method, target, { code, message }) {
          const line = `${method.slice(0, 20)} ${target.slice(0, 2000)}`;
          const what = { request: number, line, code, message };
          await append('api.refused', { target: invocation.target, ...what });
          await mark('api.refused', what);
        },
        async failed(request, failure) {
          const what = { request: number, ...wordsOf(request.subject), line: requestLine(request), ...failure };
          await append('api.failed', { target: invocation.target, ...what });
          await mark('api.failed', what);
        },
      };
    },
  };
}

/** Who said yes to it, and to which question of the broker's. */
function approvalOf(approval: RequestRow | undefined): object {
  if (approval === undefined) return {};
  const by = approval.votes.filter(({ verdict }) => verdict === 'approve').map(({ approver }) => approver);
  return { approval: { request: approval.id, by } };
}

/** The fields that people look for. */
function wordsOf(subject: ApiSubject): Record<string, string | null> {
  if (subject.kind === 'discovery') return { verb: 'get', resource: null, namespace: null, name: null };
  const { verb, group, resource, subresource, namespace, name } = subject;
  const below = subresource === null ? '' : `/${subresource}`;
  return { verb, resource: `${resource}${group === '' ? '' : `.${group}`}${below}`, namespace, name };
}
