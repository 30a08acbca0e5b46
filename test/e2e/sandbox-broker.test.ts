// timeout: 120
// The whole way, CLI to broker to sandbox: what a person configures is what stands around the command.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { OWN, processesWith } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';

const box = needs(test, 'bwrap');

/** A world whose target `here` runs in a sandbox with the workspace `work`. */
function boxedWorld(): CliWorld & { readonly work: string } {
  const world = cliWorld();
  const work = join(world.folder, 'work');
  mkdirSync(work);
  world.configure(`
targets:
  here: { kind: shell, cwd: ${work}, sandbox: workspace }
  bare: { kind: shell, cwd: ${work} }
  gone: { kind: shell, sandbox: { preset: workspace, workspace: [${world.folder}/nowhere] } }
policy:
  rules: [{ id: terminal, match: { terminal: free }, verdict: allow }]
  default: allow
`);
  return Object.assign(world, { work });
}

box(
  "a command writes its workspace, and finds neither the broker's keys nor its socket nor its configuration",
  async () => {
    await using world = boxedWorld();
    const look = `ls -A '${world.state}' 2>/dev/null; cat '${world.home}/.config/sallyport/sallyport.yaml' 2>/dev/null; echo done > file; touch '${world.home}/x' 2>/dev/null; echo end`;
    const { exit, stdout, stderr } = await world.run(['shell', 'here', '--', 'bash', '-c', look]);
    assert.is(exit, 0, stderr);
    assert.is(stdout, 'end\n');
    assert.is(readFileSync(join(world.work, 'file'), 'utf8'), 'done\n');
    assert.not.ok(existsSync(join(world.home, 'x')));
    const bare = await world.run(['shell', 'bare', '--', 'bash', '-c', look]);
    assert.match(bare.stdout, /broker\.sock[\s\S]*kind: shell/);
  },
);

box('exit codes, standard input and JSON are what they are without walls', async () => {
  await using world = boxedWorld();
  writeFileSync(join(world.work, 'a'), 'content');
  const { exit, json } = await world.run(['shell', 'here', '--json', '--', 'cat', 'a', '-'], { input: ' typed' });
  assert.equal([exit, json.exitCode, json.origin, json.output], [0, 0, 'child', 'content typed']);
  assert.is((await world.run(['shell', 'here', '--', 'exit', '7'])).exit, 7);
  const killed = await world.run(['shell', 'here', '--json', '--', 'bash', '-c', 'kill -KILL $$']);
  assert.equal([killed.exit, killed.json.signal], [137, 'SIGKILL']);
});

box('a gated session carries folder and variables from sandbox to sandbox, and nothing else', async () => {
  await using world = boxedWorld();
  mkdirSync(join(world.work, 'sub'));
  const opened = await world.run(['session', 'open', 'here']);
  assert.is(opened.exit, 0, opened.stderr);
  const exec = (text: string) => world.run(['session', 'exec', opened.stdout.trim(), '--', text]);
  const first = await exec(`cd sub; export A=1; echo own > /tmp/own; setsid -f sleep 4716.${OWN}02; cat /tmp/own`);
  assert.is(first.stdout, 'own\n', first.stderr);
  const second = await exec('pwd; echo "$A"; cat /tmp/own 2>/dev/null; touch /etc/sp-test 2>/dev/null; echo end');
  assert.is(second.stdout, `${world.work}/sub\n1\nend\n`, second.stderr);
  assert.equal(processesWith(`sleep\x004716.${OWN}02`), []);
  assert.is((await world.run(['session', 'close', opened.stdout.trim()])).exit, 0);
});

box('targets check tells of the walls, and of a workspace that is not there', async () => {
  await using world = boxedWorld();
  const good = await world.run(['targets', 'check', 'here', '--json']);
  assert.is(good.exit, 0, good.stdout);
  assert.match(JSON.stringify(good.json), new RegExp(`sandbox workspace ${world.work}, no network; bubblewrap`));
  const bad = await world.run(['targets', 'check', 'gone']);
  assert.is(bad.exit, 69);
  assert.match(bad.stdout, /cannot have the workspace ".*nowhere": no such folder/);
  const run = await world.run(['shell', 'gone', '--json', '--', 'true']);
  assert.equal([run.exit, run.json.error.code], [78, 'bad-workspace']);
});

box('a killed broker takes what runs in its sandboxes with it', async () => {
  await using world = boxedWorld();
  const started = world.start([
    'shell',
    'here',
    '--',
    'bash',
    '-c',
    `setsid -f sleep 4716.${OWN}01; sleep 4716.${OWN}01`,
  ]);
  await until(() => processesWith(`sleep\x004716.${OWN}01`).length === 2, 'both run');
  await world.killBrokers();
  await until(() => processesWith(`4716.${OWN}01`).every((pid) => pid === started.child.pid), 'both have ended');
  assert.is((await started.done).exit, 69);
});

test.run();
