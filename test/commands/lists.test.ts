// What the lists show: the newest first and not more than asked for, and no row that cannot be shown or that acts on the
// terminal, whatever stands in the broker's own files.
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, cliWorld } from '../helpers/cli.ts';
import { openRaw } from '../helpers/raw-sqlite.ts';

const test = suite('lists');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA ann';

test('lists requests newest first, as many as asked for, decided ones with --all', async () => {
  await using world = cliWorld(
    `targets: { local: { kind: shell } }\napprovers: { ann: { keys: ["${KEY}"] } }\npolicy: { default: ask }\n`,
  );
  const ids: string[] = [];
  for (const name of ['one', 'two', 'three'])
    ids.unshift((await world.run(['shell', 'local', '--no-wait', '--json', '--', 'touch', name])).json.error.request);
  const listed = async (...flags: string[]) =>
    (await world.run(['requests', ...flags, '--json'])).json.requests.map(({ id }: { id: string }) => id);
  assert.equal(await listed(), ids);
  assert.equal(await listed('--limit', '2'), ids.slice(0, 2));
  await world.run(['requests', 'cancel', ids[0] ?? '']);
  assert.equal(await listed(), ids.slice(1));
  assert.equal(await listed('--all', '--limit', '2'), ids.slice(0, 2));
});

test('shows an audit log whose rows somebody wrote: times that no date has, and text that would act', async () => {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['shell', 'local', '--', 'true'])).exit, 0);
  // Under the running broker: one that starts looks at the log first, and refuses.
  const database = openRaw(join(world.state, 'sallyport.db'));
  database.exec('drop trigger audit_no_update');
  const data = JSON.stringify({ expiresAt: 9e15, text: '\u001b[2J\u202e\n6', 'na\u001bme': 1 });
  database
    .prepare('update audit set at = 9000000000000000, actor = ?, data = ? where seq = 2')
    .run('\u001b[31mme', data);
  database.close();
  const { exit, stdout, stderr } = await world.run(['audit', 'tail']);
  assert.is(exit, 0, stderr);
  assert.not.match(stdout, /[\u001b\u202e]/);
  assert.match(
    stdout,
    / 2 {2}9000000000000000 .*\\u\{1b\}\[31mme .*expiresAt=9000000000000000 text=\\u\{1b\}\[2J\\u\{202e\}⏎6/,
  );
  const verdict = await world.run(['audit', 'verify']);
  assert.is(verdict.exit, 74);
  assert.match(verdict.stdout, /^broken {2}at entry 2: /);
});

test('says after init how to get the new configuration to count', async () => {
  await using world = cliWorld();
  assert.match((await world.run(['init'])).stdout, /^next: sallyport shell local -- uname -a$/m);
  await world.run(['whoami']);
  assert.match((await world.run(['init', '--force'])).stdout, /^next: sallyport broker stop, /m);
  const file = join(world.folder, 'other.yaml');
  assert.match(
    (await world.run(['init', '--file', file])).stdout,
    new RegExp(`^next: .* --config ${file} -- uname`, 'm'),
  );
});

test.run();
