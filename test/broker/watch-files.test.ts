// Noticing that files changed: whatever way they are written, once they are quiet, and only them.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { watchFiles } from '../../src/lib/broker/watch-files.ts';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import { until } from '../helpers/cli.ts';
import { fakeClock } from '../helpers/fake-clock.ts';

async function watching(
  body: (folder: string, changes: () => number) => Promise<void>,
  clock: Clock = systemClock,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sp-watch-'));
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  writeFileSync(join(inner, 'a'), '1');
  let count = 0;
  const watch = watchFiles(
    () => [join(inner, 'a'), join(inner, 'missing')],
    () => count++,
    clock,
  );
  // The clock's timers keep no process alive.
  const awake = setInterval(() => {}, 1000);
  try {
    await body(inner, () => count);
  } finally {
    clearInterval(awake);
    watch.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a file that is written in several steps is one change, told once it is quiet', () => {
  const clock = fakeClock();
  return watching(async (folder, changes) => {
    writeFileSync(join(folder, 'a'), 'half of');
    clock.advance(1000);
    writeFileSync(join(folder, 'a'), 'half of it, and the rest');
    clock.advance(200);
    assert.is(changes(), 0);
    clock.advance(200);
    assert.is(changes(), 1);
    clock.advance(10_000);
    assert.is(changes(), 1);
  }, clock);
});

test('other files in the folder are nobody’s business', () =>
  watching(async (folder, changes) => {
    for (let i = 0; i < 50; i++) writeFileSync(join(folder, `other-${i}`), 'x');
    await delay(1500);
    assert.is(changes(), 0);
  }));

test('a file that appears, is exchanged, or whose folder is exchanged, is a change', () =>
  watching(async (folder, changes) => {
    writeFileSync(join(folder, 'missing'), 'x');
    await until(() => changes() === 1, 'the new file was told');
    writeFileSync(join(folder, 'b'), '1');
    renameSync(join(folder, 'b'), join(folder, 'a'));
    await until(() => changes() === 2, 'the exchanged file was told');
    renameSync(folder, `${folder}.old`);
    mkdirSync(folder);
    await until(() => changes() === 3, 'the missing folder was told');
    writeFileSync(join(folder, 'a'), 'in another folder');
    await until(() => changes() === 4, 'the file in the new folder was told');
  }));

test.run();
