// The built CLI starts from its bundle alone, and what a person sees of a failure names the sources: bin/run.cjs, scripts/bundle-cli.js.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, cliWorld } from '../helpers/cli.ts';

const { compile } = createRequire(import.meta.url)('../../bin/load-cli.cjs');
const BUNDLE = 'dist/lib/cli/cli.cjs';
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** What the bundler writes, and nothing else: no package is to be found from there, and no file of tsc's. */
function bundleAlone(folder: string): string {
  for (const file of ['bin', 'package.json', 'oclif.manifest.json']) {
    cpSync(join(root, file), join(folder, file), { recursive: true });
  }
  mkdirSync(join(folder, 'dist/lib/cli'), { recursive: true });
  for (const suffix of ['', '.map', '.code']) cpSync(join(root, BUNDLE + suffix), join(folder, BUNDLE + suffix));
  return join(folder, 'bin/run.cjs');
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
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'));
  const ids = Object.keys(commands);
  assert.ok(ids.length > 30, `only ${ids.length} commands`);
  // An unknown flag is refused by the command itself, once it has been loaded.
  for (const id of ids) {
    const run = spawnSync(process.execPath, [alone, ...id.split(':'), '--no-such-flag'], { encoding: 'utf8' });
    assert.equal([run.status, run.stderr.includes('--no-such-flag')], [64, true], `${id}: ${run.stderr}`);
  }
});

test('it runs a broker in the foreground, and imports nothing by itself, which a script with kept code cannot', async () => {
  assert.not.match(readFileSync(join(root, BUNDLE), 'utf8'), /[^.\w]import\([^)]/);
  await using world = cliWorld(ALLOW_ALL);
  const broker = world.start(['broker', 'start', '--foreground']);
  await broker.says(/listening/);
  broker.child.kill('SIGTERM');
  assert.is((await broker.done).exit, 0);
});

test('V8 takes the code that the build kept, and where it does not, the CLI runs all the same', () => {
  const code = join(folder, `${BUNDLE}.code`);
  const { script } = compile(join(folder, BUNDLE), readFileSync(code));
  assert.is(script.cachedDataRejected, false);
  for (const [what, damage] of [
    ['of another version', () => writeFileSync(code, Buffer.alloc(100_000, 1))],
    ['half written', () => writeFileSync(code, readFileSync(join(root, `${BUNDLE}.code`)).subarray(0, 400_000))],
    ['missing', () => rmSync(code)],
  ] as const) {
    damage();
    const { status, stdout } = spawnSync(process.execPath, [alone, '--version'], { encoding: 'utf8' });
    assert.equal([status, stdout.startsWith('sallyport/')], [0, true], what);
  }
});

test('the stack of a failure that nobody expected names files and lines of the sources', async () => {
  await using world = cliWorld(ALLOW_ALL);
  const preload = join(world.folder, 'preload.mjs');
  writeFileSync(preload, `process.getuid = () => { throw new TypeError('no uid'); };\n`);
  const run = [join(root, 'bin/run.cjs'), 'whoami'];
  const { status, stderr } = spawnSync(process.execPath, ['--import', preload, ...run], {
    env: world.env,
    encoding: 'utf8',
  });
  assert.is(status, 70);
  assert.match(stderr, /^TypeError: no uid\n/);
  assert.match(stderr, /at readEnvironment \(file:\/\/\S+\/src\/lib\/cli\/environment\.ts:\d+:\d+\)/);
  assert.match(stderr, /\/src\/lib\/cli\/base-command\.ts:\d+:\d+\)/);
  assert.not.match(stderr, /cli\.cjs/);
});

test.run();
