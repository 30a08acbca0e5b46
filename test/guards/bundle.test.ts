// The built CLI starts from its bundle alone, and what a person sees of a failure names the sources: bin/run.js, scripts/bundle-cli.js.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, cliWorld } from '../helpers/cli.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** What the bundler writes, and nothing else: no package is to be found from there, and no file of tsc's. */
function bundleAlone(folder: string): string {
  for (const file of ['bin', 'package.json', 'oclif.manifest.json', 'dist/commands']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  mkdirSync(join(folder, 'dist/lib/cli'), { recursive: true });
  const isBundled = (name: string) => name.startsWith('chunk-') || name.startsWith('main.js');
  for (const name of readdirSync(join(root, 'dist/lib/cli')).filter(isBundled)) {
    cpSync(join(root, 'dist/lib/cli', name), join(folder, 'dist/lib/cli', name));
  }
  return join(folder, 'bin/run.js');
}

const test = suite('guards: bundle');
const folder = mkdtempSync(join(tmpdir(), 'sp-bundle-'));
const alone = bundleAlone(folder);
test.after(() => rmSync(folder, { recursive: true, force: true }));

test('a one-shot, its broker running, needs no package and no file beside the bundle', async () => {
  await using world = cliWorld(ALLOW_ALL);
  assert.is((await world.run(['broker', 'start'])).exit, 0);
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [alone, ...args], { env: world.env, encoding: 'utf8' });
  const { status, stdout, stderr } = run('shell', 'local', '--', 'echo', 'whole');
  assert.equal({ status, stdout, stderr }, { status: 0, stdout: 'whole\n', stderr: '' });
  assert.match(run('--version').stdout, /^sallyport\//);
  assert.match(run('shell', '--help').stdout, /USAGE/);
  assert.match(run('shell', 'nowhere', '--', 'true').stderr, /no target is called "nowhere"/);
});

test('every command loads without a package', () => {
  const commands = readdirSync(join(folder, 'dist/commands'), { recursive: true, encoding: 'utf8' });
  const files = commands.filter((name) => name.endsWith('.js')).map((name) => join(folder, 'dist/commands', name));
  assert.ok(files.length > 30, `only ${files.length} commands`);
  const script = join(folder, 'load.mjs');
  writeFileSync(script, `for (const file of process.argv.slice(2)) await import(file);\n`);
  execFileSync(process.execPath, [script, ...files]);
});

test('the stack of a failure that nobody expected names files and lines of the sources', async () => {
  await using world = cliWorld(ALLOW_ALL);
  const preload = join(world.folder, 'preload.mjs');
  writeFileSync(preload, `process.getuid = () => { throw new TypeError('no uid'); };\n`);
  const run = [join(root, 'bin/run.js'), 'whoami'];
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, ...run], {
    env: world.env,
    encoding: 'utf8',
  });
  assert.is(status, 70);
  assert.match(stderr, /^TypeError: no uid\n/);
  assert.match(stderr, /at readEnvironment \(file:\/\/\S+\/src\/lib\/cli\/environment\.ts:\d+:\d+\)/);
  assert.match(stderr, /\/src\/lib\/cli\/base-command\.ts:\d+:\d+\)/);
  assert.not.match(stderr, /chunk-/);
});

test('only the owner of the build may write the code that Node keeps there', () => {
  assert.is(statSync(join(root, 'dist/compile-cache')).mode & 0o777, 0o700);
});

test.run();
