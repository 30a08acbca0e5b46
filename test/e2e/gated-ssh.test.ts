// timeout: 90
// A gated session over a real sshd: one connection, one credential, one channel a command; what is carried, waited for,
// signalled and lost.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { leaseBook } from '../../src/lib/leases/book.ts';
import { type GatedStage, gatedStage } from '../helpers/gated-stage.ts';
import { liveClock } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { LIMITS, outputOf, type Stage, testClient, withStage } from '../helpers/session-stage.ts';
import { newCa, targetOn } from '../helpers/ssh-target.ts';
import { type Sshd, type SshdOptions, startSshd } from '../helpers/sshd.ts';

const test = suite('gated over ssh');
const it = needs(test, 'sshd', 'ssh-keygen');
const PTY = { size: { cols: 80, rows: 24 }, term: 'xterm' } as const;

async function overSsh(
  body: (gated: GatedStage, stage: Stage, sshd: Sshd) => Promise<void>,
  options: SshdOptions = {},
): Promise<void> {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line, ...options });
  await withStage(async (stage) => {
    const { store, audit } = stage;
    const deps = {
      clock: liveClock,
      targets: new Map([['host', { target: targetOn(sshd), keepsCallerFolder: false, limits: LIMITS }]]),
      leases: leaseBook({ store, providers: [provider], audit, clock: liveClock }),
    };
    await using gated = await gatedStage(stage, { target: 'host', kind: 'ssh', deps });
    await body(gated, stage, sshd);
  });
}

it('commands share one connection and one credential, and carry folder and variables', () =>
  overSsh(async ({ run, close, session }, stage, sshd) => {
    assert.equal(await stage.store.leases.open(), [], 'the key is destroyed as soon as it has logged in');
    const first = await run(`cd /usr/bin; export A='q "x" \\ é' B=2; unset LANG; exit 3`);
    assert.equal([first.result.exitCode, first.result.cwd, first.stdout], [3, '/usr/bin', '']);
    const second = await run(`pwd; echo "$A$B"`, { pty: PTY });
    assert.is(second.stdout, '/usr/bin\r\nq "x" \\ é2\r\n');
    await run('unset A B');
    assert.is((await run(`echo "\${A-gone}"`)).stdout, 'gone\n');
    const accepted = sshd.log().match(/Accepted publickey/g) ?? [];
    assert.is(accepted.length, 1);
    const closed = await close();
    assert.ok(closed.lease?.revokedAt);
    assert.equal(await stage.store.leases.open(), []);
    assert.is((await stage.entries('credential.issued')).length, 1);
    assert.ok(outputOf(await stage.recorded(closed)).includes('gone'));
    assert.not.match(outputOf(await stage.recorded(closed)), /sallyport-/);
    assert.is((await stage.store.sessions.get(session.id))?.state, 'child');
  }));

it('a folder that is gone is left, and the next command starts where the session began', () =>
  overSsh(async ({ run }) => {
    await run('mkdir -p /tmp/sp-gone-$$ && cd /tmp/sp-gone-$$ && rmdir "$PWD"');
    const failed = await run('pwd');
    assert.equal([failed.result.exitCode, /No such file/.test(failed.stderr)], [1, true]);
    assert.equal((await run('echo back')).stdout, 'back\n');
  }));

it('a link that was put in the place of the folder is not followed', () =>
  overSsh(async ({ run, session }) => {
    const folder = mkdtempSync(join(tmpdir(), 'sp-link-'));
    mkdirSync(join(folder, 'work'));
    await run(`cd '${folder}/work'`);
    assert.is(session.cwd, join(folder, 'work'));
    rmdirSync(join(folder, 'work'));
    symlinkSync('/etc', join(folder, 'work'));
    const refused = await run('pwd');
    assert.equal([refused.stdout, refused.result.exitCode], ['', 1]);
    rmSync(folder, { recursive: true });
  }));

it('a program that asks is reported as a heuristic, and answered', () =>
  overSsh(async ({ run }) => {
    const asked = await run(`read -p 'sure? ' x; echo "got $x"`, { pty: PTY });
    assert.equal(asked.result.needsInput, { lastLine: 'sure? ', hidden: false, from: 'heuristic' });
    const client = testClient();
    client.type({ kind: 'bytes', bytes: Buffer.from('yes\n') });
    assert.match((await run(null, { client, interactive: true })).stdout, /got yes/);
  }));

it('a command is signalled, timed out and ended, and nothing of it is left on the host', () =>
  overSsh(async ({ run, session }) => {
    const mark = `sp-${process.pid}-${Date.now()}`;
    const long = `exec -a ${mark} sleep 600`;
    await run(`echo on; ${long}`, { detach: true });
    await session.signal('SIGTERM');
    const joined = await run(null, { interactive: true });
    assert.is(joined.result.state, 'ended');
    const late = await run(long, { timeoutMs: 300 });
    assert.equal([late.result.exitCode, late.result.error?.code], [124, 'command-timeout']);
    const left = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
    assert.not.ok(left.includes(`${mark} 600`), left);
    assert.is((await run('echo still here')).stdout, 'still here\n');
  }));

it('what is typed ahead on a terminal never becomes a command', () =>
  overSsh(async ({ run }) => {
    const folder = mkdtempSync(join(tmpdir(), 'sp-ahead-'));
    await run(`cd '${folder}'`);
    for (const typed of ['touch one\n', '\u0004touch two\n', '\u0003touch three\n']) {
      const client = testClient();
      const running = run('sleep 0.5', { client, interactive: true, pty: PTY });
      client.type({ kind: 'bytes', bytes: Buffer.from(typed) });
      await running;
      assert.is((await run('echo next', { interactive: true, pty: PTY })).stdout, 'next\r\n', JSON.stringify(typed));
    }
    assert.equal(readdirSync(folder), []);
    rmSync(folder, { recursive: true });
  }));

it('a lost connection ends the command and the session', () =>
  overSsh(async ({ run, session }, stage, sshd) => {
    const running = run('echo on; sleep 60');
    while (session.state !== 'running') await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 300));
    sshd.kill();
    const { result } = await running;
    assert.is(result.error?.code, 'connection-lost');
    const closed = await session.close();
    assert.equal([closed.origin, closed.error?.code], ['broker', 'connection-lost']);
    assert.equal([stage.deps.gated.size, (await stage.store.sessions.get(session.id))?.state], [0, 'broker']);
    assert.is((await run('true')).result.error?.code, 'connection-lost');
  }));

test.run();
