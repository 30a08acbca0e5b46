// Every way a session can end before its program wants to, and every part that can fail under it: the program is gone, the
// lease is dead, the row is closed, and the result says what happened. What cannot be recorded or audited does not run.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import { leaseBook } from '../../src/lib/leases/book.ts';
import type { Archive } from '../../src/lib/ports/archive.ts';
import type { AuditLog } from '../../src/lib/ports/audit.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { decisionOn } from '../helpers/approval-people.ts';
import { processesWith } from '../helpers/local-program.ts';
import {
  LIMITS,
  markersOf,
  outputOf,
  type Stage,
  type TestClient,
  testClient,
  withStage,
} from '../helpers/session-stage.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const fail = (code: string, exit: 69 | 74) => async () => {
  throw new BrokerError({ code, exit, message: `${code} as the test wants it`, hint: 'none' });
};

/** An audit log that fails for one type of entry, and from then on. */
function auditFailingAt({ audit }: Stage, type: string): AuditLog {
  let isBroken = false;
  return {
    async append(event) {
      isBroken ||= event.type === type;
      return isBroken ? fail('cannot-audit', 74)() : audit.append(event);
    },
  };
}

/** The real archive, whose writes fail from the nth on, as on a disk that is full. */
function archiveFailingAt({ deps }: Stage, nth: number): Archive {
  let count = 0;
  return {
    ...deps.archive,
    async create(session) {
      const writer = await deps.archive.create(session);
      return {
        close: () => writer.close(),
        write: (bytes) => (++count >= nth ? fail('cannot-record', 74)() : writer.write(bytes)),
      };
    },
  };
}

const ENDS: readonly [string, string, number, (stage: Stage, client: TestClient) => unknown][] = [
  ['its client goes away', 'client-gone', 79, (_, client) => client.leave()],
  ['somebody kills it', 'session-killed', 79, ({ deps }) => deps.live.kill(deps.live.list()[0]?.id ?? '', 'unix:root')],
  ['nothing is read or written for too long', 'idle-limit', 79, ({ clock }) => clock.advance(LIMITS.idleMs)],
  ['it reaches its hard limit, however busy', 'time-limit', 79, keepBusy],
  ['it takes longer than its caller gave it', 'command-timeout', 124, ({ clock }) => clock.advance(120_000)],
  [
    'its connection is lost',
    'connection-lost',
    69,
    async ({ web }) =>
      (await web.program()).fail(
        new BrokerError({ code: 'connection-lost', exit: 69, message: 'the connection was lost', hint: 'try again' }),
      ),
  ],
  [
    'the broker stops',
    'broker-stopped',
    79,
    ({ deps }) =>
      deps.live.endAll(new BrokerError({ code: 'broker-stopped', exit: 79, message: 'stopped', hint: 'start it' })),
  ],
];

async function keepBusy({ clock, web }: Stage, client: TestClient): Promise<void> {
  const program = await web.program();
  for (let elapsed = 0; elapsed < LIMITS.hardMs; elapsed += 300_000) {
    const before = client.text().length;
    program.print('.');
    while (client.text().length === before) await turn();
    clock.advance(300_000);
  }
}

for (const [what, code, exit, end] of ENDS) {
  test(`when ${what}, the session ends with ${code} (${exit}), all of it settled`, () =>
    withStage(async (stage) => {
      const client = testClient();
      const timeoutMs = code === 'command-timeout' ? 120_000 : null;
      const running = stage.open('sleep', { client, timeoutMs });
      const program = await stage.web.program();
      program.print('begun\n');
      await client.notice('opened');
      await turn();
      await end(stage, client);
      const result = await running;
      assert.equal([result.origin, result.exitCode, result.error?.code, result.signal], ['broker', exit, code, null]);
      assert.ok(result.lease?.revokedAt);
      const row = await stage.store.sessions.get(result.session as SessionId);
      assert.equal([row?.state, row?.reason, row?.exitCode], ['broker', code, exit]);
      const events = await stage.recorded(result);
      assert.match(outputOf(events), 'begun');
      assert.ok(markersOf(events).includes('session.ended'));
      assert.is((await verifyRecording(stage.deps.archive, result.session as SessionId)).outcome, 'intact');
      const [closed] = await stage.entries('session.closed');
      assert.equal([closed?.data.error, closed?.data.unsettled], [code, []]);
      assert.is(closed?.data.why, result.error?.message);
    }));
}

test('ending a session ends its real program, and what that started', () =>
  withStage(async (stage) => {
    const client = testClient();
    // Nobody else's sleep, and gone by itself where this fails.
    const sleep = `sleep 60.${process.pid}`;
    const running = stage.open(`${sleep} & ${sleep}; echo never`, { client, target: 'here' });
    await client.notice('opened');
    // bash and both of them.
    while (processesWith(sleep.slice(6)).length < 3) await turn();
    client.leave();
    assert.is((await running).error?.code, 'client-gone');
    assert.equal(processesWith(sleep.slice(6)), []);
    assert.equal(client.text(), '');
  }));

test('settling goes in order: program, lease, recording, audit log, row', () =>
  withStage(async (stage) => {
    const order: string[] = [];
    stage.web.before.dispose = async () => void order.push('program');
    stage.provider.before.revoke = async () => void order.push('lease');
    const { sessions, archive, audit } = stage.deps;
    const running = stage.open('x', {
      deps: {
        archive: {
          ...archive,
          async create(session) {
            const writer = await archive.create(session);
            const close = () => {
              order.push('recording');
              return writer.close();
            };
            return { close, write: (bytes) => writer.write(bytes) };
          },
        },
        sessions: {
          ...sessions,
          finish(id, end) {
            order.push('row');
            return sessions.finish(id, end);
          },
        },
        audit: {
          append(event) {
            if (event.type === 'session.closed') order.push('audit log');
            return audit.append(event);
          },
        },
      },
    });
    (await stage.web.program()).exit();
    await running;
    assert.equal(order, ['program', 'lease', 'recording', 'audit log', 'row']);
  }));

test('a client that leaves while a person is asked leaves the request, and its approval is good for the next try', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('restart #ask', { client });
    const { request } = await client.notice('waiting');
    client.leave();
    assert.equal([(await running).exitCode, (await running).error?.code], [79, 'client-gone']);
    await stage.desk.decide(decisionOn(await stage.desk.get(request)));
    const again = stage.open('restart #ask');
    (await stage.web.program()).exit();
    assert.is((await again).exitCode, 0);
  }));

test('a session that is ended between its approval and its start never starts', () =>
  withStage(async (stage) => {
    const gone = testClient();
    gone.leave();
    assert.is((await stage.open('x', { client: gone })).error?.code, 'client-gone');
    const client = testClient();
    stage.provider.before.issue = async () => client.leave();
    const result = await stage.open('x', { client });
    assert.equal([result.error?.code, stage.web.opened], ['client-gone', []]);
    assert.ok(result.lease?.revokedAt);
  }));

test('a recording that cannot be created: nothing is issued, nothing runs, 74', () =>
  withStage(async (stage) => {
    writeFileSync(join(stage.folder, 'recordings'), 'a file in the way');
    const result = await stage.open('x');
    assert.equal([result.exitCode, result.error?.code, result.recording], [74, 'cannot-record', null]);
    assert.equal([stage.web.opened, await stage.entries('credential.issued')], [[], []]);
    const [row] = await stage.store.sessions.list({ limit: 5 });
    assert.equal([row?.state, row?.exitCode, row?.reason], ['broker', 74, 'cannot-record']);
    assert.equal(
      (await stage.entries('session.refused')).map(({ data }) => data.error),
      ['cannot-record'],
    );
  }));

test('a recording that fails in the middle ends the program, and the client saw nothing that is not in it', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('x', { client, deps: { archive: archiveFailingAt(stage, 8) } });
    const program = await stage.web.program();
    let isDisposed = false;
    stage.web.before.dispose = async () => {
      isDisposed = true;
    };
    for (let line = 1; line <= 20; line++) {
      program.print(`line ${line}\n`);
      await turn();
    }
    const result = await running;
    assert.equal(
      [result.origin, result.exitCode, result.error?.code, isDisposed],
      ['broker', 74, 'cannot-record', true],
    );
    const recorded = outputOf(await stage.recorded(result)).replaceAll('\r', '');
    assert.match(client.text(), 'line 1\n');
    assert.ok(recorded.startsWith(client.text()), `${recorded} / ${client.text()}`);
    assert.not.match(client.text(), 'line 20');
    const [closed] = await stage.entries('session.closed');
    assert.equal([closed?.data.error, closed?.data.recording], ['cannot-record', null]);
  }));

test('a recording that is full ends the session with 74, sealed and marked incomplete', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('yes', { client, target: 'here', deps: { maxRecordingBytes: 256 * 1024 } });
    const result = await running;
    assert.equal([result.exitCode, result.error?.code], [74, 'recording-full']);
    const verification = await verifyRecording(stage.deps.archive, result.session as SessionId);
    assert.is(verification.outcome === 'intact' && verification.manifest.complete, false);
    assert.ok(
      outputOf(await stage.recorded(result))
        .replaceAll('\r', '')
        .startsWith(client.text()),
    );
  }));

test('input that cannot be recorded does not reach the program', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('x', { client, deps: { archive: archiveFailingAt(stage, 4) } });
    const program = await stage.web.program();
    client.type({ kind: 'bytes', bytes: Buffer.from('yes, delete it\n') });
    assert.is((await running).exitCode, 74);
    assert.equal(program.written, []);
  }));

for (const [type, leaseIssued] of [
  ['command.judged', false],
  ['session.opened', false],
  ['credential.issued', false],
] as const) {
  test(`when "${type}" cannot be audited, the command does not run: 74`, () =>
    withStage(async (stage) => {
      const audit = auditFailingAt(stage, type);
      const leases = leaseBook({ store: stage.store, providers: [stage.provider], audit, clock: stage.clock });
      const result = await stage.open('x', { deps: { audit, leases } });
      assert.equal([result.origin, result.exitCode, result.error?.code], ['broker', 74, 'cannot-audit']);
      assert.equal([stage.web.opened, result.lease !== null], [[], leaseIssued]);
    }));
}

test('an end that cannot be audited is a failure, whatever the child said', () =>
  withStage(async (stage) => {
    const running = stage.open('x', { deps: { audit: auditFailingAt(stage, 'session.closed') } });
    (await stage.web.program()).exit();
    const result = await running;
    assert.equal([result.origin, result.exitCode, result.error?.code], ['broker', 74, 'cannot-audit']);
  }));

test('a state file that fails while the row is closed does not keep the audit log from saying how it ended', () =>
  withStage(async (stage) => {
    const { sessions } = stage.store;
    const running = stage.open('x', { deps: { sessions: { ...sessions, finish: fail('state-unavailable', 74) } } });
    (await stage.web.program()).exit();
    const result = await running;
    assert.equal([result.exitCode, result.error?.code], [74, 'state-unavailable']);
    assert.is((await stage.entries('session.closed')).length, 1);
    // What the broker does at its next start.
    const end = { state: 'lost', endedAt: 1, exitCode: null, reason: null } as const;
    await sessions.finish(result.session as SessionId, end);
  }));

test('a provider that fails ends it before the target is touched', () =>
  withStage(async (stage) => {
    stage.provider.before.issue = fail('vault-sealed', 69);
    const result = await stage.open('x');
    assert.equal([result.exitCode, result.error?.code, result.lease], [69, 'vault-sealed', null]);
    assert.equal(stage.web.opened, []);
  }));

test('a target that cannot be opened leaves no lease', () =>
  withStage(async (stage) => {
    stage.web.before.open = fail('target-unreachable', 69);
    const result = await stage.open('x');
    assert.equal([result.exitCode, result.error?.code], [69, 'target-unreachable']);
    assert.ok(result.lease?.revokedAt);
    const [closed] = await stage.entries('session.closed');
    assert.is(closed?.data.error, 'target-unreachable');
  }));

test('a program that does not go, or fails to, keeps no lease alive, and the session says so', () =>
  withStage(async (stage) => {
    for (const end of [() => new Promise<void>(() => {}), fail('stuck', 69)]) {
      let isEnding = false;
      stage.web.before.dispose = () => {
        isEnding = true;
        return end();
      };
      const count = stage.web.opened.length;
      const running = stage.open('x');
      while (stage.web.opened.length === count) await turn();
      await turn();
      (await stage.web.program()).exit();
      while (!isEnding) await turn();
      stage.clock.advance(15_000);
      const result = await running;
      assert.equal([result.exitCode, result.error?.code], [69, 'settle-failed']);
      assert.match(result.error?.message ?? '', 'could not end the program');
      assert.ok(result.lease?.revokedAt);
      assert.equal((await stage.entries('session.closed')).at(-1)?.data.unsettled, ['end the program']);
    }
  }));

test('a lease that cannot be revoked makes the session a failure, and the next sweep ends it', () =>
  withStage(async (stage) => {
    const running = stage.open('x');
    (await stage.web.program()).exit();
    stage.provider.before.revoke = fail('no-route', 69);
    const result = await running;
    assert.equal([result.exitCode, result.error?.code, result.lease?.revokedAt], [69, 'settle-failed', null]);
    stage.provider.before.revoke = async () => {};
    const { store, provider, audit, clock } = stage;
    assert.equal(await leaseBook({ store, providers: [provider], audit, clock }).sweep(), []);
  }));

test.run();
