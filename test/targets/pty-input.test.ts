import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { inTerminal, reader, readToEnd } from '../helpers/local-program.ts';

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

test('the end of input also ends half a line, in one go', async () => {
  const program = await inTerminal('cat; echo " done"');
  await program.write(Buffer.from('half'));
  program.endInput();
  assert.is((await readToEnd(program)).stdout, 'halfhalf done\r\n');
});

test('the end of input is typed once where a line begins: what comes next still has a terminal', async () => {
  for (const typed of ['', 'line\n', 'half\x04']) {
    const program = await inTerminal('stty -echo; cat >/dev/null; read -r more; echo "<$more>"');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await program.write(Buffer.from(typed));
    program.endInput();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await program.write(Buffer.from('more\n'));
    assert.is((await readToEnd(program)).stdout, '<more>\r\n', JSON.stringify(typed));
  }
});

test('a megabyte of lines arrives whole in a terminal that edits lines', async () => {
  const program = await inTerminal('stty -echo; echo ready; sha256sum');
  const output = reader(program);
  await output.waitFor('ready');
  const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at} ${'x'.repeat(at % 90)}\n`).join('');
  await program.write(Buffer.from(lines));
  program.endInput();
  const text = await output.rest();
  assert.ok(text.includes(createHash('sha256').update(lines).digest('hex')), text);
  await program[Symbol.asyncDispose]();
});

test('a line longer than the terminal can edit is cut by the kernel and holds nobody up', async () => {
  const program = await inTerminal('stty -echo; echo ready; head -1 | tr -d "\\n" | wc -c; head -1');
  const output = reader(program);
  await output.waitFor('ready');
  await program.write(Buffer.from(`${'x'.repeat(200_000)}\nnext\n`));
  // N_TTY keeps 4095 bytes of a line and its end (termios(3), canonical mode).
  assert.is(await output.rest(), 'ready\r\n4095\r\nnext\r\n');
  await program[Symbol.asyncDispose]();
});

test('input is hidden as soon as the terminal stops echoing, and shown again after', async () => {
  const program = await inTerminal('stty -echo; echo off; read -r a; stty echo; echo on; read -r b');
  const output = reader(program);
  await output.waitFor('off');
  assert.is(program.inputIsHidden(), true);
  await program.write(Buffer.from('\n'));
  await output.waitFor('on\r\n');
  assert.is(program.inputIsHidden(), false);
  await program[Symbol.asyncDispose]();
});

test.run();
