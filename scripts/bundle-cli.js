// Bundles the CLI and its commands with the packages they use: a process that lives for 100 ms spends most of them on finding and
// reading files one by one (docs/decisions/0024). The broker's process starts once, and keeps the files that tsc wrote.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Compiled for one machine, or found by a path of their own. */
const NATIVE = ['better-sqlite3', 'koffi', 'node-pty', 'ssh2'];

/** Asked for by oclif and by ws where they are installed; nobody needs them here. */
const OPTIONAL = ['bufferutil', 'typescript', 'utf-8-validate'];

/** CommonJS in an ES module: packages ask `require` for Node's own modules, and for those above. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

/** Writes the bundle over the files that tsc wrote to `outdir`, with a map to the sources beside each. */
export async function bundleCli(root, outdir) {
  const src = join(root, 'src');
  const commands = readdirSync(join(src, 'commands'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(src, 'commands', file));
  await build({
    absWorkingDir: root,
    entryPoints: [join(src, 'lib/cli/main.ts'), ...commands],
    outdir,
    outbase: src,
    bundle: true,
    splitting: true,
    // Where the CLI's own files are: some look for package.json and for the broker from where they are.
    chunkNames: 'lib/cli/chunk-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: [...NATIVE, ...OPTIONAL],
    banner: { js: REQUIRE },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}
