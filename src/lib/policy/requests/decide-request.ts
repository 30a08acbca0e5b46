// Facts of a request and rules → one ruling. deny beats ask beats allow, as for commands; what no rule names is for the defaults.
import type { ApprovalTerms, Ruling, Verdict } from '../../core/decision.ts';
import type { ApiMatch, Rule } from '../../core/policy-document.ts';
import { type CompiledScope, compileScope, isInScope, type RuleContext } from '../rule-scope.ts';
import { requestDefault } from './request-defaults.ts';
import type { RequestFacts } from './request-facts.ts';
import { type CompiledApiMatch, compileApiMatch, concernsRequest, coversRequest } from './request-match.ts';

export type ApiRule = Omit<Rule, 'match'> & { readonly match: ApiMatch };

export interface CompiledApiRule {
  readonly rule: ApiRule;
  /** As decisions name it. */
  readonly id: string;
  readonly scope: CompiledScope | undefined;
  readonly match: CompiledApiMatch;
}

export interface RequestPolicy {
  readonly rules: readonly CompiledApiRule[];
  readonly default: Verdict;
  /** How long a request stays open where its rule says nothing, ms. */
  readonly approvalTtlMs: number;
}

/** `spelledOut` puts lists in place of their names. Throws `bad-policy` (78). */
export function compileApiRule(
  rule: ApiRule,
  id: string,
  spelledOut: (patterns: readonly string[]) => readonly string[],
): CompiledApiRule {
  return { rule, id, scope: compileScope(rule.on, spelledOut), match: compileApiMatch(rule.match, spelledOut) };
}

/** Judges a request for objects. */
export function decideRequest(policy: RequestPolicy, facts: RequestFacts, context: RuleContext): Ruling {
  const rules = policy.rules.filter(({ rule, scope, match }) => {
    const isStrict = rule.verdict !== 'allow';
    return isInScope(scope, context, isStrict) && (isStrict ? concernsRequest : coversRequest)(match, facts);
  });
  const by = (verdict: Verdict) => rules.filter(({ rule }) => rule.verdict === verdict);
  const [denying] = by('deny');
  if (denying !== undefined) return rulingOf(denying, facts);
  const asking = by('ask');
  if (asking.length > 0) return asked(policy, asking, facts);
  const [allowing] = by('allow');
  if (allowing !== undefined) return rulingOf(allowing, facts);
  const common = { program: null, opaque: false } as const;
  const fallback = requestDefault(facts);
  if (fallback !== undefined) return { ...common, ...fallback };
  const reason = `no rule covers "${facts.verb}" of "${facts.qualified}"`;
  const base = { ...common, verdict: policy.default, rule: 'default', reason } as const;
  if (policy.default !== 'ask') {
    const instead = policy.default === 'deny' ? 'use what a rule allows; see: sallyport policy check' : '';
    return { ...base, instead };
  }
  return { ...base, instead: '', approval: { approvers: [], quorum: 1, ttlMs: policy.approvalTtlMs } };
}

function rulingOf({ rule, id }: CompiledApiRule, { verb, qualified }: RequestFacts): Ruling {
  return {
    verdict: rule.verdict,
    rule: id,
    reason: rule.reason ?? `rule "${id}" concerns "${verb}" of "${qualified}"`,
    instead: rule.suggest ?? '',
    program: null,
    opaque: false,
  };
}

// Whoever approves, approves it for every rule that asks: the people that all of them name, the most of them, the shortest time.
function asked(policy: RequestPolicy, rules: readonly CompiledApiRule[], facts: RequestFacts): Ruling {
  const first = rulingOf(rules[0] as CompiledApiRule, facts);
  const lists = rules.flatMap(({ rule }) => (rule.approvers === undefined ? [] : [rule.approvers]));
  const [head, ...others] = lists;
  const approvers = (head ?? []).filter((name) => others.every((list) => list.includes(name)));
  if (head !== undefined && approvers.length === 0) {
    return {
      ...first,
      verdict: 'deny',
      reason: 'the rules that ask about it ask different people',
      instead: 'ask the owner of the policy for one rule about it',
      divided: true,
    };
  }
  const approval: ApprovalTerms = {
    approvers,
    quorum: Math.max(1, ...rules.map(({ rule }) => rule.quorum ?? 1)),
    ttlMs: Math.min(...rules.map(({ rule }) => rule.ttlMs ?? policy.approvalTtlMs)),
  };
  return { ...first, approval };
}
