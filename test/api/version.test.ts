// timeout: 60
// Both ends of the handshake: our broker with clients of other versions, our CLI with brokers of other versions.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { API_VERSION } from '../../src/lib/api/contract.ts';
import { ALLOW_ALL, cliWorld, until } from '../helpers/cli.ts';
import { attachRaw, call } from '../helpers/raw-client.ts';

const test = suite('version');

test('answers clients of other versions with 426 and what to do, over HTTP and WebSocket', async () => {
  await using world = cliWorld(ALLOW_ALL);
  await world.run(['broker', 'start']);
  for (const version of ['0', String(API_VERSION + 1), 'one', null]) {
    const { status, body } = await call(world.socket, 'GET', '/v1/targets', { version });
    assert.is(status, 426);
    assert.is(body.error.code, 'version-mismatch');
    assert.is(body.error.exit, 69);
    assert.match(body.error.message, version === null ? /did not say/ : new RegExp(`this client speaks "${version}"`));
    assert.match(body.error.hint, /sallyport broker stop/);
    const refused = await attachRaw(world.socket, version).then(
      () => 'opened',
      (error: Error) => error.message,
    );
    assert.match(refused, /426/);
    assert.is(
      (await call(world.socket, 'GET', '/v1/hello', { version })).body.api,
      API_VERSION,
      'hello answers everybody',
    );
  }
  const stopped = await call(world.socket, 'POST', '/v1/stop', {
    version: String(API_VERSION + 1),
    body: '{"force":false}',
  });
  assert.is(stopped.status, 200, 'a newer client can end it');
  await until(() => world.brokers().length === 0, 'it left');
});

for (const [api, age] of [
  [API_VERSION - 1, 'older'],
  [API_VERSION + 1, 'newer'],
] as const) {
  test(`says that the running broker is ${age}, and can stop it`, async () => {
    await using world = cliWorld();
    mkdirSync(world.state, { recursive: true, mode: 0o700 });
    // The pid of a process that ends when the broker is told to stop.
    const stand = spawn('sleep', ['60'], { stdio: 'ignore' });
    const server = otherBroker(api, stand.pid ?? 0, () => stand.kill('SIGKILL')).listen(world.socket);
    try {
      for (const args of [
        ['shell', 'local', '--json', '--', 'true'],
        ['whoami', '--json'],
        ['broker', 'start', '--json'],
      ]) {
        const { exit, json } = await world.run(args);
        assert.is(exit, 69);
        assert.is(json.error.code, 'version-mismatch');
        assert.match(
          json.error.message,
          new RegExp(`^the running broker is ${age}: it speaks API ${api} \\(sallyport 9\\.9\\.9\\)`),
        );
        assert.match(json.error.hint, /^run "sallyport broker stop", then the command again$/);
      }
      assert.is((await world.run(['broker', 'status', '--json'])).json.version, '9.9.9');
      assert.equal((await world.run(['broker', 'stop', '--json'])).json, { stopped: true, pid: stand.pid });
    } finally {
      stand.kill('SIGKILL');
      server.close();
    }
  });
}

/** As much of a broker of another version as must never change. */
function otherBroker(api: number, pid: number, stop: () => void): Server {
  return createServer((request, response) => {
    const isStop = request.url === '/v1/stop';
    const hello = {
      api,
      version: '9.9.9',
      pid,
      mode: 'private',
      configFile: null,
      configDigest: null,
      sessions: 0,
      startedAt: 0,
    };
    response.end(JSON.stringify(isStop ? { stopping: true } : hello));
    if (isStop) stop();
  });
}

test('says so where what listens is no broker', async () => {
  await using world = cliWorld();
  mkdirSync(world.state, { recursive: true, mode: 0o700 });
  const server = createServer((_, response) => response.end('<html>')).listen(world.socket);
  const { exit, json } = await world.run(['whoami', '--json'], { env: { SALLYPORT_SOCKET: world.socket } });
  server.close();
  assert.is(exit, 69);
  assert.match(json.error.code, /^broker-/);
});

test.run();
