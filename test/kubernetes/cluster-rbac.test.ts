import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterRbac, subjectOf } from '../../src/lib/kubernetes/cluster-rbac.ts';

const test = suite('kubernetes: cluster rbac');

test('the broker is given three rights, and none of them reads', () => {
  const objects = clusterRbac({
    namespace: 'agents',
    serviceAccounts: ['reader', 'writer'],
    broker: { kind: 'ServiceAccount', name: 'broker', namespace: 'sallyport' },
  });
  assert.equal(
    objects.map(({ kind }) => kind),
    ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  );
  const rights = objects.flatMap(({ rules = [] }) => rules as { resources: string[]; verbs: string[] }[]);
  assert.equal(
    rights.map(({ resources, verbs }) => `${verbs} ${resources}`),
    ['create,delete secrets', 'create serviceaccounts/token', 'create serviceaccounts/token', 'create tokenreviews'],
  );
});

test('no account named is no right to any token: an empty list would be all of them', () => {
  const objects = clusterRbac({ namespace: 'agents', serviceAccounts: [], broker: { kind: 'User', name: 'broker' } });
  assert.not.ok(JSON.stringify(objects).includes('serviceaccounts/token'));
});

for (const [username, subject] of [
  ['system:serviceaccount:sallyport:broker', { kind: 'ServiceAccount', namespace: 'sallyport', name: 'broker' }],
  ['system:serviceaccount:sallyport', { kind: 'User', name: 'system:serviceaccount:sallyport' }],
  ['system:serviceaccount:a:b:c', { kind: 'User', name: 'system:serviceaccount:a:b:c' }],
  ['oidc:system:serviceaccount:a:b', { kind: 'User', name: 'oidc:system:serviceaccount:a:b' }],
  ['alice', { kind: 'User', name: 'alice' }],
] as const) {
  test(`"${username}" is a ${subject.kind}`, () => assert.equal(subjectOf(username), subject));
}

test.run();
