// Follows lines of our pages by the letter: run by bash in the home of a world, where `sallyport` is the build.
import { spawn } from 'node:child_process';
import * as assert from 'uvu/assert';
import { CLI, type CliResult, type CliWorld, type StartedCli, watch } from './cli.ts';

/** The commands of a block, without their comments. */
export const linesOf = (block: string) =>
  block
    .split('\n')
    .map((line) => line.replace(/\s+#\s.*$/, ''))
    .filter((line) => line !== '');

/** Starts a line in bash, where `sallyport` is the build. */
export function startLine(line: string, world: CliWorld): StartedCli {
  const script = `sallyport() { ${process.execPath} ${CLI} "$@"; }\n${line}`;
  const child = spawn('bash', ['--noprofile', '--norc', '-c', script], {
    cwd: world.home,
    env: world.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return watch(child);
}

/** Runs a line that must succeed. */
export async function follow(line: string, world: CliWorld): Promise<CliResult> {
  const result = await startLine(line, world).done;
  assert.is(result.exit, 0, `${line}\n${result.stdout}${result.stderr}`);
  return result;
}
