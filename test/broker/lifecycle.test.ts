// timeout: 180
// A private broker from its first use to its end: started once, left when idle, found again after a crash.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, type CliWorld, cliWorld, commandLine, until } from '../helpers/cli.ts';

const test = suite('lifecycle');
const SHORT_IDLE = `${ALLOW_ALL}\nbroker: { idleExit: 1s }\n`;

async function inWorld(yaml: string | undefined, body: (world: CliWorld) => Promise<void>): Promise<void> {
  await using world = cliWorld(yaml);
  await body(world);
}

test('starts, says its status and stops; twice is no error', () =>
  inWorld(undefined, async (world) => {
    const away = await world.run(['broker', 'status']);
    assert.is(away.exit, 69);
    assert.match(away.stdout, /^no broker runs on /);
    assert.is((await world.run(['broker', 'status', '--json'])).json.running, false);
    assert.equal((await world.run(['broker', 'stop', '--json'])).json, { stopped: false, running: false });

    const started = await world.run(['broker', 'start', '--json']);
    assert.is(started.exit, 0);
    assert.equal(started.json, { state: 'started', socket: world.socket });
    assert.is((await world.run(['broker', 'start', '--json'])).json.state, 'already-running');
    const [pid] = world.brokers();
    const status = (await world.run(['broker', 'status', '--json'])).json;
    assert.is(status.running, true);
    assert.is(status.pid, pid);
    assert.is(status.mode, 'private');
    assert.is(status.configFile, null);
    assert.match((await world.run(['broker', 'status'])).stdout, new RegExp(`^running {4}pid ${pid}, sallyport `));

    const stopped = await world.run(['broker', 'stop']);
    assert.is(stopped.exit, 0);
    assert.is(stopped.stdout, `stopped (pid ${pid})\n`);
    assert.equal(world.brokers(), []);
    assert.not.ok(existsSync(world.socket), 'the socket went with it');
    assert.is((await world.run(['broker', 'stop'])).stdout, 'no broker runs\n');
  }));

test('keeps folder, socket and files to their owner, whatever the umask', () =>
  inWorld(undefined, async (world) => {
    const umask = process.umask(0);
    try {
      await world.run(['shell', 'local', '--', 'true']);
    } finally {
      process.umask(umask);
    }
    assert.is(statSync(world.state).mode & 0o777, 0o700);
    assert.is(statSync(world.socket).mode & 0o777, 0o600);
    for (const name of readdirSync(world.state).filter((name) => !name.endsWith('.pub'))) {
      assert.is(statSync(join(world.state, name)).mode & 0o077, 0, `${name} is its owner's alone`);
    }
  }));

test('makes one broker and ten sessions of ten CLIs at once on an empty state', () =>
  inWorld(ALLOW_ALL, async (world) => {
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) => world.run(['shell', 'local', '--json', '--', `echo ${i}`])),
    );
    assert.equal(
      results.map(({ exit }) => exit),
      Array(10).fill(0),
      results.map(({ stderr }) => stderr).join(''),
    );
    assert.is(new Set(results.map(({ json }) => json.session)).size, 10);
    assert.equal(
      results.map(({ json }) => json.output),
      Array.from({ length: 10 }, (_, i) => `${i}\n`),
    );
    assert.is(world.brokers().length, 1);
    const { entries } = (await world.run(['audit', 'tail', '-n', '1000', '--json'])).json;
    assert.is(entries.filter((entry: { type: string }) => entry.type === 'broker.started').length, 1);
    assert.is((await world.run(['session', 'list', '--all', '--json'])).json.sessions.length, 10);
  }));

test('leaves when it is idle, and never while a session or a request lives', () =>
  inWorld(SHORT_IDLE, async (world) => {
    const session = world.start(['shell', 'local', '--', 'echo here; sleep 3; echo there']);
    await session.says(/here/);
    const [pid] = world.brokers();
    await delay(2500);
    assert.equal(world.brokers(), [pid], 'a session that says nothing keeps it');
    assert.is((await session.done).stdout, 'here\nthere\n');
    await until(() => world.brokers().length === 0, 'the idle broker left', 8000);
    assert.not.ok(existsSync(world.socket));
    assert.match(world.read('broker.log'), /"leaving","by":"idle"/);
    assert.match(world.read('audit.jsonl'), /"type":"broker.stopped"/);
    assert.is((await world.run(['shell', 'local', '--', 'echo again'])).stdout, 'again\n');
  }));

test('stops with sessions only when it is forced; then they end with 79 and are settled', () =>
  inWorld(ALLOW_ALL, async (world) => {
    const session = world.start(['shell', 'local', '--json', '--', 'echo $$; sleep 60']);
    await until(async () => (await world.run(['session', 'list', '--json'])).json.sessions.length === 1, 'it runs');
    const polite = await world.run(['broker', 'stop']);
    assert.is(polite.exit, 69);
    assert.match(polite.stderr, /1 session runs\n {2}next: .*broker stop --force/);
    const forced = await world.run(['broker', 'stop', '--force', '--json']);
    assert.is(forced.json.stopped, true);
    const { exit, json } = await session.done;
    assert.is(exit, 79);
    assert.is(json.error.code, 'broker-stopped');
    const child = Number(json.output);
    assert.ok(child > 0);
    assert.not.ok(existsSync(`/proc/${child}`), 'the program went with its session');
    const [row] = (await world.run(['session', 'list', '--all', '--json'])).json.sessions;
    assert.is(row.state, 'broker');
    assert.is(row.reason, 'broker-stopped');
  }));

test('says broker-lost where the broker is killed, and closes what was left at the next start', () =>
  inWorld(ALLOW_ALL, async (world) => {
    const session = world.start(['shell', 'local', '--json', '--', 'echo $$; sleep 60']);
    await until(async () => (await world.run(['session', 'list', '--json'])).json.sessions.length === 1, 'it runs');
    const [open] = (await world.run(['session', 'list', '--json'])).json.sessions;
    const isRunning = () => commandLine(open.leader.pid) !== '';
    await world.killBrokers();
    const { exit, json } = await session.done;
    assert.is(exit, 69);
    assert.is(json.error.code, 'broker-lost');
    assert.ok(existsSync(world.socket), 'the dead broker left its socket');
    assert.ok(isRunning(), 'a silent program on pipes does not notice');

    const after = await world.run(['session', 'list', '--all', '--json']);
    assert.is(after.exit, 0, 'a new broker took the place of the stale socket');
    const [row] = after.json.sessions;
    assert.is(row.id, open.id);
    assert.is(row.state, 'lost');
    assert.is(row.reason, 'broker-lost');
    assert.ok(row.endedAt >= row.startedAt);
    const { entries } = (await world.run(['audit', 'tail', '--json'])).json;
    const lost = entries.find((entry: { type: string }) => entry.type === 'session.lost');
    assert.is(lost?.session, open.id);
    assert.equal(lost?.data.program, { leader: open.leader, outcome: 'ended' });
    assert.not.ok(isRunning(), 'the next broker ended it');
    assert.is((await world.run(['audit', 'verify'])).exit, 0);
    assert.equal((await world.run(['leases', '--json'])).json.leases, []);
    const shown = await world.run(['recordings', 'show', open.id]);
    assert.match(shown.stdout, /ended {5}the broker ended it/);
  }));

test('says broker-silent where the broker hangs', () =>
  inWorld(ALLOW_ALL, async (world) => {
    await world.run(['broker', 'start']);
    const [pid] = world.brokers();
    process.kill(pid ?? 0, 'SIGSTOP');
    try {
      const { exit, json } = await world.run(['shell', 'local', '--json', '--', 'true']);
      assert.is(exit, 69);
      assert.is(json.error.code, 'broker-silent');
    } finally {
      process.kill(pid ?? 0, 'SIGCONT');
    }
  }));

test('waits for a broker that is just leaving, then starts its own', () =>
  inWorld(ALLOW_ALL, async (world) => {
    for (let round = 0; round < 3; round++) {
      await world.run(['broker', 'start']);
      const [, ...rest] = await Promise.all([
        world.run(['broker', 'stop', '--force']),
        ...[0, 40, 80, 120, 160].map(async (ms) => {
          await delay(ms);
          return world.run(['whoami', '--json']);
        }),
      ]);
      for (const { exit, stdout, stderr } of rest) assert.is(exit, 0, stdout + stderr);
      // The stop may have come last; those that were too late to be the broker are leaving.
      await until(() => world.brokers().length <= 1, 'at most one broker is left');
    }
  }));

test('ends by SIGTERM as by stop: sessions settle first', () =>
  inWorld(ALLOW_ALL, async (world) => {
    const session = world.start(['shell', 'local', '--', 'echo up; sleep 60']);
    await session.says(/up/);
    const [pid] = world.brokers();
    process.kill(pid ?? 0, 'SIGTERM');
    assert.is((await session.done).exit, 79);
    await until(() => world.brokers().length === 0, 'it left');
    assert.match(world.read('audit.jsonl'), /"session.closed"[\s\S]*"broker.stopped"/);
  }));

test('stays up where the CLI that started it was killed meanwhile', () =>
  inWorld(ALLOW_ALL, async (world) => {
    const first = world.start(['whoami']);
    await until(() => world.brokers().length === 1, 'the broker process is there');
    first.child.kill('SIGKILL');
    await first.done;
    assert.is((await world.run(['whoami'])).exit, 0);
    // Where the second CLI was faster than the broker's start, it began another one, which is too late and leaves.
    await until(() => world.brokers().length === 1, 'one broker is left');
    assert.is((await world.run(['whoami'])).exit, 0);
  }));

test.run();
