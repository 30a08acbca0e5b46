// Requests that open a stream to a pod. What exec runs is judged by the rules about commands, as anywhere, besides the rules about requests;
// whoever can type into an interpreter has a free terminal. Forwarded ports and looking on are for the rules about requests.
import { commandIn, isStream, isSwitchedOn } from '../../core/api-request.ts';
import { type Ruling, stricter, type Verdict } from '../../core/decision.ts';
import { BrokerError } from '../../core/errors.ts';
import type { SimpleCommand } from '../facts/facts.ts';
import { type CommandContext, factsOf } from '../judge.ts';
import { askedBy, commonTerms } from '../rules/approval-terms.ts';
import type { CompiledPolicy } from '../rules/compile.ts';
import { decide, decideFreeTerminal } from '../rules/decide.ts';
import type { RuleContext } from '../rules/rule-scope.ts';
import { baseName } from '../walk/command.ts';
import { SHELLS } from '../walk/shells.ts';
import { decideByRules, divided, policyDefault, withoutRule } from './decide-request.ts';
import { requestDefault } from './request-defaults.ts';
import type { AskedRequest, RequestFacts } from './request-facts.ts';

/** True for what opens a stream to a pod. */
export const opensStream = ({ subresource }: RequestFacts): boolean => isStream(subresource);

/** Judges a request that opens a stream: exec, attach, portforward. */
export function decideStream(
  policy: CompiledPolicy,
  facts: RequestFacts,
  asked: AskedRequest,
  context: RuleContext,
): Ruling {
  const byRules = decideByRules(policy.requests, facts, context);
  // Nothing that runs there is for the commands' rules alone: what makes the cluster run is guarded as any change of it is.
  const fallback = byRules ?? (requestDefault(facts) === undefined ? undefined : withoutRule(policy.requests, facts));
  const canType = isSwitchedOn(asked.request.query, 'stdin');
  if (facts.subresource === 'attach') {
    if (!canType) return fallback ?? policyDefault(policy.requests, facts);
    return both(policy, freeTerminal(policy, context), fallback);
  }
  if (facts.subresource !== 'exec') return fallback ?? policyDefault(policy.requests, facts);
  return both(policy, ofProgram(policy, asked, canType, context), fallback);
}

/** What the rules about commands say of what exec would run. */
function ofProgram(policy: CompiledPolicy, { request }: AskedRequest, canType: boolean, context: RuleContext): Ruling {
  const argv = commandIn(request.query);
  const there = elsewhere(context, !canType);
  try {
    const { facts } = factsOf({ kind: 'argv', argv }, there);
    const ruling = decide(policy, facts, there);
    const isTyped = facts.commands.some(isTerminal) || SHELLS.has(baseName(argv.at(-1) ?? ''));
    return canType && isTyped ? both(policy, freeTerminal(policy, context), ruling) : ruling;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    return unreadable(error);
  }
}

/** Where it would run, nothing is known of the caller's folder, home and variables, whatever else the context holds. */
export function elsewhere({ target, kind, principal, task, now }: RuleContext, hasNoInput: boolean): CommandContext {
  return {
    ...{ target, kind, principal, hasNoInput },
    ...(task === undefined ? {} : { task }),
    ...(now === undefined ? {} : { now }),
  };
}

function isTerminal({ name, wraps, args, does }: SimpleCommand): boolean {
  // Without a command of its own it opens the shell of an account.
  const opensShell =
    wraps && OF_ACCOUNTS.has(name) && !args.some(({ value }) => /^-([a-zA-Z]*[cu]|-.*command)/.test(value));
  return opensShell || does.some((action) => TYPED.has(action));
}

const OF_ACCOUNTS = new Set(['su', 'runuser']);

/** What lets whoever types run things. A shell's name at the end is one behind a wrapper that nobody knows. */
const TYPED = new Set(['code.typed', 'code.from-input', 'escape.shell', 'ssh.session', 'privilege.shell']);

function unreadable({ publicMessage, hint }: BrokerError): Ruling {
  return { verdict: 'deny', rule: 'opaque', reason: publicMessage, instead: hint, program: null, opaque: true };
}

function freeTerminal(policy: CompiledPolicy, context: RuleContext): Ruling {
  const ruling = decideFreeTerminal(policy, context);
  return ruling.verdict === 'deny' ? { ...ruling, instead: ONE_BY_ONE } : ruling;
}

export const ONE_BY_ONE = 'run one command at a time: kubectl exec POD -- COMMAND';

/** Both must let it pass; where both ask, whoever approves does so for both. */
function both(policy: CompiledPolicy, first: Ruling, second: Ruling | undefined): Ruling {
  if (second === undefined) return first;
  const verdict: Verdict = stricter(first.verdict, second.verdict);
  const ruling = first.verdict === verdict ? first : second;
  if (verdict !== 'ask') return ruling;
  const terms = [first, second].flatMap(({ verdict: each, approval }) =>
    each === 'ask' && approval !== undefined ? [askedBy(approval)] : [],
  );
  const approval = commonTerms(terms, policy.approvalTtlMs);
  return approval === undefined ? divided(ruling) : { ...ruling, approval };
}
