// Two streams of one program, one of which holds something back: what was written first is delivered first.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OutputStream } from '../../src/lib/core/events.ts';
import { OutputOrder } from '../../src/lib/stream/output-order.ts';
import { knownMask } from '../helpers/known-mask.ts';

const SECRET = 'correct-horse-battery';

function bench() {
  const stages = { stdout: knownMask(SECRET), stderr: knownMask(SECRET) };
  const log: string[] = [];
  const order = new OutputOrder(stages, async (stream, pieces) => {
    const text = Buffer.concat(pieces).toString();
    if (text !== '') log.push(`${stream === 'stdout' ? 1 : 2}:${text}`);
  });
  return {
    log,
    order,
    say: (stream: OutputStream, text: string) => order.pass(stream, stages[stream].push(Buffer.from(text))),
    expire: (stream: OutputStream) => order.pass(stream, stages[stream].expire()),
  };
}

test('a line whose end may begin a secret is not overtaken by the other stream', async () => {
  const { say, expire, log } = bench();
  await say('stdout', 'mac');
  await say('stderr', 'two\n');
  assert.equal(log, ['1:ma']);
  await say('stdout', 'e\n');
  assert.equal(log, ['1:ma', '1:ce\n', '2:two\n']);
  await say('stdout', 'c');
  await say('stderr', 'three\n');
  await expire('stdout');
  assert.equal(log.slice(3), ['1:c', '2:three\n']);
});

test('a secret that the other stream interrupts is masked whole', async () => {
  const { say, order, log } = bench();
  await say('stdout', SECRET.slice(0, 12));
  await say('stderr', 'x');
  await say('stdout', SECRET.slice(12));
  await say('stdout', '.');
  await order.end();
  assert.equal(log.join(' '), '1:[known:0000] 2:x 1:.');
});

test('what is held longer goes first where both hold, and nothing waits for ever', async () => {
  const { say, expire, order, log } = bench();
  await say('stdout', 'co');
  await say('stderr', 'cor');
  await expire('stderr');
  assert.equal(log, []);
  await expire('stdout');
  assert.equal(log, ['1:co', '2:cor']);
  await say('stderr', ' c');
  await say('stdout', ' c');
  await order.end();
  assert.equal([...log].sort(), ['1: ', '1:c', '1:co', '2: ', '2:c', '2:cor']);
});

test('gives the order up rather than keep more than 64 KiB', async () => {
  const { say, log } = bench();
  await say('stdout', 'c');
  for (let count = 0; count < 70; count++) await say('stderr', 'x'.repeat(1024));
  assert.is(log.length > 0 && log[0]?.startsWith('2:'), true);
});

test.run();
