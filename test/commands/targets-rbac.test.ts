// What an administrator of a cluster is given, by the real CLI; no cluster is there to be asked.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseAllDocuments, stringify } from 'yaml';
import { type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('targets rbac');

/** A broker with a target in a cluster whose API server is away, or whose kubeconfig is not there. */
function world(kubeconfig = 'kubeconfig'): CliWorld {
  const made = cliWorld();
  made.configure(
    stringify({
      targets: {
        local: { kind: 'shell' },
        prod: {
          kind: 'kubectl',
          kubeconfig: join(made.home, '.config/sallyport', kubeconfig),
          credential: { serviceAccount: 'agents/reader' },
        },
      },
      policy: { default: 'ask' },
    }),
  );
  return made;
}

/** Port 1 is nobody's. */
const NOBODY = stringify({
  'current-context': 'a',
  clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
  users: [{ name: 'u', user: { token: 'of-the-broker' } }],
  contexts: [{ name: 'a', context: { cluster: 'c', user: 'u' } }],
});

test('who says who the broker is needs neither kubeconfig nor cluster', async () => {
  await using made = world('gone');
  const { exit, stdout, stderr } = await made.run(['targets', 'rbac', 'prod', '--as', 'sallyport:broker']);
  assert.is(exit, 0, stderr);
  const objects = parseAllDocuments(stdout).map((document) => document.toJS());
  assert.equal(
    objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`),
    [
      'Namespace /sallyport',
      'ServiceAccount sallyport/broker',
      'Role agents/sallyport-prod',
      'RoleBinding agents/sallyport-prod',
      'ClusterRole /sallyport-prod',
      'ClusterRoleBinding /sallyport-prod',
    ],
  );
  assert.match(stdout, '# tokens of reader in namespace agents, which must be there.');
  const { json } = await made.run(['targets', 'rbac', 'prod', '--as', 'sallyport:broker', '--json']);
  assert.equal(Object.keys(json).sort(), ['account', 'objects', 'target']);
  assert.equal(json.objects, objects);
  assert.is(json.account, 'system:serviceaccount:sallyport:broker');
});

test('without that the cluster is asked; where it is away, that is said', async () => {
  await using made = world();
  writeFileSync(join(made.home, '.config/sallyport/kubeconfig'), NOBODY);
  const { exit, stderr, stdout } = await made.run(['targets', 'rbac', 'prod']);
  assert.equal([exit, stdout], [69, '']);
  assert.match(stderr, '127.0.0.1:1" cannot be reached');
  const { exit: checked, json } = await made.run(['targets', 'check', 'prod', '--json']);
  assert.is(checked, 69);
  assert.equal(
    json.steps.map(({ name, outcome }: { name: string; outcome: string }) => `${name} ${outcome}`),
    ['access ok', 'server failed'],
  );
});

test('a kubeconfig that is not there, a target in no cluster, an account that is none', async () => {
  await using made = world('gone');
  const gone = await made.run(['targets', 'rbac', 'prod', '--json']);
  assert.equal([gone.exit, gone.json.error.code], [78, 'bad-kubeconfig']);
  const shell = await made.run(['targets', 'rbac', 'local', '--as', 'alice', '--json']);
  assert.equal([shell.exit, shell.json.error.code], [64, 'no-cluster']);
  const unknown = await made.run(['targets', 'rbac', 'nowhere', '--json']);
  assert.equal([unknown.exit, unknown.json.error.code], [68, 'unknown-target']);
  const nobody = await made.run(['targets', 'rbac', 'prod', '--as', '', '--json']);
  assert.equal([nobody.exit, nobody.json.error.code], [64, 'bad-account-name']);
});

test.run();
