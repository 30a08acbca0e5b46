// The gate of a session: what it lets through, what it writes down before, and what it makes of people's word. The target is a script;
// everything else is real but for the judge and the clock.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../../src/lib/core/errors.ts';
import type { RequestId } from '../../../src/lib/core/ids.ts';
import { PreviewRefused } from '../../../src/lib/kubernetes/effect/preview.ts';
import { readBody } from '../../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import type { ApiGate, ApiLeave, ApiPreview, ApiQuestion, ApiSession } from '../../../src/lib/ports/api-gate.ts';
import type { SessionResult } from '../../../src/lib/session/result.ts';
import { decisionOn, principal } from '../../helpers/approval-people.ts';
import { scriptedTarget } from '../../helpers/scripted-target.ts';
import { LIMITS, type Stage, type TestClient, testClient, withStage } from '../../helpers/session-stage.ts';
import { REQUEST } from '../../leases/fake-provider.ts';

const test = suite('api-gate');

const PODS = '/api/v1/namespaces/default/pods';
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const QUOTA = { deletes: 2, writes: 50, execs: 50 };
const NEVER = new AbortController().signal;

interface Opened {
  readonly stage: Stage;
  readonly gate: ApiGate;
  readonly api: ApiSession;
  readonly client: TestClient;
  ask(method: string, path: string, more?: Partial<ApiQuestion> & { readonly json?: object }): Promise<ApiLeave>;
  /** Ends the client of the session with this code. */
  end(code?: number): Promise<SessionResult>;
}

async function withGate(
  work: (opened: Opened) => Promise<void>,
  options: { quota?: typeof QUOTA; wait?: boolean } = {},
) {
  const { quota = QUOTA, wait = true } = options;
  await withStage(async (stage) => {
    const scripted = scriptedTarget('prod', [REQUEST]);
    const target = { ...scripted, kind: 'kubectl' as const };
    const targets = new Map([['prod', { target, keepsCallerFolder: false, limits: LIMITS, quota }]]);
    const client = testClient();
    const running = stage.open('kubectl get pods', {
      target: 'prod',
      kind: 'kubectl',
      client,
      wait,
      deps: { targets },
    });
    const program = await scripted.program();
    const api = scripted.opened[0]?.spec.api;
    if (api === undefined) throw new Error('the target got no gate');
    const { gate } = api;
    let ended: Promise<SessionResult> | undefined;
    const end = (code = 0) => {
      program.exit({ kind: 'code', code });
      ended ??= running;
      return ended;
    };
    try {
      await work({
        ...{ stage, gate, api, client, end },
        ask(method, path, { json, ...more } = {}) {
          const body =
            json === undefined ? null : { type: 'application/json', bytes: Buffer.from(JSON.stringify(json)) };
          const request = readRequest(method, path);
          const question = { request, body, preview: undefined, ...more };
          return gate.permit({ ...question, parsed: readBody(request, question.body) }, NEVER);
        },
      });
    } finally {
      await end();
    }
  });
}

const preview =
  (after: unknown, before: unknown = undefined): (() => Promise<ApiPreview>) =>
  async () => ({
    before,
    after,
    removed: [],
  });

const approve = async (stage: Stage, id: string) => stage.desk.decide(decisionOn(await stage.desk.get(id)));

async function allowed(asked: Promise<ApiLeave>): Promise<Extract<ApiLeave, { verdict: 'allow' }>> {
  const leave = await asked;
  if (leave.verdict !== 'allow') throw new Error(leave.message);
  return leave;
}

test('what is allowed is in the audit log before it goes, and in the recording when it is over', () =>
  withGate(async ({ stage, ask, end }) => {
    const leave = await allowed(ask('GET', `${PODS}/web?pretty=true`));
    const [judged] = await stage.entries('api.judged');
    const { request, line, verb, resource, name, verdict } = judged?.data ?? {};
    assert.equal(
      { request, line, verb, resource, name, verdict },
      { request: 1, line: `GET ${PODS}/web?pretty=true`, verb: 'get', resource: 'pods', name: 'web', verdict: 'allow' },
    );
    await leave.done({ status: 200, bytes: 17 });
    const events = await stage.recorded(await end());
    const markers = events.flatMap((event) =>
      event.kind === 'marker' && event.name === 'api.request' ? [event.data] : [],
    );
    assert.equal(
      markers.map(({ request, verdict, status, bytes }) => ({ request, verdict, status, bytes })),
      [{ request: 1, verdict: 'allow', status: 200, bytes: 17 }],
    );
  }));

test('a denial is told in words, counts nothing, and is why a client failed', () =>
  withGate(async ({ stage, ask, end }) => {
    const leave = await ask('DELETE', `${PODS}/deny-it`);
    assert.is(leave.verdict, 'deny');
    assert.match(
      leave.verdict === 'deny' ? leave.message : '',
      /^sallyport: denied by rule "rule-deny": it is deny; next: /,
    );
    const result = await end(1);
    assert.equal([result.origin, result.exitCode, result.error?.code], ['broker', 77, 'denied']);
    assert.is(result.decision?.rule, 'rule-deny');
    assert.is((await stage.entries('api.judged')).at(-1)?.data.verdict, 'deny');
  }));

test('a client that ended well after a denial ended well', () =>
  withGate(async ({ ask, end }) => {
    await ask('GET', `${PODS}/deny-it`);
    assert.equal((({ origin, exitCode }) => ({ origin, exitCode }))(await end(0)), { origin: 'child', exitCode: 0 });
  }));

test('descriptions of the API are recorded, and fill no audit log', () =>
  withGate(async ({ stage, ask, end }) => {
    const leave = await allowed(ask('GET', '/apis'));
    await leave.done({ status: 200, bytes: 1 });
    assert.equal(await stage.entries('api.judged'), []);
    const events = await stage.recorded(await end());
    assert.ok(events.some((event) => event.kind === 'marker' && event.data.line === 'GET /apis'));
  }));

test('what a write would do counts, not what it says', () =>
  withGate(async ({ ask }) => {
    const denied = await ask('PUT', `${PODS}/web`, {
      json: { verdict: 'allow' },
      preview: preview({ verdict: 'deny' }),
    });
    assert.is(denied.verdict, 'deny');
    // A kind of which nobody asks.
    const leave = await ask('PUT', `${CONFIG_MAPS}/web`, { json: {}, preview: preview({ verdict: 'deny' }) });
    assert.is(leave.verdict, 'allow');
  }));

test('a body that is not read here is judged by what the server makes of it, or not at all', () =>
  withGate(async ({ ask }) => {
    const body = { type: 'application/vnd.kubernetes.protobuf', bytes: Buffer.from('k8s\0anything') };
    const denied = await ask('POST', CONFIG_MAPS, { body, preview: preview({ verdict: 'deny' }) });
    assert.is(denied.verdict, 'deny');
    const cannot = new BrokerError({ code: 'cannot-preview', exit: 69, message: 'no dry run of it', hint: 'none' });
    const asked = ask('POST', CONFIG_MAPS, { body, preview: () => Promise.reject(cannot) });
    await asked.then(
      () => assert.unreachable('let through unread'),
      (error) => assert.is(error, cannot),
    );
  }));

test('a person decides about exactly what they see, once, and the recording says who', () =>
  withGate(async ({ stage, ask, client, end }) => {
    const question = {
      json: { spec: { replicas: 5 } },
      preview: preview({ spec: { replicas: 5 } }, { spec: { replicas: 1 } }),
    };
    const asked = ask('PUT', `${PODS}/ask-first`, question);
    const { request, command } = await client.notice('waiting');
    assert.match(command ?? '', new RegExp(`^PUT ${PODS}/ask-first\n`));
    assert.match(command ?? '', /- .*replicas: 1\n.*\+ .*replicas: 5/s);
    assert.match(command ?? '', /\nbody: application\/json hmac-sha256:[0-9a-f]{64}\n/);
    await approve(stage, request);
    const leave = await allowed(asked);
    const [judged] = (await stage.entries('api.judged')).slice(-1);
    assert.is(judged?.data.approval, request);
    await leave.done({ status: 200, bytes: 1 });
    const events = await stage.recorded(await end());
    const marker = events.find((event) => event.kind === 'marker' && event.name === 'api.request');
    assert.equal(marker?.kind === 'marker' && marker.data.approval, { request, by: ['alice'] });
  }));

test('an approval is for that state of the server: another one is asked about anew', () =>
  withGate(async ({ stage, ask, client }) => {
    let replicas = 1;
    const live = async (): Promise<ApiPreview> => ({ before: { replicas }, after: { replicas: 5 }, removed: [] });
    const asked = ask('PUT', `${PODS}/ask-first`, { json: { replicas: 5 }, preview: live });
    const first = await client.notice('waiting');
    replicas = 4;
    await approve(stage, first.request);
    while (client.notices.filter(({ kind }) => kind === 'waiting').length < 2) await new Promise(setImmediate);
    const [, second] = client.notices.flatMap((notice) => (notice.kind === 'waiting' ? [notice] : []));
    assert.match(second?.command ?? '', /replicas: 4/);
    await stage.desk.cancel(second?.request as RequestId, principal('agent', 1001));
    assert.is((await asked).verdict, 'deny');
  }));

test('the same bytes as another kind of patch are another question', () =>
  withGate(
    async ({ ask, stage }) => {
      const patch = (type: string) =>
        ask('PATCH', `${PODS}/ask-first`, {
          body: { type, bytes: Buffer.from('{"spec":{}}') },
          preview: preview({ spec: {} }, { spec: {} }),
        });
      await patch('application/merge-patch+json');
      const [first] = await stage.desk.list({ state: 'pending', limit: 9 });
      await approve(stage, first?.id as string);
      assert.is((await patch('application/strategic-merge-patch+json')).verdict, 'deny');
      assert.is((await patch('application/merge-patch+json')).verdict, 'allow');
    },
    { wait: false },
  ));

test('who does not wait is told which request to come back for', () =>
  withGate(
    async ({ ask, end }) => {
      const leave = await ask('DELETE', `${PODS}/ask-first`);
      assert.match(leave.verdict === 'deny' ? leave.message : '', /^sallyport: request "r-\w+" waits for a person/);
      const result = await end(1);
      assert.equal([result.exitCode, result.error?.code], [75, 'approval-pending']);
      assert.match(result.error?.request ?? '', /^r-/);
    },
    { wait: false },
  ));

test('the quota of a session holds for two at once, and a refusal by people gives back', () =>
  withGate(async ({ ask, stage, client }) => {
    const verdicts = async (paths: readonly string[]) =>
      (await Promise.all(paths.map((path) => ask('DELETE', path)))).map(({ verdict }) => verdict);
    const pending = ask('DELETE', `${CONFIG_MAPS}/ask-first`);
    const { request } = await client.notice('waiting');
    assert.equal((await verdicts([`${CONFIG_MAPS}/a`, `${CONFIG_MAPS}/b`])).sort(), ['allow', 'deny']);
    await stage.desk.cancel(request as RequestId, principal('agent', 1001));
    assert.is((await pending).verdict, 'deny');
    assert.equal(await verdicts([`${CONFIG_MAPS}/c`]), ['allow']);
    assert.equal(await verdicts([`${CONFIG_MAPS}/d`]), ['deny']);
  }));

const removal = (removed: readonly string[], more: Partial<ApiPreview> = {}): ApiPreview => ({
  ...{ before: undefined, after: undefined, removed },
  ...more,
});

test('a deletion of several is counted with those that are not named, and of an unknown number not let through', () =>
  withGate(async ({ ask, stage }) => {
    const all = (preview: ApiQuestion['preview']) => ask('DELETE', PODS, { preview });
    const cannot = new BrokerError({ code: 'cannot-preview', exit: 69, message: 'no dry run of it', hint: 'none' });
    const tooMany: readonly ApiQuestion['preview'][] = [
      async () => removal(['a', 'b'], { moreRemoved: 1 }),
      async () => removal(['a'], { moreRemoved: 'some' }),
      async () => removal([], { moreRemoved: 'some' }),
      () => Promise.reject(cannot),
      undefined,
    ];
    for (const preview of tooMany) assert.is((await all(preview)).verdict, 'deny');
    assert.is((await stage.entries('api.judged')).at(-1)?.data.rule, 'quota');
    assert.is((await all(async () => removal(['a'], { moreRemoved: 1 }))).verdict, 'allow');
    assert.is((await ask('DELETE', `${CONFIG_MAPS}/c`)).verdict, 'deny');
  }));

test('what has become more while a person was asked is counted as what it is by then', () =>
  withGate(async ({ ask, stage, client }) => {
    let removed = ['a'];
    const asked = ask('DELETE', '/api/v1/namespaces/ask-first/pods', { preview: async () => removal(removed) });
    const first = await client.notice('waiting');
    removed = ['a', 'b', 'c'];
    await approve(stage, first.request);
    while (client.notices.filter(({ kind }) => kind === 'waiting').length < 2) await new Promise(setImmediate);
    const [, second] = client.notices.flatMap((notice) => (notice.kind === 'waiting' ? [notice] : []));
    await approve(stage, second?.request as string);
    const leave = await asked;
    assert.match(leave.verdict === 'deny' ? leave.message : '', /quota/);
    // All of it is there again.
    assert.is((await ask('DELETE', `${CONFIG_MAPS}/b`)).verdict, 'allow');
    assert.is((await ask('DELETE', `${CONFIG_MAPS}/c`)).verdict, 'allow');
  }));

test('a client that does not wait, and a server that would refuse, are on record', () =>
  withGate(async ({ stage, ask, gate, client }) => {
    const gone = new AbortController();
    const request = readRequest('DELETE', `${CONFIG_MAPS}/ask-first`);
    const asked = gate.permit({ request, body: null, parsed: { kind: 'none' }, preview: undefined }, gone.signal);
    await client.notice('waiting');
    gone.abort(new Error('gone'));
    await asked.then(
      () => assert.unreachable('let through'),
      (error) => assert.is(error.message, 'gone'),
    );
    const would = new PreviewRefused({ status: 422, contentType: 'application/json', bytes: Buffer.from('{}') });
    const refused = ask('PUT', `${PODS}/web`, { json: {}, preview: () => Promise.reject(would) });
    await refused.then(
      () => assert.unreachable('let through'),
      (error) => assert.is(error, would),
    );
    assert.equal(
      (await stage.entries('api.failed')).map(({ data: { request, code, status } }) => ({ request, code, status })),
      [
        { request: 1, code: 'client-gone', status: 0 },
        { request: 2, code: 'server-would-refuse', status: 422 },
      ],
    );
  }));

test('a stream that was refused is refused by another protocol as well, and nobody is asked twice', () =>
  withGate(async ({ stage, ask, client }) => {
    const asked = ask('GET', `${PODS}/ask-first/exec?command=ls`);
    const { request, command } = await client.notice('waiting');
    assert.match(command ?? '', new RegExp(`^POST ${PODS}/ask-first/exec`));
    await stage.desk.decide(decisionOn(await stage.desk.get(request), { decision: 'deny', reason: 'not now' }));
    const [first, second] = [await asked, await ask('POST', `${PODS}/ask-first/exec?command=ls`)];
    assert.equal(second, first);
    assert.match(first.verdict === 'deny' ? first.message : '', /not now/);
    assert.is((await stage.entries('request.opened')).length, 1);
    // Another command is another question.
    const other = ask('POST', `${PODS}/ask-first/exec?command=id`);
    while (client.notices.filter(({ kind }) => kind === 'waiting').length < 2) await new Promise(setImmediate);
    for (const { id } of await stage.desk.list({ state: 'pending', limit: 9 })) {
      await stage.desk.cancel(id, principal('agent', 1001));
    }
    assert.is((await other).verdict, 'deny');
  }));

test('a stream that is tried again and again is judged and on record each time', () =>
  withGate(async ({ stage, ask }) => {
    const line = `${PODS}/deny-it/exec?command=ls`;
    const judged = async () => (await stage.entries('api.judged')).length;
    for (const method of ['GET', 'GET', 'POST', 'POST', 'GET']) assert.is((await ask(method, line)).verdict, 'deny');
    // The second protocol of a client alone is none that counts, twice here.
    assert.is(await judged(), 3);
  }));

test('a credential that is asked for while the session ends is ended with it', () =>
  withGate(async ({ stage, api, end }) => {
    const renewal = api.renew(REQUEST);
    await end();
    await renewal;
    assert.equal(await stage.store.leases.open(), []);
    assert.equal(stage.provider.alive(), []);
  }));

test('of credentials that were renewed the newest two are alive', () =>
  withGate(async ({ stage, api, end }) => {
    for (let i = 0; i < 4; i++) await api.renew(REQUEST);
    assert.is((await stage.store.leases.open()).length, 2);
    await end();
    assert.equal(await stage.store.leases.open(), []);
    assert.is((await stage.entries('credential.revoked')).length, 5);
  }));

test('a masked value is not written back', () =>
  withGate(async ({ stage, ask, gate, end }) => {
    const label = gate.labelOf(Buffer.from('what nobody may know'));
    await ask('PUT', `${CONFIG_MAPS}/web`, { json: { data: { password: label } } }).then(
      () => assert.unreachable('written back'),
      (error) => assert.is(error.code, 'masked-value'),
    );
    assert.is((await stage.entries('api.refused')).at(-1)?.data.code, 'masked-value');
    assert.is((await end(1)).exitCode, 77);
  }));

test('what cannot be written down does not go, and ends the session', () =>
  withGate(async ({ ask, stage, end }) => {
    const { audit } = stage.deps;
    const { append } = audit;
    const full = new BrokerError({ code: 'cannot-audit', exit: 74, message: 'full', hint: 'none' });
    Object.assign(audit, { append: () => Promise.reject(full) });
    await ask('GET', `${PODS}/web`).then(
      () => assert.unreachable('let through without an entry'),
      (error) => assert.is(error.code, 'cannot-audit'),
    );
    Object.assign(audit, { append });
    assert.is((await end()).error?.code, 'cannot-audit');
  }));

test.run();
