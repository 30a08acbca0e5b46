import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bug } from '../../src/lib/core/errors.ts';
import { OutputQueue } from '../../src/lib/targets/output-queue.ts';

const chunk = (text: string, stream: 'stdout' | 'stderr' = 'stdout') => ({ stream, bytes: Buffer.from(text) });

async function readAll(queue: OutputQueue): Promise<string> {
  let text = '';
  for await (const { stream, bytes } of queue) text += `${stream === 'stderr' ? '!' : ''}${Buffer.from(bytes)}`;
  return text;
}

test('delivers chunks in the order they came, whichever side is first', async () => {
  const early = new OutputQueue({ maxBytes: 100, resume: () => {} });
  early.push(chunk('a'));
  early.push(chunk('b', 'stderr'));
  early.push(chunk('c'));
  early.end();
  assert.is(await readAll(early), 'a!bc');

  const late = new OutputQueue({ maxBytes: 100, resume: () => {} });
  const reading = readAll(late);
  for (const letter of 'abc') {
    await new Promise(setImmediate);
    late.push(chunk(letter));
  }
  late.end();
  assert.is(await reading, 'abc');
});

test('asks the source to stop when full and to go on, once, at half', async () => {
  let resumed = 0;
  const queue = new OutputQueue({ maxBytes: 4, resume: () => resumed++ });
  assert.is(queue.push(chunk('aa')), true);
  assert.is(queue.push(chunk('b')), true);
  assert.is(queue.push(chunk('c')), false);
  assert.is(queue.push(chunk('d')), false);
  assert.is(queue.paused, true);
  const reader = queue[Symbol.asyncIterator]();
  await reader.next();
  await reader.next(); // 'aa' done, 3 of 4 unread
  assert.is(resumed, 0);
  await reader.next(); // 2 unread
  assert.is(resumed, 1);
  await reader.next();
  assert.is(resumed, 1);
  assert.is(queue.paused, false);
  assert.is(queue.push(chunk('e')), true);
});

test('a source that fails is heard of after the last byte, not before', async () => {
  const queue = new OutputQueue({ maxBytes: 100, resume: () => {} });
  queue.push(chunk('tail'));
  queue.fail(new Error('gone'));
  queue.end();
  const reader = queue[Symbol.asyncIterator]();
  assert.is(Buffer.from((await reader.next()).value?.bytes ?? []).toString(), 'tail');
  try {
    await reader.next();
    assert.unreachable();
  } catch (error) {
    assert.is(error instanceof Error && error.message, 'gone');
  }
});

test('disposal drops what is unread, lets the source drain and ends a waiting reader', async () => {
  let resumed = 0;
  const queue = new OutputQueue({ maxBytes: 2, resume: () => resumed++ });
  assert.is(queue.push(chunk('secret')), false);
  queue[Symbol.dispose]();
  queue[Symbol.dispose]();
  assert.is(resumed, 1);
  assert.is(queue.push(chunk('more')), true);
  assert.is(await readAll(queue), '');

  const waiting = new OutputQueue({ maxBytes: 2, resume: () => {} });
  const reading = readAll(waiting);
  await new Promise(setImmediate);
  waiting[Symbol.dispose]();
  assert.is(await reading, '');
});

test('a reader that leaves early does not leave the source waiting', async () => {
  let resumed = 0;
  const queue = new OutputQueue({ maxBytes: 2, resume: () => resumed++ });
  queue.push(chunk('aaa'));
  for await (const _ of queue) break;
  assert.is(resumed, 1);
  assert.is(queue.push(chunk('bbb')), true);
});

test('can be iterated once, and nothing comes after the end', async () => {
  const queue = new OutputQueue({ maxBytes: 2, resume: () => {} });
  queue.end();
  assert.throws(
    () => queue.push(chunk('late')),
    (error: unknown) => error instanceof Bug,
  );
  await readAll(queue);
  try {
    await readAll(queue);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, Bug);
  }
});

test.run();
