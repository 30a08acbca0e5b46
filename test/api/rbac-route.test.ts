import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { targetRbac } from '../../src/lib/api/rbac-route.ts';
import type { Call, RouteDeps } from '../../src/lib/api/route.ts';
import type { ClusterRights } from '../../src/lib/ports/target.ts';
import { refusal } from '../helpers/refusal.ts';

const test = suite('api: rbac of a target');

interface Answer {
  readonly target: string;
  readonly account: string;
  readonly objects: readonly { readonly kind: string }[];
  readonly manifest: string;
}

/** Asks the route about a broker with one target in a cluster, and one that is in none. */
function ask(
  name: string,
  query = '',
  brokerName: ClusterRights['brokerName'] = () => Promise.reject(new Error('asked')),
) {
  const rbac = { namespace: 'agents', serviceAccounts: ['reader'], brokerName };
  const targets = new Map([
    ['prod', { target: { name: 'prod', kind: 'kubectl', rbac } }],
    ['web', { target: { name: 'web', kind: 'ssh' } }],
  ]);
  const call = { params: { name }, query: new URLSearchParams(query), signal: new AbortController().signal };
  return targetRbac(call as unknown as Call, { session: { targets } } as unknown as RouteDeps) as Promise<Answer>;
}

test('the cluster says who the broker is', async () => {
  const { target, account, objects, manifest } = await ask('prod', '', async () => 'system:serviceaccount:ops:broker');
  assert.equal([target, account], ['prod', 'system:serviceaccount:ops:broker']);
  assert.equal(objects.map(({ kind }) => kind).slice(0, 3), ['Namespace', 'ServiceAccount', 'Role']);
  assert.match(manifest, /^# What the sallyport broker, which is "system:serviceaccount:ops:broker" .* "prod":\n/);
  assert.match(manifest, '# tokens of reader in namespace agents, which must be there.');
  assert.match(manifest, /name: sallyport-prod/);
});

test('or the caller does: then the cluster is not asked', async () => {
  assert.is((await ask('prod', 'as=ops:broker')).account, 'system:serviceaccount:ops:broker');
  assert.is((await ask('prod', 'as=alice')).account, 'alice');
  assert.is((await refusal(ask('prod', 'as='))).code, 'bad-account-name');
});

test('a target that is not there, and one that is in no cluster', async () => {
  assert.equal([(await refusal(ask('gone'))).code, (await refusal(ask('gone'))).exit], ['unknown-target', 68]);
  const error = await refusal(ask('web', 'as=alice'));
  assert.equal([error.code, error.exit], ['no-cluster', 64]);
});

test.run();
