// Judges a request as it comes, `POST /api/v1/namespaces/shop/pods`, with some rules and nothing else.
import type { ApiRequest } from '../../src/lib/core/api-request.ts';
import type { Decision } from '../../src/lib/core/decision.ts';
import type { PolicyDocument, Rule } from '../../src/lib/core/policy-document.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { compilePolicy, judgeRequest } from '../../src/lib/policy/index.ts';

const CONTEXT = { target: 'prod', kind: 'kubectl', principal: 'unix:agent' };

export interface Sent {
  readonly object?: unknown;
  readonly isResult?: boolean;
  readonly isApply?: boolean;
  /** What no line can say: changes the request that was read. */
  readonly changed?: (request: ApiRequest) => ApiRequest;
}

/** `{ dryRun: All }` in the query is taken for a dry run, as of anything but deletions. */
export function judge(
  line: string,
  rules: readonly Rule[] = [],
  sent: Sent = {},
  more: Partial<PolicyDocument> = {},
): Decision {
  const { changed = (read) => read, ...others } = sent;
  const [method = '', target = ''] = line.split(' ');
  const request = changed(readRequest(method, target));
  const isDryRun = request.query.some(([name, value]) => name === 'dryRun' && value === 'All');
  const document: PolicyDocument = { packs: [], rules, default: 'ask', opaque: 'deny', ...more };
  const policy = compilePolicy(document, { approvalTtlMs: 60_000 });
  return judgeRequest(policy, { object: undefined, isDryRun, ...others, request }, CONTEXT);
}

/** The verdict and what decided: `allow kubernetes/look`. */
export function said(...asked: Parameters<typeof judge>): string {
  const { verdict, rule } = judge(...asked);
  return `${verdict} ${rule}`;
}

/** A rule by what it says and matches. */
export const rule = (verdict: Rule['verdict'], match: Rule['match'], more: Partial<Rule> = {}): Rule => ({
  ...{ id: verdict, verdict, match },
  ...more,
});
