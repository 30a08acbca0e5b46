// timeout: 300
// The credential of `sallyport kubectl` from its first right to its death, through the real CLI and broker.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../helpers/cli.ts';
import { needsCluster } from '../helpers/cluster.ts';
import { type KubectlStage, kubectlStage } from '../helpers/kubectl-stage.ts';

const test = suite('kube-token: cli');
const withCluster = needsCluster(test);

const POLICY = `  packs: []
  default: deny
  rules:
    - { id: look, on: { kind: kubectl }, match: { verb: [get, list, watch], resource: ["*"] }, verdict: allow }
`;

let started: Promise<KubectlStage> | undefined;

const shared = (): Promise<KubectlStage> => {
  started ??= kubectlStage({ policy: POLICY });
  return started;
};

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

interface Entry {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** As the file has them. */
const entriesOf = ({ world }: KubectlStage): readonly Entry[] =>
  world
    .read('audit.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);

/** What is said of one lease, from its issue on. */
function lifeOf(stage: KubectlStage, lease: unknown): readonly Entry[] {
  return entriesOf(stage).filter(({ type, data }) => type.startsWith('credential.') && data.lease === lease);
}

const lastLease = (stage: KubectlStage): unknown =>
  entriesOf(stage)
    .filter(({ type }) => type === 'credential.issued')
    .at(-1)?.data.lease;

const typesOf = (entries: readonly Entry[]) => entries.map(({ type }) => type);
const codeOf = (entry: Entry | undefined) => (entry?.data.error as { code?: string } | undefined)?.code;

const secretsOf = async ({ admin }: KubectlStage): Promise<string> =>
  await admin(['-n', 'agents', 'get', 'secrets', '-l', 'app.kubernetes.io/managed-by=sallyport', '-o', 'name']);

withCluster('a session ends with its Secret, and the log says later when its token was refused', async () => {
  const stage = await shared();
  const { exit, stderr } = await stage.kubectl(['get', 'pods']);
  assert.is(exit, 0, stderr);
  assert.is(await secretsOf(stage), '');
  const lease = lastLease(stage);
  const [issued, revoked, ...more] = lifeOf(stage, lease);
  assert.equal([issued?.type, revoked?.type, more], ['credential.issued', 'credential.revoked', []]);
  assert.is(revoked?.data.how, 'deleted');
  assert.ok(Number(revoked?.data.tookMs) < 5000, `${revoked?.data.tookMs} ms`);
  await until(() => lifeOf(stage, lease).length === 3, 'its death is on record', 40_000);
  const dead = lifeOf(stage, lease).at(-1);
  assert.equal([dead?.type, dead?.data.how, codeOf(dead)], ['credential.dead', 'deleted-and-probed', undefined]);
  assert.ok(Number(dead?.data.deadAt) <= Number(revoked?.data.deadAt) + 1000);
  process.stdout.write(`ended in ${revoked?.data.tookMs} ms, dead after ${dead?.data.delayMs} ms\n`);
});

withCluster('a broker that stops right after a session says the latest moment', async () => {
  const stage = await shared();
  assert.is((await stage.kubectl(['get', 'pods'])).exit, 0);
  const lease = lastLease(stage);
  assert.is((await stage.world.run(['broker', 'stop'])).exit, 0);
  const life = lifeOf(stage, lease);
  assert.equal(typesOf(life), ['credential.issued', 'credential.revoked', 'credential.dead']);
  assert.is(codeOf(life[2]), 'broker-stopped');
  assert.is(life[2]?.data.deadAt, life[1]?.data.deadAt);
  assert.is(entriesOf(stage).at(-1)?.type, 'broker.stopped');
  assert.is((await stage.world.run(['audit', 'verify'])).exit, 0);
});

withCluster('a broker that is killed while it looks leaves that to the next', async () => {
  const stage = await shared();
  assert.is((await stage.kubectl(['get', 'pods'])).exit, 0);
  const lease = lastLease(stage);
  await stage.world.killBrokers();
  assert.equal(typesOf(lifeOf(stage, lease)), ['credential.issued', 'credential.revoked']);
  assert.is((await stage.world.run(['whoami'])).exit, 0);
  const dead = lifeOf(stage, lease)[2];
  assert.equal([dead?.type, codeOf(dead)], ['credential.dead', 'broker-ended']);
});

withCluster('a broker that is killed within a session leaves a Secret, which the next deletes', async () => {
  const stage = await shared();
  const before = lastLease(stage);
  const watching = stage.start(['get', 'pods', '--watch']);
  await until(async () => (await secretsOf(stage)) !== '', 'the session has its Secret');
  await until(() => lastLease(stage) !== before, 'its lease is on record');
  const lease = lastLease(stage);
  await stage.world.killBrokers();
  await watching.done;
  assert.not.equal(await secretsOf(stage), '');
  assert.is((await stage.world.run(['whoami'])).exit, 0);
  assert.is(await secretsOf(stage), '');
  await until(() => lifeOf(stage, lease).length === 3, 'its death is on record', 40_000);
  const [, swept, dead] = lifeOf(stage, lease);
  assert.equal([swept?.type, dead?.type], ['credential.swept', 'credential.dead']);
  assert.is(codeOf(dead), 'token-not-held');
  assert.is(dead?.data.deadAt, swept?.data.deadAt);
});

withCluster('a check says which rights are gone, and what "targets rbac" prints brings them back', async () => {
  const stage = await shared();
  const { world, admin, cluster } = stage;
  const checked = async () => (await world.run(['targets', 'check', 'prod', '--json'])).json;
  const good = await checked();
  assert.ok(good.ok, JSON.stringify(good.steps));
  await admin(['-n', 'agents', 'delete', 'rolebinding', 'sallyport-broker']);
  const bad = async () => {
    const { ok, steps } = await checked();
    return ok ? undefined : steps.at(-1);
  };
  await until(async () => (await bad()) !== undefined, 'the rights are gone');
  const { name, detail, fix } = await bad();
  assert.is(name, 'rights');
  assert.match(detail, 'create "secrets" in namespace "agents"');
  assert.match(fix, 'sallyport targets rbac prod | kubectl apply -f -');
  const { exit, stdout, stderr } = await world.run(['targets', 'rbac', 'prod']);
  assert.is(exit, 0, stderr);
  assert.match(stdout, 'which is "system:serviceaccount:broker:sallyport" in this cluster');
  const applied = await cluster.kubectl(['apply', '-f', '-'], { input: stdout });
  assert.is(applied.exit, 0, applied.stderr);
  await until(async () => (await bad()) === undefined, 'the rights are back');
  assert.is((await stage.kubectl(['get', 'pods'])).exit, 0);
  assert.is(await secretsOf(stage), '');
});

test.run();
