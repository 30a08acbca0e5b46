// A gated session on this machine, with real programs: what is carried, what is judged, what is on record.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { verifyAuditLog } from '../../src/lib/audit/verify.ts';
import type { SessionId } from '../../src/lib/core/ids.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { complete } from '../../src/lib/session/gated/complete.ts';
import { gatedStage } from '../helpers/gated-stage.ts';
import { liveClock } from '../helpers/local-program.ts';
import { markersOf, outputOf, withStage } from '../helpers/session-stage.ts';

test('commands run one after the other in one session, each with its own output and exit code', () =>
  withStage(async (stage) => {
    const { session, run, close } = await gatedStage(stage);
    assert.equal((await run('echo one; exit 3')).result.exitCode, 3);
    const two = await run('echo two; echo err >&2');
    assert.equal([two.stdout, two.stderr, two.result.exitCode], ['two\n', 'err\n', 0]);
    assert.equal([two.result.command, two.result.state, two.result.cwd], [2, 'ended', '/tmp']);
    const closed = await close();
    assert.equal([closed.exitCode, closed.error], [0, null]);
    const row = await stage.store.sessions.get(session.id);
    assert.equal([row?.mode, row?.state, row?.command], ['gated', 'child', null]);
    const events = await stage.recorded(closed);
    assert.is(outputOf(events).replaceAll('\r', ''), 'one\ntwo\nerr\n');
    const each = ['command.judged', 'command.started', 'command.ended'];
    assert.equal(markersOf(events).slice(0, 6), [...each, ...each]);
    assert.is((await verifyRecording(stage.deps.archive, session.id as SessionId)).outcome, 'intact');
    assert.is((await verifyAuditLog({ file: stage.auditFile, store: stage.store })).kind, 'intact');
    const types = (await stage.entries()).map(({ type }) => type);
    assert.equal(types, [
      'session.opened',
      ...Array(2).fill(['command.judged', 'command.ended']).flat(),
      'session.closed',
    ]);
  }));

test('folder and exported variables go on to the next command, and nothing else does', () =>
  withStage(async (stage) => {
    const { run, close } = await gatedStage(stage);
    const first = await run(
      `cd /usr/bin; export A='x  y"$\`\\ é' B=$'two\\nlines\\t'; C=no; f() { :; }; alias g=h; set -u`,
    );
    assert.is(first.stdout, '');
    assert.is(first.result.cwd, '/usr/bin');
    const then = await run(`pwd; printf '%s|' "$A" "$B" "\${C-unset}"; type f g 2>&1 | wc -l; echo "$-"`);
    assert.is(then.stdout.split('\n').slice(0, 2).join('\n'), `/usr/bin\nx  y"$\`\\ é|two`);
    assert.ok(then.stdout.includes('lines\t|unset|2\n'), then.stdout);
    assert.not.ok(then.stdout.split('\n').at(-2)?.includes('u'));
    await run('unset A; export B=');
    assert.is((await run(`printf '%s|' "\${A-gone}" "\${B-gone}"`)).stdout, 'gone||');
    await close();
  }));

test('a denied command does not run, and the session goes on', () =>
  withStage(async (stage) => {
    const { run, close } = await gatedStage(stage);
    const denied = await run('touch /tmp/never #deny');
    assert.equal([denied.result.exitCode, denied.result.error?.code, denied.result.state], [77, 'denied', 'ended']);
    assert.is((await run('echo on')).stdout, 'on\n');
    await close();
  }));

test('paths are completed in the folder and with the home that a command would have', () =>
  withStage(async (stage) => {
    const home = mkdtempSync(join(tmpdir(), 'sp-complete-'));
    mkdirSync(join(home, "it's a folder"));
    for (const name of ['it is a file', 'it\u001b[2J', '.hidden', '$(touch here)']) writeFileSync(join(home, name), '');
    await using gated = await gatedStage(stage, { deps: { clock: liveClock } });
    const { session, run } = gated;
    const ask = (text: string) => complete(session, text, new AbortController().signal);
    await run(`cd '${home}'; export HOME='${home}'`);
    assert.equal(await ask('it'), ['it is a file', "it's a folder/"]);
    assert.equal(await ask("it's"), ["it's a folder/"]);
    assert.equal(await ask('~/it'), ['~/it is a file', "~/it's a folder/"]);
    assert.equal(await ask('~/.h'), ['~/.hidden']);
    assert.equal(await ask('$(t'), ['$(touch here)']);
    assert.equal(await ask(`${home}/.h`), [`${home}/.hidden`]);
    assert.equal(await ask('*'), []);
    assert.equal((await ask('/usr/bin/')).length, 200);
    const running = run('sleep 0.3');
    assert.equal(await ask('it'), []);
    await running;
    rmSync(home, { recursive: true });
  }));

test('paths that policy would not let the session list are not completed', () =>
  withStage(async (stage) => {
    const judge = { ...stage.deps.judge };
    judge.command = (input, context) => {
      const text = input.kind === 'text' ? input.text : '';
      return stage.deps.judge.command({ kind: 'text', text: /etc/.test(text) ? `${text} #ask` : text }, context);
    };
    await using gated = await gatedStage(stage, { deps: { clock: liveClock, judge } });
    const ask = (text: string) => complete(gated.session, text, new AbortController().signal);
    assert.equal([(await ask('/usr/loc')).length, (await ask('/etc/pass')).length], [1, 0]);
  }));

test.run();
