import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError, Bug } from '../../src/lib/core/errors.ts';
import { kubeTokenProvider } from '../../src/lib/credentials/index.ts';
import { type ClusterApi, clusterApi } from '../../src/lib/kubernetes/server/cluster-api.ts';
import type { KubeTokenRequest, LeasePlan } from '../../src/lib/ports/provider.ts';
import { until } from '../helpers/cli.ts';
import { type AskedOfServer, fakeApiServer, says } from '../helpers/fake-api-server.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { refusal } from '../helpers/refusal.ts';
import { sleptClock } from './slept-clock.ts';

const START = Date.UTC(2026, 10, 29, 12, 0, 0);
const REQUEST: KubeTokenRequest = {
  provider: 'kube-token',
  cluster: 'prod',
  namespace: 'agents',
  serviceAccount: 'reader',
  session: 's-1',
  ttlMs: 60_000,
};
const SIGNAL = new AbortController().signal;
/** No JWT, but in three parts, as one is. */
const TOKEN = ['header', 'payload', 'signature'].map((part) => part.repeat(4)).join('.');

interface Said {
  readonly status: number;
  readonly body: unknown;
}

const failure = (status: number, reason: string, kind = 'secrets'): Said => ({
  status,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, details: { kind }, code: status },
});
const reviewed = (isKnown: boolean): Said => ({
  status: 201,
  body: { kind: 'TokenReview', status: isKnown ? { authenticated: true } : { error: 'it has been invalidated' } },
});

/** What the server says to one step; the last is said again and again. */
interface Script {
  readonly secret?: readonly Said[];
  readonly token?: readonly Said[];
  readonly delete?: readonly Said[];
  readonly review?: readonly Said[];
}

const USUAL = {
  secret: [{ status: 201, body: { kind: 'Secret', metadata: { uid: 'uid-1' } } }],
  token: [{ status: 201, body: { kind: 'TokenRequest', spec: { expirationSeconds: 600 }, status: { token: TOKEN } } }],
  delete: [{ status: 200, body: { kind: 'Status', status: 'Success' } }],
  review: [reviewed(false)],
} satisfies Script;

function stepOf({ method, target }: AskedOfServer): keyof Script {
  if (method === 'DELETE') return 'delete';
  if (target.endsWith('/token')) return 'token';
  return target.endsWith('/tokenreviews') ? 'review' : 'secret';
}

async function room(script: Script = {}, apiServers: 'one' | 'many' = 'one') {
  const left = new Map(Object.entries({ ...USUAL, ...script }).map(([step, said]) => [step, [...said]]));
  const clock = sleptClock(START);
  const server = await fakeApiServer((asked, response) => {
    const said = left.get(stepOf(asked)) ?? [];
    const one = said.length > 1 ? said.shift() : said[0];
    // With nothing to say it says nothing.
    if (one !== undefined) says(response, one.status, one.body);
  });
  const newProvider = () =>
    kubeTokenProvider({ clusters: new Map([['prod', { api: clusterApi(server.upstream), apiServers }]]), clock });
  const provider = newProvider();
  return {
    clock,
    server,
    provider,
    /** As after a restart. */
    newProvider,
    steps: () => server.asked.map(stepOf),
    async issue(fields: Partial<KubeTokenRequest> = {}) {
      const request = { ...REQUEST, ...fields };
      const plan = provider.plan(request);
      return { plan, credential: await provider.issue(request, plan) };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

test('makes an empty Secret, then a token that is bound to it', async () => {
  await using place = await room();
  const { plan, credential } = await place.issue();
  assert.is(credential.kind, 'kube-token');
  assert.is(credential.token.reveal(), TOKEN);
  assert.is(credential.expiresAt, START + 600_000);
  const [secret, token] = place.server.asked;
  assert.is(`${secret?.method} ${secret?.target}`, 'POST /api/v1/namespaces/agents/secrets');
  assert.is(secret?.headers.authorization, 'Bearer cluster-token');
  const made = JSON.parse(secret?.body ?? '');
  assert.is(made.metadata.name, plan.ref.secret);
  assert.equal(made.metadata.labels, { 'app.kubernetes.io/managed-by': 'sallyport' });
  assert.equal(made.metadata.annotations, { 'sallyport/session': 's-1' });
  assert.equal([made.type, made.data, made.stringData], ['Opaque', undefined, undefined]);
  assert.is(`${token?.method} ${token?.target}`, 'POST /api/v1/namespaces/agents/serviceaccounts/reader/token');
  const { secret: name } = plan.ref;
  assert.equal(JSON.parse(token?.body ?? '').spec, {
    expirationSeconds: 600,
    boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name, uid: 'uid-1' },
  });
});

test('every part of the token is for the mask, and nothing prints it', async () => {
  await using place = await room();
  const { credential } = await place.issue();
  const known = credential.knownSecrets.map((secret) => secret.reveal());
  assert.equal(known, [TOKEN, ...TOKEN.split('.')]);
  for (const text of [JSON.stringify(credential), inspect(credential, { depth: 9 })]) {
    for (const part of known) assert.not.ok(text.includes(part));
  }
});

test('a plan holds no secret, survives JSON, names a Secret of its own, and ends after any token of it', async () => {
  await using place = await room();
  const plans = Array.from({ length: 1000 }, () => place.provider.plan(REQUEST));
  assert.is(new Set(plans.map(({ ref }) => ref.secret)).size, 1000);
  const [plan] = plans;
  assert.equal(JSON.parse(JSON.stringify(plan)), plan);
  assert.match(plan?.ref.secret ?? '', /^sallyport-[0-9a-f]{16}$/);
  // Half a minute to get it, ten minutes of life, a minute of leeway, eleven seconds of memory.
  assert.is(plan?.expiresAt, START + 30_000 + 600_000 + 60_000 + 11_000);
  assert.is(place.provider.plan({ ...REQUEST, ttlMs: 86_400_000 }).expiresAt, START + 3_701_000);
});

for (const [what, fields] of [
  ['a life under 5 s', { ttlMs: 4_999 }],
  ['a life that is no number', { ttlMs: Number.NaN }],
  ['a namespace that climbs', { namespace: '../kube-system' }],
  ['an empty namespace', { namespace: '' }],
  ['a namespace in upper case', { namespace: 'Agents' }],
  ['an account with a slash', { serviceAccount: 'reader/token' }],
  ['an empty account', { serviceAccount: '' }],
  ['an account that is too long', { serviceAccount: 'a'.repeat(254) }],
  ['an empty session', { session: '' }],
  ['a session with a line break', { session: 's-1\nx' }],
] as const) {
  test(`${what} is refused before anything is asked`, async () => {
    await using place = await room();
    const error = await refusal((async () => place.provider.plan({ ...REQUEST, ...fields }))());
    assert.equal([error.code, error.exit], ['credential-request-refused', 78]);
    assert.equal(place.steps(), []);
  });
}

for (const [what, script, code, message] of [
  [
    'the broker may not make Secrets',
    { secret: [failure(403, 'Forbidden')] },
    'cluster-forbidden',
    'the cluster does not let the broker create "secrets" in namespace "agents"',
  ],
  [
    'the broker may not ask for tokens',
    { token: [failure(403, 'Forbidden', 'serviceaccounts')] },
    'cluster-forbidden',
    'the cluster does not let the broker create "serviceaccounts/token" in namespace "agents"',
  ],
  [
    'there is no such account',
    { token: [failure(404, 'NotFound', 'serviceaccounts')] },
    'no-service-account',
    'cluster "prod" has no service account "reader" in namespace "agents"',
  ],
  [
    'there is no such namespace',
    { secret: [failure(404, 'NotFound', 'namespaces')] },
    'no-namespace',
    'cluster "prod" has no namespace "agents"',
  ],
  ['the broker is not known', { secret: [failure(401, 'Unauthorized')] }, 'cluster-unauthenticated', 'does not know'],
  ['a proxy has no such page', { secret: [{ status: 404, body: 'no page' }] }, 'cluster-refused', '(404)'],
  ['the server is overloaded', { token: [failure(429, 'TooManyRequests')] }, 'cluster-failed', '(429)'],
  ['the Secret has no uid', { secret: [{ status: 201, body: { kind: 'Secret' } }] }, 'cluster-nonsense', 'uid'],
  ['the reply is no object', { token: [{ status: 201, body: [TOKEN] }] }, 'cluster-nonsense', 'none of a Kubernetes'],
  ['there is no token in it', { token: [{ status: 201, body: { spec: {}, status: {} } }] }, 'cluster-nonsense', ''],
  ...[59, 0, -1].map(
    (expirationSeconds) =>
      [
        `the token is for ${expirationSeconds} s`,
        { token: [{ status: 201, body: { spec: { expirationSeconds }, status: { token: TOKEN } } }] },
        'cluster-nonsense',
        `"${expirationSeconds}" s`,
      ] as const,
  ),
  [
    'the token lives longer than was asked for',
    { token: [{ status: 201, body: { spec: { expirationSeconds: 86_400 }, status: { token: TOKEN } } }] },
    'token-too-long',
    '86400',
  ],
] as const) {
  test(`where ${what}, nothing is issued, and it is said`, async () => {
    await using place = await room(script);
    const plan = place.provider.plan(REQUEST);
    const error = await refusal(place.provider.issue(REQUEST, plan));
    assert.is(error.code, code);
    assert.ok(error.publicMessage.includes(message), error.publicMessage);
    assert.not.ok(inspect(error, { depth: 9 }).includes(TOKEN));
    // What may be there all the same is taken away as ever.
    await place.provider.revoke(plan);
    assert.ok(place.steps().includes('delete'));
  });
}

test('a cluster that says nothing is given up in half a minute', async () => {
  await using place = await room({ token: [] });
  const issued = refusal(place.issue());
  while (place.server.asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  place.clock.advance(30_000);
  assert.is((await issued).code, 'cluster-too-slow');
});

test('what no server was asked for needs no end, and nobody waits for one', async () => {
  const clock = fakeClock();
  const failing = (code: string) => async (): Promise<never> => {
    const cause = Object.assign(new Error('no'), { code });
    throw new BrokerError({ code: 'cluster-unreachable', exit: 69, message: 'away', hint: 'none', cause });
  };
  for (const [code, how] of [
    ['ECONNREFUSED', 'never-issued'],
    ['ENOTFOUND', 'never-issued'],
    // It may have been asked before it broke off.
    ['ECONNRESET', 'deleted'],
  ] as const) {
    let deletions = 0;
    const api: ClusterApi = {
      create: failing(code),
      get: failing(code),
      delete: async () => {
        deletions += 1;
        return 'missing';
      },
    };
    const provider = kubeTokenProvider({ clusters: new Map([['prod', { api }]]), clock });
    const plan = provider.plan(REQUEST);
    assert.is((await refusal(provider.issue(REQUEST, plan))).code, 'cluster-unreachable');
    assert.equal([(await provider.revoke(plan)).how, deletions], [how, how === 'deleted' ? 1 : 0], code);
  }
});

test('a second token for one plan is a mistake of the caller', async () => {
  await using place = await room();
  const { plan } = await place.issue();
  const thrown = await place.provider.issue(REQUEST, plan).catch((error: unknown) => error);
  assert.instance(thrown, Bug);
});

test('revocation deletes the Secret and waits for nothing; by the time it names each server has forgotten the token', async () => {
  await using place = await room({ review: [reviewed(true)] });
  const { plan } = await place.issue();
  assert.equal(await place.provider.revoke(plan), { deadAt: START + 11_000, how: 'deleted' });
  assert.is(place.clock.now(), START);
  assert.equal(place.steps().slice(2), ['delete']);
  assert.is(place.server.asked[2]?.target, `/api/v1/namespaces/agents/secrets/${plan.ref.secret}`);
});

test('its death is seen where the server refuses it; the first look waits, so that it is not remembered anew', async () => {
  await using place = await room({ review: [reviewed(true), reviewed(true), reviewed(true), reviewed(false)] });
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  const seen = await place.provider.confirmDeath?.(plan, SIGNAL);
  assert.equal(place.steps().slice(3), ['review', 'review', 'review', 'review']);
  assert.is(JSON.parse(place.server.asked.at(-1)?.body ?? '').spec.token, TOKEN);
  assert.equal(seen, { deadAt: START + 2000, how: 'deleted-and-probed' });
});

test('where many servers answer, none is believed for the others until each has forgotten the token', async () => {
  await using place = await room({}, 'many');
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  assert.equal(await place.provider.confirmDeath?.(plan, SIGNAL), {
    deadAt: START + 11_000,
    how: 'deleted-and-probed',
  });
});

test('nobody can use the token any more once its revocation began', async () => {
  await using place = await room({ delete: [failure(403, 'Forbidden')] });
  const { plan, credential } = await place.issue();
  assert.is((await refusal(place.provider.revoke(plan))).code, 'cluster-forbidden');
  for (const secret of [credential.token, ...credential.knownSecrets]) {
    assert.throws(
      () => secret.reveal(),
      (error: { code: string }) => error.code === 'credential-revoked',
    );
  }
});

test('after a restart the plan alone is enough, and what cannot be probed is said', async () => {
  await using place = await room();
  const { plan } = await place.issue();
  const revocation = await place.newProvider().revoke(JSON.parse(JSON.stringify(plan)));
  assert.equal(place.steps().slice(2), ['delete']);
  assert.equal(revocation, { deadAt: START + 11_000, how: 'deleted' });
});

test('a second revocation finds nothing left, and says what the first said', async () => {
  await using place = await room({ delete: [...USUAL.delete, failure(404, 'NotFound')] });
  const { plan } = await place.issue();
  const first = await place.provider.revoke(plan);
  place.clock.advance(5000);
  assert.equal(await place.provider.revoke(plan), first);
});

test('what may pass is tried again: an overloaded server, one that fails', async () => {
  await using place = await room({
    delete: [failure(429, 'TooManyRequests'), failure(500, 'InternalError'), ...USUAL.delete],
    review: [failure(503, 'ServiceUnavailable'), reviewed(false)],
  });
  const { plan } = await place.issue();
  assert.equal(await place.provider.revoke(plan), { deadAt: START + 11_750, how: 'deleted' });
  assert.is((await place.provider.confirmDeath?.(plan, SIGNAL))?.deadAt, START + 1250);
  assert.equal(place.steps().slice(2), ['delete', 'delete', 'delete', 'review', 'review']);
});

test('a server that has just started forbids what it has no roles for yet, and that passes too', async () => {
  const forbidden = failure(403, 'Forbidden');
  await using place = await room({
    delete: [forbidden, forbidden, forbidden, ...USUAL.delete],
    review: [forbidden, forbidden, reviewed(false)],
  });
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  assert.is((await place.provider.confirmDeath?.(plan, SIGNAL))?.how, 'deleted-and-probed');
});

test('a Secret that cannot be deleted within twelve seconds is said, and the next try is a whole one', async () => {
  await using place = await room({ delete: [...Array(14).fill(failure(503, 'Unavailable')), ...USUAL.delete] });
  const { plan } = await place.issue();
  const error = await refusal(place.provider.revoke(plan));
  assert.is(error.code, 'secret-not-deleted');
  assert.match(error.publicMessage, 'the cluster could not delete "secrets" (503)');
  // This clock ends the sleep that was under way.
  assert.is(place.clock.now() - START, 12_750);
  assert.is((await place.provider.revoke(plan)).how, 'deleted');
  assert.is((await place.provider.confirmDeath?.(plan, SIGNAL))?.how, 'deleted-and-probed');
});

const confirm = (place: Awaited<ReturnType<typeof room>>, plan: LeasePlan, signal = SIGNAL) =>
  refusal(Promise.resolve(place.provider.confirmDeath?.(plan, signal)));

test('a token that lives on after its time is said to live', async () => {
  await using place = await room({ review: [reviewed(true)] });
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  const error = await confirm(place, plan);
  assert.is(error.code, 'credential-alive');
  assert.match(error.hint, 'delete serviceaccount reader');
  assert.is(place.clock.now() - START, 30_000);
});

for (const [what, review, code] of [
  ['a broker that may not review tokens', [failure(403, 'Forbidden', 'tokenreviews')], 'cluster-forbidden'],
  ['a broker that the cluster does not know any more', [failure(401, 'Unauthorized')], 'cluster-unauthenticated'],
  ['a server that fails until the end', [reviewed(true), failure(503, 'Unavailable')], 'death-not-seen'],
  ['a review that is none', [{ status: 201, body: { kind: 'Status', status: 'Success' } }], 'cluster-nonsense'],
] as const) {
  test(`${what} is no death, and keeps no token`, async () => {
    await using place = await room({ review });
    const { plan } = await place.issue();
    await place.provider.revoke(plan);
    const error = await confirm(place, plan);
    assert.is(error.code, code);
    assert.not.ok(inspect(error, { depth: 9 }).includes(TOKEN));
    assert.is((await confirm(place, plan)).code, 'token-not-held');
  });
}

test('a server that says nothing is asked again, and given up after half a minute', async () => {
  await using place = await room({ review: [] });
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  const outcome = confirm(place, plan);
  for (let asked = 1; asked <= 3; asked++) {
    await until(() => place.steps().filter((step) => step === 'review').length === asked, 'it was asked');
    place.clock.advance(10_000);
  }
  assert.is((await outcome).code, 'death-not-seen');
});

test('the text of a token that nobody asks about is dropped in half a minute', async () => {
  await using place = await room();
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  place.clock.advance(30_000);
  assert.is((await confirm(place, plan)).code, 'token-not-held');
  assert.not.ok(place.steps().includes('review'));
});

test('before its Secret is deleted, a death cannot be seen', async () => {
  await using place = await room();
  const { plan } = await place.issue();
  assert.is((await confirm(place, plan)).code, 'token-not-held');
  assert.not.ok(place.steps().includes('review'));
});

test('one that is cut off while the server thinks ends at once', async () => {
  await using place = await room({ review: [] });
  const { plan } = await place.issue();
  await place.provider.revoke(plan);
  const closing = new AbortController();
  const outcome = confirm(place, plan, closing.signal);
  await until(() => place.steps().includes('review'), 'it was asked');
  closing.abort(new BrokerError({ code: 'enough', exit: 79, message: 'enough', hint: 'x' }));
  assert.is((await outcome).code, 'enough');
});

test('a Secret that a finalizer keeps is not taken for deleted', async () => {
  await using place = await room({ delete: [{ status: 200, body: { kind: 'Secret', metadata: { uid: 'uid-1' } } }] });
  const { plan } = await place.issue();
  assert.is((await refusal(place.provider.revoke(plan))).code, 'secret-kept');
  assert.not.ok(place.steps().includes('review'));
});

test('a token that has expired is dead, whether or not its Secret can still be swept up', async () => {
  for (const script of [{}, { delete: [failure(500, 'InternalError')] }]) {
    await using place = await room(script);
    const { plan } = await place.issue();
    place.clock.advance(plan.expiresAt - START);
    assert.equal(await place.provider.revoke(plan), { deadAt: plan.expiresAt, how: 'expired' });
    assert.equal(await place.provider.confirmDeath?.(plan, SIGNAL), { deadAt: plan.expiresAt, how: 'expired' });
    assert.ok(place.steps().includes('delete'));
    assert.not.ok(place.steps().includes('review'));
  }
});

test.run();
