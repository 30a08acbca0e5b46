// timeout: 120
// How long the broker waits for a caller, and how long it must not stop waiting. Everything here takes its time, so it
// happens at once.
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { API_VERSION } from '../../src/lib/api/contract.ts';
import { ALLOW_ALL, cliWorld, until } from '../helpers/cli.ts';
import { attachRaw, invocation, speak } from '../helpers/raw-client.ts';

const test = suite('patience');

test('drops half requests and sockets that never open; a reader as slow as a pager gets everything', async () => {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const { socket } = world;

  const halves = [
    'GET /v1/hello HTTP/1.1\r\nhost: x\r\n',
    'GET',
    `POST /v1/stop HTTP/1.1\r\nhost: x\r\nsallyport-api: ${API_VERSION}\r\ncontent-length: 9\r\n\r\n{`,
  ];
  const dropped = halves.map(async (bytes) =>
    assert.match(await within(40_000, speak(socket, bytes)), /^(HTTP\/1\.1 4|$)/),
  );

  const silent = attachRaw(socket).then(async ({ closed, messages }) => {
    assert.is(await within(15_000, closed), 1008);
    assert.match(messages[0].error.message, /no "open" came/);
  });

  const slow = attachRaw(socket).then(async ({ socket: ws, messages, closed }) => {
    ws.send(JSON.stringify(invocation('head -c 900000 /dev/zero')));
    await until(() => messages.length > 0, 'it runs');
    ws.pause();
    // ws destroys a socket 30 s after it began to close it.
    await delay(34_000);
    ws.resume();
    assert.is(await closed, 1000);
    const bytes = messages.filter(Buffer.isBuffer).reduce((sum, chunk) => sum + chunk.length - 1, 0);
    assert.is(bytes, 900_000);
    assert.is(messages.at(-1).type, 'result');
  });

  await Promise.all([...dropped, silent, slow]);
  assert.is((await world.run(['whoami'])).exit, 0);
});

function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  return Promise.race([
    promise,
    delay(ms, undefined, { ref: false }).then(() => Promise.reject(new Error(`not within ${ms} ms`))),
  ]);
}

test.run();
