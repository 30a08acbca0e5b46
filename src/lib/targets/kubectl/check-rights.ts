// What the broker's own account may do in a cluster, against what it needs there.
import type { ClusterApi } from '../../kubernetes/server/cluster-api.ts';
import { brokerRights } from '../../kubernetes/server/cluster-rbac.ts';
import { mayOwn, type Right } from '../../kubernetes/server/self-review.ts';

export interface TokenAccount {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** What it needs and may not, in RBAC's words. Rejects with what `ClusterApi` does. */
export async function missingRights(api: ClusterApi, account: TokenAccount, signal: AbortSignal): Promise<string[]> {
  const needed = brokerRights({ namespace: account.namespace, serviceAccounts: [account.serviceAccount] });
  const may = await Promise.all(needed.map((right) => mayOwn(api, right, signal)));
  return needed.filter((_, index) => may[index] === false).map(wordsOf);
}

/** What it may and does not need, as far as it is worth a word: what reads secrets, or becomes somebody else. */
export async function excessRights(api: ClusterApi, account: TokenAccount, signal: AbortSignal): Promise<string[]> {
  if (await mayOwn(api, EVERYTHING, signal)) return ['do everything'];
  const { namespace } = account;
  /** From wide to narrow: of each the widest is said. */
  const asked: readonly (readonly (readonly [words: string, right: Right])[])[] = [
    [
      ['read the Secrets of every namespace', right('list', 'secrets', null)],
      [`list the Secrets of namespace "${namespace}"`, right('list', 'secrets', namespace)],
      [`read the Secrets of namespace "${namespace}"`, right('get', 'secrets', namespace)],
    ],
    [
      ['get tokens of every service account', right('create', 'serviceaccounts', null, 'token')],
      [
        `get tokens of every service account in namespace "${namespace}"`,
        right('create', 'serviceaccounts', namespace, 'token'),
      ],
    ],
    [['act in the name of every user', right('impersonate', 'users', null)]],
    [[`run programs in the pods of namespace "${namespace}"`, right('create', 'pods', namespace, 'exec')]],
    [['give rights to others', { ...right('bind', 'clusterroles', null), group: RBAC }]],
  ];
  const found = await Promise.all(
    asked.map(async (alternatives) => {
      for (const [words, one] of alternatives) if (await mayOwn(api, one, signal)) return [words];
      return [];
    }),
  );
  return found.flat();
}

const RBAC = 'rbac.authorization.k8s.io';

const EVERYTHING: Right = {
  verb: '*',
  group: '*',
  resource: '*',
  subresource: null,
  namespace: null,
  name: null,
};

const right = (verb: string, resource: string, namespace: string | null, subresource: string | null = null): Right => ({
  verb,
  group: '',
  resource,
  subresource,
  namespace,
  name: null,
});

/** `create "serviceaccounts/token" of "reader" in namespace "agents"` */
function wordsOf({ verb, group, resource, subresource, namespace, name }: Right): string {
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource === null ? '' : `/${subresource}`}`;
  const whose = name === null ? '' : ` of "${name}"`;
  return `${verb} "${what}"${whose} ${namespace === null ? 'in the whole cluster' : `in namespace "${namespace}"`}`;
}
