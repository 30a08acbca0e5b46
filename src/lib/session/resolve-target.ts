// Step: the name an agent gave → a configured target of the kind it expects.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { Invocation } from './client.ts';
import type { SessionDeps, TargetEntry } from './deps.ts';

/** Throws `unknown-target` (68) or `wrong-kind` (64). */
export function resolveTarget(
  invocation: Pick<Invocation, 'target' | 'kind'>,
  deps: Pick<SessionDeps, 'targets'>,
): TargetEntry {
  const entry = deps.targets.get(invocation.target);
  if (entry === undefined) {
    const known = [...deps.targets.keys()].sort().join(', ');
    throw new BrokerError({
      code: 'unknown-target',
      exit: EXIT.unknownTarget,
      message: `no target is called "${invocation.target}"`,
      hint: known === '' ? 'add one to sallyport.yaml' : `known targets: ${known}`,
    });
  }
  const { kind } = entry.target;
  if (kind !== invocation.kind) {
    throw new BrokerError({
      code: 'wrong-kind',
      exit: EXIT.usage,
      message: `target "${invocation.target}" is of kind "${kind}", not "${invocation.kind}"`,
      hint: `use: sallyport ${kind} ${invocation.target}`,
    });
  }
  return entry;
}
