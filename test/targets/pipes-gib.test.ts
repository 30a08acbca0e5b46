// timeout: 240
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { onPipes, readToEnd } from '../helpers/local-program.ts';
import { watchMemory } from '../helpers/memory.ts';

const GIB = 1024 ** 3;
// What a collector in no hurry leaves lying: 80 MB on Node 24.
const MAX_GROWTH_BYTES = 128 * 1024 * 1024;
const CHUNK = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31 + (at >> 8) * 17) & 0xff));

test('1 GiB out and 1 GiB in are the same bytes, in flat memory', async () => {
  const expected = createHash('sha256');
  for (let sent = 0; sent < GIB; sent += CHUNK.length) expected.update(CHUNK);
  const digest = expected.digest('hex');

  const memory = watchMemory();
  const sink = await onPipes('sha256sum');
  for (let sent = 0; sent < GIB; sent += CHUNK.length) await sink.write(CHUNK);
  sink.endInput();
  assert.is((await readToEnd(sink)).stdout, `${digest}  -\n`);

  const echo = await onPipes('cat');
  const received = createHash('sha256');
  const feeding = (async () => {
    for (let sent = 0; sent < GIB; sent += CHUNK.length) await echo.write(CHUNK);
    echo.endInput();
  })();
  for await (const { bytes } of echo.output) received.update(bytes);
  await feeding;
  assert.is(received.digest('hex'), digest);
  assert.equal(await echo.exited, { kind: 'code', code: 0 });
  await echo[Symbol.asyncDispose]();
  const grown = memory.grownBytes();
  assert.ok(grown < MAX_GROWTH_BYTES, `memory grew by ${grown} bytes`);
});

test.run();
