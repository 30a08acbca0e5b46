// timeout: 300
// Tokens of the provider `kube-token` in a real cluster. The broker's account there may do what `clusterRbac` says, and no more.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import { type LeaseId, newSessionId } from '../../src/lib/core/ids.ts';
import { type KubeTokenCluster, kubeTokenProvider } from '../../src/lib/credentials/index.ts';
import { clusterApi } from '../../src/lib/kubernetes/server/cluster-api.ts';
import { clusterRbac, subjectOf } from '../../src/lib/kubernetes/server/cluster-rbac.ts';
import { inClusterAccess } from '../../src/lib/kubernetes/server/in-cluster.ts';
import { type ClusterAccess, readKubeconfig } from '../../src/lib/kubernetes/server/kubeconfig.ts';
import { accountNamed, rbacManifest, rbacObjects } from '../../src/lib/kubernetes/server/rbac-manifest.ts';
import { ownName } from '../../src/lib/kubernetes/server/self-review.ts';
import { openUpstream } from '../../src/lib/kubernetes/server/upstream.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import type { KubeTokenCredential, KubeTokenRequest, LeasePlan } from '../../src/lib/ports/provider.ts';
import type { CheckStep } from '../../src/lib/ports/target.ts';
import { checkKubectl } from '../../src/lib/targets/kubectl/check.ts';
import { renewing } from '../../src/lib/targets/kubectl/renewing-token.ts';
import { until } from '../helpers/cli.ts';
import { type Cluster, needsCluster, startCluster } from '../helpers/cluster.ts';
import { refusal } from '../helpers/refusal.ts';
import { withState } from '../helpers/state.ts';

const test = suite('kube-token');
const withCluster = needsCluster(test);

const REQUEST: KubeTokenRequest = {
  provider: 'kube-token',
  cluster: 'test',
  namespace: 'agents',
  serviceAccount: 'reader',
  session: 's-1',
  ttlMs: 60_000,
};
const SIGNAL = new AbortController().signal;
const SECRETS = '/api/v1/namespaces/agents/secrets';
/** What the token is used for: the reader may do no more. */
const PODS = '/api/v1/namespaces/agents/pods';

let started: Promise<Cluster> | undefined;

/** One for all tests, with the broker's account and its rights, and the account of the sessions. */
function shared(): Promise<Cluster> {
  started ??= startCluster().then(async (cluster) => {
    for (const args of [
      ['create', 'namespace', 'agents'],
      ['create', 'namespace', 'broker'],
      ['-n', 'agents', 'create', 'serviceaccount', 'reader'],
      ['-n', 'agents', 'create', 'serviceaccount', 'other'],
      ['-n', 'broker', 'create', 'serviceaccount', 'sallyport'],
      ['-n', 'agents', 'create', 'role', 'reads', '--verb=get,list', '--resource=pods'],
      ['-n', 'agents', 'create', 'rolebinding', 'reads', '--role=reads', '--serviceaccount=agents:reader'],
    ]) {
      await works(cluster, args);
    }
    const items = clusterRbac({
      namespace: 'agents',
      serviceAccounts: ['reader', 'missing'],
      broker: { kind: 'ServiceAccount', namespace: 'broker', name: 'sallyport' },
    });
    await works(cluster, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    return cluster;
  });
  return started;
}

test.after(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

async function works(cluster: Cluster, args: readonly string[], input = ''): Promise<string> {
  const { exit, stdout, stderr } = await cluster.kubectl(args, { input });
  assert.is(exit, 0, `kubectl ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

/** The broker's way to the cluster: its own account, by a kubeconfig. */
async function withBroker(
  options: Pick<KubeTokenCluster, 'apiServers'>,
  work: (broker: { cluster: Cluster; newProvider: () => ReturnType<typeof kubeTokenProvider> }) => Promise<void>,
): Promise<void> {
  const cluster = await shared();
  const own = (await works(cluster, ['-n', 'broker', 'create', 'token', 'sallyport'])).trim();
  const { address, identity } = readKubeconfig(cluster.kubeconfigFor(own), undefined);
  using upstream = openUpstream(address, identity);
  const clusters = new Map([['test', { api: clusterApi(upstream), ...options }]]);
  const newProvider = () => kubeTokenProvider({ clusters, clock: systemClock });
  // The authorizer learns of roles by a watch.
  const canBegin = ['auth', 'can-i', 'create', 'serviceaccounts/reader', '--subresource=token', '-n', 'agents'];
  const asBroker = ['--as', 'system:serviceaccount:broker:sallyport'];
  await until(async () => (await cluster.kubectl([...canBegin, ...asBroker])).exit === 0, 'the roles count');
  await work({ cluster, newProvider });
}

const codeOf = (error: unknown) => (error as { code?: string } | undefined)?.code;
const statusOf = async (cluster: Cluster, path: string, token: string) =>
  (await cluster.ask('GET', path, { token })).status;

withCluster('a token opens what its account may, and is dead when its revocation says so', () =>
  withBroker({ apiServers: 'one' }, async ({ cluster, newProvider }) => {
    const provider = newProvider();
    const plan = provider.plan(REQUEST);
    const credential = await provider.issue(REQUEST, plan);
    const token = credential.token.reveal();
    assert.is(await statusOf(cluster, PODS, token), 200);
    assert.is(await statusOf(cluster, SECRETS, token), 403);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.is(claims.exp - claims.iat, 600);
    assert.is(claims['kubernetes.io'].secret.name, plan.ref.secret);
    assert.ok(Math.abs(credential.expiresAt - claims.exp * 1000) < 5_000);
    assert.ok(plan.expiresAt >= (claims.exp + 60) * 1000);
    const { body } = await cluster.ask('GET', `${SECRETS}/${plan.ref.secret}`);
    assert.equal([body.type, body.data], ['Opaque', undefined]);
    assert.is(body.metadata.labels['app.kubernetes.io/managed-by'], 'sallyport');
    assert.is(body.metadata.annotations['sallyport/session'], 's-1');

    const began = Date.now();
    const { deadAt, how } = await provider.revoke(plan);
    const tookMs = Date.now() - began;
    assert.is(how, 'deleted');
    assert.is((await cluster.ask('GET', `${SECRETS}/${plan.ref.secret}`)).status, 404);
    // Nobody waits for what the API server remembers; who has the token could still use it, and here somebody does.
    assert.ok(tookMs < 2000, `${tookMs} ms`);
    assert.is(await statusOf(cluster, PODS, token), 200);
    const seen = await provider.confirmDeath?.(plan, SIGNAL);
    assert.ok(seen);
    assert.is(await statusOf(cluster, PODS, token), 401);
    assert.is(seen.how, 'deleted-and-probed');
    assert.ok(seen.deadAt <= Math.min(Date.now(), deadAt));
    process.stdout.write(
      `used just before: ended in ${tookMs} ms, refused ${seen.deadAt - began} ms after that began\n`,
    );
  }),
);

withCluster('a token that nobody used for a while is dead at once', () =>
  withBroker({ apiServers: 'one' }, async ({ cluster, newProvider }) => {
    const provider = newProvider();
    const plan = provider.plan(REQUEST);
    const credential = await provider.issue(REQUEST, plan);
    const token = credential.token.reveal();
    assert.is(await statusOf(cluster, PODS, token), 200);
    await new Promise((resolve) => setTimeout(resolve, 11_000));
    const began = Date.now();
    await provider.revoke(plan);
    const seen = await provider.confirmDeath?.(plan, SIGNAL);
    assert.is(await statusOf(cluster, PODS, token), 401);
    // The first look must not make the server remember it anew.
    const delayMs = (seen?.deadAt ?? 0) - began;
    assert.ok(delayMs < 3000, `${delayMs} ms`);
    process.stdout.write(`idle for 11 s: refused ${delayMs} ms after the end began\n`);
  }),
);

withCluster('the book ends sessions at once, and writes down later when each token died', () =>
  withBroker({ apiServers: 'one' }, ({ cluster, newProvider }) =>
    withState(async ({ store, audit, entries }) => {
      const book = leaseBook({ store, providers: [newProvider()], audit, clock: systemClock });
      const ended = await Promise.all(
        [1, 2, 3].map(async () => {
          const { lease, credential } = await book.issue(newSessionId(), REQUEST);
          if (credential.kind !== 'kube-token') throw new Error(credential.kind);
          const token = credential.token.reveal();
          assert.is(await statusOf(cluster, PODS, token), 200);
          const began = Date.now();
          const { how } = await book.revoke(lease.id);
          return { lease: lease.id, token, how, tookMs: Date.now() - began };
        }),
      );
      assert.ok(ended.every(({ how, tookMs }) => how === 'deleted' && tookMs < 2000));
      await book.settled();
      const dead = await entries('credential.dead');
      assert.equal(dead.map(({ data }) => data.lease).sort(), ended.map(({ lease }) => lease).sort());
      for (const { data } of dead) {
        assert.equal([data.how, data.error], ['deleted-and-probed', undefined]);
        assert.ok(Number(data.delayMs) <= 11_000, `${data.delayMs} ms`);
      }
      for (const { token } of ended) assert.is(await statusOf(cluster, PODS, token), 401);
      const delays = dead.map(({ data }) => data.delayMs).join(', ');
      process.stdout.write(`ended in ${ended.map(({ tookMs }) => tookMs).join(', ')} ms; dead after ${delays} ms\n`);
    }, systemClock),
  ),
);

withCluster('a session that goes on gets another token of the server in time, and both are dead after it', () =>
  withBroker({ apiServers: 'one' }, ({ cluster, newProvider }) =>
    withState(async ({ store, audit }) => {
      const book = leaseBook({ store, providers: [newProvider()], audit, clock: systemClock });
      const session = newSessionId();
      const leases: LeaseId[] = [];
      const issue = async (): Promise<KubeTokenCredential> => {
        const { lease, credential } = await book.issue(session, REQUEST);
        if (credential.kind !== 'kube-token') throw new Error(credential.kind);
        leases.push(lease.id);
        return credential;
      };
      // The server grants ten minutes: the first renewal comes at once instead of after eight, and no other.
      const waits: number[] = [];
      const clock: Clock = {
        ...systemClock,
        after: (ms, fire) => systemClock.after(waits.push(ms) === 1 ? 0 : ms, fire),
      };
      const first = await issue();
      using token = renewing({ first, request: REQUEST, issueAgain: issue, clock, onFailure: () => {} });
      const before = token.token().reveal();
      await until(async () => token.token().reveal() !== before, 'there is another token');
      const after = token.token().reveal();
      assert.ok(waits.length === 2 && waits.every((ms) => ms > 470_000 && ms <= 480_000), waits.join());
      // What was sent off with the old one still gets its answer.
      for (const each of [before, after]) assert.is(await statusOf(cluster, PODS, each), 200);
      for (const lease of leases) await book.revoke(lease);
      await book.settled();
      for (const each of [before, after]) assert.is(await statusOf(cluster, PODS, each), 401);
    }, systemClock),
  ),
);

withCluster('a broker that stops or may not look says the latest moment, and the token keeps to it', () =>
  withBroker({}, ({ cluster, newProvider }) =>
    withState(async ({ store, audit, entries }) => {
      const book = leaseBook({ store, providers: [newProvider()], audit, clock: systemClock });
      const { lease, credential } = await book.issue(newSessionId(), REQUEST);
      if (credential.kind !== 'kube-token') throw new Error(credential.kind);
      const token = credential.token.reveal();
      assert.is(await statusOf(cluster, PODS, token), 200);
      await book.revoke(lease.id);
      await book.close(300);
      const [dead] = await entries('credential.dead');
      assert.equal([dead?.data.how, codeOf(dead?.data.error)], ['deleted', 'broker-stopped']);
      await new Promise((resolve) => setTimeout(resolve, Number(dead?.data.deadAt) - Date.now()));
      assert.is(await statusOf(cluster, PODS, token), 401);
    }, systemClock),
  ),
);

withCluster('after a crash the book alone ends what was issued, and the token is dead when it says', () =>
  withBroker({}, ({ cluster, newProvider }) =>
    withState(async ({ store, audit, entries }) => {
      const book = () => leaseBook({ store, providers: [newProvider()], audit, clock: systemClock });
      const { lease, credential } = await book().issue(newSessionId(), REQUEST);
      if (credential.kind !== 'kube-token') throw new Error(credential.kind);
      const token = credential.token.reveal();
      assert.is(await statusOf(cluster, PODS, token), 200);
      // Another book, and another provider: all that is left of the first is what is in the store.
      const next = book();
      assert.equal(await next.sweep(), []);
      await next.settled();
      assert.is((await cluster.ask('GET', `${SECRETS}/${lease.plan.ref.secret}`)).status, 404);
      const [swept] = await entries('credential.swept');
      assert.is(swept?.data.how, 'deleted');
      const [dead] = await entries('credential.dead');
      assert.equal([dead?.data.how, codeOf(dead?.data.error)], ['deleted', 'token-not-held']);
      const deadAt = Number(dead?.data.deadAt);
      assert.is(deadAt, swept?.data.deadAt);
      await new Promise((resolve) => setTimeout(resolve, deadAt - Date.now()));
      assert.is(await statusOf(cluster, PODS, token), 401);
    }, systemClock),
  ),
);

withCluster('the broker may not do what it has no need of', () =>
  withBroker({}, async ({ cluster, newProvider }) => {
    const provider = newProvider();
    for (const [fields, code, message] of [
      [{ serviceAccount: 'other' }, 'cluster-forbidden', /create "serviceaccounts\/token" in namespace "agents"/],
      [{ namespace: 'kube-system' }, 'cluster-forbidden', /create "secrets" in namespace "kube-system"/],
      [{ serviceAccount: 'missing' }, 'no-service-account', /no service account "missing" in namespace "agents"/],
    ] as const) {
      const request = { ...REQUEST, ...fields };
      const plan = provider.plan(request);
      const error = await refusal(provider.issue(request, plan));
      assert.is(error.code, code);
      assert.match(error.publicMessage, message);
      if (request.namespace !== 'agents') continue;
      assert.is((await provider.revoke(plan)).how, 'deleted');
      assert.is((await cluster.ask('GET', `${SECRETS}/${plan.ref.secret}`)).status, 404);
    }
    const asBroker = ['--as', 'system:serviceaccount:broker:sallyport', '-n', 'agents', 'auth', 'can-i'];
    for (const right of [
      ['get', 'secrets'],
      ['list', 'secrets'],
      ['get', 'pods'],
      ['impersonate', 'users'],
    ]) {
      assert.is((await cluster.kubectl([...asBroker, ...right])).exit, 1, right.join(' '));
    }
  }),
);

withCluster('an API server that is away for a while only delays the end', () =>
  withBroker({ apiServers: 'one' }, async ({ cluster, newProvider }) => {
    const provider = newProvider();
    const plan = provider.plan(REQUEST);
    const token = (await provider.issue(REQUEST, plan)).token.reveal();
    await cluster.stopApiServer();
    const [{ how }] = await Promise.all([provider.revoke(plan), cluster.startApiServer()]);
    assert.is(how, 'deleted');
    assert.is((await provider.confirmDeath?.(plan, SIGNAL))?.how, 'deleted-and-probed');
    assert.is(await statusOf(cluster, PODS, token), 401);
  }),
);

withCluster('an API server that goes away after the deletion is asked again once it is back', () =>
  withBroker({ apiServers: 'one' }, async ({ cluster, newProvider }) => {
    const provider = newProvider();
    const plan = provider.plan(REQUEST);
    const token = (await provider.issue(REQUEST, plan)).token.reveal();
    await provider.revoke(plan);
    await cluster.stopApiServer();
    const [seen] = await Promise.all([provider.confirmDeath?.(plan, SIGNAL), cluster.startApiServer()]);
    assert.is(seen?.how, 'deleted-and-probed');
    assert.is(await statusOf(cluster, PODS, token), 401);
  }),
);

/** What `targets check` says of the cluster to a broker with this access, and how the credential it made ends. */
async function checked(cluster: Cluster, access: () => ClusterAccess, serviceAccount = 'reader'): Promise<CheckStep[]> {
  const { address, identity } = access();
  using upstream = openUpstream(address, identity);
  const clusters = new Map([['test', { api: clusterApi(upstream) }]]);
  const provider = kubeTokenProvider({ clusters, clock: systemClock });
  const plans: LeasePlan[] = [];
  const issue = async (request: KubeTokenRequest) => {
    const plan = provider.plan(request);
    plans.push(plan);
    return await provider.issue(request, plan);
  };
  const request = { ...REQUEST, serviceAccount, session: 'check-test' };
  const steps: CheckStep[] = [];
  const kubectl = () => cluster.kubectlFile;
  for await (const step of checkKubectl(
    { name: 'test', request, access, kubectl, clock: systemClock },
    issue,
    SIGNAL,
  )) {
    steps.push(step);
  }
  for (const plan of plans) {
    await provider.revoke(plan);
    assert.is((await cluster.ask('GET', `${SECRETS}/${plan.ref.secret}`)).status, 404);
  }
  return steps;
}

const createToken = async (cluster: Cluster, namespace: string, name: string) =>
  (await works(cluster, ['-n', namespace, 'create', 'token', name])).trim();

withCluster('a broker without rights is told each of them, and what "targets rbac" prints is enough', async () => {
  const cluster = await shared();
  const account = accountNamed('ops:second');
  const broker = subjectOf(account);
  const objects = rbacObjects({ namespace: 'agents', serviceAccounts: ['reader'], broker, name: 'sallyport-test' });
  const apply = (text: string) => works(cluster, ['apply', '-f', '-'], text);
  await apply(rbacManifest([], objects.slice(0, 2)));
  const file = cluster.kubeconfigFor(await createToken(cluster, 'ops', 'second'));
  const access = () => readKubeconfig(file, undefined);
  const failure = (await checked(cluster, access)).at(-1);
  assert.equal([failure?.name, failure?.outcome], ['rights', 'failed']);
  for (const right of [
    'create "secrets" in namespace "agents"',
    'delete "secrets" in namespace "agents"',
    'create "serviceaccounts/token" of "reader" in namespace "agents"',
    'create "tokenreviews.authentication.k8s.io" in the whole cluster',
  ]) {
    assert.ok(failure?.detail.includes(right), failure?.detail);
  }
  await apply(rbacManifest(['for the test'], objects));
  const can = ['auth', 'can-i', 'create', 'tokenreviews', '--as', account];
  await until(async () => (await cluster.kubectl(can)).exit === 0, 'the roles count');
  const steps = await checked(cluster, access);
  assert.ok(
    steps.every(({ outcome, fix }) => outcome === 'ok' && fix === undefined),
    JSON.stringify(steps),
  );
  assert.is(steps.find(({ name }) => name === 'account')?.detail, `the cluster knows the broker as "${account}"`);
  const missing = (await checked(cluster, access, 'other')).at(-1);
  assert.match(missing?.detail ?? '', 'create "serviceaccounts/token" of "other" in namespace "agents"');
});

withCluster('an administrator as the broker works, with a remark; an account that is missing is said', async () => {
  const cluster = await shared();
  const access = () => readKubeconfig(cluster.kubeconfig, undefined);
  const steps = await checked(cluster, access);
  const remark = steps.find(({ name }) => name === 'no more rights');
  assert.equal([remark?.outcome, remark?.detail], ['ok', 'it may also do everything']);
  assert.ok(steps.every(({ outcome }) => outcome === 'ok'));
  const failure = (await checked(cluster, access, 'missing')).at(-1);
  assert.equal([failure?.name, failure?.fix], ['token', 'kubectl -n agents create serviceaccount missing']);
});

withCluster('in a pod the broker is the account of the pod, by the token that is there at the moment', async () => {
  const cluster = await shared();
  const folder = mkdtempSync(join(cluster.folder, 'account-'));
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('ca.crt', readFileSync(cluster.ca, 'utf8'));
  put('namespace', 'broker');
  put('token', await createToken(cluster, 'broker', 'sallyport'));
  const { hostname: host, port } = new URL(cluster.url);
  const { address, identity, namespace } = inClusterAccess({ host, port }, folder);
  assert.is(namespace, 'broker');
  using upstream = openUpstream(address, identity);
  const api = clusterApi(upstream);
  assert.is(await ownName(api, SIGNAL), 'system:serviceaccount:broker:sallyport');
  const provider = kubeTokenProvider({ clusters: new Map([['test', { api }]]), clock: systemClock });
  const plan = provider.plan(REQUEST);
  const credential = await provider.issue(REQUEST, plan);
  assert.is(await statusOf(cluster, PODS, credential.token.reveal()), 200);
  // The kubelet writes another one: who asks next is whoever it is of.
  put('token', `${await createToken(cluster, 'agents', 'other')}\n`);
  assert.is(await ownName(api, SIGNAL), 'system:serviceaccount:agents:other');
  put('token', await createToken(cluster, 'broker', 'sallyport'));
  assert.is((await provider.revoke(plan)).how, 'deleted');
});

test.run();
