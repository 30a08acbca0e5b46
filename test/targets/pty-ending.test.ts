import { readdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { inTerminal, OWN, processesWith, reader, readToEnd } from '../helpers/local-program.ts';

test('^C reaches the program that runs in the foreground, as does signal()', async () => {
  for (const interrupt of ['byte', 'signal'] as const) {
    const program = await inTerminal(`trap 'echo caught; exit 3' INT; echo ready; while :; do sleep 0.01; done`);
    const output = reader(program);
    await output.waitFor('ready');
    if (interrupt === 'byte') await program.write(Uint8Array.of(3));
    else program.signal('SIGINT');
    assert.ok((await output.rest()).includes('caught'));
    assert.equal(await program.exited, { kind: 'code', code: 3 });
    await program[Symbol.asyncDispose]();
  }
});

test('a signal goes to the foreground job of an interactive shell, not to the shell', async () => {
  const program = await inTerminal(
    `set -m; (trap 'echo job; exit' TERM; echo ready; while :; do sleep 0.01; done); echo shell goes on`,
  );
  const output = reader(program);
  await output.waitFor('ready');
  program.signal('SIGTERM');
  assert.ok((await output.rest()).endsWith('job\r\nshell goes on\r\n'));
  program.signal('SIGTERM');
  await program[Symbol.asyncDispose]();
});

test('refuses a signal that does not exist', async () => {
  await using program = await inTerminal('sleep 5');
  assert.throws(
    () => program.signal('SIGNOPE'),
    (error: unknown) => error instanceof BrokerError && error.code === 'unknown-signal',
  );
});

test('what runs on in the background after the exit gets a second of silence, and is ended', async () => {
  const program = await inTerminal(`set -m; (sleep 0.3; echo late) & sleep 4711.${OWN}01 & echo early; exit 3`);
  const started = performance.now();
  const { stdout, status } = await readToEnd(program);
  assert.equal(status, { kind: 'code', code: 3 });
  assert.ok(stdout.includes('early') && stdout.includes('late'), stdout);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.2 && seconds < 5, `${seconds} s`);
  assert.equal(processesWith(`4711.${OWN}01`), []);
});

test('disposal ends what ignores the hang-up, and leaves nothing open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const program = await inTerminal(
    `trap '' HUP TERM INT; sleep 4711.${OWN}02 & set -m; sleep 4711.${OWN}02 & echo ready; while :; do sleep 0.1; done`,
  );
  await reader(program).waitFor('ready');
  await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
  assert.equal(await program.exited, { kind: 'signal', signal: 'SIGKILL' });
  assert.equal(processesWith(`4711.${OWN}02`), []);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(readdirSync('/proc/self/fd').length, before);
});

test('disposal ends a program that is stopped, and one whose output nobody reads', async () => {
  for (const text of ['echo $$; kill -STOP $$', `yes 4711.${OWN}03`]) {
    const program = await inTerminal(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await program[Symbol.asyncDispose]();
    assert.is((await program.exited).kind, 'signal');
  }
  assert.equal(processesWith(`4711.${OWN}03`), []);
});

test('disposal ends what left the session while its parent lives, and what that started', async () => {
  const program = await inTerminal(
    `trap '' HUP; setsid bash -c 'trap "" HUP TERM; sleep 4711.${OWN}04 & sleep 4711.${OWN}04' & echo ready; while :; do sleep 0.1; done`,
  );
  const output = reader(program);
  await output.waitFor('ready');
  while (processesWith(`4711.${OWN}04`).length < 4) await new Promise((resolve) => setTimeout(resolve, 10));
  await program[Symbol.asyncDispose]();
  assert.equal(processesWith(`4711.${OWN}04`), []);
});

test('a daemon that holds the terminal open cannot hold the session', async () => {
  const program = await inTerminal(`(setsid sleep 4711.${OWN}05 &); echo early`);
  const started = performance.now();
  assert.is((await readToEnd(program)).stdout, 'early\r\n');
  assert.ok(performance.now() - started < 5_000);
  // Known and documented: a daemon is out of reach without a sandbox. The test cleans up after itself.
  for (const pid of processesWith(`4711.${OWN}05`)) process.kill(pid, 'SIGKILL');
});

test('what writes for ever after the exit does not keep others waiting, and ends with its disposal', async () => {
  const program = await inTerminal(`set -m; yes 4711.${OWN}06 & exit 0`);
  const output = program.output[Symbol.asyncIterator]();
  for (let chunk = 0; chunk < 50; chunk++) assert.is((await output.next()).done, false);
  const other = await readToEnd(await inTerminal('echo other'));
  assert.is(other.stdout, 'other\r\n');
  await program[Symbol.asyncDispose]();
  assert.equal(processesWith(`4711.${OWN}06`), []);
});

for (const signal of ['SIGSEGV', 'SIGQUIT', 'SIGHUP', 'SIGPIPE', 'SIGUSR1', 'SIGXCPU']) {
  test(`tells of a program that died of ${signal}`, async () => {
    assert.equal((await readToEnd(await inTerminal(`exec sh -c 'kill -s ${signal.slice(3)} $$'`))).status, {
      kind: 'signal',
      signal,
    });
  });
}

test.run();
