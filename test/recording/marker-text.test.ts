// Markers in words: the same in the terminal and on the page, whatever a recording holds.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { markerLine, markerText, shortTimestamp } from '../../src/lib/recording/marker-text.ts';

const marker = (name: string, data: Record<string, unknown> = {}, label = '') => ({ name, data, label });

test('says the values that fit a line as pairs, times as dates, and leaves out what is empty or nested', () => {
  const rows: readonly [ReturnType<typeof marker>, string][] = [
    [marker('exit', { code: 3, streams: { stdin: { bytes: 0 } } }), 'exit: code 3'],
    [
      marker('request.approved', { request: 'r-1', approvers: ['ann', 'ben'] }),
      'request.approved: request r-1 · approvers ann, ben',
    ],
    [
      marker('credential.issued', { expiresAt: 1_750_000_000_000, task: '' }),
      'credential.issued: expiresAt 2025-06-15 15:06:40Z',
    ],
    [marker('x', { at: null, deep: [[1, {}]] }), 'x: deep 1'],
    [marker('idle'), 'idle'],
    [marker('', {}, 'chapter 2'), 'marker: chapter 2'],
    [marker('', {}, ''), 'marker'],
  ];
  for (const [given, line] of rows) assert.is(markerLine(given), line);
});

test('shows a time that no date has as its number', () => {
  for (const ms of [1e300, -1e300, Number.MAX_SAFE_INTEGER, Number.NaN]) assert.is(shortTimestamp(ms), String(ms));
  assert.is(markerLine(marker('x', { expiresAt: 1e300 })), 'x: expiresAt 1e+300');
});

test('keeps a long detail to a line', () => {
  const { detail } = markerText(marker('x', { text: 'a'.repeat(10_000) }));
  assert.is(detail.length, 161);
  assert.ok(detail.endsWith('…'));
});

test.run();
