// An approver's decision: show exactly what will be signed, sign it, send it. The digest is computed here, from what is
// shown, and never taken from the broker.
import type { ApiClient } from '../api/client.ts';
import { MAX_REASON_LENGTH, plainText } from '../approval/plain-text.ts';
import { signStatement } from '../approval/sign.ts';
import { statementText, subjectDigest } from '../approval/statement.ts';
import type { RequestRow } from '../ports/store.ts';
import { chooseApprover, type KnownApprover } from './approver-key.ts';
import type { Environment } from './environment.ts';
import { fold } from './fold.ts';
import { oneLine, type Palette, relativeTime, visible } from './render.ts';

/** Everything of a request that its approver needs, with all that could deceive made visible. */
export function describeRequest(request: RequestRow, palette: Palette): string {
  const { subject, why } = request;
  const isTerminal = subject.command === null;
  return [
    `${palette.bold(request.id)}  ${request.state}, ${request.state === 'pending' ? 'expires' : 'until'} ${relativeTime(request.expiresAt)}`,
    isTerminal
      ? field('command', 'a free terminal: nothing typed there is judged', palette.warn)
      : field('command', visible(subject.command), palette.bold),
    ...(subject.masked === undefined ? [] : [field('masked', unread(subject.masked), palette.warn)]),
    field('target', `${subject.target} (${subject.kind})`),
    field('where', oneLine(subject.place)),
    field('who', `${subject.principal}${subject.task === null ? '' : `, task ${oneLine(subject.task)} (their word)`}`),
    field('rule', `${subject.rule}: ${oneLine(request.reason)}`),
    ...(why === null ? [] : [field('why', `${oneLine(why)} (their words)`)]),
    field('needs', needed(request)),
    ...request.votes.map(({ approver, verdict, reason }) =>
      field('vote', `${approver}: ${verdict}${reason === null ? '' : ` (${oneLine(reason)})`}`),
    ),
    field('digest', subjectDigest(subject), palette.dim),
    '',
  ].join('\n');
}

const LABEL_COLUMNS = 10;

/** Text that goes on below itself, never in the column of the labels. */
function field(label: string, text: string, style: (text: string) => string = (same) => same): string {
  const columns = Math.min(
    process.stdout.columns ?? Number.POSITIVE_INFINITY,
    process.stderr.columns ?? Number.POSITIVE_INFINITY,
  );
  const lines = fold(text, Math.max(columns - LABEL_COLUMNS, LABEL_COLUMNS)).map((line) => style(line));
  return `  ${label.padEnd(LABEL_COLUMNS - 2)}${lines.join(`\n${' '.repeat(LABEL_COLUMNS)}`)}`;
}

/** Whoever decides must know that they do not see all of it, and that more than a secret may be hidden there. */
function unread({ count, hidesCode }: NonNullable<RequestRow['subject']['masked']>): string {
  const what = `${count} secret${count === 1 ? '' : 's'} in it that you cannot read; an approval is for exactly these values`;
  return hidesCode ? `${what}. What is hidden may be CODE, not a secret: deny it unless you know what it is` : what;
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
