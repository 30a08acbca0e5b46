// Facts and rules → one decision. deny beats ask beats allow; a command is allowed only when every simple command in it
// is. Pure; the one place where verdicts are combined.
import type { Ruling, Verdict } from '../../core/decision.ts';
import type { CommandFacts, SimpleCommand } from '../facts/facts.ts';
import { isNoFile } from '../facts/no-file.ts';
import { commonTerms } from './approval-terms.ts';
import type { CompiledPolicy } from './compile.ts';
import { concerns, covers, subjectOf } from './match.ts';
import { candidates } from './rule-index.ts';
import { isInScope, type RuleContext } from './rule-scope.ts';
import type { CompiledRule } from './rules.ts';

/** What one simple command came to, and through which rule. */
export interface Finding {
  readonly verdict: Verdict;
  readonly rule: CompiledRule | 'default' | 'opaque';
  readonly command: SimpleCommand | undefined;
  /** The rule may be meant, but the command is not known well enough to say so. */
  readonly unsure: boolean;
  readonly reason: string;
}

/** Judges a whole command. */
export function decide(policy: CompiledPolicy, facts: CommandFacts, context: RuleContext): Ruling {
  const findings = [
    ...facts.commands.flatMap((command) => findingsOf(command, policy, context)),
    ...facts.opaque.map(
      ({ reason, span }): Finding => ({
        verdict: policy.opaque,
        rule: 'opaque',
        command: undefined,
        unsure: false,
        reason: span === '' ? reason : `${reason}: ${span}`,
      }),
    ),
  ];
  return combine(policy, findings, facts.opaque.length > 0);
}

/** Judges the opening of a raw terminal: only a rule that says `terminal: free` grants one. */
export function decideFreeTerminal(policy: CompiledPolicy, context: RuleContext): Ruling {
  const rules = policy.rules.filter(
    ({ match, scope, rule }) => match.terminal && isInScope(scope, context, rule.verdict !== 'allow'),
  );
  const rule = (['deny', 'ask', 'allow'] as const).flatMap((verdict) =>
    rules.filter((each) => each.rule.verdict === verdict),
  )[0];
  if (rule === undefined) {
    return {
      verdict: 'deny',
      rule: 'default',
      reason: 'no rule grants a free terminal here',
      instead: 'run one command at a time: put it after --',
      program: null,
      opaque: false,
    };
  }
  const finding: Finding = {
    verdict: rule.rule.verdict,
    rule,
    command: undefined,
    unsure: false,
    reason: rule.rule.reason ?? 'a free terminal',
  };
  return combine(policy, [finding], false);
}

/** What the rules say of one simple command; nothing where there is nothing to permit. */
export function findingsOf(command: SimpleCommand, policy: CompiledPolicy, context: RuleContext): readonly Finding[] {
  const subject = subjectOf(command, policy, context);
  const found = candidates(policy.strict, command).flatMap((rule): Finding[] => {
    const match = isInScope(rule.scope, context, true) ? concerns(rule, subject) : 'no';
    if (match === 'no') return [];
    const unsure = match === 'maybe';
    const verdict = unsure ? 'ask' : rule.rule.verdict;
    return [{ verdict, rule, command, unsure, reason: reasonOf(rule, command, unsure) }];
  });
  if (found.length > 0) return found;
  if (command.call || isInert(command) || (command.wraps && writesNothing(command))) return [];
  const allowing = candidates(policy.allowing, command).find(
    (rule) => isInScope(rule.scope, context, false) && covers(rule, subject),
  );
  if (allowing !== undefined) {
    return [{ verdict: 'allow', rule: allowing, command, unsure: false, reason: reasonOf(allowing, command, false) }];
  }
  const name = command.name === '' ? 'a redirection' : `"${command.name}"`;
  return [
    {
      verdict: policy.default,
      rule: 'default',
      command,
      unsure: false,
      reason: `no rule covers ${name} as it is used here`,
    },
  ];
}

// What its redirections write, the command in it writes as well, and is judged for.
function writesNothing({ writes }: SimpleCommand): boolean {
  return writes.every((file) => file.by === 'redirection' || isNoFile(file));
}

// Assignments alone, and redirections that write nothing.
function isInert(command: SimpleCommand): boolean {
  return command.name === '' && command.path === '' && command.writes.every(isNoFile);
}

function reasonOf({ rule, id }: CompiledRule, command: SimpleCommand, unsure: boolean): string {
  const reason = rule.reason ?? `rule "${id}" concerns "${command.name}"`;
  return unsure ? `${reason} (it may be meant here: a part is only known when it runs)` : reason;
}

const ORDER = { deny: 2, ask: 1, allow: 0 } as const;

function combine(policy: CompiledPolicy, findings: readonly Finding[], opaque: boolean): Ruling {
  // Ours to explain: a rule rather than the parser, the parser rather than the default, the first in the text.
  const rank = (finding: Finding) =>
    ORDER[finding.verdict] * 3 + (finding.rule === 'default' ? 0 : finding.rule === 'opaque' ? 1 : 2);
  const first = findings.reduce<Finding | undefined>(
    (best, each) => (best === undefined || rank(each) > rank(best) ? each : best),
    undefined,
  );
  if (first === undefined) {
    return { verdict: 'allow', rule: 'default', reason: 'it runs nothing', instead: '', program: null, opaque };
  }
  const base = {
    rule: idOf(first),
    reason: first.reason,
    instead: insteadOf(first),
    program: first.command?.name || null,
    opaque,
  };
  if (first.verdict !== 'ask') return { ...base, verdict: first.verdict };
  const asking = findings.filter((each) => each.verdict === 'ask');
  const terms = commonTerms(
    asking.map(({ rule }) => (typeof rule === 'string' ? {} : rule.rule)),
    policy.approvalTtlMs,
  );
  if (terms !== undefined) return { ...base, verdict: 'ask', approval: terms };
  return {
    ...base,
    verdict: 'deny',
    reason: 'parts of this command ask different people',
    instead: 'split it into one command for each',
    divided: true,
  };
}

function idOf({ rule }: Finding): string {
  return typeof rule === 'string' ? rule : rule.id;
}

function insteadOf({ rule, verdict }: Finding): string {
  if (typeof rule !== 'string' && rule.rule.suggest !== undefined) return rule.rule.suggest;
  if (rule === 'opaque') return 'write it plainly: commands and paths spelled out, one step at a time';
  return verdict === 'deny' && rule === 'default'
    ? 'use a command that a rule allows; see: sallyport policy check'
    : '';
}
