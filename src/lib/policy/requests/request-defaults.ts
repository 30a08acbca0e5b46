// What holds for a request that no rule of the policy names: looking at what is no secret is allowed, what a cluster stands or falls
// with is denied, and everything else is for the policy's own default to say. And what holds whatever the rules name.
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
const READABLE_BELOW: readonly (string | null)[] = [null, 'status', 'scale'];

/** Questions about oneself, which are asked by creating them. */
const SELF_REVIEWS = new Set([
  'selfsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'selfsubjectreviews.authentication.k8s.io',
]);
/** Questions about others: they change nothing, but what they tell is not for everybody. */
const REVIEWS = new Set(['subjectaccessreviews.authorization.k8s.io', 'tokenreviews.authentication.k8s.io']);

/** Whoever may change these may do anything, or take everything down. */
const PILLAR_GROUPS = new Set([
  'rbac.authorization.k8s.io',
  'admissionregistration.k8s.io',
  'certificates.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
]);
/** What is in them makes the cluster run; in some clusters a ConfigMap there says who is its administrator. */
const PILLAR_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** Types of Secrets that are, or become, credentials of the cluster itself. */
const TOKEN_TYPES = new Set(['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token']);

/**
 * What no rule can allow: a token that leaves through the broker outlives its session, and what goes through a proxy of the server is
 * judged by nobody. Undefined for everything else.
 */
export function neverAllowed(facts: RequestFacts): RequestDefault | undefined {
  const { verb, plural, subresource, objectType } = facts;
  const makesToken =
    (plural === 'serviceaccounts' && subresource === 'token') ||
    (plural === 'secrets' && !READS.includes(verb) && objectType !== null && TOKEN_TYPES.has(objectType));
  if (makesToken) {
    return {
      verdict: 'deny',
      rule: 'kubernetes/tokens',
      reason: 'it makes a credential that would live on after the session',
      instead: 'use this session: it has a credential of its own',
    };
  }
  if (subresource !== 'proxy') return undefined;
  return {
    verdict: 'deny',
    rule: 'kubernetes/proxy',
    reason: 'what goes through a proxy of the server cannot be judged',
    instead: 'ask the API for the object itself, or use: kubectl port-forward',
  };
}

/** Undefined where the policy's default counts. */
export function requestDefault(facts: RequestFacts): RequestDefault | undefined {
  const { verb, plural, subresource, isDryRun } = facts;
  const base = baseOf(facts);
  if (READS.includes(verb)) {
    if (isSecret(facts)) return undefined;
    const isLog = base === 'pods' && subresource === 'log';
    if (!isLog && !READABLE_BELOW.includes(subresource)) return undefined;
    return { verdict: 'allow', rule: 'kubernetes/look', reason: 'it only looks', instead: '' };
  }
  if (verb === 'create' && subresource === null && SELF_REVIEWS.has(base)) {
    return { verdict: 'allow', rule: 'kubernetes/self-review', reason: 'it asks what it may do', instead: '' };
  }
  if (isPillar(facts)) {
    return {
      verdict: 'deny',
      rule: 'kubernetes/pillars',
      reason: `changing "${base}" ${whereOf(facts)}is changing the cluster itself`,
      instead: 'describe the change, and let the owner of the cluster make it',
    };
  }
  // Other subresources do things of their own, and not all of them heed it.
  if (isDryRun && READABLE_BELOW.includes(subresource) && plural !== 'secrets') {
    const reason = 'the server is asked to change nothing';
    return { verdict: 'allow', rule: 'kubernetes/dry-run', reason, instead: '' };
  }
  return undefined;
}

const baseOf = ({ group, plural }: RequestFacts): string => (group === '' ? plural : `${plural}.${group}`);

/**
 * Reading one is the policy's own default, which is `ask` as a rule. No more is needed: values are masked in every reply, so what is read
 * are the names of keys, sizes and labels of values; and no less, because those tell something, too.
 */
const isSecret = ({ plural }: RequestFacts): boolean => plural === 'secrets' || plural.endsWith('tokens');

function isPillar(facts: RequestFacts): boolean {
  const { verb, group, namespace, subresource } = facts;
  const base = baseOf(facts);
  if (PILLAR_GROUPS.has(group)) return true;
  // A new one takes nothing away.
  if (base === 'namespaces') return verb !== 'create' || subresource !== null;
  if (typeof namespace === 'object') return PILLAR_NAMESPACES.has(namespace.is);
  // What belongs to no namespace belongs to everybody: nodes, storage, priorities, and kinds that nobody knows here.
  return !REVIEWS.has(base);
}

const whereOf = ({ namespace }: RequestFacts): string => (typeof namespace === 'object' ? `in "${namespace.is}" ` : '');
