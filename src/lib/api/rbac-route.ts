// What the broker's own account must be allowed in the cluster of a target, over HTTP.
import { EXIT } from '../core/exit-codes.ts';
import { subjectOf } from '../kubernetes/server/cluster-rbac.ts';
import { accountNamed, rbacManifest, rbacObjects } from '../kubernetes/server/rbac-manifest.ts';
import { type Call, type RouteDeps, refusal } from './route.ts';
import { namedTarget } from './target-routes.ts';

/**
 * `?as=NAME` says who the broker is there; without it the cluster is asked. Throws `unknown-target` (68), `no-cluster` and
 * `bad-account-name` (64), and what the cluster's API rejects with.
 */
export async function targetRbac(call: Call, deps: RouteDeps): Promise<unknown> {
  const { name: target, rbac, kind } = namedTarget(call, deps).target;
  if (rbac === undefined) {
    const message = `target "${target}" is of kind "${kind}": it needs no rights in a cluster`;
    throw refusal('no-cluster', EXIT.usage, message, 'see: sallyport targets');
  }
  const { namespace, serviceAccounts } = rbac;
  const as = call.query.get('as');
  const account = as === null ? await rbac.brokerName(call.signal) : accountNamed(as);
  // A name for each target: what is applied for one replaces nothing of another's.
  const name = `sallyport-${target}`;
  const objects = rbacObjects({ namespace, serviceAccounts, broker: subjectOf(account), name });
  const heading = [
    `What the sallyport broker, which is ${JSON.stringify(account)} in this cluster, needs for its target "${target}":`,
    `tokens of ${serviceAccounts.join(', ')} in namespace ${namespace}, which must be there.`,
  ];
  return { target, account, objects, manifest: rbacManifest(heading, objects) };
}
