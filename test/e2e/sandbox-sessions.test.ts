// timeout: 120
// A sandbox over the life of a session: the last byte, the environment, the place an approval binds, machines that cannot
// have one, and a broker that is killed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerError } from '../../src/lib/core/errors.ts';
import { runScript } from '../helpers/child-script.ts';
import { until } from '../helpers/cli.ts';
import { OWN, processesWith, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { sandboxWorld } from '../helpers/sandbox.ts';
import { createUser, OWN_UID, runShell, shellSpec, TERMINAL } from '../helpers/shell-target.ts';

const box = needs(test, 'bwrap');
const OPENER = new URL('../helpers/open-in-sandbox.ts', import.meta.url);

box('no byte of the end is lost, whatever reads how slowly, and tee has a moment', async () => {
  using world = sandboxWorld();
  for (const pty of [null, TERMINAL]) {
    const program = await world.open(`printf '%0300000d' 7; exit 9`, { spec: { pty } });
    await delay(300);
    const { stdout, status } = await readToEnd(program, 1);
    assert.is(stdout.length, 300_000);
    assert.equal(status, { kind: 'code', code: 9 });
  }
  const { stdout } = await world.run(`exec > >(sleep 0.3; sed s/^/late:/); echo end`);
  assert.is(stdout, 'late:end\n');
});

box('a command gets the environment it would have without walls', async () => {
  using world = sandboxWorld();
  const names = ['path', 'count', 'status', 'filter', 'over', 'code', 'rounds', 'sleep', 'others', 'PWD', 'SHLVL'];
  const env = {
    A: '1 2\n3',
    B: '2',
    ...Object.fromEntries(names.map((name) => [name, `its own ${name}`])),
    SHLVL: '5',
  };
  const options = { env: ['A', ...names] };
  const text = 'env | grep -v ^_= | sort; trap';
  const { stdout } = await world.run(text, { options, spec: { env } });
  assert.is(stdout, (await runShell(options, text, { cwd: world.workspace, env })).stdout);
  assert.match(stdout, /^status=its own status$/m);
});

box('a program has the descriptors it would have without walls', async () => {
  using world = sandboxWorld();
  const text = 'cd /proc/$$/fd && echo *';
  for (const pty of [null, TERMINAL]) {
    const outside = await runShell({}, text, { pty });
    assert.is((await world.run(text, { spec: { pty } })).stdout, outside.stdout);
  }
});

box('an approval binds the walls: another sandbox is another place, and says so', () => {
  using world = sandboxWorld();
  const placeOf = (sandbox: object) => world.target({ sandbox }).placeOf(shellSpec('true', { cwd: world.workspace }));
  const places = [
    {},
    { hide: ['/srv/keys'] },
    { network: 'host' },
    { network: ['example.org:443'] },
    { preset: 'read-only', workspace: [] },
    { workspace: [world.workspace, world.outside] },
  ].map(placeOf);
  assert.is(new Set(places.map(({ digest }) => digest)).size, places.length);
  assert.match(places[0]?.summary ?? '', /\(sandbox workspace \/var\/.*, no network\)$/);
  assert.match(places[2]?.summary ?? '', /the machine's network\)$/);
  assert.match(places[3]?.summary ?? '', /example\.org:443\)$/);
  assert.match(places[4]?.summary ?? '', /\(sandbox read-only, no network\)$/);
});

box('a broker that is killed leaves nothing running', async () => {
  using world = sandboxWorld();
  for (const terminal of ['', 'terminal']) {
    const mark = `4714.${OWN}1${terminal.length}`;
    const text = `trap '' HUP TERM INT; setsid -f sleep ${mark}; sleep ${mark} & sleep ${mark}`;
    const opener = runScript(OPENER, [world.workspace, text, terminal]);
    assert.is(await opener.nextLine(), 'open');
    await until(() => processesWith(`sleep\0${mark}`).length === 3, 'three of them run');
    await opener.kill();
    await until(() => processesWith(mark).length === 0, 'all have ended', 5000);
  }
});

needs(
  test,
  'bwrap',
  'root',
  'useradd',
)('a broker of an ordinary user builds the same walls', () => {
  using user = createUser();
  const { name, home } = user.account;
  const as = ['--reuid', name, '--regid', name, '--init-groups', 'env', `HOME=${home}`];
  const node = [process.execPath, '--import', 'tsx', fileURLToPath(OPENER), home];
  const text = `id -un; touch file; touch /var/tmp/own; touch '${home}/../x' 2>/dev/null || echo closed; unshare --user true 2>/dev/null || echo walled; { : > /proc/sys/kernel/core_pattern; } 2>/dev/null || echo shut; ls -A ~/.ssh 2>/dev/null; grep -c SECRET ~/.netrc 2>/dev/null`;
  writeFileSync(join(home, '.netrc'), 'SECRET', { mode: 0o644 });
  for (const terminal of ['', 'terminal']) {
    const { stdout, stderr } = spawnSync('setpriv', [...as, ...node, text, terminal], { encoding: 'utf8' });
    const lines = stdout.replaceAll('\r', '').trim().split('\n');
    assert.equal(lines, ['open', name, 'closed', 'walled', 'shut'], stdout + stderr);
  }
  assert.ok(existsSync(join(home, 'file')));
});

/** Runs the opener in namespaces that `prepare`, shell text, has made poorer. */
function openPoorly(prepare: string, namespaces: readonly string[], workspace: string) {
  const script = `${prepare} && exec "$@"`;
  const opener = [process.execPath, '--import', 'tsx', fileURLToPath(OPENER), workspace, 'touch ran'];
  const { stdout, stderr } = spawnSync('unshare', [...namespaces, 'sh', '-c', script, 'sh', ...opener], {
    encoding: 'utf8',
  });
  const [word, ...rest] = stdout.trim().split(' ');
  assert.is(word, 'refused', stdout + stderr);
  return JSON.parse(rest.join(' '));
}

needs(
  test,
  'bwrap',
  'root',
)('where the sandbox cannot be had nothing starts, and the reason is said', async () => {
  using world = sandboxWorld();
  const noBwrap = openPoorly('mount --bind /dev/null /usr/bin/bwrap', ['--mount'], world.workspace);
  assert.equal([noBwrap.code, noBwrap.exit], ['no-sandbox', 69]);
  assert.match(noBwrap.publicMessage, /there is no bwrap in \/usr\/bin/);
  assert.match(noBwrap.hint, /install bubblewrap/);
  const noUsers = openPoorly(
    'echo 0 > /proc/sys/user/max_user_namespaces',
    ['--user', '--map-root-user'],
    world.workspace,
  );
  assert.equal([noUsers.code, noUsers.exit], ['no-sandbox', 69]);
  assert.match(noUsers.hint, /max_user_namespaces/);
  const old = join(world.outside, 'bwrap');
  writeFileSync(old, '#!/bin/sh\necho "bwrap: Unknown option $1" >&2; exit 1\n', { mode: 0o755 });
  const tooOld = openPoorly(`mount --bind '${old}' /usr/bin/bwrap`, ['--mount'], world.workspace);
  assert.match(tooOld.publicMessage, /Unknown option --unshare-user/);
  assert.match(tooOld.hint, /newer bubblewrap/);
  assert.is((await runShell({}, 'ls', { cwd: world.workspace })).stdout, '');
});

box('many at once get their own walls, and nothing stays open in the broker', async () => {
  using world = sandboxWorld();
  await world.run('true');
  const before = readdirSync('/proc/self/fd').length;
  const all = Array.from({ length: 10 }, async (_, index) => {
    const spec = { pty: index % 2 === 0 ? null : TERMINAL };
    const refused = index % 5 === 4 ? { workspace: ['/nowhere'] } : {};
    const network = index % 3 === 0 ? ({ network: ['127.0.0.1:9'] } as const) : {};
    return world
      .run(`echo ${index}; exit ${index}`, { spec, sandbox: { ...network, ...refused } })
      .then(({ stdout, status }) => [stdout.trim(), status])
      .catch(({ code, message }: BrokerError) => (code === 'bad-workspace' ? code : message));
  });
  const expected = all.map((_, index) =>
    index % 5 === 4 ? 'bad-workspace' : [String(index), { kind: 'code', code: index }],
  );
  assert.equal(await Promise.all(all), expected);
  await until(() => readdirSync('/proc/self/fd').length <= before, 'every descriptor is closed');
});

box('a caller that leaves while the walls are built leaves nothing behind', async () => {
  using world = sandboxWorld();
  for (let afterMs = 0; afterMs <= 30; afterMs += 3) {
    const left = new Error('left');
    const signal = AbortSignal.abort(left);
    const controller = new AbortController();
    const opening = world
      .target()
      .open(
        shellSpec(`sleep 4714.${OWN}20`, { cwd: world.workspace, callerUid: OWN_UID }),
        [],
        afterMs === 0 ? signal : controller.signal,
      );
    const timer = setTimeout(() => controller.abort(left), afterMs);
    const outcome = await opening.then(
      (program) => program[Symbol.asyncDispose](),
      (error: unknown) => error,
    );
    clearTimeout(timer);
    assert.ok(outcome === undefined || outcome === left, String(outcome));
  }
  assert.equal(processesWith(`4714.${OWN}20`), []);
});

test.run();
