// Many kubectl commands in one session: a plugin of kubectl's that runs one after the other, and says of each how it ended.
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliResult, CliWorld } from './cli.ts';

/** A command: its words between single blanks, `_` for one within a word. `SPACE` in it and in its input is the namespace. */
export interface Row {
  readonly args: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Said {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RowsRun {
  readonly said: readonly Said[];
  /** Of the command that ran the plugin. */
  readonly result: CliResult;
}

const PLUGIN = `#!/usr/bin/env node
const { spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const [rowsFile, saidFile] = process.argv.slice(2);
const said = JSON.parse(readFileSync(rowsFile, 'utf8')).map(({ args, input, env }) => {
  const options = { input, env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60000 };
  const { status, stdout, stderr } = spawnSync('kubectl', args, options);
  return { exit: status, stdout, stderr };
});
writeFileSync(saidFile, JSON.stringify(said));
process.exitCode = Math.max(...said.map(({ exit }) => exit ?? 1));
`;

let runs = 0;

/** Runs `kubectl -n SPACE ARGS` for each; `start` runs kubectl, and finds programs in the world's `bin`. */
export async function runRows(
  world: Pick<CliWorld, 'folder'>,
  rows: readonly Row[],
  space: string,
  start: (args: readonly string[]) => Promise<CliResult>,
): Promise<RowsRun> {
  const plugin = join(world.folder, 'bin', 'kubectl-each');
  writeFileSync(plugin, PLUGIN);
  chmodSync(plugin, 0o755);
  runs += 1;
  const rowsFile = join(world.folder, `${runs}.rows`);
  const saidFile = join(world.folder, `${runs}.said`);
  const own = (text: string) => text.replaceAll('SPACE', space);
  const commands = rows.map(({ args, input = '', env = {} }) => ({
    args: ['-n', space, ...args.split(' ').map((word) => own(word).replaceAll('_', ' '))],
    input: own(input),
    env,
  }));
  writeFileSync(rowsFile, JSON.stringify(commands));
  const result = await start(['each', rowsFile, saidFile]);
  try {
    return { said: JSON.parse(readFileSync(saidFile, 'utf8')), result };
  } catch (cause) {
    throw new Error(`the rows were not run: ${result.stderr}`, { cause });
  }
}
