// Targets over HTTP: the list, and the check that tries one step by step.
import { EXIT } from '../core/exit-codes.ts';
import type { LeaseId, SessionId } from '../core/ids.ts';
import type { CheckStep } from '../ports/target.ts';
import type { TargetEntry } from '../session/deps.ts';
import { knownOf } from '../session/issue-credentials.ts';
import { SessionMask } from '../session/masking/session-mask.ts';
import { type Call, param, type RouteDeps, refusal } from './route.ts';

/** By name. */
export async function listTargets(_: Call, deps: RouteDeps): Promise<unknown> {
  const targets = [...deps.session.targets.values()].map(({ target }) => ({ name: target.name, kind: target.kind }));
  return { targets: targets.sort((a, b) => a.name.localeCompare(b.name)) };
}

/** What the path names. Throws `unknown-target` (68). */
export function namedTarget(call: Call, deps: RouteDeps): TargetEntry {
  const name = param(call, 'name');
  const entry = deps.session.targets.get(name);
  if (entry !== undefined) return entry;
  throw refusal('unknown-target', EXIT.unknownTarget, `no target is called "${name}"`, 'see: sallyport targets');
}

/** What it issued is revoked before it answers; what the target said is masked. Throws `unknown-target` (68). */
export async function checkTarget(call: Call, deps: RouteDeps): Promise<unknown> {
  const entry = namedTarget(call, deps);
  const issued: LeaseId[] = [];
  const steps: CheckStep[] = [];
  const { name, kind } = entry.target;
  const mask = new SessionMask(deps.session.masking, { target: name, kind, principal: call.principal.name });
  const session = `check-${name}` as SessionId;
  try {
    const issue: Parameters<typeof entry.target.check>[0] = async (request) => {
      const { lease, credential } = await deps.leases.issue(session, request);
      issued.push(lease.id);
      mask.learn(knownOf(credential, lease.plan.provider));
      return credential;
    };
    for await (const step of entry.target.check(issue, call.signal)) steps.push(mask.data(step));
  } finally {
    for (const lease of issued) await deps.leases.revoke(lease);
  }
  return { target: name, ok: steps.every((step) => step.outcome !== 'failed'), steps };
}
