// timeout: 240
// Gated sessions through the broker's socket, with a real broker: open, run, read, signal, close, and whose they are.
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, cliWorld } from '../helpers/cli.ts';
import { processesWith } from '../helpers/local-program.ts';
import { call, type RawAnswer } from '../helpers/raw-client.ts';
import { type RawExec, rawExec } from '../helpers/raw-exec.ts';

const test = suite('gated sessions over the socket');

interface Gated {
  readonly socket: string;
  readonly id: string;
  get(path: string): Promise<RawAnswer>;
  post(path: string, body?: unknown): Promise<RawAnswer>;
  exec(text: string | null, over?: Readonly<Record<string, unknown>>): Promise<RawExec>;
}

async function inSession(body: (gated: Gated) => Promise<void>): Promise<void> {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const { socket } = world;
  const asked = { target: 'local', kind: 'shell', cwd: '/tmp', env: {}, task: null, why: null, pty: null };
  const opened = await call(socket, 'POST', '/v1/gated', { body: JSON.stringify(asked) });
  assert.is(opened.status, 200, JSON.stringify(opened.body));
  const id: string = opened.body.session;
  await body({
    socket,
    id,
    get: (path) => call(socket, 'GET', `/v1/gated/${id}${path}`),
    post: (path, sent = {}) => call(socket, 'POST', `/v1/gated/${id}${path}`, { body: JSON.stringify(sent) }),
    exec: (text, over = {}) => rawExec(socket, id, text, over),
  });
  assert.not.match(world.read('broker.log'), /"code":"internal"/);
}

test('a session is opened, runs commands one by one, is read, and closed', () =>
  inSession(async ({ socket, id, get, post, exec }) => {
    const first = await (await exec('cd /usr; echo héllo; exit 4')).result;
    assert.equal([first.exitCode, first.origin, first.state, first.cwd], [4, 'child', 'ended', '/usr']);
    const second = await exec('pwd');
    assert.is((await second.result).exitCode, 0);
    assert.is(second.output(), '/usr\n');
    const page = (await get('/output?cursor=1&limit=4')).body;
    assert.equal([page.text, page.from, page.next, page.skipped, page.exitCode], ['éll'.slice(0, 3), 1, 5, 0, 0]);
    const { body: list } = await call(socket, 'GET', '/v1/sessions');
    assert.equal([list.sessions[0].mode, list.sessions[0].commandState], ['gated', 'ended']);
    const { body: own } = await call(socket, 'GET', '/v1/gated');
    assert.equal(own.sessions, [
      { session: id, target: 'local', principal: own.sessions[0].principal, cwd: '/usr', state: 'ended' },
    ]);
    const closed = await post('/close');
    assert.equal([closed.status, closed.body.exitCode, closed.body.error], [200, 0, null]);
    assert.is((await get('/output')).body.error.code, 'unknown-session');
    assert.is((await (await exec('true')).result).error.code, 'unknown-session');
  }));

test('paths are completed as the session would list them', () =>
  inSession(async ({ post, exec }) => {
    await (await exec('cd /usr')).result;
    assert.equal((await post('/complete', { text: 'loca' })).body, { names: ['local/'] });
    assert.equal((await post('/complete', { text: '/etc/host' })).body.names.includes('/etc/hosts'), true);
    assert.equal((await post('/complete', { text: "no'such$(touch /tmp/x)" })).body, { names: [] });
  }));

test('a command that was let go runs on, can be read and signalled, and keeps others out meanwhile', () =>
  inSession(async ({ get, post, exec }) => {
    const started = await (await exec('echo ready; sleep 60', { detach: true })).result;
    assert.equal([started.state, started.exitCode, started.origin], ['running', 0, 'broker']);
    const page = (await get('/output?waitMs=5000')).body;
    assert.equal([page.text, page.state], ['ready\n', 'running']);
    assert.is((await (await exec('true')).result).error.code, 'session-busy');
    const joined = await exec(null);
    await delay(100);
    assert.is((await post('/signal', { name: 'SIGTERM' })).status, 200);
    const ended = await joined.result;
    assert.equal([ended.command, ended.state, ended.exitCode, ended.signal], [1, 'ended', 143, 'SIGTERM']);
    assert.is((await post('/signal', { name: 'SIGTERM' })).body.error.code, 'nothing-runs');
  }));

test('a broker that is killed leaves neither the command nor a session that claims to run', async () => {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const asked = { target: 'local', kind: 'shell', cwd: '/tmp', env: {}, task: null, why: null, pty: null };
  const opened = await call(world.socket, 'POST', '/v1/gated', { body: JSON.stringify(asked) });
  const mark = `sp-crash-${process.pid}`;
  for (const text of ['true', `trap '' HUP; exec -a ${mark} sleep 300`]) {
    await (await rawExec(world.socket, opened.body.session, text, { detach: text !== 'true' })).result;
  }
  assert.is(processesWith(`${mark} 300`.replace(' ', '\0')).length, 1);
  await world.killBrokers();
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  assert.equal(processesWith(`${mark} 300`.replace(' ', '\0')), []);
  const { body } = await call(world.socket, 'GET', '/v1/sessions');
  assert.equal([body.sessions[0].state, body.sessions[0].mode, body.sessions[0].commandState], ['lost', 'gated', null]);
  assert.equal((await call(world.socket, 'GET', '/v1/gated')).body.sessions, []);
});

test('what is no request for a gated session is refused, and the broker goes on', () =>
  inSession(async ({ socket, id, get, post, exec }) => {
    for (const [path, body] of [
      ['/signal', { name: 'SIGKILL; reboot' }],
      ['/signal', {}],
      ['/complete', { text: 'a\nb' }],
      ['/complete', { text: 'a', more: 1 }],
    ] as const) {
      assert.is((await post(path, body)).body.error.code, 'bad-request', path);
    }
    for (const query of ['cursor=-1', 'limit=x', 'waitMs=1.5']) {
      assert.is((await get(`/output?${query}`)).body.error.code, 'bad-request', query);
    }
    for (const body of [{}, { target: 'local' }, { target: 'local', kind: 'kubectl' }]) {
      assert.is((await call(socket, 'POST', '/v1/gated', { body: JSON.stringify(body) })).status, 400);
    }
    assert.is((await call(socket, 'POST', '/v1/gated/%2e%2e/close')).body.error.code, 'unknown-session');
    const twice = await exec('sleep 0.3');
    twice.socket.send(JSON.stringify({ type: 'exec', exec: { session: id } }));
    assert.is(await twice.closed, 1008);
    while ((await get('/output')).body.state !== 'ended') await delay(20);
    assert.is((await (await exec('echo on')).result).exitCode, 0);
  }));

test.run();
