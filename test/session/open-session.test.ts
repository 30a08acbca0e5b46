// A session from the request to its settled end, where nothing fails: what runs, what is on record, what the result says.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyAuditLog } from '../../src/lib/audit/verify.ts';
import { sha256 } from '../../src/lib/core/digest.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import { MANIFEST_NAME, verifyRecording } from '../../src/lib/recording/manifest.ts';
import { decisionOn, TERMS } from '../helpers/approval-people.ts';
import { markersOf, outputOf, type Stage, testClient, withStage } from '../helpers/session-stage.ts';

const types = async ({ entries }: Stage) => (await entries()).map(({ type }) => type);
const approve = async ({ desk }: Stage, id: string, signing = {}) =>
  desk.decide(decisionOn(await desk.get(id), signing));

test('an allowed command runs for real, and everything about it is on record', () =>
  withStage(async (stage) => {
    const client = testClient();
    const result = await stage.open('  echo out; echo err >&2; exit 7 ', { client, target: 'here' });
    assert.equal([client.text(), client.text('stderr')], ['out\n', 'err\n']);
    const { durationMs, session, recording, ...rest } = result;
    assert.equal(rest, {
      target: 'here',
      origin: 'child',
      exitCode: 7,
      signal: null,
      decision: { verdict: 'allow', rule: 'rule-allow', reason: 'it is allow', guidance: null },
      masked: { total: 0, kinds: {} },
      lease: null,
      error: null,
    });
    assert.type(durationMs, 'number');
    assert.is(recording, stage.deps.archive.locate(session as SessionId));

    const row = await stage.store.sessions.get(session as SessionId);
    assert.equal([row?.state, row?.exitCode, row?.command], ['child', 7, 'echo out; echo err >&2; exit 7']);
    const events = await stage.recorded(result);
    assert.is(outputOf(events).replaceAll('\r', ''), 'out\nerr\n');
    assert.equal(await types(stage), ['command.judged', 'session.opened', 'session.closed']);
    assert.is((await verifyAuditLog({ file: stage.auditFile, store: stage.store })).kind, 'intact');
  }));

test('the audit log holds the digests of the finished recording and of its manifest', () =>
  withStage(async (stage) => {
    const result = await stage.open('echo hello', { target: 'here' });
    const verification = await verifyRecording(stage.deps.archive, result.session as SessionId);
    assert.is(verification.outcome, 'intact');
    const [closed] = await stage.entries('session.closed');
    const file = verification.outcome === 'intact' ? verification.manifest.file : undefined;
    const manifest = await stage.deps.archive.getSidecar(result.session as SessionId, MANIFEST_NAME);
    assert.equal(closed?.data.recording, { ...file, complete: true, manifest: sha256(manifest ?? '') });
  }));

test('a child that died of a signal is told apart from one that exited with its number', () =>
  withStage(async ({ open }) => {
    const killed = await open('kill -TERM $$', { target: 'here' });
    assert.equal([killed.origin, killed.exitCode, killed.signal], ['child', 143, 'SIGTERM']);
    const exited = await open('exit 143', { target: 'here' });
    assert.equal([exited.origin, exited.exitCode, exited.signal], ['child', 143, null]);
    const broker = await open('exit 77', { target: 'here' });
    assert.equal([broker.origin, broker.exitCode, broker.error], ['child', 77, null]);
  }));

test('a credential is issued for the session, masked in its output, and dead when it ends', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('cat key', { client });
    const program = await stage.web.program();
    assert.equal(stage.provider.alive().length, 1);
    stage.clock.advance(1000);
    program.print('key: a private key ');
    program.print('of no use, and a private key of no use\n');
    program.exit();
    const result = await running;
    const [, fingerprint] = /:([0-9a-f]{4})\]/.exec(client.text()) ?? [];
    const mask = `[issued-credential:${fingerprint}]`;
    assert.is(client.text(), `key: ${mask}, and ${mask}\n`);
    assert.is(outputOf(await stage.recorded(result)).replaceAll('\r', ''), client.text());
    const { issuedAt = 0 } = result.lease ?? {};
    assert.equal(
      [result.masked, result.lease],
      [
        { total: 2, kinds: { 'issued-credential': 2 } },
        { provider: 'fake', issuedAt, expiresAt: issuedAt + 60_000, revokedAt: issuedAt + 1000 },
      ],
    );
    assert.equal(await types(stage), [
      'command.judged',
      'session.opened',
      'credential.issued',
      'credential.revoked',
      'session.closed',
    ]);
    assert.equal(markersOf(await stage.recorded(result)).slice(0, 3), [
      'command.judged',
      'credential.issued',
      'credential.revoked',
    ]);
  }));

test('what runs is the printed form, and the target gets nothing else of the caller’s command', () =>
  withStage(async ({ open, web }) => {
    const running = open('\n  uptime  \n');
    (await web.program()).exit();
    await running;
    assert.equal(web.opened[0]?.spec.work, { kind: 'command', text: 'uptime' });
    const terminal = open(null, { pty: { size: { cols: 80, rows: 24 }, term: 'xterm' } });
    while (web.opened.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    (await web.program()).exit();
    await terminal;
    assert.equal(web.opened[1]?.spec.work, { kind: 'free-terminal' });
  }));

test('a denied command opens nothing: no lease, no recording, no program, and the rule’s words', () =>
  withStage(async (stage) => {
    const result = await stage.open('rm -rf / #deny');
    assert.equal([result.origin, result.exitCode, result.recording, result.lease], ['broker', 77, null, null]);
    assert.equal(result.error, {
      code: 'denied',
      message: 'denied by rule "rule-deny": it is deny',
      hint: 'open a pull request',
      exit: 77,
    });
    assert.is(result.decision?.verdict, 'deny');
    assert.equal(await stage.deps.archive.list(), []);
    assert.equal(stage.web.opened, []);
    assert.equal(await stage.store.sessions.list({ limit: 5 }), []);
    assert.equal(await types(stage), ['command.judged', 'session.refused']);
  }));

test('an unknown target, a wrong kind and a command that is none are refused, and the refusal is on record', () =>
  withStage(async (stage) => {
    const refusals = [
      await stage.open('ls', { target: 'nowhere' }),
      await stage.open('ls', { kind: 'shell' }),
      await stage.open('  '),
    ];
    assert.equal(
      refusals.map(({ exitCode, error }) => [exitCode, error?.code]),
      [
        [68, 'unknown-target'],
        [64, 'wrong-kind'],
        [64, 'empty-command'],
      ],
    );
    assert.match(refusals[0]?.error?.hint ?? '', 'here, web');
    assert.equal(
      (await stage.entries()).map(({ type, data }) => [type, data.error]),
      [
        ['session.refused', 'unknown-target'],
        ['session.refused', 'wrong-kind'],
        ['session.refused', 'empty-command'],
      ],
    );
  }));

test('a command that needs a person waits, is approved, and runs', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('echo approved #ask', { client, target: 'here', why: 'a \u001b[2Jtest' });
    const waiting = await client.notice('waiting');
    assert.equal([waiting.command, waiting.reason], ['echo approved #ask', 'it is ask']);
    assert.equal(await stage.deps.archive.list(), []);
    await approve(stage, waiting.request);
    const result = await running;
    assert.equal([result.exitCode, client.text()], [0, 'approved\n']);
    assert.equal(
      client.notices.map(({ kind }) => kind),
      ['waiting', 'approved', 'opened'],
    );
    assert.equal(await types(stage), [
      'command.judged',
      'request.opened',
      'request.decided',
      'grant.used',
      'session.opened',
      'session.closed',
    ]);
    assert.ok(markersOf(await stage.recorded(result)).includes('request.approved'));
    // Used once: the same again asks anew.
    assert.is(
      (await stage.open('echo approved #ask', { target: 'here', wait: false })).error?.code,
      'approval-pending',
    );
  }));

test('a denial by a person ends it, and its reason reaches the agent', () =>
  withStage(async (stage) => {
    const client = testClient();
    const running = stage.open('restart #ask', { client });
    const { request } = await client.notice('waiting');
    await approve(stage, request, { decision: 'deny', reason: 'wait for the backup to end' });
    const result = await running;
    assert.equal([result.exitCode, result.error?.code, result.error?.request], [77, 'approval-denied', request]);
    assert.match(result.error?.message ?? '', 'denied by "alice": wait for the backup to end');
    assert.equal(stage.web.opened, []);
  }));

test('without waiting it ends with 75 and the request, and the same again goes through once approved', () =>
  withStage(async (stage) => {
    const first = await stage.open('restart #ask', { wait: false });
    assert.equal([first.exitCode, first.error?.code], [75, 'approval-pending']);
    const request = first.error?.request ?? '';
    assert.match(first.error?.hint ?? '', `sallyport approve ${request}`);
    assert.is((await stage.open('restart #ask', { wait: false })).error?.request, request);
    await approve(stage, request);
    const changed = await stage.open('restart --now #ask', { wait: false });
    assert.is(changed.error?.code, 'approval-pending');
    assert.is.not(changed.error?.request, request);
    const running = stage.open('restart #ask', { wait: false });
    (await stage.web.program()).exit();
    assert.is((await running).exitCode, 0);
    assert.is(stage.web.opened.length, 1);
  }));

test('of two that wait for the same approval one runs, and the other hears why it does not', () =>
  withStage(async (stage) => {
    const [one, two] = [testClient(), testClient()];
    const running = [stage.open('restart #ask', { client: one }), stage.open('restart #ask', { client: two })];
    const { request } = await one.notice('waiting');
    assert.is((await two.notice('waiting')).request, request);
    await approve(stage, request);
    (await stage.web.program()).exit();
    const results = await Promise.all(running);
    assert.equal(results.map(({ exitCode, error }) => [exitCode, error?.code]).sort(), [
      [0, undefined],
      [75, 'approval-used'],
    ]);
    assert.is(stage.web.opened.length, 1);
  }));

test('a request that expires or is cancelled ends the wait with 75 and its own words', () =>
  withStage(async (stage) => {
    const ways: [string, (id: string) => Promise<unknown>][] = [
      ['approval-timeout', async () => stage.clock.advance(TERMS.ttlMs)],
      ['approval-cancelled', async (id) => stage.desk.cancel((await stage.desk.get(id)).id, testClient().principal)],
    ];
    for (const [code, end] of ways) {
      const client = testClient();
      const running = stage.open('restart #ask', { client });
      const { request } = await client.notice('waiting');
      await new Promise((resolve) => setImmediate(resolve));
      await end(request);
      const { exitCode, error } = await running;
      assert.equal([exitCode, error?.code, error?.request], [75, code, request]);
    }
    assert.equal(stage.web.opened, []);
  }));

test('an approval given under an earlier, laxer rule does not run the command', () =>
  withStage(async (stage) => {
    const first = await stage.open('restart #ask', { wait: false });
    await approve(stage, first.error?.request ?? '');
    const stricter = {
      ...stage.deps.judge,
      command: (...args: Parameters<typeof stage.deps.judge.command>) => {
        const judged = stage.deps.judge.command(...args);
        return { ...judged, decision: { ...judged.decision, approval: { ...TERMS, approvers: ['ops'], quorum: 2 } } };
      },
    };
    const result = await stage.open('restart #ask', { wait: false, deps: { judge: stricter } });
    assert.is(result.error?.code, 'approval-pending');
    assert.equal(stage.web.opened, []);
  }));

test.run();
