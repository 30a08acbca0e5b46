// timeout: 240
// Gated sessions as an agent drives them: one call a command, folder and variables kept, output by position, programs that
// wait for input, and what is left when things end in another way.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, type CliWorld, cliWorld, until } from '../helpers/cli.ts';

const test = suite('gated sessions');

const CONFIG = `
targets:
  local: { kind: shell }
  other: { kind: shell }
policy:
  packs: [destructive]
  rules:
    - { id: no-etc, match: { writes: /etc/** }, verdict: deny, reason: "configuration is changed by pull request" }
  default: allow
`;

interface Driven {
  readonly world: CliWorld;
  readonly id: string;
  exec(...words: string[]): Promise<CliResult>;
  feed(input: string, ...flags: string[]): Promise<CliResult>;
}

async function inSession(body: (session: Driven) => Promise<void>): Promise<void> {
  await using world = cliWorld(CONFIG);
  const opened = await world.run(['session', 'open', 'local']);
  assert.match(opened.stdout, /^s-[0-9a-z]{12}\n$/);
  assert.is(opened.stderr, '');
  const id = opened.stdout.trim();
  await body({
    world,
    id,
    exec: (...words) => world.run(['session', 'exec', id, ...words]),
    feed: (input, ...flags) => world.run(['session', 'exec', id, '--stdin', ...flags], { input }),
  });
}

test('keeps folder and variables from one command to the next, and gives each its own exit code', () =>
  inSession(async ({ exec }) => {
    const first = await exec('--', 'mkdir sub; cd sub; export A="b c"; unset HOME');
    assert.equal([first.exit, first.stdout, first.stderr], [0, '', '']);
    const second = await exec('--json', '--', 'pwd; echo "$A"; printenv HOME || echo none; echo err >&2; exit 7');
    assert.is(second.exit, 7);
    assert.match(second.json.output, /\/sub\nb c\nnone\n$/);
    assert.equal([second.json.stderr, second.json.origin, second.json.command], ['err\n', 'child', 2]);
    assert.match(second.json.cwd, /\/sub$/);
    assert.equal([second.json.state, second.json.needsInput], ['ended', null]);
    assert.equal(Object.keys(second.json).slice(-5), ['command', 'state', 'needsInput', 'cwd', 'cursor']);
    const words = await exec('--', 'printf', '%s|', '$A', '*', 'a b');
    assert.is(words.stdout, '$A|*|a b|');
  }));

test('judges every command, with what earlier ones left, and goes on after a denial', () =>
  inSession(async ({ exec }) => {
    await exec('--', 'cd /etc; export D=/etc');
    const here = await exec('--json', '--', 'touch x');
    assert.is(here.exit, 77);
    assert.equal([here.json.error.code, here.json.decision.rule, here.json.command], ['denied', 'no-etc', 2]);
    assert.is(here.json.cwd, '/etc');
    const variable = await exec('--', 'touch "$D/x"');
    assert.is(variable.exit, 77);
    assert.match(variable.stderr, /^sallyport: denied by rule "no-etc": configuration is changed by pull request\n/);
    assert.is((await exec('--', 'echo on')).stdout, 'on\n');
  }));

test('reports a program that waits for input, feeds it, ends its input, and runs one command at a time', () =>
  inSession(async ({ world, id, exec, feed }) => {
    const waiting = await exec('--json', '--', 'printf "name? "; read n; echo "got $n"; cat; echo over');
    assert.is(waiting.exit, 75);
    assert.equal(
      [waiting.json.state, waiting.json.error.code, waiting.json.output],
      ['needs_input', 'needs-input', 'name? '],
    );
    assert.is(waiting.json.needsInput.lastLine, 'name? ');
    const busy = await exec('--', 'true');
    assert.is(busy.exit, 69);
    assert.match(busy.stderr, /still runs its command 1\n {2}next: read what it says/);
    const { sessions } = (await world.run(['session', 'list', '--json'])).json;
    assert.equal([sessions[0].mode, sessions[0].commandState], ['gated', 'needs_input']);
    const again = await feed('ann\n');
    assert.equal([again.exit, again.stdout], [75, 'got ann\n']);
    assert.match(again.stderr, new RegExp(`next: send it with "sallyport session exec ${id} --stdin"`));
    const last = await feed('one\ntwo', '--eof', '--json');
    assert.equal([last.exit, last.json.output, last.json.state], [0, 'one\ntwoover\n', 'ended']);
    const nothing = await feed('x');
    assert.is(nothing.exit, 69);
    assert.match(nothing.stderr, /no command runs in session/);
  }));

test('gives a fresh command its input and the end of it', () =>
  inSession(async ({ feed }) => {
    const { exit, stdout } = await feed('four', '--', 'wc -c');
    assert.equal([exit, stdout], [0, '4\n']);
  }));

test('leaves a command that was detached, sends it signals, and waits for it again', () =>
  inSession(async ({ world, id, exec }) => {
    const left = await exec(
      '--detach',
      '--',
      'trap "echo caught; exit 5" USR1; echo up; while :; do sleep 0.2; echo tick; done',
    );
    assert.is(left.exit, 0);
    assert.match(left.stderr, new RegExp(`command 1 of ${id} runs on; read it with: sallyport session read ${id}\n`));
    const page = await world.run(['session', 'read', id, '--wait', '10s', '--json']);
    assert.match(page.json.text, /^up\n/);
    assert.is(page.json.state, 'running');
    const joined = world.start(['session', 'exec', id]);
    await joined.says(/tick\n/);
    const sent = await exec('--signal', 'usr1');
    assert.equal([sent.exit, sent.stdout], [0, `sent SIGUSR1 to ${id}\n`]);
    const { exit, stdout } = await joined.done;
    assert.is(exit, 5);
    assert.match(stdout, /caught\n$/);
    const unknown = await exec('--signal', 'KILL');
    assert.is(unknown.exit, 64);
    assert.match(unknown.stderr, /"KILL" is not one of INT, TERM, HUP, QUIT, USR1, USR2/);
  }));

test('ends a command after its time, and one whose client went away, but not the session', () =>
  inSession(async ({ world, id, exec }) => {
    const late = await exec('--timeout', '300ms', '--', 'sleep 60');
    assert.is(late.exit, 124);
    const gone = world.start(['session', 'exec', id, '--', 'echo up; sleep 60']);
    await gone.says(/up/);
    gone.child.kill('SIGKILL');
    await gone.done;
    const ended = async () => (await world.run(['session', 'read', id, '--json'])).json.state === 'ended';
    await until(ended, 'the command of the client that went away ended');
    assert.is((await exec('--', 'echo on')).stdout, 'on\n');
  }));

test('reads output by position, without cutting a character, and says where to go on', () =>
  inSession(async ({ world, id, exec }) => {
    await exec('--', 'printf "aé漢z\\n"');
    const read = (...flags: string[]) => world.run(['session', 'read', id, ...flags]);
    const first = (await read('--limit', '5', '--json')).json;
    assert.equal([first.text, first.next, first.skipped], ['aé', 3, 0]);
    const second = await read('--cursor', '3');
    assert.is(second.stdout, '漢z\n');
    assert.is(second.stderr, 'note: command 1 ended with 0; go on with --cursor 8\n');
    await exec('--', "head -c 1100000 /dev/zero | tr '\\0' x");
    const skipped = (await read('--limit', '4', '--json')).json;
    assert.equal([skipped.text, skipped.skipped], ['xxxx', 1100008 - 1024 * 1024]);
    assert.match((await read('--limit', '4')).stderr, /51432 bytes before that are only in the recording/);
  }));

test('runs on a terminal with -t, and says when a password is asked for', () =>
  inSession(async ({ exec, feed }) => {
    assert.match((await exec('-t', '--', 'tty; stty size')).stdout, /^\/dev\/pts\/\d+\r\n24 80\r\n$/);
    const hidden = await exec('-t', '--json', '--', 'read -rsp "Password: " p; echo "$' + '{#p}"');
    assert.equal(
      [hidden.exit, hidden.json.needsInput],
      [75, { lastLine: 'Password: ', hidden: true, from: 'terminal' }],
    );
    assert.match((await feed('geheim\n')).stdout, /6\r\n$/);
  }));

test('closes with what runs in it, is killed by the beginning of its id, and is unknown afterwards', () =>
  inSession(async ({ world, id, exec }) => {
    await exec('--detach', '--', 'sleep 60');
    const closed = await world.run(['session', 'close', id.slice(0, 8)]);
    assert.equal([closed.exit, closed.stdout], [0, `closed ${id}\n`]);
    const after = await exec('--json', '--', 'true');
    assert.equal([after.exit, after.json.error.code], [64, 'unknown-session']);
    const second = (await world.run(['session', 'open', 'other', '--json', '--cwd', '/usr'])).json;
    assert.is(second.cwd, '/usr');
    const running = world.start(['session', 'exec', second.session, '--', 'echo up; sleep 60']);
    await running.says(/up/);
    const killed = await world.run(['session', 'kill', second.session.slice(2, 9)]);
    assert.is(killed.stdout, `ended ${second.session}\n`);
    const { exit, stderr } = await running.done;
    assert.is(exit, 79);
    assert.match(stderr, /the session was ended by "unix:/);
    assert.match((await world.run(['session', 'list', '--all'])).stdout, /gated +broker +other/);
  }));

test('refuses what means nothing', async () => {
  await using world = cliWorld(CONFIG);
  const usage = [
    [['session', 'exec', 's-x', '--detach'], /--detach needs a command/],
    [['session', 'exec', 's-x', '--timeout', '1s'], /--timeout needs a command/],
    [['session', 'exec', 's-x', '--'], /there is no command after "--"/],
    [['session', 'read', 's-x', '--wait', '2h'], /"2h" is not a duration of at most 60s/],
    [['shell', 'local'], /without a command a terminal is needed\n {2}next: .*sallyport session open local;/],
    [['shell', 'local', '--free', '--', 'ls'], /--free takes no command/],
    [['shell', 'local', '--json'], /"message":"--json needs a command"/],
  ] as const;
  for (const [args, message] of usage) {
    const { exit, stdout, stderr } = await world.run(args);
    assert.is(exit, 64, args.join(' '));
    assert.match(stdout + stderr, message);
  }
  assert.is((await world.run(['session', 'open', 'nowhere'])).exit, 68);
});

test.run();
