import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { inTerminal, reader, readToEnd } from '../helpers/local-program.ts';
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

test('the output does not end when the program closes its terminal and opens it again', async () => {
  const { stdout } = await readToEnd(
    await inTerminal('exec 0<&- 1>&- 2>&-; sleep 0.3; exec 1>/dev/tty; echo still there'),
  );
  assert.is(stdout, 'still there\r\n');
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
