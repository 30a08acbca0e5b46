// Step: a request → what policy says of it, and what it would do. Where policy must know the result of a write, or a person is to decide
// about it, the server is asked by a dry run; what it says then is what counts.
import { type ApiSubject, isStream } from '../../core/api-request.ts';
import type { Decision } from '../../core/decision.ts';
import { BrokerError } from '../../core/errors.ts';
import { asksForDryRun } from '../../kubernetes/effect/dry-run.ts';
import { describeEffect } from '../../kubernetes/effect/effect.ts';
import { refuseMaskedWrite } from '../../kubernetes/masking/masked-write.ts';
import { printTarget } from '../../kubernetes/request/request-query.ts';
import type { ApiPreview, ApiQuestion } from '../../ports/api-gate.ts';
import type { JudgeContext, JudgedRequest } from '../deps.ts';
import type { Opening } from '../opening.ts';

export interface Assessed {
  readonly decision: Decision;
  readonly isDryRun: boolean;
  /** Undefined where nobody needed it. */
  readonly preview: ApiPreview | undefined;
}

/** Rejects with `RefusedRequest` for a body that holds a masked value; and with what the preview rejects with. */
export async function assessRequest(
  question: ApiQuestion,
  context: JudgeContext,
  { mask, deps: { judge } }: Pick<Opening, 'mask' | 'deps'>,
  signal: AbortSignal,
): Promise<Assessed> {
  const { request, parsed } = question;
  refuseMaskedWrite(request, parsed, question.body, mask.kinds);
  const sent = parsed.kind === 'object' ? parsed.object : undefined;
  const isDryRun = asksForDryRun(request, parsed);
  // What a deletion is sent is options of it, and no object.
  const isDeletion = request.method === 'DELETE';
  const isApply = question.body?.type === 'application/apply-patch+yaml';
  const asked: JudgedRequest = { request, object: isDeletion ? undefined : sent, isDryRun, isApply };
  const first = judge.request(asked, context);
  const isUnread = parsed.kind === 'protobuf' || parsed.kind === 'list';
  const isForPolicy = isUnread || judge.needsResult(asked);
  const isNeeded = first.verdict === 'ask' || isForPolicy;
  if (first.verdict === 'deny' || question.preview === undefined || !isNeeded) {
    return { decision: first, isDryRun, preview: undefined };
  }
  const preview = await previewOf(question.preview, isUnread, signal);
  // What is there already is nothing that this request brings about.
  const isFinal = preview === undefined || isDeletion || !isForPolicy;
  if (isFinal) return { decision: first, isDryRun, preview };
  const isResult = preview.after !== undefined;
  const object = isResult ? preview.after : sent;
  return { decision: judge.request({ ...asked, object, isResult }, context), isDryRun, preview };
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

export interface RequestWords {
  readonly digest: string | null;
  readonly digestOf: (bytes: Uint8Array) => string;
  readonly mask: (text: string) => string;
}

/** Longer lines would fill an approver's screen before what the request does. */
const LONGEST_LINE = 2_000;

/**
 * What a person is shown of it, and approves: the request line, and what it would do. `digest` is that of the body; `digestOf` stands in
 * the place of what does not fit; `mask` hides what is secret in objects.
 */
export function requestText(
  { request, parsed }: ApiQuestion,
  { preview }: Assessed,
  { digest, digestOf, mask }: RequestWords,
): string {
  const line = requestLine(request);
  const isLong = line.length > LONGEST_LINE;
  const rest = isLong ? `… (${line.length} characters, ${digestOf(Buffer.from(line))})` : '';
  return `${line.slice(0, LONGEST_LINE)}${rest}\n${describeEffect(request, preview, digest, parsed, mask)}`;
}

/**
 * `DELETE /api/v1/namespaces/default/pods/web`, as it goes to the server. What opens a stream is a POST, however a client comes: one that
 * fails with one protocol tries another, and is nothing new to whoever approved it.
 */
export function requestLine({ method: asked, path, query, subject }: ApiQuestion['request']): string {
  const method = isOpening(subject) ? 'POST' : asked;
  return `${method} ${printTarget(path, query)}`;
}

/** True for what is answered by a connection that stays open both ways. */
export const isOpening = (subject: ApiSubject): boolean => subject.kind === 'resource' && isStream(subject.subresource);
