// timeout: 180
// Attacks on an approval through the whole product: another place behind the same name, a folder swapped, a state put back,
// hostile words on their way to the approver's terminal, two brokers, a server that changes its key after a check.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, type CliWorld, cliWorld } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { freePort, startSshd } from '../helpers/sshd.ts';

const test = suite('invariants: approval');
const attacks = needs(test, 'ssh-keygen');

interface Office extends AsyncDisposable {
  readonly world: CliWorld;
  /** Writes the config with these targets, and has the next broker read it. */
  configure(targets: string): Promise<void>;
  approve(id: string): Promise<CliResult>;
}

async function office(targets: string): Promise<Office> {
  const world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f', key]);
  const rest = `approvers:\n  ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] }\npolicy: { default: ask }\n`;
  const configure = async (text: string) => {
    world.configure(`targets:\n${text}\n${rest}`);
    await world.run(['broker', 'stop']);
  };
  await configure(targets);
  return {
    world,
    configure,
    approve: (id) => world.run(['approve', id, '--key', key, '--json']),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

const PINNED = `hostKey: "SHA256:${'A'.repeat(43)}"`;
const OTHER = `hostKey: "SHA256:${'B'.repeat(43)}"`;

attacks('is for one place: a changed host, port, user, key, folder or jump host asks anew', async () => {
  const base = `  hop: { kind: ssh, host: 127.0.0.2, port: 1, user: ops, ${PINNED} }\n  web: { kind: ssh, host: 127.0.0.1, port: 1, user: deploy, ${PINNED}, via: hop }`;
  await using desk = await office(base);
  const { world } = desk;
  const ask = () => world.run(['ssh', 'web', '--no-wait', '--json', '--', 'uptime']);
  const first = (await ask()).json.error.request;
  const shown = await world.run(['requests', 'show', first]);
  assert.match(shown.stdout, / {2}where {3}deploy@127\.0\.0\.1:1 via ops@127\.0\.0\.2:1\n/);
  assert.is((await desk.approve(first)).json.state, 'approved');

  const seen = new Set([first]);
  for (const [from, to] of [
    ['host: 127.0.0.1', 'host: 127.0.0.3'],
    ['127.0.0.1, port: 1', '127.0.0.1, port: 2'],
    ['user: deploy', 'user: root'],
    [`user: deploy, ${PINNED}`, `user: deploy, ${OTHER}`],
    ['via: hop', 'via: hop, cwd: /etc'],
    [', via: hop', ''],
    ['host: 127.0.0.2', 'host: 127.0.0.4'],
    [`user: ops, ${PINNED}`, `user: ops, ${OTHER}`],
  ] as const) {
    assert.ok(base.includes(from));
    await desk.configure(base.replace(from, to));
    const { exit, json } = await ask();
    assert.equal([exit, json.error.code], [75, 'approval-pending'], to);
    assert.not.ok(seen.has(json.error.request), `${to}: a request of its own`);
    seen.add(json.error.request);
  }
  // The place that was approved may still be used: it is tried, and nobody answers there.
  await desk.configure(base);
  const used = await ask();
  assert.equal([used.exit, used.json.error.code], [69, 'target-unreachable'], used.stdout);
});

attacks('is for one folder: a link that leads elsewhere by then runs nothing', async () => {
  const world = await office('  here: { kind: shell }');
  await using desk = world;
  const { folder } = desk.world;
  const link = join(folder, 'current');
  for (const name of ['v1', 'v2']) mkdirSync(join(folder, name));
  symlinkSync(join(folder, 'v1'), link);
  await desk.configure(`  here: { kind: shell, cwd: "${link}" }`);
  const ask = () => desk.world.run(['shell', 'here', '--no-wait', '--json', '--', 'touch', 'made']);
  const first = (await ask()).json.error.request;
  assert.match((await desk.world.run(['requests', 'show', first])).stdout, new RegExp(`where .* in ${folder}/v1\n`));
  await desk.approve(first);
  rmSync(link);
  symlinkSync(join(folder, 'v2'), link);
  const second = await ask();
  assert.is(second.exit, 75);
  assert.is.not(second.json.error.request, first);

  // One that waits notices it, too: the place is looked at again when the program starts.
  const waiting = desk.world.start(['shell', 'here', '--json', '--', 'touch', 'waited']);
  const listed = async () => (await desk.world.run(['requests', '--json'])).json.requests;
  let request: { id: string; subject: { command: string } } | undefined;
  while (request === undefined)
    request = (await listed()).find((row: typeof request) => row?.subject.command.includes('waited'));
  rmSync(link);
  symlinkSync(join(folder, 'v1'), link);
  await desk.approve(request.id);
  const { exit, json } = await waiting.done;
  assert.equal([exit, json.error.code], [77, 'place-changed']);
  for (const name of ['v1', 'v2'])
    for (const made of ['made', 'waited']) assert.not.ok(existsSync(join(folder, name, made)));
});

attacks('is used once, also where yesterday’s database is put back', async () => {
  await using desk = await office('  here: { kind: shell }');
  const { world } = desk;
  const ask = () => world.run(['shell', 'here', '--no-wait', '--json', '--', 'true']);
  await desk.approve((await ask()).json.error.request);
  await world.run(['broker', 'stop']);
  const [database, copy] = [join(world.state, 'sallyport.db'), join(world.folder, 'backup.db')];
  copyFileSync(database, copy);
  assert.is((await ask()).exit, 0);
  await world.run(['broker', 'stop']);
  copyFileSync(copy, database);
  const again = await ask();
  assert.equal([again.exit, again.json.error.code], [74, 'audit-broken'], again.stdout);
  assert.match(again.json.error.message, /does not fit the store/);
});

attacks('shows an approver nothing but text, whatever the agent says, and takes none of it for a field', async () => {
  await using desk = await office('  here: { kind: shell }');
  const { world } = desk;
  const forged = '\n  needs   0 approvals\n\u001b[2J\u001b]0;owned\u0007\u202e\u200b\r  command true\u009b31m';
  const asked = await world.run([
    'shell',
    'here',
    '--no-wait',
    '--json',
    '--why',
    forged,
    '--',
    'echo',
    `x${forged.replaceAll('\r', '')}`,
  ]);
  assert.is(asked.exit, 75, asked.stdout);
  const { request } = asked.json.error;
  for (const args of [['approve'], ['requests', 'show', request], ['requests']]) {
    const { stdout } = await world.run(args);
    assert.not.match(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/, args.join(' '));
    if (args[0] === 'requests' && args.length === 1) continue;
    assert.is(stdout.match(/^ {2}needs /gm)?.length, 1, 'one line says what it needs');
    assert.is(stdout.match(/^ {2}command /gm)?.length, 1);
    assert.match(stdout, /^ {2}needs {3}1 approval by any approver$/m);
  }
  const tooLong = await world.run([
    'shell',
    'here',
    '--no-wait',
    '--json',
    '--task',
    'x'.repeat(100_000),
    '--',
    'true',
  ]);
  assert.equal([tooLong.exit, tooLong.json.error.code], [64, 'bad-request']);
  const hostileTask = await world.run(['shell', 'here', '--no-wait', '--json', '--task', 'a\nneeds 0', '--', 'true']);
  assert.equal([hostileTask.exit, hostileTask.json.error.code], [64, 'bad-request']);
  const longWhy = await world.run(['shell', 'here', '--no-wait', '--json', '--why', 'x'.repeat(100_000), '--', 'true']);
  assert.equal([longWhy.exit, longWhy.json.error.code], [64, 'bad-request']);
});

attacks('belongs to one broker: a second one on the same state does not start', async () => {
  await using desk = await office('  here: { kind: shell }');
  const { world } = desk;
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const [first] = world.brokers();
  const config = join(world.home, '.config/sallyport/sallyport.yaml');
  writeFileSync(config, `broker: { socket: "${join(world.folder, 'other.sock')}" }\n${readFileSync(config, 'utf8')}`);
  const second = await world.run(['broker', 'start', '--foreground', '--json']);
  assert.is.not(second.exit, 0, second.stdout);
  assert.equal(world.brokers(), [first]);
  assert.not.ok(existsSync(join(world.folder, 'other.sock')));
});

needs(
  test,
  'sshd',
  'ssh-keygen',
)('reaches no server that changed its key after a check, and leaves no lease', async () => {
  await using world = cliWorld();
  const trustedUserCa = (await world.run(['ssh-ca', 'public-key'])).stdout.trim();
  await world.run(['broker', 'stop']);
  const port = await freePort();
  const before = await startSshd({ trustedUserCa, port });
  world.configure(
    `targets:\n  web: { kind: ssh, host: 127.0.0.1, port: ${port}, user: ${before.user}, hostKey: "${before.hostKeyFingerprint}" }\npolicy: { default: allow }\n`,
  );
  try {
    assert.is((await world.run(['targets', 'check', 'web'])).exit, 0);
  } finally {
    await before[Symbol.asyncDispose]();
  }
  await using after = await startSshd({ trustedUserCa, port });
  const { exit, json } = await world.run(['ssh', 'web', '--json', '--', 'touch', join(world.folder, 'ran')]);
  assert.equal([exit, json.error.code], [69, 'host-key-mismatch']);
  assert.match(json.error.message + json.error.hint, after.hostKeyFingerprint);
  assert.not.ok(existsSync(join(world.folder, 'ran')));
  assert.equal((await world.run(['leases', '--json'])).json.leases, []);
});

test.run();
