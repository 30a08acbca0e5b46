// timeout: 240
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { inTerminal, processesWith, reader, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';

const KIB_300 = 300 * 1024;
// A number a byte long in a file of random ones would do as well; letters that name their place show what was lost.
const LETTERS = `printf 'abcdefghijklmnopqrstuvwxyz012345%.0s' {1..9600}`;
const EXPECTED = 'abcdefghijklmnopqrstuvwxyz012345'.repeat(9600);

needs(test, 'bash')('loses no byte of 300 KiB in 100 runs, whatever the speed of the reader', async () => {
  assert.is(EXPECTED.length, KIB_300);
  for (let run = 0; run < 100; run++) {
    // undefined reads as fast as it can; the others give the program time to be gone long before the last byte is read.
    const pauseMs = [undefined, 0, 1, 2, 3][run % 5];
    const { stdout, status } = await readToEnd(await inTerminal(LETTERS), pauseMs);
    assert.is(stdout.length, KIB_300, `run ${run}, ${pauseMs} ms a chunk`);
    assert.ok(stdout === EXPECTED, `run ${run}: bytes changed`);
    assert.equal(status, { kind: 'code', code: 0 });
  }
});

test('a reader that begins long after the exit gets everything', async () => {
  const program = await inTerminal(`${LETTERS.replace('9600', '100')}; exit 5`);
  assert.equal(await program.exited, { kind: 'code', code: 5 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.is((await readToEnd(program)).stdout.length, 3200);
});

test('loses no byte of a tiny output in 30 runs of a program that leaves at once', async () => {
  for (let run = 0; run < 30; run++) {
    assert.is((await readToEnd(await inTerminal('printf tiny'), run % 2)).stdout, 'tiny');
  }
});

for (const [text, status] of [
  ['exit 0', { kind: 'code', code: 0 }],
  ['exit 7', { kind: 'code', code: 7 }],
  ['exit 255', { kind: 'code', code: 255 }],
  ['kill -9 $$', { kind: 'signal', signal: 'SIGKILL' }],
  ['kill -ABRT $$', { kind: 'signal', signal: 'SIGABRT' }],
  ['kill -34 $$', { kind: 'signal', signal: 'SIG34' }],
] as const) {
  test(`tells how "${text}" ended`, async () => {
    assert.equal((await readToEnd(await inTerminal(text))).status, status);
  });
}

test('the program has the size it was opened with, and is told of a new one', async () => {
  const program = await inTerminal(
    `stty size; trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done`,
    {
      cols: 91,
      rows: 33,
    },
  );
  const output = reader(program);
  await output.waitFor('ready');
  program.resize({ cols: 120, rows: 40 });
  assert.is(await output.rest(), '33 91\r\nready\r\n40 120\r\n');
  program.resize({ cols: 1, rows: 1 });
  await program[Symbol.asyncDispose]();
  program.resize({ cols: 1, rows: 1 });
});

for (const size of [
  { cols: 0, rows: 24 },
  { cols: 80, rows: 65_536 },
  { cols: 80.5, rows: 24 },
  { cols: Number.NaN, rows: 24 },
]) {
  test(`refuses a terminal of ${size.cols} by ${size.rows}`, async () => {
    try {
      await inTerminal('true', size);
      assert.unreachable();
    } catch (error) {
      assert.ok(error instanceof BrokerError && error.code === 'bad-terminal-size' && error.exit === 64);
    }
  });
}

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

test('UTF-8 passes whole, however its bytes are typed', async () => {
  const program = await inTerminal('read -r line; printf "<%s>" "$line"');
  for (const byte of Buffer.from('grüße 🛡\n')) await program.write(Uint8Array.of(byte));
  const { stdout } = await readToEnd(program);
  assert.ok(stdout.includes('<grüße 🛡>'), stdout);
});

test('input is hidden while a password is asked for, and only then', async () => {
  const program = await inTerminal('echo open; read -r a; read -rs b; echo "got $a $b"; echo again; read -r c');
  const output = reader(program);
  await output.waitFor('open');
  assert.is(program.inputIsHidden(), false);
  await program.write(Buffer.from('name\n'));
  const deadline = Date.now() + 5_000;
  while (!program.inputIsHidden() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.is(program.inputIsHidden(), true);
  await program.write(Buffer.from('hunter2\n'));
  await output.waitFor('again');
  assert.is(program.inputIsHidden(), false);
  await program.write(Buffer.from('\n'));
  await output.rest();
  await program.exited;
  assert.is(program.inputIsHidden(), true, 'a terminal that cannot be asked any more is taken for hidden');
  await program[Symbol.asyncDispose]();
});

test('the end of input ends a program that reads to the end', async () => {
  const program = await inTerminal('cat; echo done');
  await program.write(Buffer.from('one\n'));
  program.endInput();
  const { stdout } = await readToEnd(program);
  assert.is(stdout, 'one\r\none\r\ndone\r\n');
  program.endInput();
});

test('a program that never reads stalls the writer and nobody else', async () => {
  const program = await inTerminal('stty raw -echo; echo ready; sleep 1000');
  await reader(program).waitFor('ready');
  let written = false;
  const writing = program.write(Buffer.alloc(4 * 1024 * 1024, 'x')).then(
    () => {
      written = true;
    },
    (error: unknown) => error,
  );
  let longestMs = 0;
  for (let turn = 0, last = performance.now(); turn < 100; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  }
  assert.is(written, false);
  assert.ok(longestMs < 500, `the event loop stood still for ${longestMs} ms`);
  await program[Symbol.asyncDispose]();
  const error = await writing;
  assert.ok(error instanceof BrokerError && error.code === 'program-ended');
});

test('what is typed arrives in order, through a reader slower than the writer', async () => {
  const program = await inTerminal('stty raw -echo; echo ready; head -c 400000 | sha256sum');
  const output = reader(program);
  await output.waitFor('ready');
  const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, at) => 33 + ((at * 7 + (at >> 9)) % 90)));
  for (let at = 0; at < bytes.length; at += 33_333) void program.write(bytes.subarray(at, at + 33_333)).catch(() => {});
  const { createHash } = await import('node:crypto');
  assert.ok((await output.rest()).includes(createHash('sha256').update(bytes).digest('hex')));
  await program[Symbol.asyncDispose]();
});

test('writing after the exit is refused', async () => {
  const program = await inTerminal('true');
  await program.exited;
  try {
    await program.write(Buffer.from('x'));
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof BrokerError && error.code === 'program-ended');
  }
  await readToEnd(program);
});

test('what runs on in the background after the exit gets a second of silence, and is ended', async () => {
  const program = await inTerminal('set -m; (sleep 0.3; echo late) & sleep 4711.01 & echo early; exit 3');
  const started = performance.now();
  const { stdout, status } = await readToEnd(program);
  assert.equal(status, { kind: 'code', code: 3 });
  assert.ok(stdout.includes('early') && stdout.includes('late'), stdout);
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.2 && seconds < 5, `${seconds} s`);
  assert.equal(processesWith('4711.01'), []);
});

test('the output does not end when the program closes its terminal and opens it again', async () => {
  const { stdout } = await readToEnd(
    await inTerminal('exec 0<&- 1>&- 2>&-; sleep 0.3; exec 1>/dev/tty; echo still there'),
  );
  assert.is(stdout, 'still there\r\n');
});

test('disposal ends what ignores the hang-up, and leaves nothing open', async () => {
  const before = readdirSync('/proc/self/fd').length;
  const program = await inTerminal(
    `trap '' HUP TERM INT; sleep 4711.02 & set -m; sleep 4711.02 & echo ready; while :; do sleep 0.1; done`,
  );
  await reader(program).waitFor('ready');
  await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
  assert.equal(await program.exited, { kind: 'signal', signal: 'SIGKILL' });
  assert.equal(processesWith('4711.02'), []);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(readdirSync('/proc/self/fd').length, before);
});

test('disposal ends a program that is stopped, and one whose output nobody reads', async () => {
  for (const text of ['echo $$; kill -STOP $$', 'yes 4711.03']) {
    const program = await inTerminal(text);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await program[Symbol.asyncDispose]();
    assert.is((await program.exited).kind, 'signal');
  }
  assert.equal(processesWith('4711.03'), []);
});

test('a program whose output nobody reads is held back, and goes on when somebody does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pty-'));
  const program = await inTerminal(`head -c 4000000 /dev/zero; touch ${folder}/written`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.is(existsSync(join(folder, 'written')), false);
  assert.is((await readToEnd(program)).stdout.length, 4_000_000);
  assert.is(existsSync(join(folder, 'written')), true);
  rmSync(folder, { recursive: true });
});

test('a program sees nothing of another session or of the broker but its own terminal', async () => {
  await using other = await inTerminal('sleep 1000');
  const { stdout } = await readToEnd(await inTerminal('for fd in /proc/$$/fd/*; do readlink $fd; done; :'));
  const targets = stdout.trim().split('\r\n');
  assert.ok(targets.length >= 3 && targets.every((target) => target.startsWith('/dev/pts/')), stdout);
  assert.is(new Set(targets).size, 1);
  assert.ok(other);
});

test('twenty terminals at once keep their bytes apart', async () => {
  const all = Array.from({ length: 20 }, async (_, number) => {
    const program = await inTerminal(`for i in {1..200}; do printf '%s,' ${number}; done`);
    return (await readToEnd(program, number % 3)).stdout === `${number},`.repeat(200);
  });
  assert.ok((await Promise.all(all)).every(Boolean));
});

test.run();
