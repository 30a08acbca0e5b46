// Facts of a request and rules → one ruling. deny beats ask beats allow, as for commands; what no rule names is for the defaults.
import type { Ruling, Verdict } from '../../core/decision.ts';
import type { Rule } from '../../core/policy-document.ts';
import { commonTerms } from '../rules/approval-terms.ts';
import { type CompiledScope, compileScope, isInScope, type RuleContext } from '../rules/rule-scope.ts';
import { hostAccess } from './host-access.ts';
import { neverAllowed, requestDefault } from './request-defaults.ts';
import type { RequestFacts } from './request-facts.ts';
import { type CompiledApiMatch, compileApiMatch, concernsRequest, coversRequest } from './request-match.ts';

export interface CompiledApiRule {
  readonly rule: Rule;
  /** As decisions name it. */
  readonly id: string;
  readonly scope: CompiledScope | undefined;
  readonly match: CompiledApiMatch;
}

export interface RequestPolicy {
  /** Those that are about requests. */
  readonly rules: readonly CompiledApiRule[];
  readonly default: Verdict;
  /** How long a request stays open where its rule says nothing, ms. */
  readonly approvalTtlMs: number;
}

/** `spelledOut` puts lists in place of their names. Throws `bad-policy` (78). */
export function compileApiRule(
  rule: Rule,
  id: string,
  spelledOut: (patterns: readonly string[]) => readonly string[],
): CompiledApiRule {
  return { rule, id, scope: compileScope(rule.on, spelledOut), match: compileApiMatch(rule.match, spelledOut) };
}

/** Judges a request for objects, as far as no program is run by it. */
export function decideRequest(policy: RequestPolicy, facts: RequestFacts, context: RuleContext): Ruling {
  const refused = neverAllowed(facts);
  if (refused !== undefined) return { ...COMMON, ...refused };
  return decideByRules(policy, facts, context) ?? withoutRule(policy, facts);
}

const COMMON = { program: null, opaque: false } as const;

/** What rules and the guard of the nodes say; undefined where there is nothing that names the request. */
export function decideByRules(policy: RequestPolicy, facts: RequestFacts, context: RuleContext): Ruling | undefined {
  const found = policy.rules.flatMap((rule) => applies(rule, facts, context));
  const by = (verdict: Verdict) => found.filter((each) => each.verdict === verdict);
  const [denying] = by('deny');
  if (denying !== undefined) return rulingOf(denying, facts);
  const asking = by('ask');
  const guard = hostAccess(
    facts,
    found.flatMap(({ rule }) => rule.match.pod ?? []),
  );
  if (guard?.verdict === 'deny') return { ...COMMON, ...guard };
  const [first] = asking;
  if (first !== undefined) {
    const ruling = rulingOf(first, facts);
    const approval = commonTerms(
      asking.map(({ rule }) => rule.rule),
      policy.approvalTtlMs,
    );
    return approval === undefined ? divided(ruling) : { ...ruling, approval };
  }
  const allowing = by('allow');
  // Otherwise it is for the defaults, which may deny it.
  if (guard !== undefined && allowing.length > 0) return { ...COMMON, ...guard, approval: everybody(policy) };
  const sure = allowing.find(({ unsure }) => !unsure);
  return sure === undefined ? undefined : rulingOf(sure, facts);
}

interface Applied {
  readonly rule: CompiledApiRule;
  readonly verdict: Verdict;
  /** What it says of pods may hold here, and is not known to. */
  readonly unsure: boolean;
}

function applies(rule: CompiledApiRule, facts: RequestFacts, context: RuleContext): readonly Applied[] {
  const { verdict } = rule.rule;
  if (!isInScope(rule.scope, context, verdict !== 'allow')) return [];
  const match = (verdict === 'allow' ? coversRequest : concernsRequest)(rule.match, facts);
  if (match === 'no') return [];
  const unsure = match === 'maybe';
  // As for commands: what a rule that denies may mean is asked for.
  return [{ rule, verdict: unsure && verdict === 'deny' ? 'ask' : verdict, unsure }];
}

function rulingOf({ rule: { rule, id }, verdict, unsure }: Applied, { verb, qualified }: RequestFacts): Ruling {
  const reason = rule.reason ?? `rule "${id}" concerns "${verb}" of "${qualified}"`;
  return {
    ...COMMON,
    verdict,
    rule: id,
    reason: unsure ? `${reason} (it may be meant here: not all of the pods is known)` : reason,
    instead: rule.suggest ?? '',
  };
}

/** Where nobody could approve it for all the rules that ask. */
export function divided(ruling: Ruling): Ruling {
  const { approval: _, ...rest } = ruling;
  return {
    ...rest,
    verdict: 'deny',
    reason: 'the rules that ask about it ask different people',
    instead: 'ask the owner of the policy for one rule about it',
    divided: true,
  };
}

const everybody = ({ approvalTtlMs }: RequestPolicy) => ({ approvers: [], quorum: 1, ttlMs: approvalTtlMs });

/** What the defaults say, then the policy's own. */
export function withoutRule(policy: RequestPolicy, facts: RequestFacts): Ruling {
  const fallback = requestDefault(facts);
  return fallback === undefined ? policyDefault(policy, facts) : { ...COMMON, ...fallback };
}

/** What the policy says of whatever nobody named. */
export function policyDefault(policy: RequestPolicy, facts: RequestFacts): Ruling {
  const { verb, qualified } = facts;
  const reason = `no rule covers "${verb}" of "${qualified}"`;
  const guard = policy.default === 'allow' ? hostAccess(facts, []) : undefined;
  if (guard !== undefined) return { ...COMMON, ...guard, approval: everybody(policy) };
  const base = { ...COMMON, verdict: policy.default, rule: 'default', reason, instead: '' } as const;
  if (policy.default === 'ask') return { ...base, approval: everybody(policy) };
  return policy.default === 'deny' ? { ...base, instead: 'ask for something that a rule allows' } : base;
}
