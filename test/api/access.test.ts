// timeout: 120
// Who may see and do what, on every route: a broker as a service, an agent's OS user, another agent's, an approver's and
// the owner. Everything goes over the real socket, as the real user.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { API_VERSION } from '../../src/lib/api/contract.ts';
import { ROUTES } from '../../src/lib/api/routes.ts';
import { ALLOW_ALL, CLI, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';

const test = suite('access');
const asRoot = needs(test, 'root', 'runuser', 'ssh-keygen');

interface Service extends AsyncDisposable {
  readonly world: CliWorld;
  readonly socket: string;
  /** One route as an OS user. */
  call(user: string, method: string, path: string, body?: unknown): { status: number; body: Record<string, unknown> };
  /** The CLI as an OS user; `--json` is among the arguments. */
  cli(user: string, ...args: string[]): { exit: number; json: Record<string, never> };
}

const KEYGEN = ['-q', '-t', 'ed25519', '-N', '', '-C', 'ann', '-f'];

/** Agents are `games` and `nobody`, the approver is `www-data`; all may connect. */
async function service(): Promise<Service> {
  const world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', [...KEYGEN, key]);
  const run = join(world.folder, 'run');
  mkdirSync(run, { mode: 0o755 });
  chmodSync(run, 0o755);
  chmodSync(world.folder, 0o755);
  const socket = join(run, 'broker.sock');
  world.configure(`
broker: { mode: service, socket: ${socket}, group: nogroup }
targets:
  box: { kind: shell, user: nobody, cwd: / }
approvers:
  ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"], user: www-data }
policy: { packs: [read-only], default: ask }
`);
  const started = await world.run(['broker', 'start']);
  assert.is(started.exit, 0, started.stderr);

  function as(
    user: string,
    program: readonly string[],
    input = '',
  ): { status: number | null; stdout: string; stderr: string } {
    const prefix = user === 'root' ? [] : ['runuser', '-u', user, '-g', 'nogroup', '--'];
    const env = ['env', '-i', `PATH=${process.env.PATH}`, `HOME=${run}`, `SALLYPORT_SOCKET=${socket}`];
    const [file = '', ...args] = [...prefix, ...env, ...program];
    return spawnSync(file, args, { encoding: 'utf8', input, cwd: '/' });
  }
  return {
    world,
    socket,
    call(user, method, path, body) {
      const curl = `
        const [path, method] = process.argv.slice(1);
        const r = require('http').request({ socketPath: process.env.SALLYPORT_SOCKET, path: '/v1' + path, method, headers: { 'sallyport-api': '${API_VERSION}' } }, (s) => {
          let t = ''; s.on('data', (c) => { t += c; }); s.on('end', () => console.log(JSON.stringify({ status: s.statusCode, text: t })));
        });
        process.stdin.pipe(r);`;
      const sent = body === undefined ? '' : JSON.stringify(body);
      const { stdout, stderr } = as(user, [process.execPath, '-e', curl, path, method], sent);
      if (stdout === '') throw new Error(stderr);
      const { status, text } = JSON.parse(stdout);
      return {
        status,
        body: text.startsWith('{"version"') && path.startsWith('/recordings/') ? { cast: text } : JSON.parse(text),
      };
    },
    cli(user, ...args) {
      const { status, stdout, stderr } = as(user, [process.execPath, CLI, ...args]);
      if (stdout === '') throw new Error(stderr);
      return { exit: status ?? -1, json: JSON.parse(stdout) };
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** Opens a request as `games`, without waiting. */
function openRequest({ cli }: Service, name: string): string {
  const { exit, json } = askFor(cli, name);
  assert.is(exit, 75, JSON.stringify(json));
  return json.error.request;
}

function askFor(cli: Service['cli'], name: string): { exit: number; json: { error: { request: string } } } {
  const prefix = ['shell', 'box', '--no-wait'];
  const { exit, json } = cliWithCommand(cli, prefix, ['touch', `/tmp/${name}`]);
  return { exit, json: json as unknown as { error: { request: string } } };
}

/** `--json` must stand before `--`. */
function cliWithCommand(cli: Service['cli'], prefix: readonly string[], command: readonly string[]) {
  return cli('games', ...prefix, '--json', '--', ...command);
}

asRoot('lets an agent see its own requests and nobody else’s, not even by a beginning of an id', async () => {
  await using office = await service();
  const { call } = office;
  const id = openRequest(office, 'mine');
  assert.is(call('games', 'GET', `/requests/${id}`).status, 200);
  assert.is((call('games', 'GET', '/requests').body.requests as unknown[]).length, 1);
  assert.equal(call('nobody', 'GET', '/requests').body.requests, []);
  assert.equal(call('nobody', 'GET', '/requests?state=all').body.requests, []);
  const absent = call('nobody', 'GET', '/requests/r-00000000');
  for (const name of [id, id.slice(0, 5), id.slice(2, 4), 'r-']) {
    for (const [method, path] of [
      ['GET', ''],
      ['POST', '/wait'],
      ['POST', '/cancel'],
    ] as const) {
      const { status, body } = call('nobody', method, `/requests/${name}${path}`);
      assert.is(status, 404, `${method} ${name}${path}`);
      const words = JSON.stringify(body).replace(`\\"${name}\\"`, '\\"r-00000000\\"');
      assert.is(words, JSON.stringify(absent.body), 'the same words as for what does not exist');
    }
  }
  const guess = { approver: 'ann', decision: 'approve', reason: null, statement: 'x', signature: 'x' };
  const prefixed = call('nobody', 'POST', `/requests/${id.slice(0, 4)}/decision`, guess);
  assert.is(prefixed.status, 404, 'a decision does not find ids either');
  assert.not.match(JSON.stringify(prefixed.body), new RegExp(id));
  assert.is(
    call('nobody', 'POST', `/requests/${id}/decision`, guess).status,
    403,
    'without a signature it decides nothing',
  );

  for (const user of ['www-data', 'root']) {
    assert.is((call(user, 'GET', '/requests').body.requests as unknown[]).length, 1, user);
    assert.is(call(user, 'GET', `/requests/${id.slice(0, 6)}`).status, 200, user);
  }
  assert.is(call('games', 'POST', `/requests/${id}/cancel`).status, 200, 'its own it may take back');
});

asRoot('shows recordings, sessions, leases and the audit log to the owner alone', async () => {
  await using office = await service();
  const { call, world } = office;
  const done = cliWithCommand(office.cli, ['shell', 'box'], ['id', '-un']);
  assert.is(done.exit, 0, JSON.stringify(done.json));
  const result = done.json as unknown as { output: string; session: string; recording: string };
  assert.is(result.output, 'nobody\n');
  const owned = ROUTES.filter(({ access }) => access === 'owner');
  assert.ok(owned.length >= 9);
  for (const { method, path } of owned) {
    const real = path.replace(':id', result.session).replace(':name', 'box');
    for (const user of ['games', 'nobody', 'www-data']) {
      const { status, body } = call(user, method, real, method === 'POST' ? {} : undefined);
      assert.is(status, 403, `${user} ${method} ${real}`);
      assert.is((body.error as { code: string }).code, 'not-owner');
    }
  }
  for (const path of [
    '/sessions',
    '/recordings',
    `/recordings/${result.session}`,
    `/recordings/${result.session}/info`,
    '/audit',
    '/audit/verify',
    '/leases',
  ]) {
    assert.is(call('root', 'GET', path).status, 200, path);
  }
  const [pid] = world.brokers();
  assert.equal(world.brokers(), [pid], 'nobody but the owner stopped it');
});

asRoot('keeps every file from the agents’ OS user', async () => {
  await using office = await service();
  const { world, cli } = office;
  const { recording } = cliWithCommand(cli, ['shell', 'box'], ['id', '-un']).json as unknown as { recording: string };
  for (const path of [
    world.state,
    recording,
    join(world.state, 'audit.jsonl'),
    join(world.state, 'sallyport.db'),
    join(world.state, 'ssh_ca'),
  ]) {
    const { status } = spawnSync('runuser', ['-u', 'games', '-g', 'nogroup', '--', 'cat', path]);
    assert.is.not(status, 0, path);
  }
  assert.is(statSync(office.socket).mode & 0o777, 0o660);
});

asRoot('turns another OS user away from a private broker’s socket with words', async () => {
  await using world = cliWorld(ALLOW_ALL);
  await world.run(['broker', 'start']);
  chmodSync(world.folder, 0o755);
  const { status, stdout } = spawnSync(
    'runuser',
    [
      '-u',
      'nobody',
      '--',
      'env',
      '-i',
      `PATH=${process.env.PATH}`,
      `HOME=${world.folder}`,
      `SALLYPORT_SOCKET=${world.socket}`,
      process.execPath,
      CLI,
      'whoami',
      '--json',
    ],
    { encoding: 'utf8', cwd: '/' },
  );
  assert.is(status, 69);
  assert.is(JSON.parse(stdout).error.code, 'broker-forbidden');
});

asRoot('refuses a service whose shell target would run as the broker’s own user', async () => {
  await using world = cliWorld('broker: { mode: service }\ntargets: { box: { kind: shell } }\n');
  const { exit, json } = await world.run(['broker', 'start', '--json']);
  assert.is(exit, 78);
  assert.match(json.error.code, /unsandboxed-target|bad-config/);
  await until(() => world.brokers().length === 0, 'it left');
});

asRoot('why a changed policy does not count, and how it judges rule by rule, is for its owner alone', async () => {
  await using broker = await service();
  const { world, call } = broker;
  world.configure(world.read('../../../.config/sallyport/sallyport.yaml').replace('default: ask', 'default: aks'));
  const rejected = (user: string) =>
    (call(user, 'GET', '/hello').body as { policy: { rejected: { code: string; message: string } | null } }).policy
      .rejected;
  await until(() => rejected('root') !== null, 'the change was noticed');
  assert.match(rejected('root')?.message ?? '', /got "aks"/);
  assert.equal([rejected('nobody')?.code, rejected('nobody')?.message], ['bad-config', 'its owner can see why']);
  assert.not.match(JSON.stringify(call('nobody', 'POST', '/policy/reload', {}).body), /aks/);
  const question = { target: 'box', cwd: null, task: null, command: { kind: 'text', text: 'ls' } };
  assert.is(call('nobody', 'POST', '/policy/explain', question).status, 403);
  assert.is(call('root', 'POST', '/policy/explain', question).status, 200);
});

test.run();
