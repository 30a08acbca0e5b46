// timeout: 300
// Masking as a broker has it: known values from files, what keeps it from starting, and what changes while it runs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliResult, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const test = suite('masking');

const FIRST = ['first', 'Pa55w0rd', 'a1'].join('-');
const SECOND = ['second', 'Pa55w0rd', 'b2'].join('-');

const config = (masking: string) => `
targets:
  local: { kind: shell }
  crm: { kind: shell }
masking:
${masking}
policy: { packs: [], default: allow }
`;

async function inWorld(body: (world: CliWorld, value: string) => Promise<void>): Promise<void> {
  await using world = cliWorld();
  const value = join(world.folder, 'value');
  writeFileSync(value, `${FIRST}\n`, { mode: 0o600 });
  world.configure(config(`  values: [{ name: db, kind: db-password, file: "${value}" }]`));
  await body(world, value);
}

const say = (world: CliWorld, text: string, target = 'local'): Promise<CliResult> =>
  world.run(['shell', target, '--json', '--', 'echo', text]);

test('a value of a file is masked, also in what the command said, and is in no file of the state', () =>
  inWorld(async (world) => {
    const { json } = await say(world, `it is ${FIRST}`);
    assert.match(json.output, /^it is \[db-password:[0-9a-f]{4}\]\n$/);
    assert.equal(json.masked, { total: 1, kinds: { 'db-password': 1 } });
    for (const name of ['audit.jsonl', 'sallyport.db', 'broker.log']) assert.not.ok(world.read(name).includes(FIRST));
    const [entry] = world.read('audit.jsonl').match(/^.*"command.judged".*$/m) ?? [];
    assert.match(entry ?? '', /it is \[db-password:[0-9a-f]{4}\]/);
    assert.is(JSON.parse(entry ?? '').data.masked, 1);
  }));

const UNFIT: readonly (readonly [string, (file: string) => void, RegExp])[] = [
  ['is not there', (file) => rmSync(file), /"db" of masking\.values cannot be read from ".*value" \(ENOENT\)/],
  [
    'is a folder',
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    /is no plain file/,
  ],
  ['is empty', (file) => writeFileSync(file, '\n'), /"db" of masking\.values is empty/],
  ['is too short', (file) => writeFileSync(file, 'aB3$'), /fewer than 6 bytes/],
  ['is a common word', (file) => writeFileSync(file, 'postgres'), /common word/],
  ['is far too large', (file) => writeFileSync(file, 'aB3$xyz'.repeat(20_000)), /more than 64 KiB/],
];
for (const [what, change, why] of UNFIT) {
  test(`a broker does not start where a value ${what}, and says which`, () =>
    inWorld(async (world, file) => {
      change(file);
      const refused = await say(world, 'hi');
      assert.equal([refused.exit, refused.json.error.code], [78, 'masking-value']);
      assert.match(refused.json.error.message, why);
      assert.not.match(refused.stdout, /aB3\$/);
    }));
}

test('a value that is exchanged is masked from the next session on, without a restart', () =>
  inWorld(async (world, file) => {
    await say(world, 'hi');
    const brokers = world.brokers();
    writeFileSync(file, `${SECOND}\n`);
    await until(() => world.read('audit.jsonl').includes('policy.reloaded'), 'the change was noticed', 5000);
    const { json } = await say(world, `${FIRST} ${SECOND}`);
    assert.match(json.output, new RegExp(`^${FIRST} \\[db-password:[0-9a-f]{4}\\]\\n$`));
    assert.equal(world.brokers(), brokers);
  }));

test('a value that cannot be read any more leaves the one that was read, and the status says so', () =>
  inWorld(async (world, file) => {
    await say(world, 'hi');
    rmSync(file);
    await until(() => world.read('audit.jsonl').includes('policy.rejected'), 'the change was noticed', 5000);
    const { json, stderr } = await say(world, FIRST);
    assert.match(json.output, /^\[db-password:[0-9a-f]{4}\]\n$/);
    assert.not.ok(stderr.includes(FIRST));
    const status = (await world.run(['broker', 'status', '--json'])).json;
    assert.is(status.policy.rejected.code, 'masking-value');
  }));

test('switches and exceptions count for their target alone, and from the next command on', () =>
  inWorld(async (world) => {
    const mail = ['jane.roe', 'mail.example.net'].join('@');
    assert.match((await say(world, mail)).json.output, /^\[email:[0-9a-f]{4}\]/);
    world.configure(
      config('  exceptions: [{ rule: email, on: { target: crm }, reason: "the agent answers customers" }]'),
    );
    assert.is((await say(world, mail, 'crm')).json.output, `${mail}\n`);
    assert.match((await say(world, mail)).json.output, /^\[email:[0-9a-f]{4}\]/);
  }));

test('an unknown rule in an exception keeps the broker from starting, with its place', async () => {
  await using world = cliWorld(config('  exceptions: [{ rule: no-such-rule, on: { target: crm }, reason: "x" }]'));
  const refused = await say(world, 'hi');
  assert.is(refused.exit, 78);
  assert.match(refused.json.error.message, /sallyport\.yaml:\d+:\d+: masking\.exceptions\[0\]/);
});

needs(test, 'ssh-keygen')('who approves is told that they cannot read a secret, and approves exactly that one', () =>
  inWorld(async (world, value) => {
    const key = join(world.folder, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    world.configure(
      `targets:\n  local: { kind: shell }\napprovers:\n  alice: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] }\n` +
        `masking:\n  values: [{ name: db, file: "${value}" }, { name: db2, kind: db, file: "${value}2" }]\n` +
        'policy: { packs: [], default: ask }\n',
    );
    writeFileSync(`${value}2`, SECOND);
    const ask = (text: string) => world.run(['shell', 'local', '--json', '--no-wait', '--', 'echo', text]);
    const { request } = (await ask(FIRST)).json.error;
    const shown = await world.run(['requests', 'show', request]);
    assert.match(shown.stdout, /command +echo \[db:[0-9a-f]{4}\]/);
    assert.match(shown.stdout, /masked +1 secret in it that you cannot read/);
    assert.not.ok(shown.stdout.includes(FIRST));
    const approved = await world.run(['approve', request, '--key', key]);
    assert.is(approved.exit, 0, approved.stderr);
    assert.is((await ask(SECOND)).json.error.code, 'approval-pending', 'another secret is another command');
    assert.match((await ask(FIRST)).json.output, /^\[db:[0-9a-f]{4}\]\n$/);
  }),
);

test.run();
