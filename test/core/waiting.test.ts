import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep, systemClock } from '../../src/lib/core/clock.ts';
import { newLane } from '../../src/lib/core/serial.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

const settled = async (promise: Promise<unknown>) => {
  let state = 'pending';
  promise.then(
    () => {
      state = 'done';
    },
    (error: unknown) => {
      state = `failed: ${error}`;
    },
  );
  await new Promise(setImmediate);
  return state;
};

test('sleeps exactly as long as it was told', async () => {
  const clock = fakeClock();
  const sleeping = sleep(clock, 100);
  clock.advance(99);
  assert.is(await settled(sleeping), 'pending');
  clock.advance(1);
  assert.is(await settled(sleeping), 'done');
});

test('a signal wakes the sleeper with its reason, before and during the sleep', async () => {
  const clock = fakeClock();
  assert.is(await settled(sleep(clock, 1, AbortSignal.abort('early'))), 'failed: early');
  const controller = new AbortController();
  const sleeping = sleep(clock, 100, controller.signal);
  controller.abort('late');
  assert.is(await settled(sleeping), 'failed: late');
  clock.advance(1000);
});

test('the system clock runs, and a timer that was cancelled does not fire', async () => {
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
  const before = systemClock.monotonic();
  let fired = 0;
  const cancel = systemClock.after(1, () => fired++);
  cancel();
  systemClock.after(2, () => fired++);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(fired, 1);
  assert.ok(systemClock.monotonic() > before);
});

test('work in a lane runs one at a time, in the order it came', async () => {
  const lane = newLane();
  const log: string[] = [];
  const work = (name: string, ms: number) =>
    lane(async () => {
      log.push(`${name} starts`);
      await new Promise((resolve) => setTimeout(resolve, ms));
      log.push(`${name} ends`);
      return name;
    });
  assert.equal(await Promise.all([work('a', 20), work('b', 1), work('c', 5)]), ['a', 'b', 'c']);
  assert.equal(log, ['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
});

test('work that fails tells who handed it in, and stops nobody else', async () => {
  const lane = newLane();
  const failing = lane(() => Promise.reject(new Error('no')));
  const throwing = lane(() => {
    throw new Error('at once');
  });
  const next = lane(async () => 'next');
  assert.is(await settled(failing), 'failed: Error: no');
  assert.is(await settled(throwing), 'failed: Error: at once');
  assert.is(await next, 'next');
});

test.run();
