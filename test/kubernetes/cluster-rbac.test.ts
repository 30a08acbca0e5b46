import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { brokerRights, clusterRbac, subjectOf } from '../../src/lib/kubernetes/server/cluster-rbac.ts';

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
  type Rule = { resources: string[]; verbs: string[]; resourceNames?: string[] };
  const rights = objects.flatMap(({ rules = [] }) => rules as Rule[]);
  assert.equal(
    rights.map(({ resources, verbs, resourceNames = [] }) => `${verbs} ${resources} ${resourceNames}`.trim()),
    [
      'create,delete secrets',
      'create serviceaccounts/token reader',
      'create serviceaccounts/token writer',
      'create tokenreviews',
    ],
  );
});

test('no account named is no right to any token: an empty list would be all of them', () => {
  const objects = clusterRbac({ namespace: 'agents', serviceAccounts: [], broker: { kind: 'User', name: 'broker' } });
  assert.not.ok(JSON.stringify(objects).includes('serviceaccounts/token'));
});

test('a server is asked about exactly the rights that are given', () => {
  assert.equal(
    brokerRights({ namespace: 'agents', serviceAccounts: ['reader'] }).map(
      ({ verb, group, resource, subresource, namespace, name }) =>
        [verb, group, resource, subresource, namespace, name].map((part) => part ?? '-').join(' '),
    ),
    [
      'create  secrets - agents -',
      'delete  secrets - agents -',
      'create  serviceaccounts token agents reader',
      'create authentication.k8s.io tokenreviews - - -',
    ],
  );
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
