// timeout: 240
// Follows README.md by the letter: its own lines, run by bash in an empty home, against a real sshd that stands in for
// the server. Only what nobody can know is put in: host, port, account, key, fingerprint, ids, and the folder of sshd.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parse, parseDocument } from 'yaml';
import { type CliWorld, cliWorld, type StartedCli, until } from '../helpers/cli.ts';
import { follow, linesOf, startLine } from '../helpers/follow-lines.ts';
import { readPage } from '../helpers/markdown.ts';
import { needs } from '../helpers/needs.ts';
import { type Sshd, startSshd } from '../helpers/sshd.ts';

const test = suite('README');
const readme = readPage('README.md');
const tour = readme.section('Five minutes with a real server');
const [start = '', server = '', check = '', look = ''] = tour.blocks('sh');

/** A server whose systemctl only says what it was asked; nothing of the machine is restarted. */
async function startServer(world: CliWorld): Promise<Sshd> {
  const folder = join(world.folder, 'server');
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/systemctl'), '#!/bin/sh\necho "systemctl $*"\n', { mode: 0o755 });
  return startSshd({ config: [`SetEnv HOME=${folder} PATH=${join(folder, 'bin')}:/usr/local/bin:/usr/bin:/bin`] });
}

/** The tour's step 2, as root on the server: the folder of sshd for /etc/ssh, SIGHUP for `systemctl reload ssh`. */
function trustTheCa(block: string, caLine: string, sshd: Sshd): string {
  const script = block
    .replace(/ssh-ed25519 AAAA… sallyport-ca/, caLine)
    .replaceAll('/etc/ssh/sshd_config', join(sshd.folder, 'config'))
    .replaceAll('/etc/ssh/ssh_host_ed25519_key.pub', join(sshd.folder, 'host_ed25519.pub'))
    .replaceAll('/etc/ssh/', `${sshd.folder}/`)
    .replace('systemctl reload ssh', `kill -HUP ${sshd.pid}`);
  const done = spawnSync('bash', ['-euc', script], { encoding: 'utf8' });
  assert.is(done.status, 0, done.stderr);
  return /SHA256:\S+/.exec(done.stdout)?.[0] ?? '';
}

/** The tour's step 3: its targets and rules, added to those of the file that init wrote. */
function addToConfig(world: CliWorld, snippet: string, sshd: Sshd, fingerprint: string): void {
  const added = parse(
    snippet
      .replace('web.example.org', `${sshd.host}\n    port: ${sshd.port}`)
      .replace('user: deploy', `user: ${sshd.user}`)
      .replace('SHA256:…', fingerprint),
  );
  const file = join(world.home, '.config/sallyport/sallyport.yaml');
  const config = parseDocument(readFileSync(file, 'utf8'));
  for (const [name, target] of Object.entries(added.targets))
    config.setIn(['targets', name], config.createNode(target));
  for (const rule of added.policy.rules) config.addIn(['policy', 'rules'], config.createNode(rule));
  writeFileSync(file, config.toString());
}

/** Follows steps 1 to 3; afterwards "web" can be reached. */
async function upToStepThree(world: CliWorld, sshd: Sshd): Promise<void> {
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(world.home, 'key')]);
  mkdirSync(join(world.home, '.ssh'), { mode: 0o700 });
  for (const end of ['', '.pub']) {
    writeFileSync(join(world.home, `.ssh/id_ed25519${end}`), readFileSync(join(world.home, `key${end}`)), {
      mode: 0o600,
    });
  }
  for (const line of linesOf(start)) await follow(line, world);
  const untrusted = (await follow('sallyport ssh-ca public-key', world)).stdout.trim();
  const fingerprint = trustTheCa(server, untrusted, sshd);
  assert.is(fingerprint, sshd.hostKeyFingerprint);
  addToConfig(world, tour.blocks('yaml')[0] ?? '', sshd, fingerprint);
  await follow('sallyport broker stop', world);
}

const tours = needs(test, 'sshd', 'ssh-keygen', 'bash');
tours('the five minutes go as they are written, and the first lines print what they show', async () => {
  await using world = cliWorld();
  await using sshd = await startServer(world);
  await upToStepThree(world, sshd);
  const [checked, uptime] = [
    await follow(linesOf(check)[0] ?? '', world),
    await follow(linesOf(check)[1] ?? '', world),
  ];
  assert.not.match(checked.stdout, /failed|skipped/);
  assert.match(uptime.stdout, /load average/);

  // The console block at the top; its last command waits.
  const [, ...shown] = (readme.blocks('console')[0] ?? '').split(/^\$ /m);
  assert.is(shown.length, 3);
  let waiting: StartedCli | undefined;
  let id = '';
  for (const entry of shown) {
    const [line = '', ...output] = entry.trimEnd().split('\n');
    const started = startLine(line, world);
    if (output[0]?.startsWith('waiting:') === true) {
      waiting = started;
      const [said] = await started.says(/^waiting: request (r-\w{8}) .*\n {2}next: .*$/m);
      id = /r-\w{8}/.exec(said)?.[0] ?? '';
      assert.is(said.replaceAll(id, 'ID'), output.join('\n').replace(/r-\w{8}/g, 'ID'));
    } else {
      const { stdout, stderr } = await started.done;
      assert.is(`${stdout}${stderr}`, `${output.join('\n')}\n`);
    }
  }

  // Step 4: the inbox shows exactly what will run; the approval lets it through, once.
  assert.match(
    (await follow('sallyport approve', world)).stdout,
    new RegExp(`^${id} .*command systemctl restart nginx\n`, 's'),
  );
  await follow(`sallyport approve ${id}`, world);
  const restarted = await waiting?.done;
  assert.is(restarted?.exit, 0);
  assert.is(restarted?.stdout, 'systemctl restart nginx\n');
  assert.is((await startLine('sallyport ssh web --no-wait -- systemctl restart nginx', world).done).exit, 75);

  // Step 5.
  const { recordings } = (await follow('sallyport recordings list --json', world)).json;
  const session = recordings.find((row: { command: string }) => row.command.startsWith('systemctl')).session;
  const printed: Record<string, string> = {};
  for (const line of linesOf(look)) {
    printed[line] = (await follow(line.replace(/s-\w{12}/, session), world)).stdout;
  }
  assert.match(printed['sallyport recordings list'] ?? '', new RegExp(`^${session} .* systemctl restart nginx$`, 'm'));
  assert.is(printed['sallyport replay s-4k7q2m9xw1de'], 'systemctl restart nginx\r\n');
  assert.match(printed['sallyport audit tail'] ?? '', /session\.closed/);
  assert.match(printed['sallyport audit verify'] ?? '', /^intact {2}/);

  const page = world.start(['replay', session, '--web']);
  const [url] = await page.says(/http:\/\/127\.0\.0\.1:\S+/);
  assert.match(await (await fetch(url)).text(), /<title>systemctl restart nginx/);
  page.child.kill('SIGINT');
  await page.done;
  await follow('sallyport broker stop', world);
  await follow(`sallyport audit verify --file ${world.state}/audit.jsonl`, world);
});

tours('an agent gets what the agents’ section says', async () => {
  await using world = cliWorld();
  await using sshd = await startServer(world);
  await upToStepThree(world, sshd);
  const fields = /`\{(session,[^}]*)\}`/.exec(readme.text)?.[1]?.split(/,\s+/) ?? [];
  const run = (target: string, ...args: string[]) => world.run([target === 'web' ? 'ssh' : 'shell', target, ...args]);

  const good = await run('local', '--json', '--', 'echo out; cat /nothing; exit 7');
  assert.equal(Object.keys(good.json), fields);
  assert.equal([good.json.origin, good.json.exitCode, good.json.output], ['child', 7, 'out\n']);
  assert.match(good.json.stderr, /nothing/, 'kept apart');
  const refused = await run('local', '--json', '--', 'rm', '-rf', '/');
  assert.equal(Object.keys(refused.json), [...fields, 'error']);
  assert.equal(Object.keys(refused.json.error), ['code', 'message', 'hint']);
  assert.is(refused.json.origin, 'broker');

  assert.is((await run('local', '--', 'echo $((1+1)) "a  b"')).stdout, '2 a  b\n', 'one word is shell text');
  assert.is((await run('local', '--', 'echo', '$(id)', 'a  b')).stdout, '$(id) a  b\n', 'several are literal');
  assert.match((await run('local', '-t', '--', 'ls -l /dev/fd/1')).stdout, /\/dev\/pts\//);

  const asked = await run('web', '--no-wait', '--json', '--', 'systemctl', 'restart', 'nginx');
  assert.is(asked.exit, 75);
  await follow(`sallyport approve ${asked.json.error.request}`, world);
  assert.is((await run('web', '--no-wait', '--', 'systemctl', 'restart', 'nginx')).exit, 0);
  assert.is((await run('web', '--no-wait', '--', 'systemctl', 'restart', 'nginx')).exit, 75, 'it was used up');

  const checked = await world.run(['policy', 'check', '--target', 'local', '--json', '--', 'touch', 'made']);
  assert.is(checked.json.verdict, 'ask');
  assert.not.ok(existsSync(join(world.folder, 'made')));
});

test('a gated session does what the agents’ section says', async () => {
  await using world = cliWorld();
  const block = readme.section('For agents').blocks('sh')[0] ?? '';
  assert.is(linesOf(block).length, 7);
  const { stdout, stderr } = await follow(block, world);
  const printed = '/tmp\nJST\n';
  assert.is(
    stdout.replace(/s-\w{12}/, 'ID'),
    `${printed}not yet: 75\nyou said yes\n${printed}you said yes\nclosed ID\n`,
    stderr,
  );
});

/** How each wrapper that the README names is written around a command. */
const FORMS: Readonly<Record<string, string>> = {
  timeout: 'timeout 5 rm -rf /',
  'find -exec': "find . -exec rm -rf / ';'",
  'sh -c': "sh -c 'rm -rf /'",
  ssh: 'ssh host rm -rf /',
};

test('a rule sees through all that the configuration section names', async () => {
  await using world = cliWorld();
  const sentence = /A rule sees through (.*?) and the like/s.exec(readme.text)?.[1] ?? '';
  const wrappers = [...sentence.matchAll(/`([^`]+)`/g)].map((piece) => (piece[1] ?? '').replace(/\s+/g, ' '));
  assert.ok(wrappers.length >= 9, wrappers.join(', '));
  const inputs = [
    ...wrappers.map((wrapper) => FORMS[wrapper] ?? `${wrapper} rm -rf /`),
    ...[`"r"m -rf /`, 'echo $(rm -rf /)', 'ls; rm -rf /', 'for i in 1; do rm -rf /; done'],
  ];
  const unknowable = ['eval "$x"', '$x -rf', 'cat x | sh', 'ls > made', 'ls; touch made'];
  const lines = [...inputs, ...unknowable].map((input, id) => `${JSON.stringify({ id, input })}\n`).join('');
  const { stdout } = await world.run(['policy', 'check', '--target', 'local', '--batch'], { input: lines });
  const verdicts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const [index, input] of inputs.entries()) assert.is(verdicts[index].rule, 'destructive/system-trees', input);
  const rest = verdicts.slice(inputs.length).map(({ verdict }) => verdict);
  assert.equal(rest, ['deny', 'deny', 'deny', 'ask', 'ask'], 'and guesses nothing');
});

tours('every exit code of the table is what such an end gives', async () => {
  await using world = cliWorld();
  await using sshd = await startServer(world);
  await upToStepThree(world, sshd);
  const config = join(world.home, '.config/sallyport/sallyport.yaml');
  const local = async (...args: string[]) => (await world.run(['shell', 'local', ...args])).exit;
  const codes: number[] = [await local('--free', '-t'), await local('--')];
  codes.push((await world.run(['shell', 'lokal', '--', 'true'])).exit, await local('--', 'rm', '-rf', '/'));
  codes.push(await local('--no-wait', '--', 'touch', 'made'));
  codes.push(await local('--timeout', '1s', '--', 'tail', '-f', '/dev/null'));
  const running = world.start(['shell', 'local', '--', 'tail', '-f', '/dev/null']);
  const sessions = async () => (await world.run(['session', 'list', '--json'])).json.sessions;
  await until(async () => (await sessions()).length === 1, 'it runs');
  await world.run(['session', 'kill', (await sessions())[0].id]);
  codes.push((await running.done).exit);
  const [{ session }] = (await world.run(['recordings', 'list', '--json'])).json.recordings;
  appendFileSync(join(world.state, `recordings/${session}.cast`), 'more\n');
  codes.push((await world.run(['recordings', 'verify', session])).exit);
  sshd.kill();
  codes.push((await world.run(['ssh', 'web', '--', 'uptime'])).exit);
  await world.run(['broker', 'stop']);
  appendFileSync(config, '\nunknown: 1\n');
  const broken = await world.run(['shell', 'local', '--', 'true']);
  codes.push(broken.exit);
  assert.match(broken.stderr, /sallyport\.yaml:\d+:\d+/);
  assert.equal(codes, [77, 64, 68, 77, 75, 124, 79, 74, 69, 78]);
});

test.run();
