// The use-case behind `requests ask`: opens the request of a command without running it, or of an exception where the
// command is denied and the policy lets people make one. What was approved runs when the same command is run.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestRow } from '../ports/store.ts';
import type { Invocation } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { denied, judgeInvocation } from './judge-invocation.ts';
import { exceptionOf } from './permit.ts';
import { resolveTarget } from './resolve-target.ts';

export type Question = Pick<Invocation, 'target' | 'cwd' | 'task' | 'why'> & {
  readonly command: NonNullable<Invocation['command']>;
};

/**
 * Judged and audited like a command that is to run, and counted as an attempt at it. Throws `not-asked` (64) where it may
 * run anyway, `denied` and `cooling-down` (77), and what the desk refuses.
 */
export async function askFirst(
  question: Question,
  principal: Principal,
  deps: Pick<SessionDeps, 'targets' | 'judge' | 'probing' | 'audit' | 'homeOf' | 'desk' | 'approvalWaitMs'>,
): Promise<RequestRow> {
  const { target, why } = question;
  const kind = deps.targets.get(target)?.target.kind ?? 'shell';
  const entry = resolveTarget({ target, kind }, deps);
  const { decision, subject } = await judgeInvocation(null, { ...question, kind }, { principal }, entry, deps);
  const { verdict, reason } = decision;
  if (verdict === 'allow') throw notAsked(target, kind);
  if (verdict === 'ask') {
    const terms = decision.approval ?? { approvers: [], quorum: 1, ttlMs: deps.approvalWaitMs };
    return deps.desk.open({ subject, why, reason, terms });
  }
  if (decision.exception === undefined) throw denied(decision);
  return deps.desk.open({
    subject: exceptionOf(subject),
    why,
    reason: `an exception: it is denied by rule "${decision.rule}": ${reason}`,
    terms: decision.exception,
  });
}

function notAsked(target: string, kind: string): BrokerError {
  return new BrokerError({
    code: 'not-asked',
    exit: EXIT.usage,
    message: 'nobody needs to approve it: the policy allows it',
    hint: `run it: sallyport ${kind} ${target} -- COMMAND`,
  });
}
