// timeout: 180
// Callers of the broker's socket that are not our client: garbage, half requests, floods, and messages out of order.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { attachRaw, call, dial, invocation, speak } from '../helpers/raw-client.ts';

const test = suite('hostile');

async function inWorld(body: (world: CliWorld) => Promise<void>): Promise<void> {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const [pid] = world.brokers();
  await body(world);
  const after = await world.run(['shell', 'local', '--', 'echo fine']);
  assert.is(after.stdout, 'fine\n', after.stderr);
  assert.equal(world.brokers(), [pid], 'the same broker still serves');
  assert.not.match(world.read('broker.log'), /"code":"internal"/);
}

test('answers garbage with 400 and closes', () =>
  inWorld(async ({ socket }) => {
    for (const bytes of [
      '\0\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
      'x'.repeat(200_000),
      '\u0016\u0003\u0001\u0002\0\u0001\0',
      'GET / HTTP/9.9\r\n\r\n',
    ]) {
      assert.match(await speak(socket, bytes), /^(HTTP\/1\.1 4\d\d|$)/);
    }
  }));

test('refuses paths and bodies that are none, without a word in the log', () =>
  inWorld(async ({ socket }) => {
    for (const path of [
      '/',
      '//',
      '/v1',
      '/v1/hello/',
      '/v1/requests/%',
      '/v1/recordings/..%2f..%2faudit.jsonl',
      '/v1/recordings/%2e%2e',
      '/v1//[',
      '/v1/sessions/x/kill',
    ]) {
      const { status, body } = await call(socket, 'GET', path);
      assert.is(status, 404, path);
      assert.match(body.error.code, /^unknown-/);
    }
    const bodies: (string | Buffer)[] = [
      '{',
      '[]',
      '{"force":1}',
      '{"force":true,"more":1}',
      Buffer.from([0xff, 0xfe]),
    ];
    for (const body of bodies) {
      const answer = await call(socket, 'POST', '/v1/stop', { body });
      assert.is(answer.status, 400);
      assert.is(answer.body.error.code, 'bad-request');
    }
    const huge = await call(socket, 'POST', '/v1/stop', { body: 'x'.repeat(3 * 1024 * 1024) });
    assert.is(huge.status, 400);
    assert.match(huge.body.error.message, /3145728 bytes, the limit is/);
    for (const query of ['limit=x', 'from=-1', 'from=1e9', 'limit=', 'from=99999999999999999999']) {
      assert.is((await call(socket, 'GET', `/v1/audit?${query}`)).status, 400, query);
    }
    assert.equal((await call(socket, 'GET', '/v1/audit?from=999999')).body.entries, []);
  }));

test('takes nothing before "open" and only one "open", and says so in words', () =>
  inWorld(async ({ socket }) => {
    const cases: [(string | Buffer)[], RegExp][] = [
      [[Buffer.from('ls\n')], /first message must be "open"/],
      [[JSON.stringify({ type: 'end' })], /first message must be "open"/],
      [['nonsense'], /not JSON/],
      [['null'], /does not accept/],
      [[JSON.stringify({ type: 'shutdown' })], /does not accept/],
      [[JSON.stringify(invocation('true', { user: 'root' }))], /does not accept/],
      [[JSON.stringify(invocation('true', { cwd: 'relative' }))], /"invocation\.cwd"/],
      [[JSON.stringify(invocation('sleep 30')), JSON.stringify(invocation('echo second'))], /opens one session/],
    ];
    for (const [sent, expected] of cases) {
      const { socket: ws, messages, closed } = await attachRaw(socket);
      for (const message of sent) ws.send(message);
      assert.is(await closed, 1008);
      const refusal = messages.find(({ type }) => type === 'refused');
      assert.match(refusal?.error.message, expected);
      assert.is(refusal.error.exit, 64);
    }
    await until(
      async () => (await call(socket, 'GET', '/v1/sessions?state=open')).body.sessions.length === 0,
      'all ended',
    );
  }));

test('does not run what is opened after a refusal', () =>
  inWorld(async (world) => {
    const { socket: ws, messages, closed } = await attachRaw(world.socket);
    ws.send(Buffer.from('x'));
    ws.send(JSON.stringify(invocation('echo should not run')));
    await closed;
    assert.equal(
      messages.map(({ type }) => type),
      ['refused'],
    );
    assert.not.match(world.read('audit.jsonl'), /should not run/);
  }));

test('closes a frame over the limit', () =>
  inWorld(async ({ socket }) => {
    const large = await attachRaw(socket);
    large.socket.send('x'.repeat(3 * 1024 * 1024));
    assert.is(await large.closed, 1009);
  }));

test('keeps the memory of one session bounded, however much a client sends that nobody reads', () =>
  inWorld(async ({ socket, brokers }) => {
    const { socket: ws, messages, closed } = await attachRaw(socket);
    ws.send(JSON.stringify(invocation('sleep 20')));
    await until(() => messages.length > 0, 'it runs');
    const [pid] = brokers();
    const before = residentBytes(pid ?? 0);
    const block = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 300; i++) ws.send(block);
    await delay(2500);
    assert.ok(ws.bufferedAmount > 200 * block.length, 'the broker stopped reading');
    assert.ok(residentBytes(pid ?? 0) - before < 100 * 1024 * 1024);
    for (let i = 0; i < 50_000; i++) ws.send(JSON.stringify({ type: 'resize', cols: 80, rows: 24 }));
    ws.terminate();
    await closed;
  }));

test('answers a user with more than a share of connections with why, and can still be stopped', () =>
  inWorld(async (world) => {
    const sockets = await Promise.all(Array.from({ length: 300 }, () => dial(world.socket)));
    const refused = await world.run(['shell', 'local', '--json', '--', 'true']);
    assert.is(refused.exit, 69);
    assert.is(refused.json.error.code, 'too-many-connections');
    assert.is((await world.run(['broker', 'status', '--json'])).json.running, true);
    for (const socket of sockets) socket.destroy();
  }));

test('survives thousands of connections, and drops those that say nothing', () =>
  inWorld(async (world) => {
    const [pid] = world.brokers();
    const before = residentBytes(pid ?? 0);
    const sockets = await Promise.all(Array.from({ length: 3000 }, () => dial(world.socket).catch(() => undefined)));
    assert.ok(residentBytes(pid ?? 0) - before < 100 * 1024 * 1024);
    const alive = () => sockets.filter((socket) => socket !== undefined && !socket.destroyed).length;
    await until(() => alive() <= 600, 'what is over the hard limit is closed at once', 5000);
    await until(() => alive() === 0, 'those that say nothing are dropped', 25_000);
  }));

function residentBytes(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}

test('ends the session of a client that goes away without a word', () =>
  inWorld(async ({ socket }) => {
    const { socket: ws, messages } = await attachRaw(socket);
    ws.send(JSON.stringify(invocation('sleep 60')));
    await until(() => messages.length > 0, 'it runs');
    ws.terminate();
    await until(async () => {
      const { body } = await call(socket, 'GET', '/v1/sessions');
      return body.sessions[0].state === 'broker' && body.sessions[0].reason === 'client-gone';
    }, 'it was ended');
  }));

test.run();
