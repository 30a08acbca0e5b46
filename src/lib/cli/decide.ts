// An approver's decision: show exactly what will be signed, sign it, send it. The digest is computed here, from what is
// shown, and never taken from the broker.
import type { ApiClient } from '../api/client.ts';
import { MAX_REASON_LENGTH, plainText } from '../approval/plain-text.ts';
import { signStatement } from '../approval/sign.ts';
import { statementText, subjectDigest } from '../approval/statement.ts';
import type { RequestRow } from '../ports/store.ts';
import { chooseApprover, type KnownApprover } from './approver-key.ts';
import type { Environment } from './environment.ts';
import { oneLine, type Palette, relativeTime, visible } from './render.ts';

/** Everything of a request that its approver needs, with all that could deceive made visible. */
export function describeRequest(request: RequestRow, palette: Palette): string {
  const { subject } = request;
  const command =
    subject.command === null
      ? palette.warn('a free terminal: nothing typed there is judged')
      : palette.bold(visible(subject.command).replaceAll('\n', '\n          '));
  return [
    `${palette.bold(request.id)}  ${request.state}, ${request.state === 'pending' ? 'expires' : 'until'} ${relativeTime(request.expiresAt)}`,
    `  command ${command}`,
    `  target  ${subject.target} (${subject.kind})`,
    `  where   ${oneLine(subject.place)}`,
    `  who     ${subject.principal}${subject.task === null ? '' : `, task ${oneLine(subject.task)} (their word)`}`,
    `  rule    ${subject.rule}: ${oneLine(request.reason)}`,
    ...(request.why === null ? [] : [`  why     ${oneLine(request.why)} ${palette.dim('(their words)')}`]),
    `  needs   ${needed(request)}`,
    ...request.votes.map(
      (vote) =>
        `  vote    ${vote.approver}: ${vote.verdict}${vote.reason === null ? '' : ` (${oneLine(vote.reason)})`}`,
    ),
    `  digest  ${palette.dim(subjectDigest(subject))}`,
    '',
  ].join('\n');
}

function needed({ quorum, approvers }: RequestRow): string {
  return `${quorum} approval${quorum === 1 ? '' : 's'} by ${approvers.length === 0 ? 'any approver' : approvers.join(' or ')}`;
}

export interface Decision {
  readonly request: RequestRow;
  readonly decision: 'approve' | 'deny';
  readonly reason: string | null;
  readonly keyFile: string | undefined;
}

/** Signs and sends. Rejects with `no-approver-key`, `cannot-sign`, or why the broker does not accept the decision. */
export async function decide(
  client: ApiClient,
  environment: Environment,
  { request, decision, reason, keyFile }: Decision,
): Promise<RequestRow> {
  const { approvers } = await client.get<{ approvers: KnownApprover[] }>('/approvers');
  const { key, approver } = chooseApprover(keyFile ?? environment.approverKey, environment.home, approvers);
  const cleanReason = reason === null ? null : plainText(reason, MAX_REASON_LENGTH);
  const statement = statementText({
    decision,
    request: request.id,
    digest: subjectDigest(request.subject),
    approver,
    reason: cleanReason,
  });
  const signature = await signStatement({
    statement,
    keyFile: key.file,
    interactive: process.stdin.isTTY === true,
    signal: new AbortController().signal,
    env: environment.inherited,
  });
  return client.post<RequestRow>(`/requests/${request.id}/decision`, {
    approver,
    decision,
    reason: cleanReason,
    statement,
    signature,
  });
}
