import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clusterApi, type ObjectPlace } from '../../src/lib/kubernetes/server/cluster-api.ts';
import { type FakeApiServer, fakeApiServer, says } from '../helpers/fake-api-server.ts';
import { refusal } from '../helpers/refusal.ts';

const test = suite('kubernetes: cluster api');
const signal = new AbortController().signal;
const PLACE: ObjectPlace = {
  group: '',
  version: 'v1',
  resource: 'secrets',
  subresource: null,
  namespace: 'agents',
  name: 'one',
};

/** What `work` asks of a server that answers so. */
async function withServer(
  reply: Parameters<typeof fakeApiServer>[0],
  work: (api: ReturnType<typeof clusterApi>, server: FakeApiServer) => Promise<void>,
): Promise<void> {
  await using server = await fakeApiServer(reply);
  await work(clusterApi(server.upstream), server);
}

test('asks for objects by verb, group, namespace and name', () =>
  withServer(
    (_asked, response) => says(response, 200, { kind: 'Status' }),
    async (api, { asked }) => {
      await api.get(PLACE, signal);
      await api.delete(PLACE, signal);
      await api.create(PLACE, { kind: 'Secret' }, signal);
      await api.create({ ...PLACE, resource: 'serviceaccounts', subresource: 'token' }, {}, signal);
      const review = { group: 'authentication.k8s.io', resource: 'tokenreviews', namespace: null, name: null };
      await api.create({ ...PLACE, ...review }, {}, signal);
      await api.get({ ...PLACE, name: '../kube-system' }, signal);
      assert.equal(
        asked.map(({ method, target }) => `${method} ${target}`),
        [
          'GET /api/v1/namespaces/agents/secrets/one',
          'DELETE /api/v1/namespaces/agents/secrets/one',
          'POST /api/v1/namespaces/agents/secrets',
          'POST /api/v1/namespaces/agents/serviceaccounts/one/token',
          'POST /apis/authentication.k8s.io/v1/tokenreviews',
          'GET /api/v1/namespaces/agents/secrets/..%2Fkube-system',
        ],
      );
      assert.equal([asked[2]?.headers['content-type'], asked[2]?.body], ['application/json', '{"kind":"Secret"}']);
    },
  ));

test('what is missing is said as the server says it', () =>
  withServer(
    (_asked, response) => says(response, 404, { kind: 'Status', reason: 'NotFound', details: { kind: 'namespaces' } }),
    async (api) => {
      assert.equal(await api.get(PLACE, signal), { kind: 'missing', what: 'namespaces' });
      assert.equal(await api.create(PLACE, {}, signal), { kind: 'missing', what: 'namespaces' });
      assert.is(await api.delete(PLACE, signal), 'missing');
    },
  ));

test("a server's own words go to the log only", () =>
  withServer(
    (_asked, response) => says(response, 403, { kind: 'Status', reason: 'Forbidden', message: 'in my own words' }),
    async (api) => {
      const error = await refusal(api.delete(PLACE, signal));
      assert.is(error.publicMessage, 'the cluster does not let the broker delete "secrets" in namespace "agents"');
      assert.match(error.detail ?? '', 'in my own words');
      assert.not.match(JSON.stringify(error.toPublic()), 'in my own words');
    },
  ));

test('a reply that is broken off, or has no end, is no object', async () => {
  await withServer(
    (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"kind":', () => response.destroy());
    },
    async (api) => assert.is((await refusal(api.get(PLACE, signal))).code, 'cluster-unreachable'),
  );
  await withServer(
    (_asked, response) => {
      const more = () => void (response.writable && response.write('{"a":'.repeat(20_000), more));
      more();
    },
    async (api) => assert.is((await refusal(api.get(PLACE, signal))).code, 'cluster-nonsense'),
  );
});

test('ends with the reason of its signal, before and within a reply', async () => {
  for (const begins of [false, true]) {
    await withServer(
      (_asked, response) => {
        if (begins) response.write('{');
      },
      async (api, { asked }) => {
        const limit = new AbortController();
        const outcome = api.get(PLACE, limit.signal).catch((error: unknown) => error);
        while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        await new Promise((resolve) => setTimeout(resolve, 20));
        const reason = new Error('enough');
        limit.abort(reason);
        assert.is(await outcome, reason);
      },
    );
  }
});

test.run();
