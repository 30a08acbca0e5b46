// Step: a decision → leave to run. A denial ends here unless people made an exception of it; what needs a person waits for
// one. Whatever took time is judged again: policy may have changed meanwhile, and an old approval is no way around it.
import type { RequestRow, RequestSubject } from '../ports/store.ts';
import { askPerson } from './ask-person.ts';
import type { TargetEntry } from './deps.ts';
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
  opening: Pick<Opening, 'id' | 'invocation' | 'client' | 'controller' | 'progress' | 'deps'>,
  entry: TargetEntry,
  first: Judged,
): Promise<Permitted> {
  const { id, invocation, client, controller, progress, deps } = opening;
  let judged = first;
  for (;;) {
    progress.decision = judged.decision;
    if (judged.decision.verdict === 'allow') return { judged, approval: undefined };
    const approval =
      judged.decision.verdict === 'deny'
        ? await useException(judged, deps)
        : await askPerson(judged, invocation, client, controller.signal, deps);
    const now = await judgeAgain(judged, id, invocation, client, entry, deps);
    if (now === judged) return { judged, approval };
    judged = now;
  }
}

/** The subject of an exception: nobody can sign one believing that it is what a rule asks for every time. */
export function exceptionOf(subject: RequestSubject): RequestSubject {
  return { ...subject, rule: `exception to ${subject.rule}` };
}

async function useException({ decision, subject }: Judged, { desk }: Opening['deps']): Promise<RequestRow> {
  if (decision.exception === undefined) throw denied(decision);
  const granted = await desk.useGrant(exceptionOf(subject), decision.exception);
  if (granted === undefined) throw denied(decision);
  return granted;
}
