// Step: a request → what policy says of it, and what it would do. Where policy must know the result of a write, or a person is to decide
// about it, the server is asked by a dry run; what it says then is what counts.
import type { Decision } from '../../core/decision.ts';
import { BrokerError } from '../../core/errors.ts';
import { asksForDryRun } from '../../kubernetes/dry-run.ts';
import { describeEffect } from '../../kubernetes/effect.ts';
import { readBody } from '../../kubernetes/read-body.ts';
import type { ApiPreview, ApiQuestion } from '../../ports/api-gate.ts';
import type { JudgeContext, JudgedRequest, SessionDeps } from '../deps.ts';

export interface Assessed {
  readonly decision: Decision;
  readonly isDryRun: boolean;
  /** Undefined where nobody needed it. */
  readonly preview: ApiPreview | undefined;
}

/** Throws `RefusedRequest` for a body that cannot be read; rejects with what the preview rejects with. */
export async function assessRequest(
  question: ApiQuestion,
  context: JudgeContext,
  { judge }: Pick<SessionDeps, 'judge'>,
  signal: AbortSignal,
): Promise<Assessed> {
  const { request } = question;
  const body = readBody(request, question.body);
  const sent = body.kind === 'object' ? body.object : undefined;
  const isDryRun = asksForDryRun(request, body);
  // What a deletion is sent is options of it, and no object.
  const isDeletion = request.method === 'DELETE';
  const asked: JudgedRequest = { request, object: isDeletion ? undefined : sent, isDryRun };
  const first = judge.request(asked, context);
  const isUnread = body.kind === 'protobuf' || body.kind === 'list';
  const isNeeded = first.verdict === 'ask' || isUnread || judge.needsResult(asked);
  if (first.verdict === 'deny' || question.preview === undefined || !isNeeded) {
    return { decision: first, isDryRun, preview: undefined };
  }
  const preview = await previewOf(question.preview, isUnread, signal);
  if (preview === undefined) return { decision: first, isDryRun, preview };
  const object = isDeletion ? undefined : (preview.after ?? sent);
  return { decision: judge.request({ ...asked, object }, context), isDryRun, preview };
}

/** Undefined where the server takes no dry run of this kind; then what was sent must say enough. */
async function previewOf(
  preview: NonNullable<ApiQuestion['preview']>,
  isUnread: boolean,
  signal: AbortSignal,
): Promise<ApiPreview | undefined> {
  try {
    return await preview(signal);
  } catch (error) {
    if (error instanceof BrokerError && error.code === 'cannot-preview' && !isUnread) return undefined;
    throw error;
  }
}

/** What a person is shown of it, and approves: the request line, and what it would do. `digest` is that of the body. */
export function requestText({ request }: ApiQuestion, { preview }: Assessed, digest: string | null): string {
  return `${requestLine(request)}\n${describeEffect(request, preview, digest)}`;
}

/** `DELETE /api/v1/namespaces/default/pods/web`, as it goes to the server. */
export function requestLine({ method, path, query }: ApiQuestion['request']): string {
  const parameters = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
  return `${method} ${path}${parameters === '' ? '' : `?${parameters}`}`;
}
