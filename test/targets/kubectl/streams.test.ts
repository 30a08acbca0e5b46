// timeout: 120
// Streams of programs through a session's endpoint, by WebSocket: what is masked, recorded, refused and ended, whatever either side says.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WebSocket } from 'ws';
import { EXEC, on, type StreamWorld, see, soon, streamWorld, V5 } from '../../helpers/stream-world.ts';

const test = suite('streams');

const SECRET = `s3-${randomBytes(15).toString('base64url')}`;
const MASK = '[known:0000]';
const SUCCESS = JSON.stringify({ metadata: {}, status: 'Success' });

const world = (options: Partial<Parameters<typeof streamWorld>[0]> = {}): Promise<StreamWorld> =>
  streamWorld({ secret: SECRET, ...options });

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const exited = (code: number) =>
  JSON.stringify({
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with exit code ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });

test("a request is asked about before the server is, and goes on with the cluster's token and the same protocol", async () => {
  await using w = await world();
  const { client } = await w.open(EXEC, [
    'v5.channel.k8s.io',
    'base64url.bearer.authorization.k8s.io.abc',
    'v4.channel.k8s.io',
  ]);
  assert.is(client.protocol, V5);
  const [asked] = w.server.asked;
  assert.is(asked?.target, EXEC);
  assert.is(asked?.headers.authorization, 'Bearer cluster-token');
  assert.is(asked?.headers['sec-websocket-protocol'], 'v5.channel.k8s.io,v4.channel.k8s.io');
  const [question] = w.api.asked;
  assert.equal([question?.body, question?.preview, question?.request.subject.verb], [null, undefined, 'create']);
});

test('outputs are masked and recorded, the status is read, and what went through is told', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const seen = see(client);
  const typed = see(server);
  client.send(on(0, 'ls\n'));
  client.send(Buffer.of(255, 0));
  await soon(() => typed.messages.length === 2, 'input and its end');
  assert.equal(typed.messages, [on(0, 'ls\n'), Buffer.of(255, 0)]);
  server.send(on(1, ''));
  server.send(on(1, `a ${SECRET} b\n`));
  server.send(on(2, `${SECRET}`));
  server.send(on(3, exited(3)));
  server.close(1000);
  assert.equal(await seen.closed, { code: 1000, reason: '' });
  assert.equal([seen.text(1), seen.text(2), seen.text(3)], [`a ${MASK} b\n`, MASK, exited(3)]);
  await soon(() => w.api.outcomes.length === 1, 'the outcome');
  assert.equal(w.api.outcomes, [
    {
      status: 101,
      bytes: `a ${MASK} b\n${MASK}`.length,
      exitCode: 3,
      streams: [
        { name: 'stdin', bytes: 3, sha256: sha256('ls\n') },
        { name: 'stdout', bytes: SECRET.length + 5, sha256: sha256(`a ${SECRET} b\n`) },
        { name: 'stderr', bytes: SECRET.length, sha256: sha256(SECRET) },
      ],
    },
  ]);
  assert.equal(
    w.api.recorded
      .map(({ stream, text }) => `${stream} ${text}`)
      .join('|')
      .replaceAll('|stdout ', ''),
    `stdin ls\n|stdout a ${MASK} b\n|stderr ${MASK}`.replaceAll('|stdout ', ''),
  );
});

for (const size of [1, 2, 7, SECRET.length - 1]) {
  test(`a secret in pieces of ${size} is masked, between frames of the other output too`, async () => {
    await using w = await world();
    const { client, server } = await w.open();
    const seen = see(client);
    const text = `${'x'.repeat(50)} ${SECRET} ${SECRET}\n`;
    for (let at = 0; at < text.length; at += size) {
      server.send(on(1, text.slice(at, at + size)));
      server.send(on(2, '.'));
      if (at % (size * 8) === 0) await delay(1);
    }
    server.send(on(3, SUCCESS));
    server.close(1000);
    await seen.closed;
    assert.is(seen.text(1), `${'x'.repeat(50)} ${MASK} ${MASK}\n`);
    for (const { text } of w.api.recorded) assert.not.match(text, SECRET.slice(0, 12));
  });
}

test('a secret in the status is masked', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const seen = see(client);
  const status = JSON.stringify({ status: 'Failure', message: `no program "${SECRET}"`, code: 500 });
  server.send(on(3, status.slice(0, 40)));
  server.send(on(3, status.slice(40)));
  server.close(1000);
  await seen.closed;
  assert.is(JSON.parse(seen.text(3)).message, `no program "${MASK}"`);
  await soon(() => w.api.outcomes.length === 1, 'the outcome');
  assert.is(w.api.outcomes[0]?.exitCode, undefined);
});

for (const [target, least, most] of [
  [EXEC, 150, 1500],
  [`${EXEC}&tty=true`.replace('&stderr=true', ''), 15, 150],
] as const) {
  test(`the beginning of a secret is not held for ever: ${target.includes('tty') ? 'a terminal' : 'no terminal'}`, async () => {
    await using w = await world();
    const { client, server } = await w.open(target);
    const seen = see(client);
    const began = performance.now();
    server.send(on(1, `$ ${SECRET.slice(0, 4)}`));
    await soon(() => seen.text(1).startsWith('$ ') && seen.text(1).length > 2, 'what was held');
    const took = performance.now() - began;
    assert.ok(took >= least && took < most, `${took} ms`);
  });
}

test('output goes to nobody before it is recorded, and input to no program', async () => {
  let fails = '';
  await using w = await world({
    onRecord(stream) {
      if (stream === fails) throw new Error('the disk is full');
    },
  });
  for (const stream of ['stdout', 'stdin']) {
    fails = stream;
    const { client, server } = await w.open();
    const [seen, typed] = [see(client), see(server)];
    if (stream === 'stdin') client.send(on(0, 'rm -rf\n'));
    else server.send(on(1, 'hello\n'));
    assert.is.not((await seen.closed).code, 1000);
    assert.is.not((await typed.closed).code, 1000);
    assert.equal([seen.text(1), typed.text(0)], ['', '']);
  }
  await soon(() => w.api.outcomes.length === 2, 'the outcomes');
});

for (const [title, target, message] of [
  ['a text message', EXEC, 'hello'],
  ['an empty message', EXEC, Buffer.alloc(0)],
  ['output', EXEC, on(1, 'x')],
  ['a status', EXEC, on(3, SUCCESS)],
  ['an unknown channel', EXEC, on(5, 'x')],
  ['a channel far off', EXEC, on(254, 'x')],
  ['the size of a terminal that there is not', EXEC, on(4, '{}')],
  ['input that was not asked for', EXEC.replace('stdin=true', 'stdin=false'), on(0, 'x')],
  ['input where none was spoken of', EXEC.replace('&stdin=true', ''), on(0, 'x')],
  ['the end of nothing', EXEC, Buffer.of(255)],
  ['the end of an output', EXEC, Buffer.of(255, 1)],
  ['an end that goes on', EXEC, Buffer.of(255, 0, 0)],
  ['a size that is long', `${EXEC}&tty=true`, on(4, '9'.repeat(5000))],
  ['a message that is too large', EXEC, on(0, 'x'.repeat(1024 * 1024))],
] as const) {
  test(`a client that says ${title} is ended, and the server hears nothing of it`, async () => {
    await using w = await world();
    const { client, server } = await w.open(target);
    const [seen, typed] = [see(client), see(server)];
    client.send(message);
    client.send(on(0, 'after'));
    assert.is.not((await seen.closed).code, 1000);
    assert.is((await typed.closed).code, 1006);
    assert.equal(typed.messages, []);
    await soon(() => w.api.outcomes.length === 1, 'the outcome');
  });
}

test('after the end of its input a client says nothing more there', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const [seen, typed] = [see(client), see(server)];
  client.send(Buffer.of(255, 0));
  client.send(on(0, 'after'));
  assert.match((await seen.closed).reason, /^sallyport: /);
  await typed.closed;
  assert.equal(typed.messages, [Buffer.of(255, 0)]);
});

for (const [title, message] of [
  ['a text message', 'hello'],
  ['an empty message', Buffer.alloc(0)],
  ['input', on(0, 'x')],
  ['a size', on(4, '{}')],
  ['an unknown channel', on(9, 'x')],
  ['an end', Buffer.of(255, 1)],
  ['a status without an end', on(3, 'x'.repeat(70_000))],
  ['a message that is too large', on(1, 'x'.repeat(1024 * 1024))],
] as const) {
  test(`a server that says ${title} is ended, and the client sees that it is not whole`, async () => {
    await using w = await world();
    const { client, server } = await w.open();
    const [seen, other] = [see(client), see(server)];
    server.send(message);
    server.send(on(1, 'after'));
    assert.is.not((await seen.closed).code, 1000);
    await other.closed;
    assert.equal(seen.messages, []);
  });
}

test('version 4 has no ends of channels', async () => {
  await using w = await world();
  const { client, server } = await w.open(EXEC, ['v4.channel.k8s.io']);
  assert.is(client.protocol, 'v4.channel.k8s.io');
  const [seen, typed] = [see(client), see(server)];
  client.send(on(0, 'a'));
  client.send(Buffer.of(255, 0));
  assert.is.not((await seen.closed).code, 1000);
  await typed.closed;
  assert.equal(typed.messages, [on(0, 'a')]);
});

test('a server that is gone in the middle: what it wrote is shown, and the client sees that it is not all', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const seen = see(client);
  server.send(on(1, 'half a line'));
  await soon(() => seen.text(1) === 'half a line', 'output');
  server.terminate();
  assert.is((await seen.closed).code, 1006);
  await soon(() => w.api.outcomes.length === 1, 'the outcome');
  assert.is(w.api.outcomes[0]?.exitCode, undefined);
});

test('a server that is gone after its status has said all', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const seen = see(client);
  server.send(on(1, 'all'));
  server.send(on(3, SUCCESS), () => server.terminate());
  assert.is((await seen.closed).code, 1000);
  assert.equal([seen.text(1), seen.text(3)], ['all', SUCCESS]);
});

test('a program that ends before it has read its input ends as it says, whatever is still sent to it', async () => {
  await using w = await world();
  for (let turn = 0; turn < 10; turn++) {
    const { client, server } = await w.open();
    const seen = see(client);
    const piece = on(0, 'x'.repeat(32 * 1024));
    for (let at = 0; at < 100; at++) client.send(piece, () => {});
    await once(server, 'message');
    server.send(on(1, 'enough'));
    server.send(on(3, exited(2)));
    server.close(1000);
    assert.is((await seen.closed).code, 1000);
    assert.equal([seen.text(1), seen.text(3)], ['enough', exited(2)]);
  }
});

test('a client that is gone ends what it started', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  const typed = see(server);
  client.terminate();
  assert.is((await typed.closed).code, 1006);
  await soon(() => w.api.outcomes.length === 1, 'the outcome');
});

test('the end of the session ends all streams at once, on both sides', async () => {
  await using w = await world();
  const pairs = await Promise.all([w.open(), w.open(), w.open()]);
  const closed = pairs.flatMap(({ client, server }) => [see(client).closed, see(server).closed]);
  const began = performance.now();
  w.api.end();
  for (const { code } of await Promise.all(closed)) assert.is(code, 1006);
  assert.ok(performance.now() - began < 1000);
  await soon(() => w.api.outcomes.length === 3, 'the outcomes');
  assert.is(w.server.upgraded.size, 0);
});

test('a client that reads slowly slows the server down, and memory stays as it is', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  client.pause();
  const piece = on(1, 'x'.repeat(32 * 1024));
  let sent = 0;
  let isStuck = false;
  const pump = (async () => {
    while (!isStuck && sent < 64 * 1024 * 1024) {
      await new Promise<void>((resolve) => server.send(piece, () => resolve()));
      sent += piece.length;
    }
  })();
  await delay(1500);
  const before = sent;
  await delay(300);
  assert.is(sent, before, 'nothing more is taken');
  assert.ok(sent < 24 * 1024 * 1024, `${sent} bytes are on their way`);
  const seen = see(client);
  client.resume();
  await pump;
  isStuck = true;
  server.send(on(3, SUCCESS));
  server.close(1000);
  await seen.closed;
  assert.is(seen.text(1).length, (sent / piece.length) * (piece.length - 1));
});

test('a server that reads slowly slows the client down', async () => {
  await using w = await world();
  const { client, server } = await w.open();
  server.pause();
  const piece = on(0, 'x'.repeat(32 * 1024));
  let sent = 0;
  let isOver = false;
  const pump = (async () => {
    while (!isOver) {
      await new Promise<void>((resolve) => client.send(piece, () => resolve()));
      sent += piece.length;
    }
  })();
  await delay(1500);
  const before = sent;
  await delay(300);
  assert.is(sent, before);
  assert.ok(sent < 24 * 1024 * 1024, `${sent} bytes are on their way`);
  isOver = true;
  server.terminate();
  await pump;
});

test('what the server refuses comes to the client as the server says it, masked', async () => {
  const { fakeApiServer, says } = await import('../../helpers/fake-api-server.ts');
  const { apiEndpoint } = await import('../../helpers/api-endpoint.ts');
  for (const status of [401, 403, 404, 413, 429, 500]) {
    await using server = await fakeApiServer((_, response) =>
      says(response, status, { kind: 'Status', message: `no ${SECRET}`, code: status }),
    );
    await using api = await apiEndpoint({ upstream: server.upstream, secret: SECRET });
    const { WebSocket: Client } = await import('ws');
    const client: WebSocket = new Client(`wss://127.0.0.1:${api.endpoint.port}${EXEC}`, [V5], {
      ca: api.ca,
      headers: { authorization: `Bearer ${api.token}` },
    });
    const [, reply] = await once(client, 'unexpected-response');
    let text = '';
    for await (const piece of reply) text += piece;
    const { message } = JSON.parse(text);
    assert.is(reply.statusCode, status);
    if (status === 401) assert.match(message, /^sallyport \(cluster-token-refused\): .*next: /);
    else assert.is(message, `no ${MASK}`);
    await soon(() => api.outcomes.length === 1, 'the outcome');
    assert.equal([api.outcomes[0]?.status, api.outcomes[0]?.streams], [status, undefined]);
  }
});

test('without masks nothing is opened', async () => {
  await using w = await world({
    onStreams() {
      throw new Error('no mask');
    },
  });
  const client = w.connect();
  const [, reply] = await once(client, 'unexpected-response');
  reply.resume();
  assert.is(reply.statusCode, 500);
  assert.equal([w.server.asked, w.api.outcomes], [[], [{ status: 0, bytes: 0 }]]);
});

test('nothing is left open when everything is over', async () => {
  const running = new Set<unknown>();
  const { setInterval: start, clearInterval: stop } = globalThis;
  Object.assign(globalThis, {
    setInterval: (...args: Parameters<typeof start>) => {
      const timer = start(...args);
      running.add(timer);
      return timer;
    },
    clearInterval: (timer: NodeJS.Timeout) => {
      running.delete(timer);
      stop(timer);
    },
  });
  const handles = () =>
    process.getActiveResourcesInfo().filter((name) => ['TCPSocketWrap', 'TLSWrap', 'Timeout'].includes(name)).length;
  const before = handles();
  {
    await using w = await world();
    for (let turn = 0; turn < 5; turn++) {
      const { client, server } = await w.open();
      const seen = see(client);
      server.send(on(1, 'x'));
      server.send(on(3, SUCCESS));
      server.close(1000);
      await seen.closed;
    }
    const { client } = await w.open();
    client.terminate();
    await w.open();
    await soon(() => w.api.outcomes.length === 6, 'the outcomes');
  }
  Object.assign(globalThis, { setInterval: start, clearInterval: stop });
  await soon(() => handles() <= before, 'everything is closed');
  assert.is(running.size, 0, 'timers that go on');
});

test.run();
