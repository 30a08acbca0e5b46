// timeout: 60
// Streams of programs for clients that speak SPDY: the same masks, records and refusals as by WebSocket, and anything unexpected is the end.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WebSocket } from 'ws';
import { control, data, headersText, headerWriter, readServer, synStream, word } from '../../helpers/spdy-client.ts';
import { EXEC, on, type Seen, type StreamWorld, see, soon, streamWorld } from '../../helpers/stream-world.ts';

const test = suite('spdy-streams');

const SECRET = `s3-${randomBytes(15).toString('base64url')}`;
const MASK = '[known:0000]';
const SUCCESS = JSON.stringify({ metadata: {}, status: 'Success' });
const ALL = ['error', 'stdin', 'stdout', 'stderr'];
const ID = { error: 1, stdin: 3, stdout: 5, stderr: 7 } as const;

const world = (options: Partial<Parameters<typeof streamWorld>[0]> = {}) => streamWorld({ secret: SECRET, ...options });

interface Client {
  readonly socket: TLSSocket;
  readonly seen: () => ReturnType<typeof readServer>;
  readonly closed: Promise<unknown>;
  /** Opens the next stream, by its type. */
  openStream(id: number, type: string): Promise<void>;
}

/** A client whose upgrade was agreed to, and the server's end. */
async function upgraded(w: StreamWorld, target = EXEC): Promise<{ client: Client; server: WebSocket; typed: Seen }> {
  const other = w.serverSocket();
  const socket = connect({ host: '127.0.0.1', port: w.api.endpoint.port, ca: w.api.ca, ALPNProtocols: ['http/1.1'] });
  socket.on('error', () => {});
  let bytes = Buffer.alloc(0);
  socket.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
  });
  const head = [
    `POST ${target} HTTP/1.1`,
    'Host: a',
    `Authorization: Bearer ${w.api.token}`,
    'Connection: Upgrade',
    'Upgrade: SPDY/3.1',
    'X-Stream-Protocol-Version: v5.channel.k8s.io',
    'X-Stream-Protocol-Version: v4.channel.k8s.io',
    'X-Stream-Protocol-Version: channel.k8s.io',
    'Content-Length: 0',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  const closed = once(socket, 'close');
  await soon(() => bytes.includes('\r\n\r\n'), 'the answer');
  const end = bytes.indexOf('\r\n\r\n') + 4;
  assert.match(
    bytes.toString('latin1', 0, end),
    /^HTTP\/1\.1 101 .*\r\nX-Stream-Protocol-Version: v4\.channel\.k8s\.io\r\n/s,
  );
  const write = headerWriter();
  const server = await other;
  const client: Client = {
    ...{ socket, closed },
    seen: () => readServer(bytes.subarray(end)),
    async openStream(id, type) {
      socket.write(synStream(id, await write(headersText({ streamtype: type }))));
    },
  };
  return { client, server, typed: see(server) };
}

async function opened(w: StreamWorld): ReturnType<typeof upgraded> {
  const all = await upgraded(w);
  for (const [at, type] of ALL.entries()) await all.client.openStream(2 * at + 1, type);
  await soon(() => all.client.seen().replies.size === ALL.length, 'replies');
  return all;
}

const textOf = ({ seen }: Client, id: number) => seen().texts.get(id) ?? '';

test('each stream is opened, masked, recorded and ended; the server is spoken to by the newest messages', async () => {
  await using w = await world();
  const { client, server, typed } = await opened(w);
  const [asked] = w.server.asked;
  assert.equal(
    [asked?.method, asked?.target, asked?.headers['sec-websocket-protocol']],
    ['GET', EXEC, 'v5.channel.k8s.io'],
  );
  client.socket.write(data(ID.stdin, 'ls\n'));
  client.socket.write(data(ID.stdin, '', true));
  await soon(() => typed.messages.length === 2, 'input');
  assert.equal(typed.messages, [on(0, 'ls\n'), Buffer.of(255, 0)]);
  server.send(on(1, `a ${SECRET}\n`));
  server.send(on(2, `${SECRET}\n`));
  server.send(on(3, SUCCESS));
  server.close(1000);
  await soon(() => client.seen().ended.size === 4, 'the ends of all streams');
  assert.equal(
    [ID.stdout, ID.stderr, ID.error].map((id) => textOf(client, id)),
    [`a ${MASK}\n`, `${MASK}\n`, SUCCESS],
  );
  assert.not(client.socket.destroyed, 'the client closes');
  client.socket.write(control(7, 0, word(0), word(0)));
  await client.closed;
  await soon(() => w.api.outcomes.length === 1, 'the outcome');
  const [outcome] = w.api.outcomes;
  assert.equal(
    [outcome?.status, outcome?.exitCode, outcome?.streams?.map(({ bytes }) => bytes)],
    [101, 0, [3, 26, 24]],
  );
  assert.not.match(JSON.stringify(w.api.recorded), SECRET);
});

test('a secret in pieces of one byte is masked', async () => {
  await using w = await world();
  const { client, server } = await opened(w);
  for (const letter of `x ${SECRET}\n`) server.send(on(1, letter));
  server.send(on(3, SUCCESS));
  server.close(1000);
  await soon(() => client.seen().ended.size === 4, 'the ends of all streams');
  assert.is(textOf(client, ID.stdout), `x ${MASK}\n`);
});

test('frames that come in single bytes are the same frames', async () => {
  await using w = await world();
  const { client, typed } = await opened(w);
  for (const byte of Buffer.concat([data(ID.stdin, 'hello'), control(6, 0, word(1))])) {
    client.socket.write(Buffer.of(byte));
    await delay(1);
  }
  await soon(() => typed.text(0) === 'hello', 'input');
  await soon(() => client.seen().pings[0] === 1, 'the answer to a ping');
});

test('output waits for the streams it goes to, and nothing is lost', async () => {
  await using w = await world();
  const { client, server } = await upgraded(w);
  server.send(on(1, 'early'));
  for (const [at, type] of ALL.entries()) {
    await delay(20);
    await client.openStream(2 * at + 1, type);
  }
  await soon(() => textOf(client, ID.stdout) === 'early', 'output');
});

for (const [title, before, bytes] of [
  [
    'a stream nobody asked for',
    [],
    async () => synStream(1, await headerWriter()(headersText({ streamtype: 'resize' }))),
  ],
  ['a stream of no type', [], async () => synStream(1, await headerWriter()(headersText({})))],
  [
    'a stream of an unknown type',
    [],
    async () => synStream(1, await headerWriter()(headersText({ streamtype: 'constructor' }))),
  ],
  [
    "a stream of the server's numbers",
    [],
    async () => synStream(2, await headerWriter()(headersText({ streamtype: 'error' }))),
  ],
  ['data before its stream', [], async () => data(3, 'x')],
  ['data for an output', ALL, async () => data(ID.stdout, 'x')],
  ['data for the status', ALL, async () => data(ID.error, SUCCESS)],
  ['data after the end', ALL, async () => Buffer.concat([data(ID.stdin, '', true), data(ID.stdin, 'x')])],
  ['an answer to nothing', ALL, async () => control(6, 0, word(2))],
  ['a reset of nothing', ALL, async () => control(3, 0, word(99), word(5))],
  ['another request', ALL, async () => Buffer.from('GET /api/v1/pods HTTP/1.1\r\nHost: a\r\n\r\n')],
  ['zeros', [], async () => Buffer.alloc(64)],
  ['noise', ALL, async () => Buffer.concat([Buffer.of(0xff, 0xff), randomBytes(100)])],
] as const) {
  test(`a client that says ${title} is ended, and the server hears nothing of it`, async () => {
    await using w = await world();
    const { client, typed } = await upgraded(w);
    for (const [at, type] of before.entries()) await client.openStream(2 * at + 1, type);
    await soon(() => client.seen().replies.size === before.length, 'replies');
    client.socket.write(await bytes());
    await client.closed;
    assert.is((await typed.closed).code, 1006);
    assert.equal(typed.text(0), '');
    await soon(() => w.api.outcomes.length === 1, 'the outcome');
    assert.is(w.api.asked.length, 1);
    // Streams that only end would be a success to kubectl.
    if (before.length > 0) assert.is(JSON.parse(textOf(client, ID.error)).status, 'Failure');
  });
}

test('two streams of one type are one too many', async () => {
  await using w = await world();
  const { client } = await upgraded(w);
  await client.openStream(1, 'error');
  await client.openStream(3, 'error');
  await client.closed;
});

test('a stream with a lower number is none', async () => {
  await using w = await world();
  const { client } = await upgraded(w);
  await client.openStream(5, 'error');
  await client.openStream(3, 'stdin');
  await client.closed;
});

for (const [title, end] of [
  ['the session ends', (w: StreamWorld) => w.api.end()],
  ['the server breaks off', (_: StreamWorld, server: WebSocket) => server.terminate()],
  ['the server closes with an error', (_: StreamWorld, server: WebSocket) => server.close(1011)],
] as const) {
  test(`when ${title} the client is told that it failed, and both sides are closed`, async () => {
    await using w = await world();
    const { client, server, typed } = await opened(w);
    const began = performance.now();
    end(w, server);
    await client.closed;
    await typed.closed;
    assert.ok(performance.now() - began < 1500);
    assert.is(JSON.parse(textOf(client, ID.error)).status, 'Failure');
    await soon(() => w.api.outcomes.length === 1, 'the outcome');
  });
}

for (const [title, end] of [
  ['is gone', (socket: TLSSocket) => void socket.destroy()],
  ['closes its side', (socket: TLSSocket) => void socket.end()],
  ['takes its leave', (socket: TLSSocket) => void socket.write(control(7, 0, word(0), word(0)))],
  ['resets its streams', (socket: TLSSocket) => void socket.write(control(3, 0, word(1), word(5)))],
] as const) {
  test(`a client that ${title} ends what it started`, async () => {
    await using w = await world();
    const { client, typed } = await opened(w);
    end(client.socket);
    assert.is((await typed.closed).code, 1006);
    await client.closed;
    await soon(() => w.api.outcomes.length === 1, 'the outcome');
  });
}

test('a client that reads slowly slows the server down', async () => {
  await using w = await world();
  const { client, server } = await opened(w);
  client.socket.pause();
  const piece = on(1, 'x'.repeat(32 * 1024));
  let sent = 0;
  let isOver = false;
  const pump = (async () => {
    while (!isOver) {
      await new Promise<void>((resolve) => server.send(piece, () => resolve()));
      sent += piece.length;
    }
  })();
  let before = -1;
  await soon(() => {
    const isStuck = sent === before && sent > 0;
    before = sent;
    return isStuck;
  }, 'a stop').catch(() => {});
  await delay(500);
  before = sent;
  await delay(300);
  assert.is(sent, before, 'nothing more is taken');
  assert.ok(sent < 24 * 1024 * 1024, `${sent} bytes are on their way`);
  isOver = true;
  client.socket.destroy();
  await pump;
});

test.run();
