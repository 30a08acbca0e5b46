// timeout: 120
// Attacks from inside a sandbox on what it must not write or see.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { needs } from '../helpers/needs.ts';
import { refusal } from '../helpers/refusal.ts';
import { type SandboxChanges, sandboxWorld } from '../helpers/sandbox.ts';
import { runShell } from '../helpers/shell-target.ts';

const box = needs(test, 'bwrap');
const READ_ONLY: SandboxChanges = { sandbox: { preset: 'read-only', workspace: [] } };

box('the workspace can be written, and what is written stays; all the rest cannot', async () => {
  using world = sandboxWorld();
  const places = [
    world.outside,
    '/',
    '/etc',
    '/usr/bin',
    '/root',
    '/var/lib',
    '/home',
    '/sys/kernel',
    '/sys/fs/cgroup',
  ];
  const tries = places.map((path) => `touch '${path}/sp-test' 2>/dev/null && echo 'wrote ${path}'`).join('\n');
  const { stdout } = await world.run(`echo kept > file; rm -rf '${world.outside}'\n${tries}\necho done`);
  assert.is(stdout, 'done\n');
  assert.is(readFileSync(join(world.workspace, 'file'), 'utf8'), 'kept\n');
  assert.ok(existsSync(world.outside));
});

box('read-only leaves nothing to be written but folders of its own, which are empty', async () => {
  using world = sandboxWorld();
  const text =
    'touch file 2>/dev/null && echo wrote; echo own > /tmp/x; cat /tmp/x; echo x > /dev/shm/y; ls -A /tmp /var/tmp /run';
  assert.is((await world.run(text, READ_ONLY)).stdout, 'own\n/run:\n\n/tmp:\nx\n\n/var/tmp:\n');
});

box('links in the workspace that lead out open nothing', async () => {
  using world = sandboxWorld();
  writeFileSync(join(world.outside, 'secret'), 'outside');
  symlinkSync(world.outside, join(world.workspace, 'way'));
  const { stdout, stderr } = await world.run(
    `echo x > way/new; echo x > way/secret; mv way/secret .; ln '${world.outside}/secret' hard; ln -sfn /etc e; touch e/sp-test; cat way/secret`,
  );
  assert.is(stdout, 'outside');
  assert.is(stderr.match(/Read-only file system|cross-device/g)?.length, 5, stderr);
  assert.is(readFileSync(join(world.outside, 'secret'), 'utf8'), 'outside');
});

box('a workspace that is no real folder, or is inside what is hidden, starts nothing', async () => {
  using world = sandboxWorld();
  const link = join(world.outside, 'link');
  symlinkSync('/etc', link);
  writeFileSync(join(world.outside, 'file'), '');
  for (const [folder, why] of [
    [link, /its real path is "\/etc"/],
    [join(world.outside, 'nothing'), /no such folder/],
    [join(world.outside, 'file'), /no such folder/],
    ['/proc/sys', /no folder that programs may own/],
    ['/', /no folder that programs may own/],
    ['/var/lib/dpkg', /which the sandbox hides/],
  ] as const) {
    const broker = { hidden: ['/var/lib'], readOnly: [] };
    const error = await refusal(world.run('touch sp-test', { sandbox: { workspace: [folder] }, broker }));
    assert.equal([error.code, error.exit], ['bad-workspace', 78]);
    assert.match(error.publicMessage, why);
  }
});

box('a working folder that the sandbox does not show is refused', async () => {
  using world = sandboxWorld();
  const hidden = { sandbox: { hide: [world.outside] } };
  for (const cwd of [world.outside, '/run/lock', mkdtempSync('/tmp/sp-cwd-')]) {
    const error = await refusal(world.run('pwd', { ...hidden, spec: { cwd } }));
    assert.equal([error.code, error.exit], ['bad-working-folder', 64]);
    if (cwd.startsWith('/tmp/')) rmSync(cwd, { recursive: true });
  }
  assert.is((await world.run('pwd', { spec: { cwd: '/tmp' } })).stdout, '/tmp\n');
});

interface Home extends Disposable {
  readonly folder: string;
}

/** A home folder with SECRET in every file. */
function homeWithSecrets(...files: readonly string[]): Home {
  const folder = realpathSync(mkdtempSync('/var/sp-home-'));
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), 'SECRET');
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

box("credentials, the broker's own paths and what the config names are out of sight, by any way", async () => {
  using world = sandboxWorld();
  const usual = ['.ssh/id', '.config/gcloud/key', '.netrc', '.npmrc', '.aws/credentials', '.kube/config'];
  using home = homeWithSecrets(...usual, '.state/ca.key', 'private/deep/key', 'token', 'open');
  const at = home.folder;
  symlinkSync(join(at, 'token'), join(at, 'token-link'));
  symlinkSync(at, join(world.workspace, 'home'));
  const { stdout } = await world.run(
    `grep -rsl SECRET '${at}' home/ /proc/self/root'${at}' /proc/1/root'${at}' /proc/1/cwd/
     cat home/.netrc home/token-link '${at}/token' 2>/dev/null
     ls -A '${at}/.state' '${at}/private'; : 2>/dev/null > '${at}/.state/x' && echo wrote`,
    {
      spec: { env: { HOME: at } },
      options: { env: ['HOME'] },
      sandbox: { hide: [`${at}/private`, '~/nothing-there', `${at}/token-link`, '/nowhere/at/all'] },
      broker: { hidden: [`${at}/.state`, `${at}/.state/broker.sock`], readOnly: [] },
    },
  );
  const lines = stdout.split('\n').filter((line) => !line.endsWith('/open') && line !== '');
  assert.equal(lines, [`${at}/.state:`, `${at}/private:`]);
  assert.is(stdout.match(/\/open$/gm)?.length, 4, 'what is not hidden is found by each of the ways');
});

box('what is hidden in the workspace cannot be moved from under its cover, nor the config be changed', async () => {
  for (const nested of [[], ['a'], ['a/b']]) await attackCovers(nested);
});

/** `nested` are workspaces in the workspace. */
async function attackCovers(nested: readonly string[]): Promise<void> {
  using world = sandboxWorld();
  const inside = (path: string) => join(world.workspace, path);
  for (const path of ['a/b/keys', 'conf']) mkdirSync(inside(path), { recursive: true });
  writeFileSync(inside('a/b/keys/key'), 'SECRET');
  writeFileSync(inside('a/token'), 'SECRET');
  writeFileSync(inside('conf/sallyport.yaml'), 'version: 1');
  const changes: SandboxChanges = {
    sandbox: { hide: [inside('a/b/keys'), inside('a/token')], workspace: [world.workspace, ...nested.map(inside)] },
    broker: { hidden: [], readOnly: [inside('conf/sallyport.yaml')] },
  };
  const { stderr } = await world.run(
    `mv a/b/keys a/b/x; mv a/b a/x; mv a x; mv a/b x; mv a/token x; rm -rf a; mv conf x; mv conf/sallyport.yaml y
     ln a/token x; : > a/token; echo evil > conf/sallyport.yaml; ln -sfn /etc a/b; touch a/fine a/b/fine conf/fine`,
    changes,
  );
  assert.ok(/busy/.test(stderr), stderr);
  assert.is(
    (await world.run('grep -rs SECRET .; cat a/token; find . -name fine | sort', changes)).stdout,
    './a/b/fine\n./a/fine\n./conf/fine\n',
  );
  assert.is(readFileSync(inside('a/b/keys/key'), 'utf8'), 'SECRET');
  assert.is(readFileSync(inside('a/token'), 'utf8'), 'SECRET');
  assert.is(readFileSync(inside('conf/sallyport.yaml'), 'utf8'), 'version: 1');
}

box('sockets of services are not there: a Unix socket is a way out that no network wall closes', async () => {
  using world = sandboxWorld();
  const folders = ['/run', '/tmp', `${world.outside}/`, `${world.workspace}/`].map((base) =>
    mkdtempSync(join(base, 'sp-sock-')),
  );
  const paths = folders.map((folder) => join(folder, 's'));
  const servers = paths.map((path) => createServer((socket) => socket.end('reached')).listen(path));
  const reach = (path: string) =>
    `'${process.execPath}' -e 'require("net").connect("${path}").pipe(process.stdout)' 2>&1 | grep -o 'reached\\|ENOENT\\|ECONNREFUSED' | head -1`;
  const text = paths.map(reach).join('\n');
  try {
    assert.is((await runShell({}, text)).stdout, 'reached\n'.repeat(4));
    for (const network of ['none', 'host'] as const) {
      assert.is((await world.run(text, { sandbox: { network } })).stdout, 'ENOENT\nENOENT\nECONNREFUSED\nreached\n');
    }
  } finally {
    for (const server of servers) server.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
});

box('a folder that was hidden under another name yesterday is hidden where it is today', async () => {
  using world = sandboxWorld();
  mkdirSync(join(world.outside, 'old'));
  writeFileSync(join(world.outside, 'old/key'), 'SECRET');
  const sandbox = { hide: [join(world.outside, 'new')] };
  assert.is((await world.run(`cat '${world.outside}/old/key'`, { sandbox })).stdout, 'SECRET');
  renameSync(join(world.outside, 'old'), join(world.outside, 'new'));
  assert.is((await world.run(`cat '${world.outside}/new/key'; ls -A '${world.outside}/new'`, { sandbox })).stdout, '');
});

test.run();
