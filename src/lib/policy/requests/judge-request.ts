// A request to a cluster → a decision: discovery passes, what opens a stream is judged with what it runs, the rest by rules and defaults.
// Pure.
import type { Decision } from '../../core/decision.ts';
import type { CompiledPolicy } from '../rules/compile.ts';
import type { RuleContext } from '../rules/rule-scope.ts';
import { decideRequest } from './decide-request.ts';
import { decideStream, opensStream } from './exec-request.ts';
import { podsOf } from './pod-facts.ts';
import { type AskedRequest, type RequestFacts, requestFacts } from './request-facts.ts';
import { withRequestGuidance } from './request-guidance.ts';

/**
 * Judges a request that was not sent yet. `object` is what is sent along, or, with `isResult`, what the server said would be there
 * afterwards; of a patch, only the latter tells everything. Never throws for what a client sends.
 */
export function judgeRequest(policy: CompiledPolicy, asked: AskedRequest, context: RuleContext): Decision {
  const { subject } = asked.request;
  if (subject.kind === 'discovery') {
    const reason = 'it only asks what API there is';
    const ruling = { verdict: 'allow', rule: 'kubernetes/discovery', reason, program: null, opaque: false } as const;
    return { ...ruling, guidance: null };
  }
  return decideFacts(policy, requestFacts(subject, asked), asked, context);
}

/** The decision about a request whose facts are known. */
export function decideFacts(
  policy: CompiledPolicy,
  facts: RequestFacts,
  asked: AskedRequest,
  context: RuleContext,
): Decision {
  const ruling = opensStream(facts)
    ? decideStream(policy, facts, asked, context)
    : decideRequest(policy.requests, facts, context);
  return withRequestGuidance(ruling, facts);
}

/** True where what the server says of the result may change the decision: it would have pods, or be the end of many objects. */
export function needsResult({ request: { subject }, object, isDryRun }: AskedRequest): boolean {
  if (subject.kind === 'discovery' || isDryRun) return false;
  return subject.verb === 'deletecollection' || podsOf(subject, object, false).state !== 'none';
}
