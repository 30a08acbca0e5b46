// What holds for a request that no rule of the policy names: looking at what is no secret is allowed, what a cluster stands or falls
// with is denied, and everything else is for the policy's own default to say.
import type { Verdict } from '../../core/decision.ts';
import type { RequestFacts } from './request-facts.ts';

export interface RequestDefault {
  readonly verdict: Exclude<Verdict, 'ask'>;
  /** As decisions name it. */
  readonly rule: string;
  readonly reason: string;
  readonly instead: string;
}

const READS: readonly string[] = ['get', 'list', 'watch'];

/** Read along with the object itself; others may be a way to something else. */
const READABLE_BELOW: readonly (string | null)[] = [null, 'log', 'status', 'scale'];

/** Questions about oneself, which are asked by creating them. */
const SELF_REVIEWS = new Set([
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
]);

/** Whoever may change these may do anything, or take everything down. */
const PILLARS = new Set([
  'nodes',
  'namespaces',
  'customresourcedefinitions.apiextensions.k8s.io',
  'apiservices.apiregistration.k8s.io',
]);
const PILLAR_GROUPS = new Set(['rbac.authorization.k8s.io', 'admissionregistration.k8s.io', 'certificates.k8s.io']);

/** Undefined where the policy's default counts. */
export function requestDefault(facts: RequestFacts): RequestDefault | undefined {
  const { verb, group, plural, subresource, isDryRun } = facts;
  const base = group === '' ? plural : `${plural}.${group}`;
  const isRead = READS.includes(verb);
  if (isRead && base !== 'secrets' && READABLE_BELOW.includes(subresource)) {
    return { verdict: 'allow', rule: 'kubernetes/look', reason: 'it only looks', instead: '' };
  }
  if (verb === 'create' && SELF_REVIEWS.has(base)) {
    return { verdict: 'allow', rule: 'kubernetes/self-review', reason: 'it asks what it may do', instead: '' };
  }
  // A new namespace takes nothing away.
  const isPillar = (PILLARS.has(base) && !(base === 'namespaces' && verb === 'create')) || PILLAR_GROUPS.has(group);
  if (isPillar && !isRead) {
    return {
      verdict: 'deny',
      rule: 'kubernetes/pillars',
      reason: `changing "${base}" is changing the cluster itself`,
      instead: 'describe the change, and let the owner of the cluster make it',
    };
  }
  if (isDryRun && !isRead && subresource === null && base !== 'secrets') {
    return {
      verdict: 'allow',
      rule: 'kubernetes/dry-run',
      reason: 'the server is asked to change nothing',
      instead: '',
    };
  }
  return undefined;
}
