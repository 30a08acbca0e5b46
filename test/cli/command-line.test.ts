// Command lines that are wrong, and what a caller is told: one sentence, where the help is, exit 64, nothing sent.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { trailingOwnFlag } from '../../src/lib/cli/trailing-flag.ts';
import { ALLOW_ALL, CLI, type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('command-line');

test('says of a command line that does not parse what is wrong, in one sentence, and where its help is', async () => {
  await using world = cliWorld();
  const rows: readonly [string, string, string][] = [
    ['replay', 'RECORDING is missing: id of a session, or a .cast file', 'see: sallyport replay --help'],
    ['policy check -- ls', '--target is missing', 'see: sallyport policy check --help'],
    [
      'audit tail -n 0',
      '--lines: expected an integer greater than or equal to 1 but received: 0',
      'see: sallyport audit tail --help',
    ],
    ['shell x -t -T -- ls', '--no-tty cannot also be provided when using --tty', 'see: sallyport shell --help'],
    ['shell x --frob --y', 'nonexistent flags: --frob, --y', 'see: sallyport shell --help'],
    ['shell x --why', 'flag --why expects a value', 'see: sallyport shell --help'],
    [
      'shell x ls',
      'unexpected argument: ls',
      'put "--" before a command and its arguments; see: sallyport shell --help',
    ],
    ['--json', 'there is no command on the line', 'see: sallyport --help'],
  ];
  for (const [line, message, hint] of rows) {
    const words = line.split(' ');
    const at = words.indexOf('--');
    const args = line === '--json' ? words : words.toSpliced(at === -1 ? words.length : at, 0, '--json');
    // A flag that wants a value would take --json for it.
    const { exit, stdout, stderr } = await world.run(line.endsWith('--why') ? words : args);
    assert.is(exit, 64, line);
    if (line.endsWith('--why')) assert.is(stderr, `sallyport: ${message}\n  next: ${hint}\n`);
    else assert.equal(JSON.parse(stdout), { error: { code: 'usage', message, hint } }, line);
  }
  assert.equal(world.brokers(), [], 'none of it started a broker');
});

test('shows the help of a command that is named after "help"', async () => {
  await using world = cliWorld();
  assert.is((await world.run(['help', 'audit', 'tail'])).stdout, (await world.run(['audit', 'tail', '--help'])).stdout);
  const { exit, stdout } = await world.run(['help']);
  assert.is(exit, 0);
  assert.match(stdout, /To begin: sallyport shell local[\s\S]*Exit codes: [\s\S]*77 denied/);
});

test('refuses words and folders whose bytes are not UTF-8 before anything is sent', async () => {
  await using world = cliWorld(ALLOW_ALL);
  const project = join(world.folder, 'project');
  mkdirSync(project);
  // Where such bytes would end up if they were sent as Node reads them.
  mkdirSync(join(project, '\ufffd'));
  const rows = [
    `sallyport shell local -- touch $'\\xff'`,
    `sallyport shell local -- $'touch \\xff'`,
    `sallyport ssh local -- touch $'a\\xc3'`,
    `sallyport shell local -- touch $'\\ufffd'`,
    `sallyport policy check --target local -- touch $'\\xff'`,
    `mkdir -p $'\\xfe' && cd $'\\xfe' && sallyport shell local -- touch x`,
    `cd $'\\xfe' && sallyport policy check --target local -- touch x`,
  ];
  for (const line of rows) {
    const { status, stderr } = inBash(world, project, line);
    assert.is(status, 64, `${line}: ${stderr}`);
    assert.match(stderr, /^sallyport: .* not UTF-8[\s\S]*\n {2}next: .+\n$/, line);
  }
  assert.is(inBash(world, project, 'ls -A ./* | LC_ALL=C grep -c x').stdout, '0\n', 'nothing ran');
  assert.is(inBash(world, project, `sallyport shell local -- printf %s 'é🦊'`).stdout, 'é🦊');
});

function inBash(world: CliWorld, cwd: string, line: string) {
  const script = `sallyport() { ${process.execPath} ${CLI} "$@"; }\n${line}`;
  return spawnSync('bash', ['--noprofile', '--norc', '-c', script], {
    cwd,
    env: { ...world.env, LC_ALL: 'C.UTF-8' },
    input: '',
    encoding: 'utf8',
  });
}

test('finds a flag of its own at the end of a command, and leaves what is not one alone', () => {
  const rows: readonly [string, string | undefined][] = [
    ['make deploy --no-wait', '--no-wait'],
    ['make deploy --json', '--json'],
    ['make deploy --timeout 5m', '--timeout'],
    ['make deploy --timeout=5m', '--timeout=5m'],
    ['make deploy --config x.yaml', '--config'],
    ["make deploy --why 'a b'", undefined],
    ['--no-wait', undefined],
    ['make --wait-more', undefined],
    ['ls -t', undefined],
    ['make --json deploy', undefined],
    ['', undefined],
  ];
  for (const [command, flag] of rows) assert.is(trailingOwnFlag(command), flag, command);
});

test.run();
