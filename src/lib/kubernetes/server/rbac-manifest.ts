// What an administrator of a cluster applies so that the broker can work there, as text for `kubectl apply -f -`.
import { stringify } from 'yaml';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { type ClusterRbacOptions, clusterRbac, type RbacObject, type RbacSubject } from './cluster-rbac.ts';

/** The rights, and before them the broker's own account where it is a service account: with its namespace, in an order that applies. */
export function rbacObjects(options: ClusterRbacOptions): RbacObject[] {
  return [...accountOf(options.broker), ...clusterRbac(options)];
}

function accountOf(broker: RbacSubject): RbacObject[] {
  if (broker.kind === 'User') return [];
  const { name, namespace } = broker;
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
  ];
}

/** YAML, a document for each object; `heading` is a comment above them. */
export function rbacManifest(heading: readonly string[], objects: readonly RbacObject[]): string {
  const comment = heading.map((line) => `# ${line.replace(/\p{C}/gu, '?')}\n`).join('');
  return comment + objects.map((object) => `---\n${stringify(object, { lineWidth: 0 })}`).join('');
}

/**
 * Who somebody means by `ns:name`, a service account, or by a user's name; one that looks like the former is written `user:NAME`. The
 * form is the cluster's own. Throws `bad-account-name` (64).
 */
export function accountNamed(text: string): string {
  const user = /^user:(.*)$/s.exec(text)?.[1] ?? text;
  if (!/^[^\p{C}]{1,1024}$/u.test(user)) {
    throw new BrokerError({
      code: 'bad-account-name',
      exit: EXIT.usage,
      message: `${JSON.stringify(text.slice(0, 100))} is no name of an account`,
      hint: 'NAMESPACE:NAME for a service account, or the name of a user as the cluster knows it',
    });
  }
  const isAccount = user === text && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?:[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/.test(text);
  return isAccount ? `system:serviceaccount:${text}` : user;
}
