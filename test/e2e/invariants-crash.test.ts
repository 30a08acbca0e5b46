// timeout: 150
// Kills at random moments: the CLI, the broker, the server. After the next start nothing is open, the log is intact,
// every recording is sealed, no program is left, and the socket answers.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld, commandLine, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { freePort, type Sshd, startSshd } from '../helpers/sshd.ts';

const test = suite('invariants: crash');
const crashes = needs(test, 'sshd', 'ssh-keygen');

/** Reproducible moments: an xorshift with a fixed seed. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Programs of sessions carry a number of seconds that nobody else sleeps. */
function programsLeft(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter(
      (pid) => pid !== process.pid && commandLine(pid).split('\0')[0] === 'sleep' && commandLine(pid).includes(mark),
    );
}

async function nothingIsOpen(world: CliWorld): Promise<void> {
  const listed = await world.run(['session', 'list', '--json']);
  assert.is(listed.exit, 0, listed.stderr + listed.stdout);
  assert.equal(listed.json.sessions, [], 'no session is open');
  assert.equal((await world.run(['leases', '--json'])).json.leases, [], 'no lease is open');
  const verdict = await world.run(['audit', 'verify', '--json']);
  assert.is(verdict.json.kind, 'intact', verdict.stdout);
}

crashes('is left by kills at random moments with nothing open, nothing running and nothing unsealed', async () => {
  await using world = cliWorld();
  const trustedUserCa = (await world.run(['ssh-ca', 'public-key'])).stdout.trim();
  await world.run(['broker', 'stop']);
  const port = await freePort();
  let sshd: Sshd = await startSshd({ trustedUserCa, port });
  const pinned = sshd.hostKeyFingerprint;
  world.configure(`
targets:
  local: { kind: shell }
  web: { kind: ssh, host: 127.0.0.1, port: ${port}, user: ${sshd.user}, hostKey: "${pinned}" }
policy: { default: allow }
`);
  const roll = dice(0xc4a5);
  const onServer = `${200_000 + (process.pid % 100_000)}.5`;
  const mark = `${100_000 + (process.pid % 100_000)}.5`;
  try {
    for (let round = 0; round < 8; round++) {
      const victim = ['cli', 'broker', 'sshd', 'both'][round % 4];
      const command = (seconds: string) => ['--', `echo out; sleep ${seconds} & sleep ${seconds}`];
      const sessions = [
        world.start(['shell', 'local', ...command(mark)]),
        world.start(['shell', 'local', '-t', ...command(mark)]),
        ...(pinned === sshd.hostKeyFingerprint ? [world.start(['ssh', 'web', ...command(onServer)])] : []),
      ];
      // Sometimes while they start, mostly while they run.
      if (roll(4) > 0) await Promise.all(sessions.map((session) => session.says(/out/).catch(() => undefined)));
      await delay(roll(400));
      const what = `round ${round}, ${victim}`;
      if (victim === 'sshd') sshd.kill();
      if (victim === 'broker' || victim === 'both') await world.killBrokers();
      // Who had not connected yet starts the next broker, and runs.
      if (victim === 'broker') await Promise.race([Promise.all(sessions.map(({ done }) => done)), delay(1500)]);
      const ended = sessions.filter(({ child }) => child.exitCode !== null);
      for (const { child } of sessions) child.kill('SIGKILL');
      await Promise.all(sessions.map(({ done }) => done));
      for (const { child } of ended) assert.ok([69, 79].includes(child.exitCode ?? 0), `${what}: ${child.exitCode}`);
      if (victim === 'sshd') {
        await sshd[Symbol.asyncDispose]();
        sshd = await startSshd({ trustedUserCa, port });
      }
      const listed = () => world.run(['session', 'list', '--json']);
      await until(async () => (await listed()).json.sessions.length === 0, `${what}: every session is closed`);
      await nothingIsOpen(world);
      // The broker's end reaches a terminal's programs at once, those on pipes at the next start. What runs on a server is
      // ended by its sshd.
      await until(() => programsLeft(mark).length === 0, `${what}: no program is left`, 8000).catch(async (error) => {
        const { stdout } = await world.run(['audit', 'tail', '-n', '1000', '--json']);
        const lost = stdout.split('\n').filter((line) => line.includes('"session.lost"'));
        throw new Error(`${error.message}; of those that were lost: ${lost.join('\n')}`);
      });
    }
    const folder = join(world.state, 'recordings');
    const casts = readdirSync(folder).filter((name) => name.endsWith('.cast'));
    assert.ok(casts.length > 8, String(casts.length));
    const { recordings } = (await world.run(['recordings', 'list', '--json'])).json;
    assert.is(recordings.length, casts.length);
    const outcomes: Record<string, number> = {};
    for (const cast of casts) {
      const text = readFileSync(join(folder, cast.replace('.cast', '.manifest.json')), 'utf8');
      assert.is(JSON.parse(text).session, cast.slice(0, -5), 'sealed');
    }
    for (const cast of casts.slice(0, 8)) {
      const { json } = await world.run(['recordings', 'verify', cast.slice(0, -5), '--json']);
      outcomes[json.outcome] = (outcomes[json.outcome] ?? 0) + 1;
    }
    assert.equal(Object.keys(outcomes), ['intact']);
  } finally {
    for (const pid of [...programsLeft(mark), ...programsLeft(onServer)]) process.kill(pid, 'SIGKILL');
    await sshd[Symbol.asyncDispose]();
  }
});

test.run();
