// What an agent meets first: one command through the broker, its output, its exit code, its JSON.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, CLI, type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('one-shot');
let world: CliWorld;

test('works with no config at all, and says nothing beside the output', async () => {
  await using fresh = cliWorld();
  const { exit, stdout, stderr } = await fresh.run(['shell', 'local', '--', 'uname', '-s']);
  assert.is(exit, 0);
  assert.is(stdout, 'Linux\n');
  assert.is(stderr, '');
});

test('denies with 77, and says why and what to do instead', async () => {
  await using fresh = cliWorld();
  const { exit, stdout, stderr } = await fresh.run(['shell', 'local', '--', 'rm', '-rf', '/']);
  assert.is(exit, 77);
  assert.is(stdout, '');
  assert.match(
    stderr,
    /^sallyport: denied by rule "destructive\/[a-z-]+": .+\n {2}next: .+\n {2}code {5}denied-by-rule\n/,
  );
  assert.match(stderr, /\n {2}retry {4}never: .+\n {2}except {3}.+\n$/);
  const json = await fresh.run(['shell', 'local', '--json', '--', 'rm', '-rf', '/']);
  assert.is(json.exit, 77);
  assert.is(json.json.origin, 'broker');
  assert.is(json.json.error.code, 'denied');
  assert.is(json.json.decision.verdict, 'deny');
  const { code, rule, retry, instead } = json.json.decision.guidance;
  assert.equal([code, retry], ['denied-by-rule', 'never']);
  assert.is(rule, json.json.decision.rule);
  assert.is(instead, json.json.error.hint);
  assert.is(json.stderr, '');
  const unasked = await fresh.run(['shell', 'local', '--', 'make', 'deploy']);
  assert.is(unasked.exit, 77);
  assert.match(unasked.stderr, /no approver is configured\n {2}next: add a person/);
});

test.before.each(() => {
  world = cliWorld(ALLOW_ALL);
});
test.after.each(async () => {
  await world[Symbol.asyncDispose]();
});

test('prints one JSON object with every field of the contract, in its order', async () => {
  const { exit, json, stderr } = await world.run(['shell', 'local', '--json', '--', 'echo out; echo err >&2; exit 7']);
  assert.is(exit, 7);
  assert.is(stderr, '');
  assert.equal(Object.keys(json), [
    ...['session', 'target', 'origin', 'exitCode', 'signal', 'decision', 'output', 'stderr', 'truncated', 'masked'],
    ...['lease', 'recording', 'durationMs'],
  ]);
  assert.equal(Object.keys(json.decision), ['verdict', 'rule', 'reason', 'guidance']);
  assert.match(json.session, /^s-[0-9a-z]{12}$/);
  assert.is(json.origin, 'child');
  assert.is(json.exitCode, 7);
  assert.is(json.output, 'out\n');
  assert.is(json.stderr, 'err\n');
  assert.is(json.truncated, false);
  assert.is(json.lease, null);
  assert.is(json.recording, join(world.state, 'recordings', `${json.session}.cast`));
});

test('passes every exit code through verbatim, and a signal as 128 + n', async () => {
  for (const code of [0, 1, 64, 77, 79, 124, 127, 255]) {
    const { exit } = await world.run(['shell', 'local', '--', `exit ${code}`]);
    assert.is(exit, code);
  }
  const killed = await world.run(['shell', 'local', '--json', '--', 'kill -9 $$']);
  assert.is(killed.exit, 137);
  assert.is(killed.json.signal, 'SIGKILL');
  assert.is(killed.json.exitCode, 137);
  assert.is(killed.json.origin, 'child');
  const missing = await world.run(['shell', 'local', '--', 'no-such-command-anywhere']);
  assert.is(missing.exit, 127);
});

test('takes one word as shell text and several as a program with literal arguments', async () => {
  const text = await world.run(['shell', 'local', '--', 'echo a | tr a b; echo "$((1+1))"']);
  assert.is(text.stdout, 'b\n2\n');
  const words = await world.run([
    'shell',
    'local',
    '--',
    'printf',
    '<%s>',
    '$HOME',
    '*',
    'a b',
    '; echo x',
    "it's",
    '',
    '--json',
    '\\n',
  ]);
  assert.is(words.stdout, "<$HOME><*><a b><; echo x><it's><><--json><\\n>");
  const help = await world.run(['shell', '--help']);
  assert.match(
    help.stdout.replace(/\s+/g, ' '),
    /One word after "--" is shell text, as with bash -c; several words are a program and its arguments, each taken literally/,
  );
  const forgotten = await world.run(['shell', 'local', 'uname']);
  assert.is(forgotten.exit, 64);
  assert.match(forgotten.stderr, /put "--" before a command/);
});

test('forwards standard input, and keeps the two output streams apart and byte for byte', async () => {
  const input = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
  const there = await world.run(['shell', 'local', '-T', '--', 'cat; echo done >&2'], { input });
  assert.is(there.exit, 0);
  assert.ok(there.bytes.equals(input), 'the bytes came back as they were');
  assert.is(there.stderr, 'done\n');
  const none = await world.run(['shell', 'local', '-n', '--', 'wc', '-c'], { input });
  assert.is(none.stdout.trim(), '0');
});

test('gives a terminal with -t and none with -T, whatever standard input is', async () => {
  const script = 'test -t 1 && echo terminal || echo pipe';
  assert.is((await world.run(['shell', 'local', '-t', '--', script])).stdout, 'terminal\r\n');
  assert.is((await world.run(['shell', 'local', '-T', '--', script])).stdout, 'pipe\n');
  assert.is((await world.run(['shell', 'local', '--', script])).stdout, 'pipe\n');
  assert.is((await world.run(['shell', 'local', '-t', '-T', '--', script])).exit, 64);
});

test('delivers 200 MB intact into a pipe', async () => {
  const bytes = 200 * 1024 * 1024;
  const { child, done } = world.start(['shell', 'local', '-n', '--', `head -c ${bytes} /dev/zero | tr '\\0' x`]);
  const hash = createHash('sha256');
  let length = 0;
  child.stdout?.removeAllListeners('data');
  child.stdout?.on('data', (chunk: Buffer) => {
    length += chunk.length;
    hash.update(chunk);
  });
  const { exit, stderr } = await done;
  assert.is(exit, 0, stderr);
  assert.is(length, bytes);
  const expected = createHash('sha256');
  const block = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 200; i++) expected.update(block);
  assert.is(hash.digest('hex'), expected.digest('hex'));
});

test('ends a command that takes longer than --timeout with 124', async () => {
  const { exit, json } = await world.run(['shell', 'local', '--json', '--timeout', '1s', '--', 'echo early; sleep 60']);
  assert.is(exit, 124);
  assert.is(json.origin, 'broker');
  assert.is(json.error.code, 'command-timeout');
  assert.is(json.output, 'early\n');
  assert.ok(json.durationMs < 15_000);
  for (const bad of ['soon', '0s', '25h', '-1s']) {
    const refused = await world.run(['shell', 'local', `--timeout=${bad}`, '--', 'true']);
    assert.is(refused.exit, 64, bad);
  }
});

test('keeps the beginning of a long output in JSON, whole characters only, and says that it is cut', async () => {
  const { json } = await world.run([
    'shell',
    'local',
    '--json',
    '--max-output',
    '5',
    '--',
    'printf éééé; printf 12345 >&2',
  ]);
  assert.is(json.output, 'éé');
  assert.is(json.stderr, '12345');
  assert.is(json.truncated, true);
  const exact = await world.run(['shell', 'local', '--json', '--max-output', '8', '--', 'printf éééé']);
  assert.is(exact.json.truncated, false);
});

test('says invalid UTF-8 as U+FFFD in JSON, and byte for byte without it', async () => {
  const script = "printf 'a\\377\\303'";
  const { json } = await world.run(['shell', 'local', '--json', '--', script]);
  assert.is(json.output, 'a\ufffd\ufffd');
  assert.is(json.truncated, false);
  const { bytes } = await world.run(['shell', 'local', '--', script]);
  assert.equal([...bytes], [0x61, 0xff, 0xc3]);
});

test('refuses an unknown target with 68, and a target of another kind with 64', async () => {
  const unknown = await world.run(['shell', 'lokal', '--', 'true']);
  assert.is(unknown.exit, 68);
  assert.match(unknown.stderr, /no target is called "lokal"\n {2}next: known targets: local\n/);
  const kind = await world.run(['ssh', 'local', '--json', '--', 'true']);
  assert.is(kind.exit, 64);
  assert.is(kind.json.error.code, 'wrong-kind');
});

test('refuses commands that are none with 64: empty, too long, with control bytes', async () => {
  const cases: [string[], string][] = [
    [[], 'empty-command'],
    [[''], 'empty-command'],
    [['   '], 'empty-command'],
    [['echo \u0007'], 'control-characters'],
    // The kernel takes at most 128 KiB a word.
    [['echo', ...Array.from({ length: 9 }, () => 'x'.repeat(120_000))], 'command-too-long'],
    [['if'], 'syntax-error'],
  ];
  for (const [command, code] of cases) {
    const { exit, json } = await world.run(['shell', 'local', '--json', '--', ...command]);
    assert.is(json.error.code, code);
    assert.is(exit, 64);
    assert.ok(json.error.hint.length > 0);
  }
});

test('names the flag where a value is not what the broker takes', async () => {
  const long = await world.run(['shell', 'local', '--json', '--why', 'x'.repeat(3000), '--', 'true']);
  assert.is(long.exit, 64);
  assert.match(long.json.error.message, /"invocation\.why"/);
  const odd = await world.run(['shell', 'local', '--task', 'tâche', '--', 'true']);
  assert.is(odd.exit, 64);
  assert.match(odd.stderr, /"invocation\.task"/);
  const large = await world.run(['shell', 'local', '--json', '--', 'true'], {
    // As JSON it is twice as long.
    env: Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`V${i}`, '"'.repeat(120_000)])),
  });
  assert.is(large.exit, 64);
  assert.is(large.json.error.code, 'request-too-large');
});

test('says in one object what is wrong, for errors before and after it reached the broker', async () => {
  const cases: [string[], number][] = [
    [['no-such-command', '--json'], 64],
    [['shell', '--json'], 64],
    [['shell', 'local', '--json', '--no-such-flag'], 64],
    [['shell', 'local', '--json', '--max-output', 'many', '--', 'true'], 64],
    [['requests', 'show', 'r-00000000', '--json'], 64],
    [['recordings', 'verify', 's-000000000000', '--json'], 64],
    [['session', 'kill', 's-000000000000', '--json'], 64],
    [['targets', 'check', 'nowhere', '--json'], 68],
    [['replay', 'no-such-file', '--web', '--json'], 64],
    [['broker', 'status', '--json', '--config', '/nonexistent.yaml'], 78],
  ];
  for (const [args, expected] of cases) {
    const { exit, json, stderr } = await world.run(args);
    assert.is(exit, expected, args.join(' '));
    assert.equal(Object.keys(json), ['error'], args.join(' '));
    for (const field of ['code', 'message', 'hint']) assert.type(json.error[field], 'string');
    assert.is(stderr, '', args.join(' '));
  }
});

test('leaves quietly where its reader has had enough, and clearly where the output cannot be written', async () => {
  const { child, done } = world.start(['shell', 'local', '-n', '--', 'yes']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  assert.is((await done).exit, 141);
  const full = spawnSync(
    'sh',
    ['-c', '"$@" > /dev/full', 'sh', process.execPath, CLI, 'shell', 'local', '--', 'echo x'],
    {
      env: world.env,
    },
  );
  assert.is(full.status, 74);
  assert.match(String(full.stderr), /standard output cannot be written \(ENOSPC\)/);
});

test('says so where its working folder is gone', async () => {
  const gone = join(world.folder, 'gone');
  mkdirSync(gone);
  const script = join(world.folder, 'go.sh');
  writeFileSync(script, `cd ${gone} && rmdir ${gone} && exec "$@"\n`);
  const result = spawnSync('sh', [script, process.execPath, CLI, 'shell', 'local', '--', 'true'], { env: world.env });
  assert.is(result.status, 64, String(result.stderr));
  assert.match(String(result.stderr), /the working folder does not exist any more/);
  rmSync(script);
});

test('shows no colour without a terminal', async () => {
  for (const args of [
    ['shell', 'nowhere', '--', 'true'],
    ['--help'],
    ['shell', '--help'],
    ['session', 'list', '--all'],
    ['targets'],
  ]) {
    const { stdout, stderr } = await world.run(args, {
      env: { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', TERM: 'xterm-256color' },
    });
    if (args[0] !== '--help' && args[1] !== '--help') assert.not.match(stdout + stderr, /\u001b/);
    const plain = await world.run(args);
    assert.not.match(plain.stdout + plain.stderr, /\u001b/);
  }
});

test.run();
