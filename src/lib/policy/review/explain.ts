// Why a command is judged as it is, rule by rule: the same parts and the same order as in `decide`, with what each of them
// said. Pure; for the person who writes the policy.
import type { CommandInput } from '../../core/command-input.ts';
import type { Decision, Verdict } from '../../core/decision.ts';
import { type CommandReport, reportFacts } from '../facts/report.ts';
import { type CommandContext, judgeCommand } from '../judge.ts';
import type { CompiledPolicy } from '../rules/compile.ts';
import { findingsOf } from '../rules/decide.ts';
import { compareParts, type Match, type Subject, subjectOf, unmetDemands } from '../rules/match.ts';
import { type RuleContext, scopeMisses } from '../rules/rule-scope.ts';
import type { CompiledRule } from '../rules/rules.ts';

export interface Explanation {
  readonly decision: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'guidance'>;
  readonly printed: string;
  /** The first hundred; all of them were judged. */
  readonly commands: readonly ExplainedCommand[];
  /** How many more there are. */
  readonly omitted: number;
  /** What the parser could not know, and the verdict that the policy has for it. */
  readonly opaque: readonly { readonly reason: string; readonly span: string; readonly verdict: Verdict }[];
  /** Rules that do not apply here, and the fields of `on` that keep them away. */
  readonly outOfScope: readonly { readonly rule: string; readonly because: readonly string[] }[];
}

export interface ExplainedCommand {
  readonly facts: CommandReport;
  /** Empty where the command on its own needs no permission: it runs nothing, or what it runs stands below. */
  readonly findings: readonly {
    readonly verdict: Verdict;
    readonly rule: string;
    readonly reason: string;
  }[];
  /** Every rule in scope, in the order of the policy. */
  readonly rules: readonly ExplainedRule[];
}

export interface ExplainedRule {
  readonly rule: string;
  readonly verdict: Verdict;
  /** As the verdict takes it: an allowing rule that may match does not. */
  readonly result: Match;
  /** `near`: it is about this program or this action, and something else of it does not fit. */
  readonly relevance: 'decides' | 'near' | 'none';
  readonly fields: readonly { readonly field: string; readonly result: Match }[];
  /** What an allowing rule asks for besides, and does not find. */
  readonly missing: readonly string[];
}

/** Nobody reads more, and ten thousand commands by hundreds of rules would fill the memory. */
const MAX_EXPLAINED = 100;

/** Explains a whole command. Throws what the parser refuses (64). */
export function explainCommand(policy: CompiledPolicy, input: CommandInput, context: CommandContext): Explanation {
  const { decision, printed, facts } = judgeCommand(policy, input, context);
  const away = outOfScope(policy.rules, context);
  const rules = policy.rules.filter((rule) => scopeMisses(rule, context).length === 0);
  const reports = reportFacts(facts).commands;
  const { verdict, rule, reason, guidance } = decision;
  return {
    decision: { verdict, rule, reason, guidance },
    printed,
    omitted: Math.max(0, facts.commands.length - MAX_EXPLAINED),
    commands: facts.commands.slice(0, MAX_EXPLAINED).map((command, index) => {
      const subject = subjectOf(command, policy, context);
      return {
        facts: reports[index] ?? { command: command.text },
        findings: findingsOf(command, policy, context).map((finding) => ({
          verdict: finding.verdict,
          rule: typeof finding.rule === 'string' ? finding.rule : finding.rule.id,
          reason: finding.reason,
        })),
        rules: rules.map((each) => explainRule(each, subject)),
      };
    }),
    opaque: facts.opaque.map((fact) => ({ reason: fact.reason, span: fact.span, verdict: policy.opaque })),
    outOfScope: away,
  };
}

function outOfScope(rules: readonly CompiledRule[], context: RuleContext): Explanation['outOfScope'] {
  return rules
    .map((rule) => ({ rule: rule.id, because: scopeMisses(rule, context) }))
    .filter(({ because }) => because.length > 0);
}

function explainRule(compiled: CompiledRule, subject: Subject): ExplainedRule {
  const { id, rule } = compiled;
  const fields = compareParts(compiled, subject);
  const parts = fields.map(({ result }) => result);
  const isAllow = rule.verdict === 'allow';
  const missing = isAllow && !parts.includes('no') ? unmetDemands(compiled, subject) : [];
  const isShort = parts.includes('no') || missing.length > 0 || (isAllow && parts.includes('maybe'));
  const result = isShort ? 'no' : parts.includes('maybe') ? 'maybe' : 'yes';
  const relevance = result !== 'no' ? 'decides' : isNear(fields) ? 'near' : 'none';
  return { rule: id, verdict: rule.verdict, result, relevance, fields, missing };
}

/** What tells which commands a rule is about. */
const ABOUT = new Set(['command', 'does', 'wrapper']);

function isNear(fields: ExplainedRule['fields']): boolean {
  const about = fields.filter(({ field }) => ABOUT.has(field));
  return about.length > 0 && about.every(({ result }) => result !== 'no');
}
