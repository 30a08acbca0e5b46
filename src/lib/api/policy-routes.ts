// Judging without running: the running broker's policy answers what it would say of a command.
import type { CommandInput } from '../core/command-input.ts';
import type { Decision } from '../core/decision.ts';
import { asBrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { JudgeContext, SessionDeps } from '../session/deps.ts';
import { judgeContext } from '../session/judge-context.ts';
import { resolveTarget } from '../session/resolve-target.ts';

/** Where a command would run, and for what. */
export interface CheckPlace {
  readonly target: string;
  readonly cwd: string | null;
  readonly task: string | null;
}

/** What `policy check` sends. */
export interface CheckBody extends CheckPlace {
  readonly commands: readonly CommandInput[];
  /** False where only the verdicts are wanted: half of the time goes into the rest. */
  readonly facts: boolean;
}

/** Answer to one command. `facts` is what the parser found out, as JSON; null where it could not, or was not asked. */
export interface CheckResult extends Pick<Decision, 'verdict' | 'rule' | 'reason' | 'guidance' | 'opaque'> {
  readonly printed: string | null;
  readonly facts: unknown;
}

/** The policy room's part of the check, wired by the composition root. */
export type CheckCommand = (
  input: CommandInput,
  context: JudgeContext,
) => { readonly decision: Decision; readonly printed: string; readonly facts: () => unknown };

/** As `explainCommand` or, of a cluster, `explainRequest` of the policy room answers: JSON for the person who writes the policy. */
export type ExplainCommand = (input: CommandInput, context: JudgeContext) => Promise<unknown>;

/** Why one command, or request, is judged as it is. Throws what cannot be read (64), and `unknown-target` (68). */
export async function explainOne(
  { command, ...place }: CheckPlace & { readonly command: CommandInput },
  principal: Principal,
  deps: { readonly session: Pick<SessionDeps, 'targets' | 'homeOf'>; readonly explain: ExplainCommand },
): Promise<unknown> {
  return deps.explain(command, contextOf(place, principal, deps.session));
}

/** Others are served between two parts of a batch. */
const PART = 32;

/**
 * One result for each command, in order. What the parser refuses is denied under the code of its error; so is what the
 * broker fails at, as it would not run either. It counts as no attempt (probing.ts): nothing would have run.
 */
export async function checkCommands(
  { commands, facts, ...place }: CheckBody,
  principal: Principal,
  deps: { readonly session: Pick<SessionDeps, 'targets' | 'homeOf'>; readonly check: CheckCommand },
): Promise<readonly CheckResult[]> {
  const context = contextOf(place, principal, deps.session);
  const results: CheckResult[] = [];
  for (const [index, command] of commands.entries()) {
    if (index % PART === PART - 1) await new Promise(setImmediate);
    results.push(checkCommand(command, context, facts, deps.check));
  }
  return results;
}

function checkCommand(
  command: CommandInput,
  context: JudgeContext,
  withFacts: boolean,
  check: CheckCommand,
): CheckResult {
  try {
    const { decision, printed, facts } = check(command, context);
    const { verdict, rule, reason, guidance, opaque } = decision;
    return { verdict, rule, reason, guidance, opaque, printed, facts: withFacts ? facts() : null };
  } catch (thrown) {
    const { code, publicMessage: reason, hint } = asBrokerError(thrown);
    const exception = 'none: nobody can approve what cannot be read';
    return {
      verdict: 'deny',
      rule: code,
      reason,
      guidance: { code, rule: code, retry: 'after-change', instead: hint, exception },
      opaque: true,
      printed: null,
      facts: null,
    };
  }
}

function contextOf(
  { target, cwd, task }: CheckPlace,
  principal: Principal,
  session: Pick<SessionDeps, 'targets' | 'homeOf'>,
): JudgeContext {
  const kind = session.targets.get(target)?.target.kind ?? 'shell';
  return { ...judgeContext(resolveTarget({ target, kind }, session), cwd, principal, session), task };
}
