// A session's endpoint between a client and a server: who gets in, what goes on, what comes back. Both versions of HTTP.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { Agent, request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApiRequest } from '../../../src/lib/core/api-request.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { BrokerError } from '../../../src/lib/core/errors.ts';
import { Secret } from '../../../src/lib/core/secret.ts';
import { uidOfLoopbackPeer } from '../../../src/lib/os/loopback-peer.ts';
import type { ApiGate, ApiLeave, ApiOutcome, ApiQuestion } from '../../../src/lib/ports/api-gate.ts';
import { type Endpoint, openEndpoint } from '../../../src/lib/targets/kubectl/endpoint.ts';
import { exchange } from '../../../src/lib/targets/kubectl/exchange.ts';
import { BODY_MAX_BYTES } from '../../../src/lib/targets/kubectl/read-call.ts';
import { issueSessionCertificate } from '../../../src/lib/targets/kubectl/session-certificate.ts';
import { releasesOf } from '../../../src/lib/targets/kubectl/session-endpoint.ts';
import { type AskedOfServer, type FakeApiServer, fakeApiServer, says } from '../../helpers/fake-api-server.ts';

const test = suite('exchange');

const TOKEN = randomBytes(24).toString('base64url');

interface World extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly ca: string;
  readonly server: FakeApiServer;
  readonly permitted: ApiRequest[];
  readonly outcomes: ApiOutcome[];
  readonly refusals: string[];
  readonly end: AbortController;
}

interface WorldOptions {
  readonly reply?: Parameters<typeof fakeApiServer>[0];
  readonly permit?: (request: ApiRequest, question: ApiQuestion) => Promise<'allow' | 'deny'>;
  readonly mayConnect?: (port: number, to: number) => boolean;
}

async function world({ reply, permit, mayConnect }: WorldOptions = {}): Promise<World> {
  const server = await fakeApiServer(reply ?? ((_, response) => says(response, 200, { kind: 'PodList', items: [] })));
  const permitted: ApiRequest[] = [];
  const outcomes: ApiOutcome[] = [];
  const refusals: string[] = [];
  const gate: ApiGate = {
    async permit(question): Promise<ApiLeave> {
      const { request } = question;
      if ((await permit?.(request, question)) === 'deny')
        return { verdict: 'deny', message: 'denied by rule "no": never' };
      permitted.push(request);
      return {
        verdict: 'allow',
        streams: () => {
          throw new Error('no request here opens a stream');
        },
        done: async (outcome) => void outcomes.push(outcome),
      };
    },
    refused: async (_method, _target, { code }) => void refusals.push(code),
    labelForApprovers: () => '[kubernetes-secret]',
    labelOf: (value) => `[kubernetes-secret:${String(value.length).padStart(4, '0')}]`,
    replyMask: () => ({
      push: (bytes) => [
        Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('hunter2-hunter2', '[masked]'), 'latin1'),
      ],
      holding: false,
      expire: () => [],
      flush: () => [],
    }),
  };
  const end = new AbortController();
  const certificate = await issueSessionCertificate('s-test', Date.now(), 60_000);
  const releases = releasesOf(gate);
  const endpoint = await openEndpoint({
    certificate,
    token: new Secret(TOKEN),
    mayConnect: mayConnect ?? ((port, to) => uidOfLoopbackPeer(port, to) === process.getuid?.()),
    handle: (call) =>
      exchange(call, { gate, releases, upstream: server.upstream, clock: systemClock, signal: end.signal }),
  });
  return {
    ...{ endpoint, ca: certificate.ca, server, permitted, outcomes, refusals, end },
    async [Symbol.asyncDispose]() {
      await endpoint[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly token?: string;
}

async function askHttp1(
  { endpoint, ca }: World,
  path: string,
  { method = 'GET', headers, body, token = TOKEN }: Ask,
): Promise<Reply> {
  const agent = new Agent({ ca });
  const sent = request({
    agent,
    host: '127.0.0.1',
    port: endpoint.port,
    path,
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  sent.end(body);
  const [reply] = await once(sent, 'response');
  let text = '';
  for await (const piece of reply) text += piece;
  agent.destroy();
  return { status: reply.statusCode, text };
}

async function askHttp2(
  { endpoint, ca }: World,
  path: string,
  { method = 'GET', headers, body, token = TOKEN }: Ask,
): Promise<Reply> {
  const session = connectHttp2(`https://127.0.0.1:${endpoint.port}`, { ca });
  session.on('error', () => {});
  try {
    const stream = session.request({ ':path': path, ':method': method, authorization: `Bearer ${token}`, ...headers });
    stream.end(body);
    const [head] = await once(stream, 'response');
    let text = '';
    for await (const piece of stream) text += piece;
    return { status: Number(head[':status']), text };
  } finally {
    session.destroy();
  }
}

for (const [version, ask] of [
  ['HTTP/1.1', askHttp1],
  ['HTTP/2', askHttp2],
] as const) {
  test(`${version}: what is allowed goes on, printed anew, with the cluster's token and nobody else's`, async () => {
    await using w = await world();
    const { status, text } = await ask(w, '/api/v1/namespaces/%73hop/pods/?limit=5&', {
      headers: { 'x-forwarded-for': 'a' },
    });
    assert.equal([status, JSON.parse(text).kind], [200, 'PodList']);
    const [asked] = w.server.asked as [AskedOfServer];
    assert.is(`${asked.method} ${asked.target}`, 'GET /api/v1/namespaces/shop/pods?limit=5');
    assert.is(asked.headers.authorization, 'Bearer cluster-token');
    assert.is(asked.headers['x-forwarded-for'], undefined);
    assert.equal(w.outcomes, [{ status: 200, bytes: text.length }]);
  });

  test(`${version}: what is denied goes nowhere, and is told as the API tells it`, async () => {
    await using w = await world({ permit: async () => 'deny' });
    const { status, text } = await ask(w, '/api/v1/namespaces/shop/pods/web', { method: 'DELETE' });
    assert.is(status, 403);
    const { kind, reason, message, details } = JSON.parse(text);
    assert.equal(
      [kind, reason, message, details],
      ['Status', 'Forbidden', 'denied by rule "no": never', { name: 'web', kind: 'pods' }],
    );
    assert.equal(w.server.asked, []);
  });

  test(`${version}: without the session's token nothing is to be had`, async () => {
    await using w = await world();
    for (const token of ['', 'x', `${TOKEN}x`, TOKEN.slice(1), 'cluster-token']) {
      const { status, text } = await ask(w, '/api/v1/pods', { token });
      assert.equal([status, JSON.parse(text).reason], [401, 'Unauthorized']);
    }
    assert.equal([w.server.asked, w.permitted], [[], []]);
  });

  for (const [path, headers, code, expected] of [
    ['/api/v1/namespaces/a/../kube-system/secrets', {}, 'bad-path', 400],
    ['/api/v1//pods', {}, 'bad-path', 400],
    ['/api/v1/nodes/a/proxy/', {}, 'proxied-path', 403],
    ['/api/v1/pods', { 'impersonate-user': 'admin' }, 'impersonation', 403],
  ] as const) {
    test(`${version}: ${path} ${JSON.stringify(headers)} is refused before it is judged, and noted`, async () => {
      await using w = await world();
      const { status, text } = await ask(w, path, { headers });
      assert.equal([status, w.refusals, w.permitted, w.server.asked], [expected, [code], [], []]);
      assert.match(JSON.parse(text).message, new RegExp(`^sallyport \\(${code}\\): `));
    });
  }

  test(`${version}: a body is sent on as it is, and one that is too large is not`, async () => {
    await using w = await world();
    const body = JSON.stringify({ kind: 'Pod', metadata: { name: 'web' }, spec: 'x'.repeat(BODY_MAX_BYTES - 100) });
    const headers = { 'content-type': 'application/json' };
    assert.is((await ask(w, '/api/v1/namespaces/shop/pods', { method: 'POST', headers, body })).status, 200);
    assert.ok(w.server.asked[0]?.body === body);
    const large = await ask(w, '/api/v1/namespaces/shop/pods', {
      method: 'POST',
      headers,
      body: `${body}${' '.repeat(100)}`,
    });
    assert.equal([large.status, w.server.asked.length, w.refusals], [413, 1, ['body-too-large']]);
  });

  test(`${version}: Secrets come with labels, text with masks`, async () => {
    const value = randomBytes(24).toString('base64url');
    await using w = await world({
      reply: ({ target }, response) =>
        target.includes('secrets')
          ? says(response, 200, { kind: 'Secret', data: { password: Buffer.from(value).toString('base64') } })
          : says(response, 200, { kind: 'ConfigMap', data: { a: 'hunter2-hunter2' } }),
    });
    const secret = await ask(w, '/api/v1/namespaces/shop/secrets/db', {});
    assert.not.match(secret.text, Buffer.from(value).toString('base64'));
    assert.is(
      Buffer.from(JSON.parse(secret.text).data.password, 'base64').toString(),
      `[kubernetes-secret:0032]${'*'.repeat(8)}`,
    );
    assert.equal(JSON.parse((await ask(w, '/api/v1/namespaces/shop/configmaps/a', {})).text).data, { a: '[masked]' });
  });

  test(`${version}: events of a watch come one by one, each masked, whatever pieces they come in`, async () => {
    const value = Buffer.from(randomBytes(24).toString('base64url')).toString('base64');
    const event = Buffer.from(`${JSON.stringify({ type: 'ADDED', object: { kind: 'Secret', data: { a: value } } })}\n`);
    await using w = await world({
      async reply(_, response) {
        response.writeHead(200, { 'content-type': 'application/json' });
        for (let at = 0; at < event.length; at += 7) {
          response.write(event.subarray(at, at + 7));
          if (at % 49 === 0) await delay(1);
        }
        response.write(event);
        response.end(event.subarray(0, event.length - 1));
      },
    });
    const { text } = await ask(w, '/api/v1/secrets?watch=1', {});
    const lines = text.trim().split('\n');
    assert.is(lines.length, 3);
    for (const line of lines) assert.equal(Object.keys(JSON.parse(line).object.data), ['a']);
    assert.not.match(text, value);
  });

  test(`${version}: a reply about Secrets that is no JSON is not shown`, async () => {
    await using w = await world({
      reply(_, response) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"data":{"a":"aHVudGVyMi1odW50ZXIy"');
      },
    });
    const text = await ask(w, '/api/v1/namespaces/shop/secrets/db', {}).then(({ text }) => text, String);
    assert.not.match(text, 'aHVudGVyMi1odW50ZXIy');
    assert.is(w.outcomes.length, 1);
  });
}

test("a preview is asked of the server by a dry run, and its refusal is the client's, masked", async () => {
  const previewed: unknown[] = [];
  await using w = await world({
    reply({ target }, response) {
      if (target.includes('dryRun=All')) says(response, 422, { kind: 'Status', message: 'not hunter2-hunter2' });
      else says(response, 200, { kind: 'APIResourceList', resources: [] });
    },
    async permit(_, question) {
      previewed.push(await question.preview?.(new AbortController().signal));
      return 'allow';
    },
  });
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } });
  const { status, text } = await askHttp1(w, '/api/v1/namespaces/shop/pods', { method: 'POST', body });
  assert.equal([status, JSON.parse(text).message], [422, 'not [masked]']);
  assert.equal([previewed, w.permitted, w.outcomes], [[], [], []]);
  assert.ok(w.server.asked.every(({ method, target }) => method === 'GET' || target.includes('dryRun=All')));
});

test('a body that can be read in two ways is refused before it is judged', async () => {
  await using w = await world();
  const body = '{"kind":"Pod","kind":"Secret"}';
  const { status } = await askHttp1(w, '/api/v1/namespaces/shop/pods', { method: 'POST', body });
  assert.equal([status, w.refusals, w.permitted, w.server.asked], [400, ['malformed-body'], [], []]);
});

test('headers that quote a secret do not go on, and errors of descriptions are masked', async () => {
  await using w = await world({
    reply: (_, response) =>
      void response
        .writeHead(502, { warning: '299 - "was hunter2-hunter2"', 'audit-id': 'a-1', 'content-type': 'text/html' })
        .end('you sent hunter2-hunter2'),
  });
  const agent = new Agent({ ca: w.ca });
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (const path of ['/version', '/api/v1/pods']) {
    const sent = request({ agent, host: '127.0.0.1', port: w.endpoint.port, path, headers });
    sent.end();
    const [reply] = await once(sent, 'response');
    let text = '';
    for await (const piece of reply) text += piece;
    assert.equal([reply.statusCode, text], [502, 'you sent [masked]']);
    assert.equal([reply.headers.warning, reply.headers['audit-id']], [undefined, 'a-1']);
  }
  agent.destroy();
});

test('a cluster that refuses the token of the session is not a client with a wrong one', async () => {
  await using w = await world({ reply: (_, response) => says(response, 401, { message: 'Unauthorized' }) });
  const { status, text } = await askHttp1(w, '/api/v1/pods', {});
  assert.is(status, 401);
  assert.match(JSON.parse(text).message, /^sallyport \(cluster-token-refused\): .*next: /);
  assert.equal(w.outcomes, [{ status: 401, bytes: text.length }]);
});

test('a reply that is compressed without being asked is not shown', async () => {
  await using w = await world({
    reply: (_, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end('anything'),
  });
  const { status, text } = await askHttp1(w, '/api/v1/pods', {});
  assert.is(status, 502);
  assert.match(JSON.parse(text).message, /cluster-answer/);
});

test('a list of Secrets with watch=false is a list', async () => {
  const list = JSON.stringify({ kind: 'SecretList', items: [{ data: { a: 'aHVudGVyMg==' } }] }, null, 2);
  await using w = await world({ reply: (_, response) => void response.end(list) });
  const { status, text } = await askHttp1(w, '/api/v1/namespaces/shop/secrets?watch=false&pretty=true', {});
  assert.is(status, 200);
  assert.not.match(text, 'aHVudGVyMg==');
  assert.is(JSON.parse(text).items.length, 1);
});

for (const [place, shown] of [
  ['/openapi/v3/api/v1?hash=0A', '/openapi/v3/api/v1?hash=0A'],
  ['https://evil.example/openapi/v3/api/v1?hash=0A', undefined],
  ['//evil.example/openapi/v3/api/v1?hash=0A', undefined],
  ['/openapi/v3/../../api/v1/secrets', undefined],
] as const) {
  test(`a description that is at ${place} is told of: ${shown ?? 'not'}`, async () => {
    await using w = await world({ reply: (_, response) => void response.writeHead(301, { location: place }).end() });
    const agent = new Agent({ ca: w.ca });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const path = '/openapi/v3/api/v1?hash=00';
    const sent = request({ agent, host: '127.0.0.1', port: w.endpoint.port, path, headers });
    sent.end();
    const [reply] = await once(sent, 'response');
    reply.resume();
    assert.equal([reply.statusCode, reply.headers.location], [301, shown]);
    agent.destroy();
  });
}

test('a process of another account gets no word', async () => {
  await using w = await world({ mayConnect: () => false });
  const socket = connectTls({ host: '127.0.0.1', port: w.endpoint.port, ca: w.ca });
  const outcome = await Promise.race([
    once(socket, 'secureConnect').then(() => 'in'),
    once(socket, 'close').then(() => 'out'),
    once(socket, 'error').then(() => 'out'),
  ]).catch(() => 'out');
  assert.is(outcome, 'out');
});

test('the peer of a connection is known by its uid, and a port of nobody is nobody', () => {
  assert.is(uidOfLoopbackPeer(1, 2), undefined);
});

/** Sends these bytes with the session's token in them, and waits for the end or a moment. */
async function sendRaw(w: World, raw: string): Promise<void> {
  const { endpoint, ca } = w;
  const socket = connectTls({ host: '127.0.0.1', port: endpoint.port, ca, ALPNProtocols: ['http/1.1'] });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  socket.write(raw.replace('Host: a', `Host: a\r\nAuthorization: Bearer ${TOKEN}`));
  await Promise.race([once(socket, 'close'), delay(300)]);
  socket.destroy();
}

test('a request that is written by hand, and rightly, goes on', async () => {
  await using w = await world();
  await sendRaw(w, 'GET /api/v1/pods HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.is(w.server.asked.length, 1);
});

for (const raw of [
  'GET /api/v1/pods HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
  'POST /api/v1/namespaces/a/pods HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /api/v1/namespaces/a/pods HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'GET /api/v1/pods HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n',
  'GET /api/v1/pods HTTP/1.1\nHost: a\n\n',
  'GET /api/v1/pods HTTP/1.1\r\nHost : a\r\n\r\n',
  'GET /api/v1/pods\r\nX: HTTP/1.1\r\n\r\n',
]) {
  test(`no request is hidden in ${JSON.stringify(raw.slice(0, 70))}…`, async () => {
    await using w = await world();
    await sendRaw(w, raw);
    assert.equal(w.server.asked, []);
  });
}

test('a server that is away is an error of the API with the next step', async () => {
  await using w = await world();
  await w.server[Symbol.asyncDispose]();
  const { status, text } = await askHttp1(w, '/api/v1/pods', {});
  assert.is(status, 503);
  assert.match(JSON.parse(text).message, /^sallyport \(cluster-unreachable\): .*; next: see: sallyport targets check$/);
  assert.equal(w.outcomes, [{ status: 0, bytes: 0 }]);
});

test('where it cannot be judged, nothing goes on', async () => {
  await using w = await world({
    permit: async () => {
      throw new BrokerError({ code: 'cannot-audit', exit: 74, message: 'the log is full', hint: 'make room' });
    },
  });
  const { status, text } = await askHttp1(w, '/api/v1/pods', {});
  assert.equal([status, w.server.asked], [500, []]);
  assert.match(JSON.parse(text).message, /cannot-audit/);
});

test('a client that goes while a person decides is nobody who is waited for', async () => {
  let wasAborted = false;
  const server = await fakeApiServer((_, response) => says(response, 200, {}));
  const certificate = await issueSessionCertificate('s-test', Date.now(), 60_000);
  const gate = {
    permit: (_: unknown, signal: AbortSignal) =>
      new Promise<ApiLeave>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          wasAborted = true;
          reject(signal.reason);
        });
      }),
    refused: async () => {},
    labelOf: () => '',
    labelForApprovers: () => '',
    replyMask: () => ({ push: () => [], holding: false, expire: () => [], flush: () => [] }),
  } satisfies ApiGate;
  const releases = releasesOf(gate);
  await using endpoint = await openEndpoint({
    certificate,
    token: new Secret(TOKEN),
    mayConnect: () => true,
    handle: (call) =>
      exchange(call, {
        gate,
        releases,
        upstream: server.upstream,
        clock: systemClock,
        signal: new AbortController().signal,
      }),
  });
  const agent = new Agent({ ca: certificate.ca });
  const sent = request({
    agent,
    host: '127.0.0.1',
    port: endpoint.port,
    path: '/api/v1/pods',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  sent.on('error', () => {});
  sent.end();
  await delay(100);
  sent.destroy();
  for (let tries = 0; !wasAborted && tries < 50; tries++) await delay(20);
  assert.ok(wasAborted);
  assert.equal(server.asked, []);
  agent.destroy();
  await server[Symbol.asyncDispose]();
});

test('a long watch is cut off when the session ends, and nothing is left open', async () => {
  await using w = await world({
    reply(_, response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"type":"ADDED"}\n');
    },
  });
  const agent = new Agent({ ca: w.ca });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const sent = request({ agent, host: '127.0.0.1', port: w.endpoint.port, path: '/api/v1/pods?watch=1', headers });
  sent.end();
  const [reply] = await once(sent, 'response');
  await once(reply, 'data');
  const ended = once(reply, 'end').then(
    () => 'whole',
    () => 'cut',
  );
  w.end.abort(new Error('over'));
  assert.is(await ended, 'cut');
  agent.destroy();
});

test.run();
