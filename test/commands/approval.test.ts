// timeout: 180
// A request from the agent's side and from the approver's: asked, decided with a throw-away SSH key by another process,
// used once. Whoever asks has no key here; whoever decides never runs the command.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const test = suite('approval');
const asks = needs(test, 'ssh-keygen');

interface Office extends AsyncDisposable {
  readonly world: CliWorld;
  readonly keys: Readonly<Record<string, string>>;
  /** Runs `touch NAME` as an agent that does not wait. */
  ask(name: string, more?: readonly string[]): ReturnType<CliWorld['run']>;
}

/** A world with approvers of these names, each with a key of its own. */
function office(names: readonly string[], rules = ''): Office {
  const world = cliWorld();
  const keys: Record<string, string> = {};
  const approvers = names.map((name) => {
    const file = join(world.folder, `${name}.key`);
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', file]);
    keys[name] = file;
    return `  ${name}: { keys: ["${readFileSync(`${file}.pub`, 'utf8').trim()}"] }`;
  });
  world.configure(
    `targets:\n  local: { kind: shell }\napprovers:\n${approvers.join('\n')}\npolicy:\n  packs: [read-only]\n  default: ask\n${rules}`,
  );
  return {
    world,
    keys,
    ask: (name, more = []) =>
      world.run(['shell', 'local', '--no-wait', '--json', ...more, '--', 'touch', join(world.folder, name)]),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

asks(
  'answers --no-wait with 75 and the request; approved by another process, the same thing runs once and only once',
  async () => {
    await using desk = office(['ann']);
    const { world, keys, ask } = desk;
    const first = await ask('a');
    assert.is(first.exit, 75);
    assert.is(first.json.error.code, 'approval-pending');
    const id = first.json.error.request;
    assert.match(id, /^r-[0-9a-z]{8}$/);
    assert.is((await ask('a')).json.error.request, id, 'asking again opens no second request');

    const approved = await world.run(['approve', id, '--key', keys.ann ?? '', '--json']);
    assert.is(approved.exit, 0, approved.stdout);
    assert.is(approved.json.state, 'approved');
    assert.not.ok(existsSync(join(world.folder, 'a')), 'an approval runs nothing');
    const [one, two] = await Promise.all([ask('a'), ask('a')]);
    assert.equal([one.exit, two.exit].sort(), [0, 75], 'two at once: one of them goes through');
    assert.ok(existsSync(join(world.folder, 'a')));
    const winner = one.exit === 0 ? one : two;
    assert.is(winner.json.decision.verdict, 'ask');
    const again = await ask('a');
    assert.is(again.exit, 75);
    assert.is.not(again.json.error.request, id);
  },
);

asks('keeps an approval to exactly the command, the folder and the target that were shown', async () => {
  await using desk = office(['ann']);
  const { world, keys, ask } = desk;
  const id = (await ask('a')).json.error.request;
  await world.run(['approve', id, '--key', keys.ann ?? '']);
  assert.is((await ask('b')).exit, 75, 'another argument');
  const elsewhere = join(world.folder, 'elsewhere');
  mkdirSync(elsewhere);
  const moved = await world.run(['shell', 'local', '--no-wait', '--', 'touch', join(world.folder, 'a')], {
    cwd: elsewhere,
  });
  assert.is(moved.exit, 75, 'another folder');
  assert.is((await ask('a', ['--task', 'other'])).exit, 75, 'another task');
  assert.is((await ask('a')).exit, 0);
});

asks('waits with a line on standard error that says what to do, and goes on once it is approved', async () => {
  await using desk = office(['ann']);
  const { world, keys } = desk;
  const agent = world.start([
    'shell',
    'local',
    '--why',
    'ticket \u001b[31m4711',
    '--',
    'touch',
    join(world.folder, 'w'),
  ]);
  agent.child.stdin?.end();
  const [, id = ''] = await agent.says(/waiting: request (r-[0-9a-z]{8}) needs .*\n {2}next: sallyport approve/);
  const shown = await world.run(['requests', 'show', id.slice(2, 6)]);
  assert.is(shown.exit, 0);
  for (const line of [
    'command touch',
    'target  local (shell)',
    'who     unix:',
    'why     ticket',
    'needs   1 approval by any approver',
    'digest  sha256',
  ]) {
    assert.ok(shown.stdout.includes(line), line);
  }
  assert.not.match(shown.stdout, /\u001b/, 'what could act on a terminal is spelled out');
  assert.match((await world.run(['requests'])).stdout, new RegExp(`${id} +pending +local`));
  const waiter = world.start(['requests', 'wait', id, '--json']);
  waiter.child.stdin?.end();
  const approved = await world.run(['approve', id, '--key', keys.ann ?? '']);
  assert.match(approved.stdout, new RegExp(`^${id}: approved\n$`));
  const { exit, stderr } = await agent.done;
  assert.is(exit, 0);
  assert.match(stderr, new RegExp(`approved: request ${id} by ann\n$`));
  assert.is((await waiter.done).exit, 0);
  assert.match((await world.run(['requests', '--all'])).stdout, new RegExp(`${id} +used`));
});

asks('brings the reason of a denial to the agent, with 77', async () => {
  await using desk = office(['ann']);
  const { world, keys } = desk;
  const agent = world.start(['shell', 'local', '--json', '--', 'touch', join(world.folder, 'd')]);
  agent.child.stdin?.end();
  await until(async () => (await world.run(['requests', '--json'])).json.requests.length === 1, 'it asks');
  const [{ id }] = (await world.run(['requests', '--json'])).json.requests;
  const without = await world.run(['deny', id, '--key', keys.ann ?? '']);
  assert.is(without.exit, 64, 'a denial needs a reason');
  const denied = await world.run(['deny', id, '--reason', 'Use the Staging host', '--key', keys.ann ?? '', '--json']);
  assert.is(denied.json.state, 'denied');
  const { exit, json } = await agent.done;
  assert.is(exit, 77);
  assert.is(json.error.code, 'approval-denied');
  assert.match(json.error.message, /denied by "ann": Use the Staging host$/);
  assert.is(json.error.request, id);
  assert.is((await world.run(['requests', 'wait', id])).exit, 77);
  assert.not.ok(existsSync(join(world.folder, 'd')));
});

asks('counts one of two approvers who decide at the same moment, and tells the other', async () => {
  await using desk = office(['ann', 'ben']);
  const { world, keys, ask } = desk;
  for (const other of ['approve', 'deny'] as const) {
    const id = (await ask(`two-${other}`)).json.error.request;
    const [ann, ben] = await Promise.all([
      world.run(['approve', id, '--key', keys.ann ?? '', '--json']),
      world.run([other, id, ...(other === 'deny' ? ['--reason', 'no'] : []), '--key', keys.ben ?? '', '--json']),
    ]);
    assert.equal([ann.exit, ben.exit].sort(), [0, 77]);
    const loser = ann.exit === 0 ? ben : ann;
    assert.is(loser.json.error.code, 'already-decided');
    assert.is(loser.json.error.request, id);
  }
});

asks('needs as many different people as the rule says', async () => {
  await using desk = office(
    ['ann', 'ben'],
    '  rules:\n    - { id: two, match: { command: touch }, verdict: ask, quorum: 2 }\n',
  );
  const { world, keys, ask } = desk;
  const id = (await ask('q')).json.error.request;
  assert.match((await world.run(['approve', id, '--key', keys.ann ?? ''])).stdout, /: 1 more to go\n$/);
  assert.is((await ask('q')).exit, 75);
  const twice = await world.run(['approve', id, '--key', keys.ann ?? '', '--json']);
  assert.is(twice.exit, 77);
  assert.is(twice.json.error.code, 'already-voted');
  assert.match((await world.run(['approve', id, '--key', keys.ben ?? ''])).stdout, /: approved\n$/);
  assert.is((await ask('q')).exit, 0);
});

asks('refuses who is no approver, a key that is none, and a request that is not open', async () => {
  await using desk = office(['ann']);
  const { world, keys, ask } = desk;
  const id = (await ask('r')).json.error.request;
  const stranger = join(world.folder, 'stranger.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger]);
  const foreign = await world.run(['approve', id, '--key', stranger, '--json']);
  assert.is(foreign.exit, 77);
  assert.is(foreign.json.error.code, 'no-approver-key');
  assert.match(
    (await world.run(['approve', id])).stderr,
    /no key in ~\/\.ssh belongs to an approver\n {2}next: add its public key/,
  );
  assert.is((await world.run(['approve', id, '--key', join(world.folder, 'nothing')])).exit, 64);
  assert.is((await world.run(['approve', 'r-00000000', '--key', keys.ann ?? ''])).exit, 64);

  const cancelled = await world.run(['requests', 'cancel', id, '--json']);
  assert.is(cancelled.json.state, 'cancelled');
  const late = await world.run(['approve', id, '--key', keys.ann ?? '', '--json']);
  assert.is(late.exit, 77);
  assert.is(late.json.error.code, 'already-decided');
  assert.is((await world.run(['requests', 'wait', id])).exit, 75);
  assert.is((await world.run(['requests', 'cancel', id])).exit, 77);
});

asks('finds the key in ~/.ssh and in SALLYPORT_APPROVER_KEY, and never prompts without a terminal', async () => {
  await using desk = office(['ann']);
  const { world, keys, ask } = desk;
  const id = (await ask('k')).json.error.request;
  const locked = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'a passphrase', '-f', locked]);
  const refused = await world.run(['approve', id, '--key', locked, '--json']);
  assert.is(refused.exit, 77);
  assert.is(refused.json.error.code, 'cannot-sign');
  spawnSync('ssh-keygen', ['-q', '-p', '-P', 'a passphrase', '-N', '', '-f', locked]);
  const byEnvironment = await world.run(['approve', id], { env: { SALLYPORT_APPROVER_KEY: keys.ann ?? '' } });
  assert.is(byEnvironment.exit, 0, byEnvironment.stderr);

  const next = (await ask('l')).json.error.request;
  mkdirSync(join(world.home, '.ssh'), { mode: 0o700 });
  writeFileSync(join(world.home, '.ssh/id_ed25519'), readFileSync(locked), { mode: 0o600 });
  writeFileSync(join(world.home, '.ssh/id_ed25519.pub'), readFileSync(`${locked}.pub`));
  assert.is((await world.run(['approve', next])).exit, 0);
});

asks('shows the inbox without asking where there is no terminal', async () => {
  await using desk = office(['ann']);
  const { world, ask } = desk;
  assert.is((await world.run(['approve'])).stdout, 'no request waits\n');
  const id = (await ask('i')).json.error.request;
  const inbox = await world.run(['approve']);
  assert.is(inbox.exit, 0);
  assert.match(inbox.stdout, new RegExp(`^${id} {2}pending, expires in 15 min\n {2}command touch `));
  assert.match(inbox.stderr, /next: sallyport approve ID, or sallyport deny ID --reason TEXT/);
  assert.is((await world.run(['approve', '--json'])).json.requests[0].id, id);
  assert.is((await world.run(['requests', 'show', id, '--json'])).json.state, 'pending', 'nothing was decided');
});

asks('leaves the request open where the agent that waits is interrupted, and says how to go on', async () => {
  await using desk = office(['ann']);
  const { world, keys, ask } = desk;
  const agent = world.start(['shell', 'local', '--', 'touch', join(world.folder, 'c')]);
  const [, id = ''] = await agent.says(/waiting: request (r-[0-9a-z]{8})/);
  agent.child.kill('SIGINT');
  const { exit, stderr } = await agent.done;
  assert.is(exit, 75);
  assert.match(stderr, new RegExp(`SIGINT ended the wait for "local"\n {2}next: request "${id}" stays open`));
  await world.run(['approve', id, '--key', keys.ann ?? '']);
  assert.is((await ask('c')).exit, 0);
});

asks('keeps requests over a restart of the broker', async () => {
  await using desk = office(['ann']);
  const { world, keys, ask } = desk;
  const id = (await ask('s')).json.error.request;
  await world.killBrokers();
  assert.is((await world.run(['approve', id, '--key', keys.ann ?? ''])).exit, 0);
  await world.run(['broker', 'stop']);
  assert.is((await ask('s')).exit, 0);
});

test.run();
