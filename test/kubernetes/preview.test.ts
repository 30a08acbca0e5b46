// A preview asks and changes nothing, whatever it is a preview of.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { asksForDryRun } from '../../src/lib/kubernetes/effect/dry-run.ts';
import { PreviewRefused, previewerOf } from '../../src/lib/kubernetes/effect/preview.ts';
import { PROTOBUF, readBody } from '../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { type AskedOfServer, fakeApiServer, says } from '../helpers/fake-api-server.ts';

const test = suite('preview');

interface Asked {
  readonly method: string;
  readonly target: string;
  readonly type?: string;
  readonly body?: string | Uint8Array;
}

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const PODS = '/api/v1/namespaces/shop/pods';
const label = (value: Uint8Array) => `[kubernetes-secret:${value.length.toString(16).padStart(4, '0')}]`;
const never = new AbortController().signal;

function questionOf({ method, target, type = 'application/json', body }: Asked) {
  const request = readRequest(method, target);
  const sent = body === undefined ? null : { type, bytes: Buffer.from(body) };
  return { request, body: sent, parsed: readBody(request, sent) };
}

type Reply = (asked: AskedOfServer) => readonly [status: number, body: unknown];

/** What a preview says, and what the server was asked for it. */
async function preview(asked: Asked, reply: Reply, signal = never) {
  await using server = await fakeApiServer((each, response) => says(response, ...reply(each)));
  const headers = { 'user-agent': 'kubectl/v1', accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const ask = previewerOf({ ...questionOf(asked), headers, upstream: server.upstream, labelOf: label });
  if (ask === undefined) throw new Error('it has no preview');
  const result = await ask(signal).then(
    (said) => ({ said, failed: undefined }),
    (failed: unknown) => ({ said: undefined, failed }),
  );
  return { ...result, asked: server.asked };
}

const object = (name: string, more: object = {}) => ({ kind: 'Thing', metadata: { name }, ...more });
const ofMethod = (asked: readonly AskedOfServer[], method: string) => asked.filter((each) => each.method === method);

test('a patch is asked as it is, but for its query, while the object is read', async () => {
  const body = '{"spec":{"replicas":3}}';
  const { said, asked } = await preview(
    { method: 'PATCH', target: `${WEB}?fieldManager=kubectl&dryRun=`, type: 'application/merge-patch+json', body },
    ({ method }) => [200, object('web', { spec: { replicas: method === 'GET' ? 1 : 3 } })],
  );
  assert.equal(said, {
    before: object('web', { spec: { replicas: 1 } }),
    after: object('web', { spec: { replicas: 3 } }),
    removed: [],
  });
  const [patch] = ofMethod(asked, 'PATCH');
  assert.is(patch?.target, `${WEB}?fieldManager=kubectl&dryRun=All`);
  assert.is(patch?.body, body);
  assert.is(patch?.headers['content-type'], 'application/merge-patch+json');
  assert.is(patch?.headers.accept, 'application/json');
  assert.is(patch?.headers['user-agent'], 'kubectl/v1');
  assert.equal(
    ofMethod(asked, 'GET').map(({ target, body }) => [target, body]),
    [[WEB, '']],
  );
});

test('no request of a preview can change anything', async () => {
  const options = '{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Foreground","dryRun":[]}';
  const rows: readonly Asked[] = [
    { method: 'POST', target: PODS, body: '{}' },
    { method: 'POST', target: PODS, type: PROTOBUF, body: 'k8s\0\xff' },
    { method: 'PUT', target: `${PODS}/web`, body: '{}' },
    { method: 'PUT', target: `${PODS}/web/status?dryRun=`, body: '{}' },
    { method: 'PATCH', target: `${WEB}/scale?force=true`, type: 'application/apply-patch+yaml', body: '{}' },
    { method: 'POST', target: `${PODS}/web/eviction`, body: '{"deleteOptions":{}}' },
    { method: 'DELETE', target: `${PODS}/web` },
    { method: 'DELETE', target: `${PODS}/web?dryRun=All`, body: options },
    { method: 'DELETE', target: `${PODS}/web?gracePeriodSeconds=0&propagationPolicy=Orphan` },
    { method: 'DELETE', target: PODS, body: options },
    { method: 'DELETE', target: `${PODS}?labelSelector=app%3Dweb`, body: '{}' },
  ];
  for (const row of rows) {
    const { asked } = await preview(row, () => [200, object('web')]);
    assert.ok(asked.length > 0);
    for (const { method, target, headers, body } of asked) {
      if (method === 'GET') continue;
      const url = new URL(target, 'https://x');
      assert.equal(url.searchParams.getAll('dryRun'), ['All'], `${method} ${target}`);
      if (method !== 'DELETE') continue;
      assert.is(headers['content-type'], 'application/json');
      assert.equal(JSON.parse(body).dryRun, ['All'], `${method} ${target}`);
      // The server's own reading of the request agrees.
      assert.ok(asksForDryRun(readRequest(method, target), questionOf({ method, target, body }).parsed));
    }
  }
});

test('the options of a deletion are kept, from its body or its query', async () => {
  const uid = { preconditions: { uid: 'a-b' } };
  const given = await preview(
    { method: 'DELETE', target: `${PODS}/web?gracePeriodSeconds=9`, body: JSON.stringify({ ...uid, dryRun: ['All'] }) },
    () => [200, object('web')],
  );
  assert.equal(JSON.parse(ofMethod(given.asked, 'DELETE')[0]?.body ?? ''), {
    ...{ kind: 'DeleteOptions', apiVersion: 'v1' },
    ...{ ...uid, dryRun: ['All'] },
  });
  assert.equal(given.said, { before: object('web'), after: undefined, removed: [] });
  const asked = await preview(
    { method: 'DELETE', target: `${PODS}/web?gracePeriodSeconds=0&propagationPolicy=Orphan` },
    () => [200, object('web')],
  );
  assert.equal(JSON.parse(ofMethod(asked.asked, 'DELETE')[0]?.body ?? ''), {
    ...{ kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] },
    ...{ gracePeriodSeconds: 0, propagationPolicy: 'Orphan' },
  });
});

test('a deletion of several says what it would meet, by its own selectors', async () => {
  const { said, asked } = await preview(
    { method: 'DELETE', target: `${PODS}?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3Dn&dryRun=`, body: '{}' },
    ({ method }) => [
      200,
      method === 'GET'
        ? {
            kind: 'PartialObjectMetadataList',
            metadata: {},
            items: [{ metadata: { namespace: 'shop', name: 'a' } }, { metadata: { name: 'b' } }],
          }
        : { kind: 'PodList', items: [] },
    ],
  );
  assert.equal(said, { before: undefined, after: undefined, removed: ['shop/a', 'b'] });
  const [list] = ofMethod(asked, 'GET');
  assert.is(list?.target, `${PODS}?labelSelector=app%3Dweb&fieldSelector=spec.nodeName%3Dn&limit=500`);
  assert.match(list?.headers.accept ?? '', /as=PartialObjectMetadataList/);
});

for (const [metadata, more] of [
  [{ continue: 'x', remainingItemCount: 7 }, 7],
  [{ continue: 'x' }, 'some'],
  [{ continue: '' }, undefined],
] as const) {
  test(`of a list with ${JSON.stringify(metadata)}, more are ${more}`, async () => {
    const { said } = await preview({ method: 'DELETE', target: PODS }, () => [200, { metadata, items: [] }]);
    assert.is(said?.moreRemoved, more);
  });
}

test('who may not list is not told that nothing goes', async () => {
  const { said } = await preview({ method: 'DELETE', target: PODS }, ({ method }) => [
    method === 'GET' ? 403 : 200,
    {},
  ]);
  assert.equal(said, { before: undefined, after: undefined, removed: [], moreRemoved: 'some' });
});

test('an eviction removes its pod', async () => {
  const { said, asked } = await preview({ method: 'POST', target: `${PODS}/web/eviction`, body: '{}' }, ({ method }) =>
    method === 'GET' ? [200, object('web')] : [201, { kind: 'Status', status: 'Success' }],
  );
  assert.equal(said, { before: object('web'), after: undefined, removed: [] });
  assert.is(ofMethod(asked, 'GET')[0]?.target, `${PODS}/web`);
});

test('what is not there, or may not be read, has no before', async () => {
  for (const status of [404, 403]) {
    const { said } = await preview(
      { method: 'PATCH', target: WEB, type: 'application/apply-patch+yaml', body: '{}' },
      ({ method }) => [method === 'GET' ? status : 201, object('web')],
    );
    assert.equal(said, { before: undefined, after: object('web'), removed: [] });
  }
});

test('what the server would refuse is its own answer', async () => {
  const status = { kind: 'Status', code: 422, message: 'spec.replicas: Invalid value' };
  const { failed } = await preview({ method: 'PUT', target: WEB, body: '{}' }, ({ method }) =>
    method === 'GET' ? [200, object('web')] : [422, status],
  );
  if (!(failed instanceof PreviewRefused)) throw new Error(`failed with ${String(failed)}`);
  assert.is(failed.status, 422);
  assert.is(failed.contentType, 'application/json');
  assert.equal(JSON.parse(Buffer.from(failed.bytes).toString()), status);
});

const BROKEN: readonly (readonly [string, Reply])[] = [
  ['a page', () => [200, '<html>']],
  ['a list', () => [200, [1]]],
  ['a status', () => [200, { kind: 'Status', status: 'Success' }]],
  ['nested without end', () => [200, JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`)]],
  ['too much', () => [200, object('web', { data: 'x'.repeat(17 * 1024 * 1024) })]],
  ['a refusal without end', () => [400, 'x'.repeat(2 * 1024 * 1024)]],
  ['a failure of the read', ({ method }) => [method === 'GET' ? 500 : 200, object('web')]],
];
for (const [what, reply] of BROKEN) {
  test(`an answer that is ${what} cannot be shown`, async () => {
    const { failed } = await preview({ method: 'PUT', target: WEB, body: '{}' }, reply);
    if (!(failed instanceof BrokerError)) throw new Error(`failed with ${String(failed)}`);
    assert.is(failed.code, 'cannot-preview');
  });
}

test('values of Secrets are labels, before and after', async () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const [old, fresh] = ['o'.repeat(40), 'n'.repeat(50)];
  const { said } = await preview(
    { method: 'PATCH', target: '/api/v1/namespaces/shop/secrets/db', type: 'application/merge-patch+json', body: '{}' },
    ({ method }) => [200, object('db', { data: { key: base64(method === 'GET' ? old : fresh) } })],
  );
  const words = JSON.stringify(said);
  for (const value of [old, fresh, base64(old), base64(fresh)]) assert.not.match(words, value);
  assert.match(words, base64(`[kubernetes-secret:0028]${'*'.repeat(16)}`));
});

test('two values whose labels are the same by chance do not look the same', async () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const asked = {
    method: 'PATCH',
    target: '/api/v1/namespaces/shop/secrets/db',
    type: 'application/merge-patch+json',
    body: '{}',
  };
  const { said } = await preview(asked, ({ method }) => [
    200,
    object('db', {
      data: {
        a: base64((method === 'GET' ? 'o' : 'n').repeat(40)),
        b: base64('s'.repeat(40)),
        c: base64('s'.repeat(40)),
      },
    }),
  ]);
  const [before, after] = [said?.before, said?.after].map((each) => (each as { data: Record<string, string> }).data);
  assert.is.not(before?.a, after?.a);
  assert.is(before?.b, after?.b);
  assert.is(before?.b, before?.c);
});

test('a name that the server made up for the dry run is no name', async () => {
  const made = { kind: 'Pod', metadata: { name: 'web-bcdfg', generateName: 'web-' } };
  const { said } = await preview({ method: 'POST', target: PODS, body: '{"metadata":{"generateName":"web-"}}' }, () => [
    201,
    made,
  ]);
  assert.equal(said?.after, { kind: 'Pod', metadata: { generateName: 'web-' } });
  const given = await preview(
    { method: 'POST', target: PODS, body: '{"metadata":{"generateName":"web-","name":"web-bcdfg"}}' },
    () => [201, made],
  );
  assert.equal(given.said?.after, made);
});

const NONE = [
  'GET /api/v1/pods',
  'GET /api/v1/namespaces/shop/pods/web/exec?command=sh',
  'POST /api/v1/namespaces/shop/pods/web/exec?command=sh',
  'POST /api/v1/namespaces/shop/pods/web/attach',
  'POST /api/v1/namespaces/shop/pods/web/portforward',
  'POST /api/v1/namespaces/shop/pods/web/binding',
  'POST /api/v1/namespaces/shop/serviceaccounts/ci/token',
  'PUT /apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachines/vm/restart',
  'GET /version',
];
for (const line of NONE) {
  test(`${line} has no preview`, async () => {
    const [method = '', target = ''] = line.split(' ');
    await using server = await fakeApiServer((_, response) => says(response, 200, {}));
    const deps = { headers: {}, upstream: server.upstream, labelOf: label };
    assert.is(previewerOf({ ...questionOf({ method, target }), ...deps }), undefined);
  });
}

const SHEEP = '/apis/example.org/v1/namespaces/shop/sheep';
const described = (path: string, method: string) => ({
  paths: { [path]: { [method]: { parameters: [{ name: 'dryRun' }] } } },
});

test('an API that is not the cluster’s own is asked first whether it knows dry runs of that', async () => {
  const one = `/apis/example.org/v1/namespaces/{namespace}/sheep`;
  const rows: readonly (readonly [Asked, unknown, boolean])[] = [
    [{ method: 'PUT', target: `${SHEEP}/dolly`, body: '{}' }, described(`${one}/{name}`, 'put'), true],
    [{ method: 'PUT', target: `${SHEEP}/dolly`, body: '{}' }, described(`${one}/{name}`, 'patch'), false],
    [{ method: 'PUT', target: `${SHEEP}/dolly`, body: '{}' }, described(one, 'put'), false],
    [{ method: 'POST', target: SHEEP, body: '{}' }, described(one, 'post'), true],
    [{ method: 'DELETE', target: SHEEP }, described(one, 'delete'), true],
    [{ method: 'DELETE', target: `${SHEEP}/dolly` }, { paths: {} }, false],
    [{ method: 'DELETE', target: `${SHEEP}/dolly` }, 'none', false],
  ];
  for (const [asked, description, isKnown] of rows) {
    const result = await preview(asked, ({ target }) =>
      target.startsWith('/openapi/')
        ? description === 'none'
          ? [404, {}]
          : [200, description]
        : [200, object('dolly', { items: [] })],
    );
    assert.is(result.asked[0]?.target, '/openapi/v3/apis/example.org/v1');
    assert.is(result.failed === undefined, isKnown, JSON.stringify([asked, description]));
    if (!isKnown)
      assert.equal(
        result.asked.map(({ method }) => method),
        ['GET'],
      );
  }
});

test('it ends with the signal', async () => {
  await using server = await fakeApiServer(() => new Promise(() => {}));
  const deps = { headers: {}, upstream: server.upstream, labelOf: label };
  const ask = previewerOf({ ...questionOf({ method: 'DELETE', target: PODS }), ...deps });
  const reason = new Error('enough');
  const began = performance.now();
  const failed = await ask?.(AbortSignal.any([abortedIn(30, reason)])).catch((error: unknown) => error);
  assert.is(failed, reason);
  assert.ok(performance.now() - began < 2000);
});

function abortedIn(ms: number, reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), ms);
  return controller.signal;
}

const DRY: readonly (readonly [string, string | undefined, boolean])[] = [
  ['GET /api/v1/pods?dryRun=All', undefined, false],
  [`POST ${PODS}?dryRun=All`, '{}', true],
  [`POST ${PODS}?dryRun=All`, undefined, true],
  [`POST ${PODS}?dryRun=all`, '{}', false],
  [`POST ${PODS}?dryRun=`, '{}', false],
  [`POST ${PODS}`, '{"dryRun":["All"]}', false],
  [`PUT ${PODS}/web?dryRun=All%20`, '{}', false],
  [`DELETE ${PODS}/web?dryRun=All`, undefined, true],
  [`DELETE ${PODS}/web?dryRun=All`, '{}', false],
  [`DELETE ${PODS}/web?dryRun=All`, '{"dryRun":[]}', false],
  [`DELETE ${PODS}/web?dryRun=All`, '{"DryRun":["All"]}', false],
  [`DELETE ${PODS}/web`, '{"dryRun":["All"]}', true],
  [`DELETE ${PODS}/web`, '{"dryRun":"All"}', false],
  [`DELETE ${PODS}/web`, '{"dryRun":["All","All"]}', false],
  [`DELETE ${PODS}`, '{"dryRun":["All"]}', true],
  [`POST ${PODS}/web/eviction?dryRun=All`, '{}', true],
  [`POST ${PODS}/web/binding?dryRun=All`, '{}', false],
  ['POST /api/v1/namespaces/shop/serviceaccounts/ci/token?dryRun=All', '{}', false],
  [`POST ${PODS}/web/exec?command=id&dryRun=All`, undefined, false],
  ['PUT /apis/example.org/v1/namespaces/shop/sheep/dolly?dryRun=All', '{}', false],
  ['DELETE /apis/example.org/v1/namespaces/shop/sheep/dolly', '{"dryRun":["All"]}', false],
];
for (const [line, body, isDry] of DRY) {
  test(`${line} with ${body ?? 'nothing'} is ${isDry ? 'a' : 'no'} dry run`, () => {
    const [method = '', target = ''] = line.split(' ');
    const { request } = questionOf({ method, target });
    const parsed =
      body === undefined ? { kind: 'none' as const } : { kind: 'object' as const, object: JSON.parse(body) };
    assert.is(asksForDryRun(request, parsed), isDry);
  });
}

test.run();
