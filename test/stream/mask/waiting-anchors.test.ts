import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WaitingAnchors } from '../../../src/lib/stream/mask/finding/waiting-anchors.ts';

test('gives back what waits in its order, also where some come while others go', () => {
  const waiting = new WaitingAnchors();
  const seen: number[][] = [];
  for (let round = 0; round < 400; round++) {
    waiting.add(round, round + 3, round - 5);
    if (round % 3 === 0) continue;
    seen.push([waiting.from, waiting.end, waiting.begin]);
    waiting.drop();
  }
  for (; !waiting.isEmpty; waiting.drop()) seen.push([waiting.from, waiting.end, waiting.begin]);
  assert.equal(
    seen,
    Array.from({ length: 400 }, (_, round) => [round, round + 3, round - 5]),
  );
});

test('takes positions beyond 32 bits', () => {
  const waiting = new WaitingAnchors();
  waiting.add(2 ** 40, 2 ** 40 + 4, 2 ** 40 - 1);
  assert.is(waiting.from, 2 ** 40);
  assert.is(waiting.end, 2 ** 40 + 4);
  assert.is(waiting.begin, 2 ** 40 - 1);
});

test.run();
