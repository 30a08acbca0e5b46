// timeout: 180
// What keeps a broker from starting: folders, sockets, disks and configs that are not as they must be.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { dirname, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, CLI, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const test = suite('start');

async function inWorld(yaml: string | undefined, body: (world: CliWorld) => Promise<void>): Promise<void> {
  await using world = cliWorld(yaml);
  await body(world);
}

test('refuses a state folder that others can enter, that is no folder, or that a file is in the way of', () =>
  inWorld(undefined, async (world) => {
    mkdirSync(world.state, { recursive: true });
    chmodSync(world.state, 0o755);
    const open = await world.run(['whoami']);
    assert.is(open.exit, 78);
    assert.match(open.stderr, /the state folder ".*" can be entered by others\n {2}next: run: chmod 700 /);
    rmSync(world.state, { recursive: true });
    symlinkSync('/tmp', world.state);
    assert.match((await world.run(['whoami'])).stderr, /is not a folder/);
    rmSync(world.state);
    rmSync(dirname(world.state), { recursive: true });
    writeFileSync(dirname(world.state), '');
    const blocked = await world.run(['whoami', '--json']);
    assert.is(blocked.exit, 78);
    assert.is(blocked.json.error.code, 'state-folder');
    assert.match(blocked.json.error.message, /ENOTDIR/);
  }));

needs(test, 'root')('refuses a state folder and a socket that belong to somebody else', () =>
  inWorld(undefined, async (world) => {
    mkdirSync(world.state, { recursive: true, mode: 0o700 });
    chownSync(world.state, 65534, 65534);
    const foreign = await world.run(['whoami', '--json']);
    assert.is(foreign.exit, 78);
    assert.match(foreign.json.error.message, /belongs to uid 65534, not to uid 0/);
    chownSync(world.state, 0, 0);
    const server = createNetServer().listen(world.socket);
    await until(() => existsSync(world.socket), 'the impostor listens');
    chownSync(world.socket, 65534, 65534);
    const impostor = await world.run(['whoami', '--json']);
    assert.is(impostor.exit, 69);
    assert.is(impostor.json.error.code, 'wrong-owner');
    server.close();
  }),
);

test('refuses a socket path that is too long, and one where something else is', () =>
  inWorld(undefined, async (world) => {
    const long = await world.run(['whoami', '--json'], {
      env: { SALLYPORT_STATE: join(world.folder, 'x'.repeat(120)) },
    });
    assert.is(long.exit, 78);
    assert.is(long.json.error.code, 'socket-path-too-long');
    const precious = join(world.folder, 'notes.txt');
    writeFileSync(precious, 'keep me');
    world.configure(`broker: { socket: ${precious} }\n`);
    const there = await world.run(['whoami', '--json']);
    assert.is(there.exit, 78);
    assert.is(there.json.error.code, 'socket-in-the-way');
    assert.is(statSync(precious).size, 7, 'the file is as it was');
    const busy = join(world.folder, 'busy.sock');
    const server = createServer((_, response) => response.end('{}')).listen(busy);
    world.configure(`broker: { socket: ${busy} }\n`);
    const other = await world.run(['broker', 'start', '--foreground', '--json']);
    assert.is(other.exit, 69);
    assert.is(other.json.error.code, 'socket-in-use');
    server.close();
  }));

test('says what keeps it from starting: a disk without room, a folder that cannot be written', () =>
  inWorld(undefined, async (world) => {
    // The kernel refuses files over the limit as it refuses them on a full disk; Node ignores the signal.
    const full = spawnSync(
      'bash',
      ['-c', `ulimit -f 1; exec "$@"`, 'bash', process.execPath, CLI, 'whoami', '--json'],
      {
        env: world.env,
        encoding: 'utf8',
      },
    );
    assert.ok([69, 74, 78].includes(full.status ?? 0), `${full.status} ${full.stdout} ${full.stderr}`);
    const { error } = JSON.parse(full.stdout);
    assert.is.not(error.code, 'internal');
    await until(() => world.brokers().length === 0, 'the broker that could not start left');
    assert.is((await world.run(['whoami'])).exit, 0, 'with room again it starts');
    assert.is((await world.run(['audit', 'verify'])).exit, 0);
  }));

needs(
  test,
  'root',
  'runuser',
)('says so where the state folder is read-only for its owner', () =>
  inWorld(undefined, async (world) => {
    chmodSync(world.folder, 0o755);
    mkdirSync(world.state, { recursive: true, mode: 0o700 });
    spawnSync('chown', ['-R', 'nobody', world.home]);
    chmodSync(world.state, 0o500);
    const { status, stdout } = spawnSync(
      'runuser',
      ['-u', 'nobody', '--', 'env', `HOME=${world.home}`, process.execPath, CLI, 'whoami', '--json'],
      {
        env: world.env,
        encoding: 'utf8',
        cwd: '/',
      },
    );
    assert.is(status, 78);
    const { error } = JSON.parse(stdout);
    assert.is(error.code, 'state-folder', error.message);
    assert.match(error.message, /cannot be written \(EACCES\)/);
  }),
);

test('names file, line and column of a malformed config, and leaves a running broker alone', () =>
  inWorld('targets:\n  local: { kind: shel }\nlimit: {}\n', async (world) => {
    const bad = await world.run(['shell', 'local', '--', 'true']);
    assert.is(bad.exit, 78);
    assert.match(bad.stderr, /sallyport\.yaml:2:18: targets\.local/);
    assert.match(bad.stderr, /sallyport\.yaml:3:1: /);
    await until(() => world.brokers().length === 0, 'the broker that refused has gone');
    world.configure('targets: [\n');
    const broken = await world.run(['shell', 'local', '--json', '--', 'true']);
    assert.is(broken.exit, 78);
    assert.match(broken.json.error.message, /sallyport\.yaml:\d+:\d+/);
    world.configure(ALLOW_ALL);
    assert.is((await world.run(['shell', 'local', '--', 'true'])).exit, 0);
    world.configure(`${ALLOW_ALL}# changed\n`);
    const changed = await world.run(['shell', 'local', '--', 'echo works']);
    assert.is(changed.stdout, 'works\n');
    assert.is(changed.stderr, '');
    const other = join(world.folder, 'other.yaml');
    writeFileSync(other, ALLOW_ALL);
    for (const args of [
      ['shell', 'local', '--config', other, '--json', '--', 'true'],
      ['broker', 'start', '--config', other, '--json'],
    ]) {
      const { exit, json } = await world.run(args);
      assert.is(exit, 78);
      assert.is(json.error.code, 'config-mismatch');
    }
  }));

test('runs nothing where the recordings cannot be written, with 74', () =>
  inWorld(undefined, async (world) => {
    const file = join(world.folder, 'file');
    writeFileSync(file, '');
    world.configure(`${ALLOW_ALL}\nrecording: { folder: ${join(file, 'recordings')} }\n`);
    const ran = join(world.folder, 'ran');
    const { exit, json } = await world.run(['shell', 'local', '--json', '--', 'touch', ran]);
    assert.is(exit, 74, JSON.stringify(json));
    assert.is(json.origin ?? 'broker', 'broker');
    assert.ok(json.error.hint.length > 0);
    assert.not.ok(existsSync(ran), 'what cannot be recorded is not run');
  }));

test.run();
