// Bundles the CLI with its commands and the packages they use into one file, and keeps what Node compiled of it: a process that
// lives for 100 ms spends most of them on finding, reading and compiling files (docs/decisions/0024, 0026). The broker's process
// starts once, and keeps the files that tsc wrote.
import { join } from 'node:path';
import { build } from 'esbuild';

/** Compiled for one machine, or found by a path of their own. */
const NATIVE = ['better-sqlite3', 'koffi', 'node-pty', 'ssh2'];

/** Asked for by oclif and by ws where they are installed; nobody needs them here. */
const OPTIONAL = ['bufferutil', 'typescript', 'utf-8-validate'];

/** CommonJS, since Node 20 keeps compiled code of nothing else: what an ES module knows of itself is said here. */
const IMPORT_META_URL = `const importMetaUrl = require('node:url').pathToFileURL(__filename).href;`;

/** In the build's folder: from there the broker and package.json are found. */
export const CLI = 'lib/cli/cli.cjs';

/** Writes `CLI` to `outdir`, with a map to the sources beside it. */
export async function bundleCli(root, outdir) {
  await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'src/lib/cli/main.ts')],
    outfile: join(outdir, CLI),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    external: [...NATIVE, ...OPTIONAL],
    // A script with kept code cannot import (Node 20); it requires instead.
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'importMetaUrl' },
    banner: { js: IMPORT_META_URL },
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    // `import.meta.resolve` is asked for by sources alone.
    logOverride: { 'empty-import-meta': 'silent' },
  });
}
