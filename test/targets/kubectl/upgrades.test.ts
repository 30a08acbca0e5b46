// timeout: 60
// Requests that ask to leave HTTP: which are let through, and that nothing goes on that was not judged, whatever stands around them.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { apiEndpoint } from '../../helpers/api-endpoint.ts';
import { fakeApiServer } from '../../helpers/fake-api-server.ts';
import { EXEC, type StreamWorld, soon, streamWorld } from '../../helpers/stream-world.ts';

const test = suite('upgrades');

const world = (options: Partial<Parameters<typeof streamWorld>[0]> = {}) => streamWorld({ secret: 'none', ...options });

interface Asked {
  readonly method?: string;
  readonly target?: string;
  /** Lines; of two with one name both are sent. */
  readonly headers?: readonly string[];
  readonly behind?: string;
}

const KEY = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`;
const WEB_SOCKET = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', KEY];
const V5 = 'Sec-WebSocket-Protocol: v5.channel.k8s.io';
const SPDY = ['Connection: Upgrade', 'Upgrade: SPDY/3.1'];
const V4 = 'X-Stream-Protocol-Version: v4.channel.k8s.io';
const FORWARD = '/api/v1/namespaces/shop/pods/web/portforward';

async function open(w: Pick<StreamWorld, 'api'>): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: w.api.endpoint.port, ca: w.api.ca, ALPNProtocols: ['http/1.1'] });
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  return socket;
}

const printed = (w: Pick<StreamWorld, 'api'>, { method = 'GET', target = EXEC, headers = [], behind = '' }: Asked) =>
  [`${method} ${target} HTTP/1.1`, 'Host: a', `Authorization: Bearer ${w.api.token}`, ...headers, '', behind].join(
    '\r\n',
  );

/** What comes back until the connection is closed, or for a moment. */
async function answerTo(w: Pick<StreamWorld, 'api'>, asked: Asked): Promise<{ status: number; text: string }> {
  const socket = await open(w);
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.write(printed(w, asked));
  await Promise.race([once(socket, 'close'), delay(1000)]);
  socket.destroy();
  return { status: Number(text.slice(9, 12)), text };
}

for (const [title, asked] of [
  ['a WebSocket for exec', { headers: [...WEB_SOCKET, V5] }],
  ['the same in other letters', { headers: [...WEB_SOCKET.map((line) => line.replace('websocket', 'WebSocket')), V5] }],
  ['SPDY for exec', { method: 'POST', headers: [...SPDY, V4, 'Content-Length: 0'] }],
] as const) {
  test(`${title} is let through once it was judged`, async () => {
    await using w = await world();
    const { status, text } = await answerTo(w, asked);
    assert.is(status, 101, text);
    assert.equal([w.api.asked.length, w.server.asked.length, w.api.refusals], [1, 1, []]);
  });
}

for (const [title, code, asked] of [
  ['neither', 'bad-upgrade', { headers: ['Connection: Upgrade', 'Upgrade: h2c', V5] }],
  ['one that is no word', 'bad-upgrade', { headers: ['Connection: Upgrade', 'Upgrade: ,', V5] }],
  ['two protocols', 'bad-upgrade', { headers: [...WEB_SOCKET, 'Upgrade: websocket', V5] }],
  ['both protocols', 'bad-upgrade', { headers: [...WEB_SOCKET, 'Upgrade: SPDY/3.1', V5] }],
  ['a list of protocols', 'bad-upgrade', { headers: ['Connection: Upgrade', 'Upgrade: websocket, SPDY/3.1', KEY, V5] }],
  ['a WebSocket by POST', 'bad-upgrade', { method: 'POST', headers: [...WEB_SOCKET, V5] }],
  ['SPDY by GET', 'bad-upgrade', { headers: [...SPDY, V4] }],
  [
    'an old WebSocket',
    'bad-upgrade',
    { headers: ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 8', KEY, V5] },
  ],
  ['no version', 'bad-upgrade', { headers: ['Connection: Upgrade', 'Upgrade: websocket', KEY, V5] }],
  ['two versions', 'bad-upgrade', { headers: [...WEB_SOCKET, 'Sec-WebSocket-Version: 13', V5] }],
  ['no key', 'bad-upgrade', { headers: [...WEB_SOCKET.slice(0, 3), V5] }],
  ['a short key', 'bad-upgrade', { headers: [...WEB_SOCKET.slice(0, 3), 'Sec-WebSocket-Key: abcd', V5] }],
  ['two keys', 'bad-upgrade', { headers: [...WEB_SOCKET, KEY, V5] }],
  ['no protocol of streams', 'unknown-protocol', { headers: WEB_SOCKET }],
  [
    'an old protocol of streams',
    'unknown-protocol',
    { headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: base64.channel.k8s.io'] },
  ],
  [
    'a tunnel for exec',
    'unknown-protocol',
    { headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io'] },
  ],
  ['messages of exec for a port', 'unknown-protocol', { target: FORWARD, headers: [...WEB_SOCKET, V5] }],
  ['ports of exec', 'bad-upgrade', { target: `${EXEC}&ports=80`, headers: [...WEB_SOCKET, V5] }],
  [
    'ports of a tunnel that names its own',
    'unknown-protocol',
    { target: `${FORWARD}?ports=80`, headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io'] },
  ],
  [
    'ports by SPDY',
    'bad-upgrade',
    {
      method: 'POST',
      target: `${FORWARD}?ports=80`,
      headers: [...SPDY, 'X-Stream-Protocol-Version: portforward.k8s.io'],
    },
  ],
  [
    'messages of no port',
    'unknown-protocol',
    { target: FORWARD, headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: v4.channel.k8s.io'] },
  ],
  [
    'SPDY of long ago',
    'unknown-protocol',
    { method: 'POST', headers: [...SPDY, 'X-Stream-Protocol-Version: v2.channel.k8s.io'] },
  ],
  ['a body', 'bad-upgrade', { headers: [...WEB_SOCKET, V5, 'Content-Length: 5'], behind: 'hello' }],
  [
    'a body in chunks',
    'bad-upgrade',
    { headers: [...WEB_SOCKET, V5, 'Transfer-Encoding: chunked'], behind: '0\r\n\r\n' },
  ],
  ['a list', 'nothing-opens', { target: '/api/v1/pods', headers: [...WEB_SOCKET, V5] }],
  ['a watch', 'nothing-opens', { target: '/api/v1/pods?watch=1', headers: [...WEB_SOCKET, V5] }],
  ['a pod', 'nothing-opens', { target: '/api/v1/namespaces/shop/pods/web', headers: [...WEB_SOCKET, V5] }],
  [
    'another kind with such a part',
    'nothing-opens',
    { target: '/apis/a.b/v1/namespaces/shop/pods/web/exec', headers: [...WEB_SOCKET, V5] },
  ],
  ['the version', 'nothing-opens', { target: '/version', headers: [...WEB_SOCKET, V5] }],
  ['a proxy', 'proxied-path', { target: '/api/v1/nodes/n/proxy/run', headers: [...WEB_SOCKET, V5] }],
  ['a path with dots', 'bad-path', { target: EXEC.replace('/web/', '/x/../web/'), headers: [...WEB_SOCKET, V5] }],
  ['another switch', 'bad-query', { target: `${EXEC}&tty=T`, headers: [...WEB_SOCKET, V5] }],
  ['two values of a switch', 'bad-query', { target: `${EXEC}&stdin=false`, headers: [...WEB_SOCKET, V5] }],
  ['somebody else', 'impersonation', { headers: [...WEB_SOCKET, V5, 'Impersonate-User: admin'] }],
  ['exec without an upgrade', 'upgrade-required', { method: 'POST', headers: ['Content-Length: 0'] }],
  ['a port without an upgrade', 'upgrade-required', { target: FORWARD }],
  [
    'exec of another kind without an upgrade',
    'upgrade-required',
    { target: '/apis/a.b/v1/namespaces/shop/vms/web/exec' },
  ],
] satisfies readonly (readonly [string, string, Asked])[]) {
  test(`${title}: ${code}, and nobody is asked`, async () => {
    await using w = await world();
    const { status, text } = await answerTo(w, asked);
    assert.ok(status >= 400 && status < 500, text);
    const body = JSON.parse(text.slice(text.indexOf('{')).replace(/\r\n0\r\n\r\n$/, ''));
    assert.is(body.kind, 'Status');
    assert.match(body.message, `sallyport (${code}): `);
    assert.equal([w.api.refusals, w.api.asked, w.server.asked], [[code], [], []]);
  });
}

test('without the token there is no upgrade', async () => {
  await using w = await world();
  const socket = await open(w);
  socket.write(printed(w, { headers: [...WEB_SOCKET, V5] }).replace(w.api.token, 'another'));
  const [bytes] = await once(socket, 'data');
  assert.match(String(bytes), /^HTTP\/1\.1 401 .*"reason":"Unauthorized"/s);
  await once(socket, 'close');
  assert.equal([w.api.asked, w.server.asked], [[], []]);
});

test('what is denied is told as the API tells it, and the connection is closed', async () => {
  await using w = await world({ deny: () => 'denied by rule "no": never' });
  const { status, text } = await answerTo(w, { headers: [...WEB_SOCKET, V5] });
  assert.is(status, 403);
  assert.match(text, '"message":"denied by rule \\"no\\": never"');
  assert.match(text, '"details":{"name":"web","kind":"pods"}');
  assert.match(text.toLowerCase(), 'connection: close');
  assert.equal([w.server.asked, w.api.outcomes], [[], []]);
});

test('a request that is sent behind, in the same bytes, is no request', async () => {
  await using w = await world();
  const second = `DELETE /api/v1/namespaces/shop/pods/web HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${w.api.token}\r\n\r\n`;
  const { status, text } = await answerTo(w, { headers: [...WEB_SOCKET, V5], behind: second });
  assert.is(status, 400);
  assert.match(text, /bad-upgrade/);
  assert.is(text.split('HTTP/1.1').length, 2);
  assert.equal([w.api.asked, w.server.asked, w.api.refusals], [[], [], ['bad-upgrade']]);
});

test('what is sent while somebody still decides ends it all', async () => {
  let decide = () => {};
  const decided = new Promise<undefined>((resolve) => {
    decide = () => resolve(undefined);
  });
  await using w = await world({ deny: () => decided });
  const socket = await open(w);
  socket.write(printed(w, { headers: [...WEB_SOCKET, V5] }));
  await soon(() => w.api.asked.length === 1, 'the question');
  socket.write('x');
  const [bytes] = await once(socket, 'data');
  assert.match(String(bytes), /^HTTP\/1\.1 400 .*bad-upgrade/s);
  await once(socket, 'close');
  decide();
  await delay(100);
  assert.equal(w.server.asked, []);
});

test('a client that goes while somebody decides is not waited for', async () => {
  await using w = await world({ deny: () => new Promise(() => {}) });
  const socket = await open(w);
  socket.write(printed(w, { headers: [...WEB_SOCKET, V5] }));
  await soon(() => w.api.asked.length === 1, 'the question');
  socket.end();
  await once(socket, 'close');
  assert.equal([w.server.asked, w.api.outcomes], [[], []]);
});

test('a connection that leaves HTTP does not come back to it', async () => {
  await using w = await world();
  const socket = await open(w);
  socket.write(printed(w, { headers: [...WEB_SOCKET, V5] }));
  await once(socket, 'data');
  socket.write(printed(w, { target: '/api/v1/pods' }));
  await once(socket, 'close');
  assert.is(w.api.asked.length, 1);
  assert.is(w.server.asked.length, 1);
});

for (const headers of [
  { ':method': 'CONNECT', ':protocol': 'websocket', ':scheme': 'https', ':path': EXEC },
  { ':method': 'CONNECT', ':authority': 'kubernetes:443' },
  { ':method': 'GET', ':path': EXEC, upgrade: 'websocket' },
]) {
  test(`HTTP/2 has no upgrades: ${JSON.stringify(headers)}`, async () => {
    await using w = await world();
    const session = connectHttp2(`https://127.0.0.1:${w.api.endpoint.port}`, { ca: w.api.ca });
    session.on('error', () => {});
    await once(session, 'connect');
    assert.is.not(session.remoteSettings.enableConnectProtocol, true);
    try {
      const stream = session.request({ ...headers, authorization: `Bearer ${w.api.token}` });
      const [head] = await once(stream, 'response').catch(() => [{ ':status': 'refused' }]);
      assert.is.not(Number(head[':status']), 200);
    } catch (error) {
      assert.match(String(error), /HTTP2|header/i);
    } finally {
      session.destroy();
    }
    assert.equal([w.api.asked, w.server.asked], [[], []]);
  });
}

for (const [title, answer, code] of [
  [
    'another protocol',
    (key: string) => [
      'HTTP/1.1 101 x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      `Sec-WebSocket-Accept: ${key}`,
      'Sec-WebSocket-Protocol: v1',
    ],
    502,
  ],
  [
    'no protocol',
    (key: string) => ['HTTP/1.1 101 x', 'Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Accept: ${key}`],
    502,
  ],
  [
    'a wrong answer to the key',
    () => [
      'HTTP/1.1 101 x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Accept: abcd',
      'Sec-WebSocket-Protocol: v5.channel.k8s.io',
    ],
    502,
  ],
  ['no HTTP', () => ['hello'], 503],
] as const) {
  for (const target of [EXEC, FORWARD]) {
    test(`a server that answers with ${title} (${target.slice(-11)}) is an error, and no stream`, async () => {
      const { acceptOf } = await import('../../../src/lib/kubernetes/server/upstream-tunnel.ts');
      await using server = await fakeApiServer(
        () => {},
        'cluster-token',
        (_, { headers }, socket) =>
          socket.write(`${answer(acceptOf(String(headers['sec-websocket-key']))).join('\r\n')}\r\n\r\n`),
      );
      await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none' });
      const protocol = target === EXEC ? V5 : 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io';
      const { status, text } = await answerTo({ api }, { target, headers: [...WEB_SOCKET, protocol] });
      assert.is(status, code, text);
      assert.match(text, code === 502 ? /sallyport \(cluster-answer\)/ : /sallyport \(cluster-unreachable\)/);
      assert.equal(api.outcomes, [{ status: 0, bytes: 0 }]);
      await soon(() => server.upgraded.size === 0, 'the connection is closed');
    });
  }
}

test('a server that is away is an error with the next step', async () => {
  await using w = await world();
  await w.server[Symbol.asyncDispose]();
  for (const target of [EXEC, FORWARD]) {
    const protocol = target === EXEC ? V5 : 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io';
    const { status, text } = await answerTo(w, { target, headers: [...WEB_SOCKET, protocol] });
    assert.is(status, 503);
    assert.match(text, /cluster-unreachable.*next: /);
  }
});

for (const [title, asked] of [
  ['a WebSocket', { target: FORWARD, headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io'] }],
  [
    'messages',
    { target: `${FORWARD}?ports=80`, headers: [...WEB_SOCKET, 'Sec-WebSocket-Protocol: v4.channel.k8s.io'] },
  ],
  ['SPDY', { target: FORWARD, method: 'POST', headers: [...SPDY, 'X-Stream-Protocol-Version: portforward.k8s.io'] }],
] as const) {
  test(`a tunnel by ${title} passes bytes as they are, both ways, and counts them`, async () => {
    const { acceptOf } = await import('../../../src/lib/kubernetes/server/upstream-tunnel.ts');
    await using server = await fakeApiServer(
      () => {},
      'cluster-token',
      (_, { headers }, socket) => {
        const isSpdy = headers.upgrade === 'SPDY/3.1';
        const protocol = String(headers[isSpdy ? 'x-stream-protocol-version' : 'sec-websocket-protocol']);
        const name = isSpdy ? 'X-Stream-Protocol-Version' : 'Sec-WebSocket-Protocol';
        const accept = isSpdy ? [] : [`Sec-WebSocket-Accept: ${acceptOf(String(headers['sec-websocket-key']))}`];
        const head = [
          'HTTP/1.1 101 x',
          'Connection: Upgrade',
          `Upgrade: ${headers.upgrade}`,
          `${name}: ${protocol}`,
          ...accept,
        ];
        // Its first bytes come with the answer.
        socket.write(`${head.join('\r\n')}\r\n\r\nfirst`);
        socket.pipe(socket);
      },
    );
    await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none' });
    const socket = await open({ api });
    socket.write(printed({ api }, asked));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    await soon(() => text.endsWith('first'), 'the first bytes');
    assert.match(text, /^HTTP\/1\.1 101 /);
    const bytes = randomBytes(300_000);
    const start = text.length;
    socket.write(bytes);
    await soon(() => text.length === start + bytes.length, 'the echo');
    assert.ok(Buffer.from(text.slice(start), 'latin1').equals(bytes));
    socket.end();
    await soon(() => api.outcomes.length === 1, 'the outcome');
    const [sent, received] = api.outcomes[0]?.streams ?? [];
    assert.equal([sent?.name, sent?.bytes, received?.name, received?.bytes], ['sent', 300_000, 'received', 300_005]);
    assert.equal([api.outcomes[0]?.status, api.outcomes[0]?.bytes, api.recorded], [101, 300_005, []]);
    await soon(() => server.upgraded.size === 0, 'the connection is closed');
  });
}

test.run();
