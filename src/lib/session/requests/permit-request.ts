// Step: a request as it was assessed → leave to go to the server, once people have given theirs. Whatever took time is assessed again:
// policy may have changed meanwhile, and so may what the request would do.
import { createHmac } from 'node:crypto';
import { asBrokerError, type BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import type { ApiQuestion } from '../../ports/api-gate.ts';
import type { RequestRow, RequestSubject } from '../../ports/store.ts';
import type { Place } from '../../ports/target.ts';
import { askPerson } from '../ask-person.ts';
import type { JudgeContext } from '../deps.ts';
import { shownSubject } from '../masking/shown-subject.ts';
import type { Opening } from '../opening.ts';
import { type Assessed, assessRequest, requestText } from './assess-request.ts';

export interface RequestPlace {
  readonly context: JudgeContext;
  /** What approvers are shown of it, and what an approval is bound to. */
  readonly place: Pick<Place, 'summary' | 'digest'>;
}

export type PermittedRequest =
  | { readonly kind: 'allowed'; readonly assessed: Assessed; readonly approval: RequestRow | undefined }
  /** By policy, also while somebody was asked. */
  | { readonly kind: 'denied'; readonly assessed: Assessed }
  /** `error`: what a person said, or that none has said anything yet. */
  | { readonly kind: 'withheld'; readonly assessed: Assessed; readonly error: BrokerError };

/** Rejects with what cannot be judged, asked or audited. */
export async function permitRequest(
  question: ApiQuestion,
  opening: Opening,
  where: RequestPlace,
  first: Assessed,
  signal: AbortSignal,
): Promise<PermittedRequest> {
  const { invocation, client, deps } = opening;
  let assessed = first;
  for (;;) {
    const { verdict } = assessed.decision;
    if (verdict === 'deny') return { kind: 'denied', assessed };
    if (verdict === 'allow') return { kind: 'allowed', assessed, approval: undefined };
    const { decision } = assessed;
    const subject = subjectOf(question, assessed, opening, where);
    const runs = { command: subject.command, placeDigest: subject.placeDigest };
    let approval: RequestRow;
    try {
      const judged = { decision, subject, runs, context: where.context };
      approval = await askPerson(judged, invocation, client, signal, deps);
    } catch (thrown) {
      const error = asBrokerError(thrown);
      if (!isAnswer(error)) throw thrown;
      return { kind: 'withheld', assessed, error };
    }
    const now = await assessRequest(question, where.context, opening, signal);
    const isSame = whatCounts(now) === whatCounts(assessed);
    if (isSame && subjectOf(question, now, opening, where).command === subject.command) {
      return { kind: 'allowed', assessed: { ...now, decision }, approval };
    }
    assessed = now;
  }
}

/** An approval that is not there, rather than something that went wrong. */
const isAnswer = ({ exit }: BrokerError): boolean => exit === EXIT.approvalPending || exit === EXIT.denied;

const whatCounts = ({ decision: { verdict, approval } }: Assessed): string =>
  JSON.stringify([verdict, approval ?? null]);

function subjectOf(
  question: ApiQuestion,
  assessed: Assessed,
  { invocation, client, mask }: Opening,
  { place }: RequestPlace,
): RequestSubject {
  const { target, kind, task } = invocation;
  // Keyed: a body may hold a weak secret, and a plain digest would tell who tries values.
  // The same bytes are another patch by another name.
  const { body } = question;
  const digestOf = (bytes: Uint8Array) => keyedDigest(mask.bindingKey, bytes);
  const digest = body === null ? null : `${body.type} ${digestOf(body.bytes)}`;
  return shownSubject(
    {
      ...{ target, kind, task, principal: client.principal.name },
      command: requestText(question, assessed, { digest, digestOf, mask: (text) => mask.text(text) }),
      cwd: null,
      place: place.summary,
      placeDigest: place.digest,
      rule: assessed.decision.rule,
    },
    mask,
  );
}

export const keyedDigest = (key: Uint8Array, bytes: Uint8Array): string =>
  `hmac-sha256:${createHmac('sha256', key).update('body\n').update(bytes).digest('hex')}`;
