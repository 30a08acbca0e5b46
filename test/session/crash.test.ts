// kill -9 in the middle of a session, at every step: the next broker finds what was left, and closes it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyAuditLog } from '../../src/lib/audit/verify.ts';
import { closeLostSessions } from '../../src/lib/broker/lost-sessions.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { openCast } from '../../src/lib/recording/read.ts';
import { decisionOn } from '../helpers/approval-people.ts';
import { runScript } from '../helpers/child-script.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { type Stage, stageOver } from '../helpers/session-stage.ts';
import { openState } from '../helpers/state.ts';

interface Left {
  /** Credentials that exist although nobody holds them. */
  readonly alive: number;
  /** Rows that claim to run. */
  readonly open: number;
  /** Whether the client saw something, which must then be in the recording. */
  readonly wasSeen: boolean;
}

const STEPS: readonly [string, Left][] = [
  ['while a person is asked', { alive: 0, open: 0, wasSeen: false }],
  ['between the row and its recording', { alive: 0, open: 1, wasSeen: false }],
  ['between the recording and its audit entry', { alive: 0, open: 1, wasSeen: false }],
  ['while the credential is issued', { alive: 1, open: 1, wasSeen: false }],
  ['while the program runs', { alive: 1, open: 1, wasSeen: true }],
  ['before the lease is revoked', { alive: 1, open: 1, wasSeen: true }],
  ['before the recording is sealed', { alive: 0, open: 1, wasSeen: true }],
  ['before the end is on record', { alive: 0, open: 1, wasSeen: true }],
];

/** What a broker does when it starts (broker/compose.ts). */
async function restart({ store, audit, clock, provider, desk, deps: { archive } }: Stage): Promise<void> {
  await closeLostSessions({ sessions: store.sessions, audit, archive, clock, uid: process.getuid?.() ?? 0 });
  assert.equal(await leaseBook({ store, providers: [provider], audit, clock }).sweep(), []);
  await desk.expireDue();
}

for (const [step, { alive, open, wasSeen }] of STEPS) {
  test(`a broker killed ${step} leaves nothing that the next one does not close`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'));
    try {
      const script = runScript(new URL('./open-and-stop.ts', import.meta.url), [folder, step]);
      assert.is(await script.nextLine(), 'here');
      await script.kill();

      const clock = fakeClock();
      const stage = stageOver(await openState(folder, clock), clock);
      const { store, provider, deps } = stage;
      const openRows = () => store.sessions.list({ state: 'open', limit: 5 });
      assert.equal([provider.alive().length, (await openRows()).length], [alive, open]);

      await restart(stage);
      assert.equal([provider.alive(), await store.leases.open(), await openRows()], [[], [], []]);
      assert.is((await stage.entries('session.lost')).length, open);
      assert.is((await verifyAuditLog({ file: stage.auditFile, store })).kind, 'intact');
      assert.equal(stage.web.opened, []);

      const [recording] = await deps.archive.list();
      const bytes = recording === undefined ? undefined : deps.archive.read(recording.session);
      let text = '';
      if (bytes !== undefined) {
        for await (const event of (await openCast(bytes)).events) if (event.kind === 'output') text += event.text;
      }
      assert.is(text.includes('what was seen'), wasSeen);
      if (recording !== undefined) {
        assert.is((await verifyRecording(deps.archive, recording.session)).outcome, 'intact', 'sealed');
      }

      // A second start finds nothing left to do.
      await restart(stage);
      assert.is((await stage.entries('session.lost')).length, open);
      await stage.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

test('a request that was open when the broker died can still be approved, and its command then runs once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-crash-'));
  try {
    const script = runScript(new URL('./open-and-stop.ts', import.meta.url), [folder, 'while a person is asked']);
    await script.nextLine();
    await script.kill();
    const clock = fakeClock();
    const stage = stageOver(await openState(folder, clock), clock);
    await restart(stage);
    // The keys of the process that was killed are not ours, but the request does not depend on them.
    const [request] = await stage.desk.list({ state: 'pending', limit: 5 });
    assert.ok(request);
    await stage.desk.decide(decisionOn(request));
    const running = stage.open('restart #ask', { wait: false });
    (await stage.web.program()).exit();
    assert.is((await running).exitCode, 0);
    assert.is((await stage.open('restart #ask', { wait: false })).error?.code, 'approval-pending');
    await stage.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
