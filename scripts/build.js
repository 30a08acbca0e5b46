// Compiles src to dist, bundles what the CLI starts with, and writes the command manifest that spares the CLI from loading
// every command at start. The new dist takes the old one's place in one step, so that a CLI that starts meanwhile finds a
// whole one.
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleCli } from './bundle-cli.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const [dist, fresh, old, manifest] = ['dist', 'dist.new', 'dist.old', 'oclif.manifest.json'].map((name) =>
  join(root, name),
);

for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json'), '--outDir', fresh], { stdio: 'inherit' });
await bundleCli(root, fresh);
// Code that a newer Node compiled and kept (bin/run.js): nobody but the owner of the build may write it.
mkdirSync(join(fresh, 'compile-cache'), { mode: 0o700 });
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
