import { createHash, randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeFingerprint } from '../../../src/lib/stream/mask/fingerprint.ts';
import { MaskCounts } from '../../../src/lib/stream/mask/mask-counts.ts';
import type { Masked } from '../../../src/lib/stream/mask/mask-stage.ts';

test('a fingerprint is the begin of the digest of key and text, whatever their lengths', () => {
  for (const keyLength of [16, 32, 100]) {
    const key = randomBytes(keyLength);
    const fingerprint = makeFingerprint(key);
    for (const length of [0, 1, 40, 511, 512, 513, 5000, 40, 0]) {
      const text = randomBytes(length);
      const digest = createHash('sha256').update(key).update(text).digest('hex');
      assert.is(fingerprint(text), digest.slice(0, 4));
      assert.is(fingerprint(Buffer.concat([randomBytes(7), text, randomBytes(9)]), 7, 7 + length), digest.slice(0, 4));
    }
  }
});

test('a fingerprint depends on the key', () => {
  const text = Buffer.from('the same text');
  const all = new Set(Array.from({ length: 50 }, () => makeFingerprint(randomBytes(16))(text)));
  assert.ok(all.size > 40);
});

test('who is told of masks gets texts that stay as they are', () => {
  const told: Masked[] = [];
  const counts = new MaskCounts(makeFingerprint(randomBytes(16)), (masked) => told.push(masked));
  const bytes = Buffer.from('one and two');
  const places = { placeOf: ({ from, to }: { from: number; to: number }) => ({ from: from + 100, to: to + 100 }) };
  const secret = { kind: 'k', rule: 'r', priority: 0 };
  counts.label({ ...secret, from: 8, to: 11 }, bytes, places, 8, 11);
  bytes.fill(0x2e);
  counts.label({ ...secret, from: 0, to: 3 }, Buffer.from('two'), null);
  assert.equal(
    told.map(({ value, place }) => [Buffer.from(value).toString(), place]),
    [
      ['two', { from: 108, to: 111 }],
      ['two', null],
    ],
  );
  assert.is(told[0]?.label, told[1]?.label);
  assert.is(counts.counts.get('k'), 2);
});

test.run();
