// timeout: 240
import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { openPipes } from '../../src/lib/targets/pipes.ts';
import { bash, OWN, onPipes, processesWith, reader, readToEnd } from '../helpers/local-program.ts';
import { watchMemory } from '../helpers/memory.ts';

const CHUNK = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, at) => (at * 31 + (at >> 8) * 17) & 0xff));

test('a program whose output nobody reads is held back, in flat memory', async () => {
  const memory = watchMemory();
  const program = await onPipes('head -c 300000000 /dev/zero; echo end >&2');
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(memory.grownBytes() < 16 * 1024 * 1024);
  let total = 0;
  for await (const { bytes } of program.output) total += bytes.byteLength;
  assert.is(total, 300_000_004);
  await program[Symbol.asyncDispose]();
});

test('stdout and stderr stay apart, and both end before the output does', async () => {
  const { stdout, stderr, status } = await readToEnd(await onPipes('printf out; printf err >&2; exit 9'));
  assert.equal({ stdout, stderr, status }, { stdout: 'out', stderr: 'err', status: { kind: 'code', code: 9 } });
});

test('every byte value passes, also one at a time', async () => {
  const program = await onPipes('cat');
  const every = Uint8Array.from({ length: 256 }, (_, value) => value);
  const parts: Uint8Array[] = [];
  const reading = (async () => {
    for await (const { bytes } of program.output) parts.push(bytes);
  })();
  for (const value of every) await program.write(Uint8Array.of(value));
  program.endInput();
  await reading;
  assert.ok(Buffer.concat(parts).equals(Buffer.from(every)));
  await program[Symbol.asyncDispose]();
});

test('loses no byte in 100 runs, whatever the speed of the reader', async () => {
  for (let run = 0; run < 100; run++) {
    const { stdout, stderr } = await readToEnd(
      await onPipes('head -c 300000 /dev/zero; head -c 9 /dev/zero >&2'),
      run % 3,
    );
    assert.is(stdout.length + stderr.length, 300_009);
  }
});

test('a program can open its own /dev/stderr, as on pipes of a shell', async () => {
  const { stdout, stderr } = await readToEnd(await onPipes('echo one | tee /dev/stderr; echo two > /dev/stdout'));
  assert.equal({ stdout, stderr }, { stdout: 'one\ntwo\n', stderr: 'one\n' });
});

test('tells the signal a program died of', async () => {
  assert.equal((await readToEnd(await onPipes('kill -9 $$'))).status, { kind: 'signal', signal: 'SIGKILL' });
  assert.equal((await readToEnd(await onPipes('kill -TERM $$'))).status, { kind: 'signal', signal: 'SIGTERM' });
});

test('a signal reaches the whole group', async () => {
  const waits = (name: string) => `(trap 'echo ${name}; exit' TERM; echo ready-${name}; while :; do sleep 0.01; done)`;
  const program = await onPipes(`exec 2>&-; trap 'wait; exit 4' TERM; ${waits('first')} & ${waits('second')} & wait`);
  const output = reader(program);
  await output.waitFor('ready-first');
  await output.waitFor('ready-second');
  program.signal('SIGTERM');
  assert.ok(/^(first|second)\n(first|second)\n$/m.test(await output.rest()), output.text());
  assert.equal(await program.exited, { kind: 'code', code: 4 });
  program.signal('SIGTERM');
  await program[Symbol.asyncDispose]();
});

test('input for a program that closed its own is dropped while it runs, refused once it is gone', async () => {
  const program = await onPipes('exec 0<&-; echo closed; sleep 0.5');
  const output = reader(program);
  await output.waitFor('closed');
  for (let turn = 0; turn < 20; turn++) await program.write(CHUNK);
  program.endInput();
  await output.rest();
  await program.exited;
  try {
    await program.write(CHUNK);
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof BrokerError && error.code === 'program-ended');
  }
  await program[Symbol.asyncDispose]();
});

test('a write that waits for a program that never reads is refused when the program ends', async () => {
  const program = await onPipes('sleep 0.3');
  const writing = program.write(Buffer.alloc(1024 * 1024)).then(
    () => 'taken',
    (error: unknown) => (error instanceof BrokerError ? error.code : error),
  );
  await readToEnd(program);
  assert.is(await writing, 'program-ended');
});

test('what holds the output open after the exit gets a second of silence, and is ended', async () => {
  const program = await onPipes(`sleep 4712.${OWN}01 & (sleep 0.3; echo late) & echo early; exit 3`);
  const started = performance.now();
  const { stdout, status } = await readToEnd(program);
  assert.equal({ stdout, status }, { stdout: 'early\nlate\n', status: { kind: 'code', code: 3 } });
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.2 && seconds < 4, `${seconds} s`);
  assert.equal(processesWith(`4712.${OWN}01`), []);
});

test('what left the session and holds the output open cannot hold the session', async () => {
  const program = await onPipes(`setsid sleep 4712.${OWN}02 & echo early`);
  assert.is((await readToEnd(program)).stdout, 'early\n');
  // Known and documented: who calls setsid is out of reach without a sandbox. The test cleans up after itself.
  for (const pid of processesWith(`4712.${OWN}02`)) process.kill(pid, 'SIGKILL');
});

test('silence of a slow reader is not silence of the program', async () => {
  const program = await onPipes('(sleep 0.2; head -c 2000000 /dev/zero; echo end) & exit 0');
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const { stdout } = await readToEnd(program);
  assert.is(stdout.length, 2_000_004);
});

test('disposal ends what ignores the hang-up, and leaves nothing open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const program = await onPipes(`trap '' HUP TERM; sleep 4712.${OWN}03 & echo ready; while :; do sleep 0.1; done`);
  await reader(program).waitFor('ready');
  await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
  assert.equal(await program.exited, { kind: 'signal', signal: 'SIGKILL' });
  assert.equal(processesWith(`4712.${OWN}03`), []);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(readdirSync('/proc/self/fd').length, before);
});

test('a program that cannot be started is an error, and leaves nothing open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  try {
    await openPipes({ ...bash('true'), file: '/nowhere/bash' });
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof BrokerError && error.code === 'cannot-start' && error.exit === 69, String(error));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(readdirSync('/proc/self/fd').length, before);
});

test('a program holds nothing of the broker but its three pipes, and has no terminal', async () => {
  await using other = await onPipes('sleep 1000');
  const { stdout } = await readToEnd(
    await onPipes('for fd in /proc/$$/fd/*; do readlink $fd; done; exec 2>/dev/null; : </dev/tty || echo none'),
  );
  const lines = stdout.trim().split('\n');
  assert.is(lines.pop(), 'none');
  assert.ok(lines.length >= 3 && lines.every((line) => line.startsWith('pipe:')), stdout);
  assert.ok(other);
});

test.run();
