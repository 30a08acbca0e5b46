// Step: a decision → leave to run. A denial ends here unless people made an exception of it; what needs a person waits for
// one. Whatever took time is judged again: policy may have changed meanwhile, and an old approval is no way around it.
import type { ApprovalTerms } from '../core/decision.ts';
import type { RequestRow } from '../ports/store.ts';
import { askPerson } from './ask-person.ts';
import type { SessionDeps, TargetEntry } from './deps.ts';
import { denied, type Judged, judgeAgain } from './judge-invocation.ts';
import type { Opening } from './opening.ts';

export interface Permitted {
  /** What holds now; it is what the caller must run. */
  readonly judged: Judged;
  /** The approval that was used up for it. */
  readonly approval: RequestRow | undefined;
}

/**
 * Resolves where it may run, with an approval used up where it took one. Throws `denied` and `cooling-down` (77), and what
 * `askPerson` throws. `progress.decision` is the decision that counted.
 */
export async function permit(
  opening: Pick<Opening, 'id' | 'invocation' | 'client' | 'controller' | 'progress' | 'deps' | 'mask'>,
  entry: TargetEntry,
  first: Judged,
): Promise<Permitted> {
  const { id, invocation, client, controller, progress, deps, mask } = opening;
  const asker = { principal: client.principal, mask };
  let judged = first;
  for (;;) {
    const { decision } = judged;
    progress.decision = decision;
    if (decision.verdict === 'allow') return { judged, approval: undefined };
    const asked = decision.verdict === 'deny' ? exceptionOf(judged) : judged;
    const approval =
      asked === judged
        ? await askPerson(judged, invocation, client, controller.signal, deps)
        : await deps.desk.useGrant(asked.subject, termsOf(asked, deps));
    if (approval === undefined) throw denied(decision);
    const now = await judgeAgain(judged, id, invocation, asker, entry, deps);
    if (now === judged) {
      progress.decision = asked.decision;
      return { judged: asked, approval };
    }
    judged = now;
  }
}

/**
 * A denial as the question whether to make an exception of it. Its subject says so: nobody can sign one believing that it
 * is what a rule asks for every time. Throws `denied` and `cooling-down` (77) where there is no such question.
 */
export function exceptionOf({ decision, subject, runs, context }: Judged): Judged {
  const { exception, ...denial } = decision;
  if (exception === undefined) throw denied(decision);
  const rule = `exception to ${decision.rule}`;
  return {
    decision: { ...denial, verdict: 'ask', rule, approval: exception },
    subject: { ...subject, rule },
    runs,
    context,
  };
}

/** Who may approve what is asked, how many, for how long. */
export function termsOf({ decision }: Judged, { approvalWaitMs }: Pick<SessionDeps, 'approvalWaitMs'>): ApprovalTerms {
  return decision.approval ?? { approvers: [], quorum: 1, ttlMs: approvalWaitMs };
}
