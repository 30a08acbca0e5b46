// timeout: 300
import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { newCa, openOn, specOf, targetOn } from '../helpers/ssh-target.ts';
import { startSshd } from '../helpers/sshd.ts';

const GIB = 1024 ** 3;
const MAX_GROWTH_BYTES = 64 * 1024 * 1024;
const CHUNK = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31 + (at >> 8) * 17) & 0xff));

needs(
  test,
  'sshd',
  'ssh-keygen',
  'bash',
)('1 GiB out and 1 GiB in are the same bytes, in flat memory', async () => {
  const expected = createHash('sha256');
  for (let sent = 0; sent < GIB; sent += CHUNK.length) expected.update(CHUNK);
  const digest = expected.digest('hex');
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  const target = targetOn(sshd);

  // What is loaded once, and the buffers of a first transfer, are no growth.
  const first = await openOn(target, provider, specOf('head -c 50000000 /dev/zero'));
  for await (const { bytes } of first.output) assert.ok(bytes.byteLength > 0);
  await first[Symbol.asyncDispose]();
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);

  const sink = await openOn(target, provider, specOf('sha256sum'));
  const startedIn = performance.now();
  for (let sent = 0; sent < GIB; sent += CHUNK.length) await sink.write(CHUNK);
  sink.endInput();
  assert.is((await readToEnd(sink)).stdout, `${digest}  -\n`);
  const secondsIn = (performance.now() - startedIn) / 1000;

  const echo = await openOn(target, provider, specOf('cat'));
  const startedOut = performance.now();
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
  const secondsOut = (performance.now() - startedOut) / 1000;

  clearInterval(timer);
  const grown = Math.max(most, process.memoryUsage.rss()) - before;
  process.stdout.write(
    `# in ${secondsIn.toFixed(1)} s, in and out ${secondsOut.toFixed(1)} s, grown by ${grown} bytes\n`,
  );
  assert.ok(grown < MAX_GROWTH_BYTES, `memory grew by ${grown} bytes`);
});

test.run();
