// `targets check` for a cluster, against a server that answers as a test says: what is wrong is said, with what to change.
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../../src/lib/core/errors.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import type { ClusterAccess } from '../../../src/lib/kubernetes/server/kubeconfig.ts';
import type { Credential, KubeTokenRequest } from '../../../src/lib/ports/provider.ts';
import type { CheckStep } from '../../../src/lib/ports/target.ts';
import { checkKubectl } from '../../../src/lib/targets/kubectl/check.ts';
import { issueSessionCertificate } from '../../../src/lib/targets/kubectl/session-certificate.ts';
import { until } from '../../helpers/cli.ts';
import { type AskedOfServer, fakeApiServer, says } from '../../helpers/fake-api-server.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const test = suite('kubectl: check');
const folder = mkdtempSync(join(tmpdir(), 'sp-check-'));
const REQUEST: KubeTokenRequest = {
  provider: 'kube-token',
  cluster: 'prod',
  namespace: 'agents',
  serviceAccount: 'reader',
  session: 'check-prod',
  ttlMs: 60_000,
};
const READER = 'system:serviceaccount:agents:reader';
const NEEDED = [
  'create secrets agents',
  'delete secrets agents',
  'create serviceaccounts/token agents reader',
  'create tokenreviews.authentication.k8s.io',
];

/** A program that stands for kubectl. */
function kubectl(script: string): string {
  const file = join(mkdtempSync(join(folder, 'bin-')), 'kubectl');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const saysVersion = (minor: string, gitVersion = `v1.${minor}.2`) =>
  kubectl(`[ "$*" = "version --client -o json" ] || exit 3
    [ "$KUBECONFIG" = /dev/null ] || exit 4
    echo '{"clientVersion": {"major": "1", "minor": "${minor}", "gitVersion": "${gitVersion}"}}'`);

interface Cluster {
  /** To the broker; more than what it needs, where a test says so. */
  readonly may?: readonly string[];
  readonly version?: (response: ServerResponse) => void;
  /** Of who has the session's token. */
  readonly tokenOf?: string;
}

/** As `verb resource.group/subresource namespace name`. */
function rightIn(body: string): string {
  const { verb, group, resource, subresource, namespace, name } = JSON.parse(body).spec.resourceAttributes;
  const what = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return [verb, what, namespace, name].filter((part) => part !== undefined).join(' ');
}

function serverOf({ may = NEEDED, version, tokenOf = READER }: Cluster) {
  const reviews: Readonly<Record<string, (asked: AskedOfServer) => unknown>> = {
    selfsubjectreviews: ({ headers }) => {
      const username = headers.authorization === 'Bearer of-the-session' ? tokenOf : 'system:serviceaccount:ops:broker';
      return { kind: 'SelfSubjectReview', status: { userInfo: { username } } };
    },
    selfsubjectaccessreviews: ({ body }) => ({
      kind: 'SelfSubjectAccessReview',
      status: { allowed: may.includes(rightIn(body)) },
    }),
  };
  return (asked: AskedOfServer, response: ServerResponse): void => {
    const review = reviews[asked.target.split('/').at(-1) ?? ''];
    if (review !== undefined) says(response, 201, review(asked));
    else if (version !== undefined) version(response);
    else says(response, 200, VERSION);
  };
}
const VERSION = { major: '1', minor: '37', gitVersion: 'v1.37.2' };

const issueOne = async (request: KubeTokenRequest): Promise<Credential> => {
  assert.is(request, REQUEST);
  const token = new Secret('of-the-session');
  return { kind: 'kube-token', token, expiresAt: Date.UTC(2026, 10, 30), knownSecrets: [token] };
};

interface Parts {
  readonly access?: () => ClusterAccess;
  readonly issue?: typeof issueOne;
  readonly kubectl?: () => string;
  readonly clock?: ReturnType<typeof fakeClock>;
}

async function stepsOf(parts: Parts & { readonly access: () => ClusterAccess }): Promise<CheckStep[]> {
  const { access, issue = issueOne, kubectl: program = () => saysVersion('37'), clock = fakeClock() } = parts;
  const check = { name: 'prod', request: REQUEST, access, kubectl: program, clock };
  const steps: CheckStep[] = [];
  for await (const step of checkKubectl(check, issue, new AbortController().signal)) steps.push(step);
  return steps;
}

async function check(cluster: Cluster = {}, parts: Parts = {}): Promise<CheckStep[]> {
  await using server = await fakeApiServer(serverOf(cluster));
  const { address, identity } = server.upstream;
  return await stepsOf({ access: () => ({ address, identity, namespace: undefined }), ...parts });
}

const namesOf = (steps: readonly CheckStep[]) => steps.map(({ name, outcome }) => `${name} ${outcome}`);
const ALL = ['access', 'server', 'tls', 'version', 'account', 'rights', 'no more rights', 'token', 'kubectl'];

/** The last step, which must be the one that failed. */
function failureOf(steps: readonly CheckStep[], name: string): CheckStep {
  const last = steps.at(-1);
  assert.equal([last?.name, last?.outcome], [name, 'failed'], JSON.stringify(steps));
  assert.ok(steps.slice(0, -1).every(({ outcome }) => outcome !== 'failed'));
  assert.ok((last?.fix ?? '') !== '');
  return last as CheckStep;
}

test('where all is well it says so of each step, and nothing is to be changed', async () => {
  const steps = await check();
  assert.equal(
    namesOf(steps),
    ALL.map((name) => `${name} ok`),
  );
  assert.equal(
    steps.filter(({ fix }) => fix !== undefined),
    [],
  );
  const said = Object.fromEntries(steps.map(({ name, detail }) => [name, detail]));
  assert.match(said.access ?? '', /^https:\/\/127\.0\.0\.1:\d+\/ by a token$/);
  assert.is(said.version, 'v1.37.2');
  assert.match(said.account ?? '', '"system:serviceaccount:ops:broker"');
  assert.match(said.token ?? '', `one of "${READER}" opens the API`);
  assert.match(said.kubectl ?? '', "is v1.37.2, which fits the server's v1.37.2");
});

for (const missing of NEEDED) {
  test(`a right that is missing is named: ${missing}`, async () => {
    const { detail, fix } = failureOf(await check({ may: NEEDED.filter((right) => right !== missing) }), 'rights');
    const [verb, what, namespace, name] = missing.split(' ');
    const whose = name === undefined ? '' : ` of "${name}"`;
    const where = namespace === undefined ? 'in the whole cluster' : `in namespace "${namespace}"`;
    assert.is(detail, `the cluster does not let the broker ${verb} "${what}"${whose} ${where}`);
    assert.match(fix ?? '', 'sallyport targets rbac prod | kubectl apply -f -');
  });
}

test('all that is missing is named at once', async () => {
  const { detail } = failureOf(await check({ may: [] }), 'rights');
  assert.is(detail.split(', nor ').length, 4);
});

test('an account that may do everything is remarked upon, and goes on', async () => {
  const steps = await check({ may: [...NEEDED, '* *.*'] });
  const step = steps.find(({ name }) => name === 'no more rights');
  assert.equal([step?.outcome, step?.detail], ['ok', 'it may also do everything']);
  assert.match(step?.fix ?? '', 'an account of its own');
  assert.is(steps.at(-1)?.name, 'kubectl');
});

test('what reads Secrets or becomes somebody else is remarked upon, the widest of each', async () => {
  const extra = ['list secrets', 'get secrets agents', 'create serviceaccounts/token agents', 'impersonate users'];
  const steps = await check({ may: [...NEEDED, ...extra] });
  assert.is(
    steps.find(({ name }) => name === 'no more rights')?.detail,
    'it may also read the Secrets of every namespace, get tokens of every service account in namespace "agents", act in the name of every user',
  );
});

test('a kubeconfig that cannot be used ends it', async () => {
  const access = () => {
    throw new BrokerError({ code: 'bad-kubeconfig', exit: 78, message: 'it is no YAML', hint: 'see' });
  };
  const steps = await check({}, { access });
  assert.equal(steps, [{ name: 'access', outcome: 'failed', detail: 'it is no YAML', fix: 'see' }]);
});

/** Whatever listens, reached by an access that trusts `ca`. */
async function checkAt(server: Server, ca: string, serverName?: string, parts: Parts = {}): Promise<CheckStep[]> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    return await stepsOf({
      access: () => ({
        address: { server: new URL(`https://127.0.0.1:${port}`), ca, serverName },
        identity: { kind: 'token', token: () => new Secret('t') },
        namespace: undefined,
      }),
      ...parts,
    });
  } finally {
    server.close();
  }
}

const DAY_MS = 86_400_000;
const certified = async (now = Date.now()) => {
  const { ca, certificate, privateKey } = await issueSessionCertificate('one', now, DAY_MS);
  return { ca, server: createHttpsServer({ cert: certificate, key: privateKey.reveal() }) };
};

test('nobody who listens there', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const address = { server: new URL(`https://127.0.0.1:${port}`), ca: undefined, serverName: undefined };
  const identity = { kind: 'token', token: () => new Secret('t') } as const;
  const { detail, fix } = failureOf(
    await stepsOf({ access: () => ({ address, identity, namespace: undefined }) }),
    'server',
  );
  assert.match(detail, 'ECONNREFUSED');
  assert.match(fix ?? '', 'correct the address in the kubeconfig of targets.prod');
});

test('a server of another authority', async () => {
  const [one, other] = [await certified(), await certified()];
  const { detail } = failureOf(await checkAt(one.server, other.ca), 'tls');
  assert.match(detail, /^the server has a certificate of another authority \(/);
});

test('a certificate for another name', async () => {
  const { ca, server } = await certified();
  const { fix } = failureOf(await checkAt(server, ca, 'other.example'), 'tls');
  assert.match(fix ?? '', 'tls-server-name');
});

test('a certificate that has expired', async () => {
  const { ca, server } = await certified(Date.now() - 3 * DAY_MS);
  assert.match(failureOf(await checkAt(server, ca), 'tls').detail, 'not valid today (CERT_HAS_EXPIRED)');
});

test('an authority in the kubeconfig that is no certificate', async () => {
  const { server } = await certified();
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  assert.match(failureOf(await checkAt(server, broken), 'tls').fix ?? '', 'certificate-authority-data');
});

test('a server that speaks no TLS', async () => {
  const { ca } = await certified();
  const plain = createHttpServer((_, response) => response.end('hello'));
  assert.match(failureOf(await checkAt(plain, ca), 'tls').detail, 'does not speak TLS');
});

test('one that takes the connection and says nothing', async () => {
  const { ca } = await certified();
  const clock = fakeClock();
  let taken = false;
  const silent = createServer((socket) => {
    taken = true;
    socket.on('error', () => {});
  });
  const steps = checkAt(silent, ca, undefined, { clock });
  await until(() => taken, 'it was asked');
  clock.advance(10_000);
  assert.match(failureOf(await steps, 'server').detail, 'no answer within 10 s');
});

for (const [status, body, name, message] of [
  [401, { kind: 'Status' }, 'account', /does not know the broker/],
  [404, 'no page', 'version', /no API server \(404\)/],
  [200, { version: 1 }, 'version', /no API server \(200\)/],
  [200, 'x'.repeat(100_000), 'version', /no API server \(200\)/],
  [200, { major: '1', minor: '37', gitVersion: 'v1\u001b[31m' }, 'version', /no API server/],
] as const) {
  test(`a version that is answered with ${status}: ${JSON.stringify(body).slice(0, 40)}`, async () => {
    const steps = await check({ version: (response) => says(response, status, body) });
    assert.match(failureOf(steps, name).detail, message);
  });
}

test('a version that is not said to the broker is left out, and everything else goes on', async () => {
  const steps = await check({ version: (response) => says(response, 403, { kind: 'Status' }) });
  assert.is(namesOf(steps)[3], 'version skipped');
  assert.equal(
    steps.map(({ name }) => name),
    ALL,
  );
  assert.match(steps.at(-1)?.detail ?? '', /is v1\.37\.2$/);
});

test('an account that is not there is said by trying', async () => {
  const issue = async () => {
    throw new BrokerError({ code: 'no-service-account', exit: 78, message: 'there is none', hint: 'make it' });
  };
  const { detail, fix } = failureOf(await check({}, { issue }), 'token');
  assert.equal([detail, fix], ['there is none', 'make it']);
});

test('a token of somebody else is no success', async () => {
  const { detail } = failureOf(await check({ tokenOf: 'system:anonymous' }), 'token');
  assert.is(detail, 'a token of "agents:reader" was asked for, and there came one of "system:anonymous"');
});

for (const [minor, outcome] of [
  ['36', /which fits/],
  ['38', /which fits/],
  ['38+', /which fits/],
  ['35', /more than one minor version older than the server's v1\.37\.2/],
  ['39', /more than one minor version newer/],
] as const) {
  test(`kubectl 1.${minor} beside a server 1.37`, async () => {
    const last = (await check({}, { kubectl: () => saysVersion(minor) })).at(-1);
    assert.is(last?.outcome, 'ok');
    assert.match(last?.detail ?? '', outcome);
    assert.is(last?.fix === undefined, outcome.source === 'which fits');
  });
}

for (const [what, script] of [
  ['fails', 'echo \'{"clientVersion":{"major":"1","minor":"37","gitVersion":"v1"}}\'; exit 1'],
  ['prints something else', 'echo hello'],
  ['prints a version that is none', 'echo \'{"clientVersion":{"major":"1","minor":"x","gitVersion":"v1"}}\''],
  ['prints without end', 'yes'],
] as const) {
  test(`a kubectl that ${what}`, async () => {
    const { detail } = failureOf(await check({}, { kubectl: () => kubectl(script) }), 'kubectl');
    assert.match(detail, 'does not say which version it is');
  });
}

test('a kubectl that hangs is ended', async () => {
  const clock = fakeClock();
  const file = kubectl(`echo here > "${folder}/hangs"; exec sleep 60`);
  const steps = check({}, { kubectl: () => file, clock });
  await until(() => existsSync(join(folder, 'hangs')), 'it runs');
  clock.advance(10_000);
  assert.match(failureOf(await steps, 'kubectl').detail, 'no answer within 10 s');
});

test('a kubectl that is not there', async () => {
  const program = () => {
    throw new BrokerError({ code: 'no-kubectl', exit: 69, message: 'there is none', hint: 'install it' });
  };
  assert.is(failureOf(await check({}, { kubectl: program }), 'kubectl').fix, 'install it');
});

test.run();
