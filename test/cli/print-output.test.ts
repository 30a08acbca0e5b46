// What of a program's output arrives at the caller's end: bytes in files and pipes, what is harmless on a terminal, text with --plain.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PlainOutput, plainOutput, printOutput } from '../../src/lib/cli/print-output.ts';

const ESC = '\u001b';
const CLIPBOARD = `${ESC}]52;c;cm0gLXJmIC8K\u0007`;
const OUTPUT = Buffer.from(`10%\r${ESC}[31mdone${ESC}[m${CLIPBOARD}${ESC}[6n\r\nnext${ESC}[`);

async function printed(plain: PlainOutput | undefined, terminals: readonly string[] = []) {
  const got = { stdout: '', stderr: '' };
  const printer = printOutput({
    plain,
    isTerminal: (stream) => terminals.includes(stream),
    sink: async (stream, bytes) => {
      got[stream] += Buffer.from(bytes).toString('latin1');
    },
  });
  for (const byte of OUTPUT) await printer.write('stdout', Uint8Array.of(byte));
  await printer.write('stderr', Buffer.from(`${CLIPBOARD}\u00ff`, 'latin1'));
  await printer.finish();
  return got;
}

test('a file gets every byte', async () => {
  assert.equal(await printed(undefined), { stdout: OUTPUT.toString(), stderr: `${CLIPBOARD}\u00ff` });
});

test('a terminal gets no access to its clipboard, and questions that the program waits for the answer of', async () => {
  const { stdout, stderr } = await printed(undefined, ['stdout']);
  assert.is(stdout, `10%\r${ESC}[31mdone${ESC}[m${ESC}[6n\r\nnext`);
  assert.is(stderr, `${CLIPBOARD}\u00ff`);
  assert.is((await printed(undefined, ['stderr'])).stderr, '\u00ff');
});

test('--plain gives what a person would have read, of both streams', async () => {
  const { stdout, stderr } = await printed(plainOutput({ size: { cols: 20, rows: 5 } }));
  assert.is(stdout, 'done\nnext\n');
  assert.is(Buffer.from(stderr, 'latin1').toString(), '\ufffd\n');
});

test('lines of a program without a terminal begin at the first column', async () => {
  const got: string[] = [];
  const printer = printOutput({
    plain: plainOutput(null),
    isTerminal: () => false,
    sink: async (_, bytes) => {
      got.push(Buffer.from(bytes).toString());
    },
  });
  await printer.write('stdout', Buffer.from('a\nb\n'));
  await printer.finish();
  assert.is(got.join(''), 'a\nb\n');
});

test.run();
