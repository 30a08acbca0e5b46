import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments } from 'yaml';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { subjectOf } from '../../src/lib/kubernetes/server/cluster-rbac.ts';
import { accountNamed, rbacManifest, rbacObjects } from '../../src/lib/kubernetes/server/rbac-manifest.ts';

const test = suite('kubernetes: rbac manifest');

const objectsFor = (account: string) =>
  rbacObjects({ namespace: 'agents', serviceAccounts: ['reader'], broker: subjectOf(account), name: 'sallyport-prod' });
const read = (text: string) => parseAllDocuments(text).map((document) => document.toJS());

test('a service account comes with its namespace, before what is bound to it; the names are the target’s', () => {
  const objects = objectsFor('system:serviceaccount:sallyport:broker');
  const named = objects.map(({ kind, metadata }) => {
    const { name, namespace } = metadata as { name: string; namespace?: string };
    return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  });
  assert.equal(named, [
    'Namespace sallyport',
    'ServiceAccount sallyport/broker',
    'Role agents/sallyport-prod',
    'RoleBinding agents/sallyport-prod',
    'ClusterRole sallyport-prod',
    'ClusterRoleBinding sallyport-prod',
  ]);
  const [binding] = objects.slice(3);
  assert.equal(binding?.subjects, [{ kind: 'ServiceAccount', namespace: 'sallyport', name: 'broker' }]);
});

test('a user has no object of its own', () => {
  const objects = objectsFor('alice');
  assert.equal(objects.map(({ kind }) => kind).slice(0, 1), ['Role']);
  assert.equal(objects[1]?.subjects, [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }]);
});

test('the text holds exactly the objects, whatever their names are', () => {
  for (const account of [
    'alice',
    'yes',
    '1e3',
    '# no',
    'a: b\n--- c',
    "o'hara \u{1b}[31m",
    '*&!',
    `${'x'.repeat(500)} y`,
  ]) {
    const objects = objectsFor(account);
    const text = rbacManifest(['for one', `by ${account}`], objects);
    assert.equal(
      read(text).filter((one) => one !== null),
      objects,
    );
    assert.match(text, /^# for one\n# by /);
    assert.not.match(text.replaceAll('\n', ''), /\p{Cc}/u);
  }
});

for (const [text, account] of [
  ['sallyport:broker', 'system:serviceaccount:sallyport:broker'],
  ['sallyport:broker.one', 'system:serviceaccount:sallyport:broker.one'],
  ['system:serviceaccount:sallyport:broker', 'system:serviceaccount:sallyport:broker'],
  ['alice', 'alice'],
  ['alice@example.org', 'alice@example.org'],
  ['https://issuer.example#alice', 'https://issuer.example#alice'],
  ['user:oidc:alice', 'oidc:alice'],
  ['user:alice', 'alice'],
] as const) {
  test(`"${text}" means "${account}"`, () => assert.is(accountNamed(text), account));
}

for (const text of ['', 'user:', 'a\nb', '\u{1b}[31m', 'x'.repeat(1025)]) {
  test(`${JSON.stringify(text.slice(0, 10))} is no account`, () => {
    assert.throws(
      () => accountNamed(text),
      (error: unknown) => error instanceof BrokerError && error.code === 'bad-account-name' && error.exit === 64,
    );
  });
}

test.run();
