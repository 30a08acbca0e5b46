// The guard of the nodes: a pod that reaches out of its box is root on a node, and with it whatever runs there. Only a rule that speaks
// of what a pod is like lifts it, for what it names.
import type { PodTrait } from '../../core/policy-document.ts';
import type { RequestDefault } from './request-defaults.ts';
import type { RequestFacts } from './request-facts.ts';

const REACHING_OUT: ReadonlySet<PodTrait> = new Set<PodTrait>([
  ...(['privileged', 'host-network', 'host-pid', 'host-ipc', 'host-path'] as const),
  ...(['host-process', 'capabilities', 'unmasked-proc'] as const),
]);

/**
 * `named`: traits that rules name which allow the request, or ask about it. Undefined where there is nothing to guard; `ask` where what
 * the pods would be like is not known.
 */
export function hostAccess(
  { pods }: RequestFacts,
  named: readonly PodTrait[],
): (Omit<RequestDefault, 'verdict'> & { readonly verdict: 'deny' | 'ask' }) | undefined {
  if (pods.state === 'none') return undefined;
  const reaching = pods.traits.filter((trait) => REACHING_OUT.has(trait) && !named.includes(trait));
  if (reaching.length > 0) {
    return {
      verdict: 'deny',
      rule: 'kubernetes/host-access',
      reason: `its pods would reach out to the node: ${reaching.join(', ')}`,
      instead: 'leave that out of the pod, or describe what it is for and let the owner of the cluster make it',
    };
  }
  if (pods.state === 'known') return undefined;
  return {
    verdict: 'ask',
    rule: 'kubernetes/host-access',
    reason: 'what its pods would be like is not known: they may reach out to the node',
    instead: '',
  };
}
