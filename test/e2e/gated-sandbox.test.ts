// timeout: 60
// A gated session behind the walls of a sandboxed target: what is carried moves no wall, and input is noticed through them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type GatedStage, gatedStage } from '../helpers/gated-stage.ts';
import { liveClock } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { type SandboxWorld, sandboxWorld } from '../helpers/sandbox.ts';
import { LIMITS, testClient, withStage } from '../helpers/session-stage.ts';

const test = suite('gated in a sandbox');
const it = needs(test, 'bwrap');
const PTY = { size: { cols: 80, rows: 24 }, term: 'xterm' } as const;

function inSandbox(body: (gated: GatedStage, world: SandboxWorld) => Promise<void>): Promise<void> {
  return withStage(async (stage) => {
    using world = sandboxWorld();
    const target = world.target({ options: { env: ['PATH'] } });
    const deps = { clock: liveClock, targets: new Map([['box', { target, keepsCallerFolder: true, limits: LIMITS }]]) };
    await using gated = await gatedStage(stage, { target: 'box', cwd: world.workspace, deps });
    await body(gated, world);
  });
}

it('a session that went elsewhere may still write nowhere but in its workspace', () =>
  inSandbox(async ({ run, session }, { workspace, outside }) => {
    assert.is((await run('mkdir inner; cd inner; echo ok > file; export KEPT=yes')).result.exitCode, 0);
    assert.is((await run('pwd; cat file; echo "$KEPT"')).stdout, `${workspace}/inner\nok\nyes\n`);
    for (const folder of ['/', '/var', outside]) {
      await run(`cd '${folder}'`);
      assert.is(session.cwd, folder);
      const written = await run('touch sp-outside; touch ./sp-outside && echo written');
      assert.is(written.stdout, '', folder);
      assert.not.ok(existsSync(join(folder, 'sp-outside')));
    }
  }));

it('a program behind the wall that waits for input is noticed, and answered', () =>
  inSandbox(async ({ run }) => {
    for (const pty of [null, PTY]) {
      const asked = await run(`read -p 'name? ' x; echo "got $x"`, { pty });
      assert.is(asked.result.needsInput?.from, pty === null ? 'pipe' : 'terminal');
      const client = testClient();
      client.type({ kind: 'bytes', bytes: Buffer.from('me\n') });
      client.type({ kind: 'pause' });
      assert.match((await run(null, { client, stdin: true })).stdout, /got me/);
    }
  }));

test.run();
