// timeout: 300
// A policy that changes under a running broker: what counts from when on, and that nothing half-way or wrong ever counts.
import { execFileSync } from 'node:child_process';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, type CliWorld, cliWorld, until } from '../helpers/cli.ts';

const test = suite('reload');

const policy = (verdict: 'allow' | 'deny', more = '') => `
targets:
  local: { kind: shell }
policy:
  rules:
    - { id: say, match: { command: echo }, verdict: ${verdict} }
    - { id: nap, match: { command: sleep }, verdict: allow }
${more}`;

const WRONG = policy('deny').replace('verdict: deny', 'verdict: denny');
/** A second between two looks, and what a busy machine adds. */
const NOTICED_MS = 5000;

async function inWorld(body: (world: CliWorld, file: string) => Promise<void>): Promise<void> {
  await using world = cliWorld(policy('allow'));
  await body(world, join(world.home, '.config/sallyport/sallyport.yaml'));
}

const say = (world: CliWorld): Promise<CliResult> => world.run(['shell', 'local', '--json', '--', 'echo', 'hi']);
const status = async (world: CliWorld) => (await world.run(['broker', 'status', '--json'])).json;

/** The log alone: a command of the CLI would have the broker look at the file. */
function logged(world: CliWorld, type: string): { readonly data: Record<string, unknown> }[] {
  const lines = world.read('audit.jsonl').trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter((entry) => entry.type === type);
}

test('a change counts by itself, from the next command on, and a session that runs goes on', () =>
  inWorld(async (world) => {
    const running = world.start(['shell', 'local', '--', 'echo begun; sleep 3; echo ended']);
    await running.says(/begun/);
    const [broker] = world.brokers();
    world.configure(policy('deny'));
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the change was noticed', NOTICED_MS);
    const denied = await say(world);
    assert.equal([denied.exit, denied.json.decision.rule, denied.stderr], [77, 'say', '']);
    assert.match((await running.done).stdout, /ended/);
    assert.equal(world.brokers(), [broker]);
    const { configDigest, policy: loaded } = await status(world);
    const [{ data } = { data: {} }] = logged(world, 'policy.reloaded');
    assert.equal([loaded.digest, data.digest, data.by], [configDigest, configDigest, 'change']);
    assert.equal([loaded.rejected, loaded.needsRestart, data.needsRestart], [null, [], []]);
  }));

test('a command right after the change is judged by it, also where the file was named', () =>
  inWorld(async (world, file) => {
    assert.is((await say(world)).exit, 0);
    for (const verdict of ['deny', 'allow', 'deny'] as const) {
      world.configure(policy(verdict));
      const { exit } = await world.run(['shell', 'local', '--config', file, '--', 'echo', 'hi']);
      assert.is(exit, verdict === 'deny' ? 77 : 0);
    }
  }));

test('a wrong policy changes nothing, is named everywhere, and is forgotten once it is mended', () =>
  inWorld(async (world, file) => {
    await say(world);
    const before = await status(world);
    world.configure(WRONG);
    await until(() => logged(world, 'policy.rejected').length === 1, 'the change was noticed', NOTICED_MS);
    const [{ data } = { data: {} }] = logged(world, 'policy.rejected');
    assert.match(String(data.problems), /sallyport\.yaml:6:\d+: policy\.rules\[0\]\.verdict: expected .*, got "denny"/);
    assert.equal([data.kept, data.code], [before.configDigest, 'bad-config']);
    assert.is.not(data.digest, before.configDigest);
    assert.match(world.read('broker.log'), /denny/);
    const allowed = await world.run(['shell', 'local', '--', 'echo', 'hi']);
    assert.equal([allowed.exit, allowed.stdout], [0, 'hi\n']);
    assert.match(allowed.stderr, /^note: the change of .* does not count: .*:6:\d+: .*"denny"/);
    const named = await world.run(['shell', 'local', '--json', '--config', file, '--', 'echo', 'hi']);
    assert.equal([named.exit, named.json.error.code], [78, 'config-mismatch']);
    const shown = await world.run(['broker', 'status']);
    assert.match(shown.stdout, /\nrejected {3}a change .* ago: .*:6:\d+: /);
    world.configure(policy('allow'));
    assert.is((await say(world)).exit, 0);
    assert.is((await status(world)).policy.rejected, null);
    assert.is(logged(world, 'policy.rejected').length, 1);
  }));

test('what is more than policy is named, and does not take effect half-way', () =>
  inWorld(async (world) => {
    await say(world);
    world.configure(policy('deny', 'limits: { idle: 5m }\n').replace('local: {', 'other: { kind: shell }\n  local: {'));
    const { exit, json } = await say(world);
    assert.equal([exit, json.decision.rule], [77, 'say']);
    const other = await world.run(['shell', 'other', '--', 'echo']);
    assert.is(other.exit, 68);
    assert.match(other.stderr, /note: the broker does not use what changed under "targets", "limits"; to use it: /);
    assert.equal((await status(world)).policy.needsRestart, ['targets', 'limits']);
    await world.run(['broker', 'stop']);
    assert.is((await world.run(['shell', 'other', '--', 'echo'])).exit, 77);
  }));

test('a file that is empty, gone, or that others can write, changes nothing', () =>
  inWorld(async (world, file) => {
    await say(world);
    const codes = () => logged(world, 'policy.rejected').map(({ data }) => data.code);
    writeFileSync(file, '');
    await until(() => codes().length === 1, 'the empty file was noticed', NOTICED_MS);
    renameSync(file, `${file}.away`);
    await until(() => codes().length === 2, 'the missing file was noticed', NOTICED_MS);
    writeFileSync(file, policy('deny'), { mode: 0o666 });
    chmodSync(file, 0o666);
    await until(() => codes().length === 3, 'the open file was noticed', NOTICED_MS);
    assert.equal(codes(), ['config-empty', 'config-gone', 'config-permissions']);
    assert.equal(logged(world, 'policy.reloaded'), []);
    chmodSync(file, 0o600);
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the mode counts', NOTICED_MS);
    assert.is((await say(world)).exit, 77);
  }));

test('of many changes in one second the last one counts', () =>
  inWorld(async (world) => {
    await say(world);
    for (let i = 0; i < 20; i++) {
      world.configure(policy(i % 2 === 0 ? 'deny' : 'allow', `# ${i}\n`));
      await delay(20);
    }
    world.configure(policy('deny', '# the last\n'));
    await until(() => logged(world, 'policy.reloaded').length > 0, 'a change was noticed', NOTICED_MS);
    await delay(500);
    assert.ok(logged(world, 'policy.reloaded').length <= 10);
    assert.is((await say(world)).exit, 77);
  }));

test('SIGHUP reads the file at once, in the middle of a session, and ends nothing', () =>
  inWorld(async (world, file) => {
    const running = world.start(['shell', 'local', '--', 'echo begun; sleep 2; echo ended']);
    await running.says(/begun/);
    writeFileSync(file, WRONG);
    const [pid = 0] = world.brokers();
    process.kill(pid, 'SIGHUP');
    await until(() => logged(world, 'policy.rejected').length === 1, 'the signal was heard', NOTICED_MS);
    assert.is(logged(world, 'policy.rejected')[0]?.data.by, 'SIGHUP');
    writeFileSync(file, policy('deny'));
    process.kill(pid, 'SIGHUP');
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the signal was heard again', NOTICED_MS);
    assert.match((await running.done).stdout, /ended/);
    assert.is((await say(world)).exit, 77);
  }));

test('a gated session is judged by the new policy from its next command on', () =>
  inWorld(async (world) => {
    const session = (await world.run(['session', 'open', 'local'])).stdout.trim();
    const exec = () => world.run(['session', 'exec', session, '--json', '--', 'echo', 'hi']);
    assert.is((await exec()).json.output, 'hi\n');
    world.configure(policy('deny'));
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the change was noticed', NOTICED_MS);
    const denied = await exec();
    assert.equal([denied.exit, denied.json.error.code, denied.json.decision.guidance.rule], [77, 'denied', 'say']);
    world.configure(policy('allow'));
    await until(() => logged(world, 'policy.reloaded').length === 2, 'the change was noticed', NOTICED_MS);
    assert.is((await exec()).json.output, 'hi\n');
    assert.is((await world.run(['session', 'close', session])).exit, 0);
  }));

test('a broker in the foreground takes SIGHUP as a change, too', () =>
  inWorld(async (world, file) => {
    const broker = world.start(['broker', 'start', '--foreground']);
    await broker.says(/listening/);
    writeFileSync(file, policy('deny'));
    broker.child.kill('SIGHUP');
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the signal was heard', NOTICED_MS);
    assert.is((await say(world)).exit, 77);
    assert.is(broker.child.exitCode, null);
    await world.run(['broker', 'stop']);
    assert.is((await broker.done).exit, 0);
  }));

test('a command that waits for a person is denied after all where the policy denies it by then', () =>
  inWorld(async (world) => {
    const key = join(world.folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const line = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).trim();
    const people = `approvers:\n  ann: { keys: ["${line}"] }\n`;
    const asking = policy('allow', people).replace('verdict: allow', 'verdict: ask');
    world.configure(asking);
    const waiting = world.start(['shell', 'local', '--', 'echo', 'ran']);
    const [, request = ''] = await waiting.says(/request (r-\w+) needs/);
    world.configure(policy('deny', people));
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the change was noticed', NOTICED_MS);
    assert.is((await world.run(['approve', request, '--yes', '--key', key])).exit, 0);
    const { exit, stdout, stderr } = await waiting.done;
    assert.equal([exit, stdout], [77, '']);
    assert.match(stderr, /denied by rule "say"/);
    assert.equal(
      logged(world, 'command.judged').map(({ data }) => data.verdict),
      ['ask', 'deny'],
    );
  }));

test('after kill -9 between two changes the next broker reads what is there, and a wrong file starts none', () =>
  inWorld(async (world) => {
    await say(world);
    world.configure(policy('deny'));
    await world.killBrokers();
    assert.is((await say(world)).exit, 77);
    world.configure(WRONG);
    await world.killBrokers();
    const refused = await say(world);
    assert.equal([refused.exit, refused.json.error.code], [78, 'bad-config']);
    await until(() => world.brokers().length === 0, 'the broker that refused to start leaves');
  }));

test('a change of an own pack counts as one of the policy, and a pack that fails its own tests does not', () =>
  inWorld(async (world, file) => {
    const pack = join(world.home, '.config/sallyport/quiet.yaml');
    const write = (command: string) =>
      writeFileSync(
        pack,
        `name: quiet\ndescription: d\nrules:\n  - { id: hush, match: { command: ${command} }, verdict: deny, reason: r, suggest: s }\n` +
          `attacks: [${command} hi]\nlookAlikes: [ls]\n`,
        { mode: 0o600 },
      );
    write('printf');
    world.configure(policy('allow', '  packs: [./quiet.yaml]\n'));
    assert.is((await say(world)).exit, 0);
    const before = await status(world);
    assert.is.not(before.policy.digest, before.configDigest);
    write('echo');
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the pack was noticed', NOTICED_MS);
    assert.is((await say(world)).json.decision.rule, 'quiet/hush');
    assert.is((await status(world)).configDigest, before.configDigest);
    write('ls');
    await until(() => logged(world, 'policy.rejected').length === 1, 'the pack was noticed', NOTICED_MS);
    const [{ data } = { data: {} }] = logged(world, 'policy.rejected');
    assert.match(String(data.problems), /quiet\.yaml:\d+:\d+: pack "quiet": expected allow for "ls", got deny/);
    assert.is((await say(world)).exit, 77);
    chmodSync(pack, 0o666);
    write('printf');
    chmodSync(file, 0o600);
    await until(() => logged(world, 'policy.rejected').length === 2, 'the open pack was noticed', NOTICED_MS);
    chmodSync(pack, 0o600);
    await until(() => logged(world, 'policy.reloaded').length === 2, 'the pack was mended', NOTICED_MS);
    assert.is((await say(world)).exit, 0);
  }));

test('a project’s file counts anew only once a person trusted what it says now', () =>
  inWorld(async (world, file) => {
    rmSync(file);
    const project = join(world.folder, 'sallyport.yaml');
    writeFileSync(project, policy('allow'));
    await world.run(['trust']);
    assert.is((await say(world)).exit, 0);
    writeFileSync(project, policy('deny'));
    await until(() => logged(world, 'policy.rejected').length === 1, 'the change was noticed', NOTICED_MS);
    assert.is(logged(world, 'policy.rejected')[0]?.data.code, 'config-untrusted');
    await world.run(['trust']);
    await until(() => logged(world, 'policy.reloaded').length === 1, 'the trust was noticed', NOTICED_MS);
    assert.is((await say(world)).exit, 77);
  }));

test.run();
