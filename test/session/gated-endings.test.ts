// How gated sessions end: closed, killed, left idle, too long, not recordable, not auditable; and what never opens.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { MAX_SESSIONS_PER_PRINCIPAL } from '../../src/lib/session/gated/open-gated.ts';
import { OutputLog } from '../../src/lib/session/gated/output-log.ts';
import { decisionOn } from '../helpers/approval-people.ts';
import { gatedStage } from '../helpers/gated-stage.ts';
import { processesWith } from '../helpers/local-program.ts';
import { refusal } from '../helpers/refusal.ts';
import { LIMITS, testClient, withStage } from '../helpers/session-stage.ts';

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};

for (const [what, over, code] of [
  ['idle', { idleMs: 60_000 }, 'idle-limit'],
  ['its whole time', { hardMs: 60_000 }, 'time-limit'],
] as const) {
  test(`a session that reached the limit of ${what} ends, and its command with it`, () =>
    withStage(async (stage) => {
      const here = stage.deps.targets.get('here');
      assert.ok(here);
      const limits = { idleMs: LIMITS.hardMs, hardMs: LIMITS.hardMs, ...over };
      const { run, session } = await gatedStage(stage, {
        deps: { targets: new Map([['here', { ...here, limits }]]) },
      });
      await run('true');
      const mark = `sp-limit-${process.pid}-${code}`;
      const running = run(`exec -a ${mark} sleep 300`);
      await until(() => processesWith(mark).length > 0);
      stage.clock.advance(60_000);
      assert.is((await running).result.error?.code, code);
      assert.is((await session.close()).error?.code, code);
      assert.equal([processesWith(mark), stage.deps.gated.size], [[], 0]);
      assert.is((await stage.store.sessions.get(session.id))?.reason, code);
      assert.is((await verifyRecording(stage.deps.archive, session.id as SessionId)).outcome, 'intact');
    }));
}

test('a person who takes longer to decide than a session may be idle does not end it', () =>
  withStage(async (stage) => {
    const { run, close } = await gatedStage(stage);
    const client = testClient();
    const asking = run('echo yes #ask', { client });
    const { request } = await client.notice('waiting');
    // The request expires at the same moment at which a session without it would have been idle too long.
    stage.clock.advance(LIMITS.idleMs - 1000);
    await stage.desk.decide(decisionOn(await stage.desk.get(request)));
    const { result } = await asking;
    assert.is(result.exitCode, 0);
    stage.clock.advance(LIMITS.idleMs - 1000);
    assert.is((await run('echo on')).stdout, 'on\n');
    await close();
  }));

test('a session that somebody kills ends its command, and the next one is told', () =>
  withStage(async (stage) => {
    const { run, session } = await gatedStage(stage);
    const running = run('sleep 300', { detach: false });
    await until(() => session.state === 'running' && !session.isAsking);
    assert.is(await stage.deps.live.kill(session.id, 'unix:owner'), true);
    assert.is((await running).result.error?.code, 'session-killed');
    assert.is((await run('true')).result.error?.code, 'session-killed');
    assert.is((await stage.entries('session.closed'))[0]?.data.error, 'session-killed');
  }));

test('closing a session ends its command, says so to whoever waits for it, and is no failure', () =>
  withStage(async (stage) => {
    const { run, session, close } = await gatedStage(stage);
    const running = run('sleep 300');
    await until(() => session.state === 'running' && !session.isAsking);
    const [closed, again] = await Promise.all([close(), close()]);
    assert.equal([closed.exitCode, closed.error, again.exitCode], [0, null, 0]);
    assert.is((await running).result.error?.code, 'session-closed');
  }));

test('what cannot be recorded any more ends the session', () =>
  withStage(async (stage) => {
    const { run, session } = await gatedStage(stage, { deps: { maxRecordingBytes: 20_000 } });
    assert.is((await run('echo fine')).result.exitCode, 0);
    const full = await run(`head -c 50000 /dev/zero | tr '\\0' y; sleep 300`);
    assert.equal([full.result.exitCode, full.result.error?.code], [74, 'recording-full']);
    assert.is((await session.close()).error?.code, 'recording-full');
  }));

test('what cannot be audited does not run, and ends the session', () =>
  withStage(async (stage) => {
    let isBroken = false;
    const broken = new BrokerError({ code: 'cannot-audit', exit: 74, message: 'no log', hint: 'free some space' });
    const audit = {
      append: (event: Parameters<typeof stage.audit.append>[0]) =>
        isBroken && event.type === 'command.judged' ? Promise.reject(broken) : stage.audit.append(event),
    };
    const { run, session } = await gatedStage(stage, { deps: { audit: { ...stage.audit, ...audit } } });
    isBroken = true;
    const refused = await run('touch /tmp/sp-never');
    assert.equal([refused.result.error?.code, refused.stdout], ['cannot-audit', '']);
    assert.is((await session.close()).error?.code, 'cannot-audit');
  }));

test('a session that cannot be opened leaves nothing, and says why', () =>
  withStage(async (stage) => {
    const failing = (options: Parameters<typeof gatedStage>[1]) => refusal(gatedStage(stage, options));
    assert.is((await failing({ target: 'nowhere' })).code, 'unknown-target');
    assert.is((await failing({ target: 'here', kind: 'ssh' })).code, 'wrong-kind');
    stage.provider.before.issue = async () => {
      throw new BrokerError({ code: 'no-credential', exit: 69, message: 'none today', hint: 'wait' });
    };
    assert.is((await failing({ target: 'web', kind: 'ssh' })).code, 'no-credential');
    assert.equal([stage.deps.gated.size, stage.deps.live.list().length], [0, 0]);
    assert.is((await stage.entries('session.refused')).length, 2);
  }));

test('one principal holds so many sessions and no more', () =>
  withStage(async (stage) => {
    const open = await Promise.all(Array.from({ length: MAX_SESSIONS_PER_PRINCIPAL }, () => gatedStage(stage)));
    assert.is((await refusal(gatedStage(stage))).code, 'too-many-sessions');
    await open[0]?.close();
    const another = await gatedStage(stage);
    await Promise.all([...open.slice(1), another].map(({ close }) => close()));
  }));

test('a log of output gives the same, however it was written and read', () => {
  const log = new OutputLog();
  const text = Buffer.from(Array.from({ length: 150_000 }, (_, n) => `${n} é🦊\n`).join(''));
  for (let at = 0, n = 1; at < text.length; at += n, n = (n % 70_001) * 3 + 1) log.push(text.subarray(at, at + n));
  assert.is(log.end, text.length);
  let cursor = 0;
  let read = '';
  for (let n = 4; cursor < log.end; n = (n % 9973) * 2 + 4) {
    const page = log.read(cursor, n, false);
    assert.ok(page.next > cursor);
    cursor = page.next;
    read += page.text;
  }
  assert.ok(text.toString().endsWith(read.replace(/^\ufffd+/, '')) && Buffer.byteLength(read) > 1_048_000);
  assert.is(log.lastLine(100), '');
});

test.run();
