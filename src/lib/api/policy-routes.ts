// Judging without running: the running broker's policy answers what it would say of a command.
import type { CommandInput } from '../core/command-input.ts';
import type { Decision } from '../core/decision.ts';
import { BrokerError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { JudgeContext, SessionDeps } from '../session/deps.ts';
import { judgeContext } from '../session/judge-context.ts';
import { resolveTarget } from '../session/resolve-target.ts';

/** What `policy check` sends. */
export interface CheckBody {
  readonly target: string;
  readonly cwd: string | null;
  readonly commands: readonly CommandInput[];
}

/** Answer to one command. `facts` is what the parser found out, as JSON; null where it could not be parsed. */
export interface CheckResult extends Pick<Decision, 'verdict' | 'rule' | 'reason' | 'guidance' | 'opaque'> {
  readonly printed: string | null;
  readonly facts: unknown;
}

/** The policy room's part of the check, wired by the composition root. */
export type CheckCommand = (
  input: CommandInput,
  context: JudgeContext,
) => { readonly decision: Decision; readonly printed: string; readonly facts: unknown };

/** One result for each command, in order. What the parser refuses is denied under the code of its error. */
export function checkCommands(
  { target, cwd, commands }: CheckBody,
  principal: Principal,
  deps: { readonly session: Pick<SessionDeps, 'targets' | 'homeOf'>; readonly check: CheckCommand },
): readonly CheckResult[] {
  const kind = deps.session.targets.get(target)?.target.kind ?? 'shell';
  const context = judgeContext(resolveTarget({ target, kind }, deps.session), cwd, principal, deps.session);
  return commands.map((command) => checkCommand(command, context, deps.check));
}

function checkCommand(command: CommandInput, context: JudgeContext, check: CheckCommand): CheckResult {
  try {
    const { decision, printed, facts } = check(command, context);
    const { verdict, rule, reason, guidance, opaque } = decision;
    return { verdict, rule, reason, guidance, opaque, printed, facts };
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return {
      verdict: 'deny',
      rule: error.code,
      reason: error.publicMessage,
      guidance: {
        code: error.code,
        rule: error.code,
        retry: 'after-change',
        instead: error.hint,
        exception: 'none: nobody can approve what cannot be read',
      },
      opaque: true,
      printed: null,
      facts: null,
    };
  }
}
