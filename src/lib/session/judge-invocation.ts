// Step: what was asked for → a decision, written to the audit log before anything else happens. A denial ends here.
import type { Decision } from '../core/decision.ts';
import { digestOf } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { SessionId } from '../core/ids.ts';
import type { RequestSubject } from '../ports/store.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { JudgeContext, SessionDeps, TargetEntry } from './deps.ts';
import { judgeContext } from './judge-context.ts';
import type { SessionMask } from './masking/session-mask.ts';
import { shownSubject } from './masking/shown-subject.ts';

export interface Judged {
  /** Its words are masked. */
  readonly decision: Decision;
  /** What people are shown and an approval covers: `subject.command` is the printed form, masked. */
  readonly subject: RequestSubject;
  /** What will run, and where: for the target alone, never to be kept or shown. */
  readonly runs: Pick<RequestSubject, 'command' | 'placeDigest'>;
  readonly context: JudgeContext;
}

type Asked = Pick<Invocation, 'target' | 'kind' | 'command' | 'cwd' | 'task'>;
type Asker = Pick<SessionClient, 'principal'> & { readonly mask: SessionMask };
type Deps = Pick<SessionDeps, 'judge' | 'audit' | 'homeOf' | 'probing'>;

/**
 * Judges and audits; `session` is null where nothing would be opened yet. Throws what the parser refuses (64), what the
 * target refuses before anybody is asked (`unknown-user`, 78, …), `cannot-audit` and `cannot-mask` (74); a denial is returned, not
 * thrown, also one that a cool-down makes of it.
 */
export async function judgeInvocation(
  session: SessionId | null,
  asked: Asked,
  asker: Asker,
  entry: TargetEntry,
  deps: Deps,
): Promise<Judged> {
  const judged = judge(asked, asker, entry, deps);
  const noticed = deps.probing.notice(judged.decision, { principal: asker.principal.name, target: asked.target });
  const counted = { ...judged, decision: noticed.decision };
  await noteJudged(session, counted, asker, deps);
  if (noticed.event !== undefined) {
    await deps.audit.append({ type: 'policy.probing', actor: asker.principal.name, data: { ...noticed.event } });
  }
  return counted;
}

/**
 * The same object where policy says what it said; else what holds now, audited. It is the same request of the same caller,
 * so it counts as no further attempt.
 */
export async function judgeAgain(
  before: Judged,
  session: SessionId | null,
  asked: Asked,
  asker: Asker,
  entry: TargetEntry,
  deps: Deps,
): Promise<Judged> {
  const now = judge(asked, asker, entry, deps);
  if (whatCounts(now) === whatCounts(before)) return before;
  await noteJudged(session, now, asker, deps);
  return now;
}

/** Not the place: where that changed meanwhile, the target refuses what was approved for another (`place-changed`). */
function whatCounts({ subject, runs, decision: { verdict, approval, exception } }: Judged): string {
  return JSON.stringify([verdict, subject.rule, runs.command, approval ?? exception ?? null]);
}

function judge(asked: Asked, { principal, mask }: Asker, entry: TargetEntry, deps: Deps): Judged {
  const { target, kind, command } = asked;
  const cwd = entry.keepsCallerFolder ? asked.cwd : null;
  const context = { ...judgeContext(entry, cwd, principal, deps), task: asked.task };
  const { carried } = entry;
  const place = entry.target.placeOf({
    cwd: asked.cwd ?? undefined,
    callerUid: principal.proof.uid,
    ...(carried === undefined ? {} : { carried }),
  });
  const judged = judgedBy(deps.judge, kind, command, context);
  const decision = shownDecision(judged.decision, mask);
  const real: RequestSubject = {
    target,
    kind,
    principal: principal.name,
    task: asked.task,
    command: judged.printed,
    cwd,
    place: place.summary,
    placeDigest: place.digest,
    rule: decision.rule,
  };
  const runs = { command: real.command, placeDigest: real.placeDigest };
  return { decision, subject: shownSubject(real, mask), runs, context };
}

/** A cluster's sessions are judged request by request, and not by what their client is. */
function judgedBy(judge: Deps['judge'], kind: Asked['kind'], command: Asked['command'], context: JudgeContext) {
  if (kind === 'kubectl') return judge.client(command);
  if (command === null) return { decision: judge.freeTerminal(context), printed: null };
  return judge.command(command, context);
}

/** Rules and parser quote what they speak of. */
export function shownDecision(decision: Decision, mask: SessionMask): Decision {
  const { reason, program, guidance } = decision;
  return {
    ...decision,
    reason: mask.text(reason),
    program: program === null ? null : mask.text(program),
    guidance: guidance === null ? null : mask.data(guidance),
  };
}

async function noteJudged(
  session: SessionId | null,
  { decision, subject, context }: Judged,
  { principal, mask }: Asker,
  { audit }: Deps,
): Promise<void> {
  await audit.append({
    type: 'command.judged',
    actor: principal.name,
    ...(session === null ? {} : { session }),
    data: {
      target: subject.target,
      kind: subject.kind,
      command: subject.command,
      cwd: subject.cwd,
      judgedIn: mask.data({ cwd: context.cwd ?? null, home: context.home ?? null }),
      place: subject.place,
      task: subject.task,
      verdict: decision.verdict,
      rule: decision.rule,
      reason: decision.reason,
      program: decision.program,
      opaque: decision.opaque,
      guidance: decision.guidance,
      digest: digestOf(subject),
      ...(subject.masked === undefined ? {} : { masked: subject.masked.count }),
      proof: { ...principal.proof },
    },
  });
}

/** The error of a denial; its hint is what to do instead, else how to ask for an exception. */
export function denied(decision: Decision): BrokerError {
  const { guidance } = decision;
  const isCoolingDown = guidance?.code === 'cooling-down';
  return new BrokerError({
    code: isCoolingDown ? 'cooling-down' : 'denied',
    exit: EXIT.denied,
    message: isCoolingDown ? decision.reason : `denied by rule "${decision.rule}": ${decision.reason}`,
    hint: guidance?.instead || guidance?.exception || 'ask the owner of the policy for a rule that allows it',
  });
}
