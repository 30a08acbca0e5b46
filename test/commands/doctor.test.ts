import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CLI, cliWorld } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

interface Step {
  readonly name: string;
  readonly outcome: string;
  readonly detail: string;
  readonly fix?: string;
}

const byName = (steps: readonly Step[]) => new Map(steps.map((step) => [step.name, step]));
const NAMES = [
  'node',
  'system',
  'config',
  'state folder',
  'broker',
  'bash',
  'user',
  'run',
  'sandbox',
  'run in a sandbox',
];

needs(test, 'bwrap')('says what this machine can do, starts no broker and changes nothing', async () => {
  await using world = cliWorld();
  const done = await world.run(['doctor', '--json']);
  assert.is(done.exit, 0, done.stderr);
  const { json } = done;
  assert.is(json.ok, true);
  assert.equal(
    json.steps.map(({ name }: Step) => name),
    NAMES,
  );
  assert.equal(new Set(json.steps.map(({ outcome }: Step) => outcome)), new Set(['ok']));
  assert.match(byName(json.steps).get('broker')?.detail ?? '', /does not run/);
  assert.match(byName(json.steps).get('sandbox')?.detail ?? '', /bubblewrap \d/);
  assert.equal(world.brokers(), []);
  const text = await world.run(['doctor']);
  assert.equal(text.stdout.trim().split('\n').length, NAMES.length);
});

test('a wrong configuration and an open state folder are found together, and the rest is still looked at', async () => {
  await using world = cliWorld('targets: { here: { kind: shell, sandbox: nonsense } }\n');
  mkdirSync(world.state, { recursive: true });
  chmodSync(world.state, 0o755);
  const { exit, json } = await world.run(['doctor', '--json']);
  assert.is(exit, 69);
  assert.is(json.ok, false);
  const steps = byName(json.steps);
  assert.match(
    steps.get('config')?.detail ?? '',
    /targets\.here\.sandbox: expected off, read-only or workspace, got "nonsense"/,
  );
  assert.match(steps.get('state folder')?.fix ?? '', /chmod 700/);
  assert.is(steps.get('run')?.outcome, 'ok');
});

test('a broker that others run and that does not answer is a failure', async () => {
  await using world = cliWorld();
  const { exit, json } = await world.run(['doctor', '--json'], {
    env: { SALLYPORT_SOCKET: `${world.folder}/none.sock` },
  });
  assert.is(exit, 69);
  assert.is(byName(json.steps).get('broker')?.outcome, 'failed');
});

needs(
  test,
  'bwrap',
  'root',
)('a sandbox that cannot be had is a failure only where a target has one', async () => {
  const script = 'mount --bind /dev/null /usr/bin/bwrap && exec "$@"';
  for (const [sandbox, exit, outcome] of [
    ['off', 0, 'skipped'],
    ['read-only', 69, 'failed'],
  ] as const) {
    await using world = cliWorld(`targets: { here: { kind: shell, sandbox: ${sandbox} } }\n`);
    const command = ['--mount', 'sh', '-c', script, 'sh', process.execPath, CLI, 'doctor', '--json'];
    const { status, stdout } = spawnSync('unshare', command, { env: world.env, encoding: 'utf8', cwd: world.folder });
    assert.is(status, exit, stdout);
    const step = byName(JSON.parse(stdout).steps).get('sandbox');
    assert.is(step?.outcome, outcome);
    assert.match(step?.detail ?? '', /there is no bwrap/);
    assert.match(step?.fix ?? '', /install bubblewrap/);
  }
});

test.run();
