// timeout: 300
// What is too much for the API server is refused through the broker as without: a body beyond the server's limit (413, which the broker
// answers itself, having the same limit), and an eviction that a disruption budget forbids (429, the server's own answer).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { needsCluster } from '../helpers/cluster.ts';
import { sharedPair } from '../helpers/kubectl-pair.ts';

const test = suite('kubectl-limits');
const withCluster = needsCluster(test);

const POLICY = `
  packs: []
  rules:
    - { id: all, match: { verb: "*", resource: "*" }, verdict: allow }
  default: allow
`;

const shared = sharedPair(test, 'limits', { policy: POLICY });

withCluster("refuses a body beyond the API server's limit as the server does, with 413", async () => {
  const { stage, pair } = await shared();
  const data = { text: 'x'.repeat(3_500_000) };
  const large = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data };
  writeFileSync(join(stage.world.folder, 'large.json'), JSON.stringify(large));
  const said = await pair.run([{ args: 'create -f large.json' }, { args: 'get configmap large' }]);
  const [refused, looked] = said;
  assert.is(refused?.plain.exit, 1);
  assert.match(refused?.plain.stderr ?? '', /\(RequestEntityTooLarge\).*limit is 3145728/);
  // The broker reads no more than the server takes, so that this answer is its own: the same reason, in its words.
  assert.is(refused?.brokered.exit, 1);
  assert.match(refused?.brokered.stderr ?? '', /\(RequestEntityTooLarge\).*\(body-too-large\).*3 MiB; next: /);
  assert.equal(looked?.brokered, looked?.plain);
  assert.match(looked?.brokered.stderr ?? '', /NotFound/);
});

withCluster("prints the API server's 429 for an eviction that a disruption budget forbids", async () => {
  const { stage, pair } = await shared();
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'kept' } };
  writeFileSync(join(stage.world.folder, 'eviction.json'), JSON.stringify(eviction));
  const said = await pair.run([
    { args: 'run kept --image=none --labels=app=kept' },
    { args: 'wait --for=condition=Ready pod/kept --timeout=30s' },
    { args: 'create poddisruptionbudget kept --selector=app=kept --min-available=1' },
    // Before the budget was looked at, the answer is a 429 with another reason.
    { args: 'wait --for=jsonpath={.status.currentHealthy}=1 pdb/kept --timeout=30s' },
    { args: 'create --raw /api/v1/namespaces/SPACE/pods/kept/eviction -f eviction.json' },
    { args: 'get pod kept -o name' },
  ]);
  for (const { args, plain, brokered } of said) assert.equal(brokered, plain, args);
  assert.is(said[4]?.plain.exit, 1);
  assert.match(said[4]?.plain.stderr ?? '', /TooManyRequests.*Cannot evict pod/);
  assert.is(said[5]?.brokered.exit, 0);
});

test.run();
