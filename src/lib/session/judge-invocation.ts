// Step: what was asked for → a decision, written to the audit log before anything else happens. A denial ends here.
import type { Decision } from '../core/decision.ts';
import { digestOf } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { SessionId } from '../core/ids.ts';
import type { RequestSubject } from '../ports/store.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { SessionDeps, TargetEntry } from './deps.ts';
import { judgeContext } from './judge-context.ts';

export interface Judged {
  readonly decision: Decision;
  /** What an approval must cover, and what will run: `subject.command` is the printed form. */
  readonly subject: RequestSubject;
}

/**
 * Judges and audits. Throws what the parser refuses (64), what the target refuses before anybody is asked (`unknown-user`,
 * 78, …), and `cannot-audit` (74); a denial is returned, not thrown.
 */
export async function judgeInvocation(
  session: SessionId,
  invocation: Invocation,
  client: Pick<SessionClient, 'principal'>,
  entry: TargetEntry,
  deps: Pick<SessionDeps, 'judge' | 'audit' | 'homeOf'>,
): Promise<Judged> {
  const { target, kind, command } = invocation;
  const { principal } = client;
  const cwd = entry.keepsCallerFolder ? invocation.cwd : null;
  const context = judgeContext(entry, cwd, principal, deps);
  const place = entry.target.placeOf({ cwd: invocation.cwd ?? undefined, callerUid: principal.proof.uid });
  const judged =
    command === null
      ? { decision: deps.judge.freeTerminal(context), printed: null }
      : deps.judge.command(command, context);
  const { decision } = judged;
  const subject: RequestSubject = {
    target,
    kind,
    principal: principal.name,
    task: invocation.task,
    command: judged.printed,
    cwd,
    place: place.summary,
    placeDigest: place.digest,
    rule: decision.rule,
  };
  await deps.audit.append({
    type: 'command.judged',
    actor: principal.name,
    session,
    data: {
      target,
      command: subject.command,
      cwd,
      place: subject.place,
      task: subject.task,
      verdict: decision.verdict,
      rule: decision.rule,
      reason: decision.reason,
      opaque: decision.opaque,
      guidance: decision.guidance,
      digest: digestOf(subject),
      proof: { ...principal.proof },
    },
  });
  return { decision, subject };
}

/** The error of a denial; its hint is what to do instead, else how to ask for an exception. */
export function denied(decision: Decision): BrokerError {
  return new BrokerError({
    code: 'denied',
    exit: EXIT.denied,
    message: `denied by rule "${decision.rule}": ${decision.reason}`,
    hint: decision.guidance?.instead || decision.guidance?.exception || 'ask the owner of the policy',
  });
}
