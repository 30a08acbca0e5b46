// What a broker that died left behind gets an end, and nothing that was whole is lost.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { sealLostRecording } from '../../src/lib/recording/seal-lost.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { needs } from '../helpers/needs.ts';
import { asciinema } from './asciinema.ts';
import { eventsOf, openSample, output, recordSample, shown, summaryOf, temporaryFolder, written } from './samples.ts';

const clock = fakeClock();

/** A recording as a broker leaves it that dies now. */
async function lost() {
  const opened = await openSample({ clock: fakeClock() });
  for (const text of ['one\r\n', 'two\r\n', 'thrée\r\n']) await opened.recorder.record(output(text));
  return { ...opened, path: opened.archive.locate(opened.session) };
}

test('cut anywhere, what was whole stays, the rest goes, and the end is marked and sealed', async () => {
  const length = statSync((await lost()).path).size;
  for (let at = length; ; at -= 1) {
    const { archive, session, path } = await lost();
    const whole = readFileSync(path, 'latin1');
    if (at <= whole.indexOf('\n')) break;
    truncateSync(path, at);
    assert.is(await sealLostRecording({ archive, clock }, session), 'sealed');
    const kept = whole.slice(0, at).lastIndexOf('\n') + 1;
    assert.is(readFileSync(path, 'latin1').slice(0, kept), whole.slice(0, kept), `cut at ${at}`);
    const summary = await summaryOf(archive, session);
    assert.equal([summary.truncated, summary.exit], [false, null]);
    assert.equal(
      summary.markers.map(({ name, data }) => [name, data]),
      [
        ...(kept === at ? [] : [['recording.cut', { droppedBytes: at - kept }]]),
        ['exit', { unknown: true, brokerLost: true }],
      ],
    );
    const verification = await verifyRecording(archive, session);
    if (verification.outcome !== 'intact') throw new Error(`cut at ${at}: ${verification.outcome}`);
    assert.is(verification.manifest.complete, false);
    assert.is(verification.manifest.status, null);
    assert.is(verification.manifest.events.m, summary.markers.length);
    assert.is(statSync(path).mode & 0o777, 0o400);
  }
});

test('a recording with its end but without a manifest gets that manifest', async () => {
  const { archive, session, recorder, path } = await lost();
  await recorder.record({ kind: 'exit', status: { kind: 'code', code: 3 } });
  const before = readFileSync(path);
  assert.is(await sealLostRecording({ archive, clock }, session), 'sealed');
  assert.equal(readFileSync(path), before);
  const verification = await verifyRecording(archive, session);
  if (verification.outcome !== 'intact') throw new Error(verification.outcome);
  assert.equal(verification.manifest.status, { kind: 'code', code: 3 });
  assert.is(verification.manifest.complete, true);
});

test('a sealed one is left alone, also the second time', async () => {
  const { archive, session } = await recordSample([output('x')]);
  const before = readFileSync(archive.locate(session));
  assert.is(await sealLostRecording({ archive, clock }, session), 'sealed-already');
  assert.equal(readFileSync(archive.locate(session)), before);
  const dead = await lost();
  assert.is(await sealLostRecording({ archive: dead.archive, clock }, dead.session), 'sealed');
  assert.is(await sealLostRecording({ archive: dead.archive, clock }, dead.session), 'sealed-already');
});

for (const [what, damage] of [
  ['half a header', (path: string) => truncateSync(path, 20)],
  ['nothing in it', (path: string) => truncateSync(path, 0)],
  ['a line that is no event', (path: string) => appendFileSync(path, '{"not":"an event"}\n')],
  ['another header', (path: string) => writeFileSync(path, '{"version":3}\n')],
] as const) {
  test(`one with ${what} is left as it is, for people to look at`, async () => {
    const { archive, session, path } = await lost();
    damage(path);
    const before = readFileSync(path);
    assert.is(await sealLostRecording({ archive, clock }, session), 'damaged');
    assert.equal(readFileSync(path), before);
    assert.is((await verifyRecording(archive, session)).outcome, 'unsealed');
  });
}

test('one that is not there is told as such', async () => {
  const archive = localDirectoryArchive(join(temporaryFolder(), 'recordings'));
  assert.is(await sealLostRecording({ archive, clock }, newSessionId()), 'missing');
});

test('a closed recording cannot be reopened', async () => {
  const { archive, session } = await recordSample([output('x')]);
  const error = await archive.reopen(session, 0).catch((refused: unknown) => refused);
  assert.match(String(error), 'cannot reopen a recording');
});

needs(test, 'asciinema')(
  'killed with large lines under way, it is accepted by asciinema once it was sealed',
  async () => {
    const folder = join(temporaryFolder(), 'recordings');
    const writer = fileURLToPath(new URL('./endless-writer.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', writer, folder, '400000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
      if (told.split('\n').length > 10) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const archive = localDirectoryArchive(folder);
    const [entry] = await archive.list();
    if (entry === undefined) throw new Error('no recording');
    // As if the kill had hit in the middle of the last write: write(2) stops between pages.
    truncateSync(archive.locate(entry.session), entry.bytes - 1000);
    assert.is(await sealLostRecording({ archive, clock }, entry.session), 'sealed');
    const events = await eventsOf(archive, entry.session);
    assert.match(written(events), 'line 7 of the killed process');
    for (const args of [['cat'], ['play', '-i', '0.01', '-s', '100']]) {
      const { status, text } = asciinema([...args, archive.locate(entry.session)]);
      assert.is(status, 0, text.slice(-300));
      assert.is(text, shown(events));
    }
  },
);

test.run();
