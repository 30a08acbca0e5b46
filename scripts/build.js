// Compiles src to dist, writes the command manifest that spares the CLI from loading every command at start, bundles the CLI and
// keeps its compiled code. The new dist takes the old one's place in one step, so that a CLI that starts meanwhile finds a whole
// one.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli, CLI } from './bundle-cli.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const [dist, fresh, old, manifest] = ['dist', 'dist.new', 'dist.old', 'oclif.manifest.json'].map((name) =>
  join(root, name),
);

for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json'), '--outDir', fresh], { stdio: 'inherit' });
await bundleCli(root, fresh);
try {
  renameSync(dist, old);
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}
renameSync(fresh, dist);
rmSync(old, { recursive: true, force: true });

rmSync(manifest, { force: true });
const { Config } = await import('@oclif/core');
const config = await Config.load({ root, devPlugins: false, userPlugins: false });
const plugin = [...config.plugins.values()].find((candidate) => candidate.root === root);
writeFileSync(manifest, `${JSON.stringify(plugin.manifest)}\n`);
keepCode();

/** As far as a one-shot comes without a broker: with the compiled code of all that every command does. */
function keepCode() {
  const words = [join(dist, CLI), 'shell', 'local', '--', 'true'];
  const env = { PATH: process.env.PATH, HOME: dist, SALLYPORT_SOCKET: join(dist, 'no-broker') };
  const { stderr } = spawnSync(process.execPath, [join(root, 'scripts/keep-code.cjs'), ...words], {
    cwd: dist,
    env,
    encoding: 'utf8',
  });
  if (!existsSync(join(dist, `${CLI}.code`))) throw new Error(`the bundle does not run: ${stderr}`);
}
