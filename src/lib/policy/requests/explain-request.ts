// Why a request to a cluster is judged as it is, rule by rule: with the same comparison as in `decideRequest`, field by field. Pure; for the
// person who writes the policy.
import { commandIn, isSwitchedOn } from '../../core/api-request.ts';
import type { CommandInput } from '../../core/command-input.ts';
import { type ExplainedRule, type Explanation, explainCommand } from '../review/explain.ts';
import type { CompiledPolicy } from '../rules/compile.ts';
import { type RuleContext, scopeMisses } from '../rules/rule-scope.ts';
import { checkRequest } from './check-request.ts';
import type { CompiledApiRule } from './decide-request.ts';
import { elsewhere, opensStream } from './exec-request.ts';
import type { RequestFacts } from './request-facts.ts';
import { type CompiledApiMatch, concernsRequest, coversRequest } from './request-match.ts';

export interface RequestExplanation extends Pick<Explanation, 'decision' | 'outOfScope'> {
  /** As it was read: `delete pods/web -n default`. */
  readonly request: string;
  /** What was found out about it: plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Every rule about requests that is in scope, in the order of the policy. */
  readonly rules: readonly ExplainedRule[];
  /** What the rules about commands say of the program that it runs; null where it runs none. Both must let it pass. */
  readonly program: Explanation | null;
}

/** Explains a request in the words of `checkRequest`. Throws `bad-request-input`, and what the parser refuses of a program (64). */
export function explainRequest(policy: CompiledPolicy, input: CommandInput, context: RuleContext): RequestExplanation {
  const { read, decision, printed, facts: report } = checkRequest(policy, input, context);
  const { request, facts } = read;
  const { rules } = policy.requests;
  const { verdict, rule, reason, guidance } = decision;
  const argv = commandIn(request.query);
  const canType = isSwitchedOn(request.query, 'stdin');
  const runs = opensStream(facts) && argv.length > 0;
  return {
    decision: { verdict, rule, reason, guidance },
    request: printed,
    facts: report() as Record<string, unknown>,
    rules: rules.filter((each) => scopeMisses(each, context).length === 0).map((each) => explainRule(each, facts)),
    program: runs ? explainCommand(policy, { kind: 'argv', argv }, elsewhere(context, !canType)) : null,
    outOfScope: rules
      .map((each) => ({ rule: each.id, because: scopeMisses(each, context) }))
      .filter(({ because }) => because.length > 0),
  };
}

const ANYTHING: CompiledApiMatch = {
  ...{ verb: undefined, resource: undefined, namespace: undefined, name: undefined },
  ...{ pod: undefined, image: undefined, serviceAccount: undefined },
  not: [],
};
const FIELDS = ['verb', 'resource', 'namespace', 'name', 'pod', 'image', 'serviceAccount'] as const;

function explainRule({ rule: { verdict }, id, match }: CompiledApiRule, facts: RequestFacts): ExplainedRule {
  const isAllow = verdict === 'allow';
  const compare = isAllow ? coversRequest : concernsRequest;
  const fields = FIELDS.filter((field) => match[field] !== undefined).map((field) => ({
    field,
    result: compare({ ...ANYTHING, [field]: match[field] }, facts),
  }));
  const besides = match.not.map((not) => ({ field: 'not', result: compare({ ...ANYTHING, not: [not] }, facts) }));
  const whole = compare(match, facts);
  // As for commands: what an allowing rule may mean it does not allow.
  const result = isAllow && whole === 'maybe' ? 'no' : whole;
  const isNear = fields.some(({ field, result: fits }) => field === 'resource' && fits !== 'no');
  return {
    rule: id,
    verdict,
    result,
    relevance: result !== 'no' ? 'decides' : isNear ? 'near' : 'none',
    fields: [...fields, ...besides],
    missing: [],
  };
}
