// The use-case behind `requests ask`: opens the request of a command without running it, or of an exception where the
// command is denied and the policy lets people make one. What was approved runs when the same command is run.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Principal } from '../core/principal.ts';
import type { RequestRow } from '../ports/store.ts';
import type { Invocation } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { judgeInvocation } from './judge-invocation.ts';
import { SessionMask } from './masking/session-mask.ts';
import { exceptionOf, termsOf } from './permit.ts';
import { plainWords } from './plain-words.ts';
import { resolveTarget } from './resolve-target.ts';

export type Question = Pick<Invocation, 'target' | 'cwd' | 'task' | 'why'> & {
  readonly command: NonNullable<Invocation['command']>;
};

/**
 * Judged and audited like a command that is to run, and counted as an attempt at it. Throws `not-asked` (64) where it may
 * run anyway, `denied` and `cooling-down` (77), and what the desk refuses.
 */
export async function askFirst(
  asked: Question,
  principal: Principal,
  deps: Pick<SessionDeps, 'targets' | 'judge' | 'masking' | 'probing' | 'audit' | 'homeOf' | 'desk' | 'approvalWaitMs'>,
): Promise<RequestRow> {
  const { target } = asked;
  const kind = deps.targets.get(target)?.target.kind ?? 'shell';
  const entry = resolveTarget({ target, kind }, deps);
  const mask = new SessionMask(deps.masking, { target, kind, principal: principal.name });
  const { why, ...question } = { ...asked, ...plainWords(asked, mask) };
  const judged = await judgeInvocation(null, { ...question, kind }, { principal, mask }, entry, deps);
  const { verdict, reason } = judged.decision;
  if (verdict === 'allow') throw notAsked(target, kind);
  if (verdict === 'ask') return deps.desk.open({ subject: judged.subject, why, reason, terms: termsOf(judged, deps) });
  const exception = exceptionOf(judged);
  const denial = `it is denied by rule "${judged.decision.rule}": ${reason}`;
  return deps.desk.open({ subject: exception.subject, why, reason: denial, terms: termsOf(exception, deps) });
}

function notAsked(target: string, kind: string): BrokerError {
  return new BrokerError({
    code: 'not-asked',
    exit: EXIT.usage,
    message: 'nobody needs to approve it: the policy allows it',
    hint: `run it: sallyport ${kind} ${target} -- COMMAND`,
  });
}
