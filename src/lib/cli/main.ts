// Entry of the CLI: hands the words to oclif, and turns what oclif itself refuses into the CLI's own contract.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '@oclif/core/run';
import { EXIT } from '../core/exit-codes.ts';
import { ownCommands, type PackageJson } from './own-commands.ts';

/** What a shell shows for a program that died of SIGPIPE. */
const SIGPIPE_EXIT = 141;

/**
 * Runs the process's arguments and ends the process. `binUrl` is the URL of the file in `bin/`; `commands` the folder of
 * the sources of the commands, where these run and not the build.
 */
export async function runCli(binUrl: string, commands?: string): Promise<never> {
  watchStreams();
  const root = join(dirname(fileURLToPath(binUrl)), '..');
  try {
    const own = await ownCommands(root, packageOf(root), commands);
    const plugins = new Map([[own.name, own]]);
    await run(asOption(process.argv.slice(2)), { root, devPlugins: false, userPlugins: false, plugins });
  } catch (error) {
    await fail(error, root);
  }
  await flushed(process.stdout);
  process.exit();
}

/** What a slow reader has not taken yet would be lost with the process: a pipe takes 64 KiB at once. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength > 0) await new Promise<void>((resolve) => stream.write('', () => resolve()));
}

/** `sallyport help shell` is `sallyport shell --help`. */
function asOption(words: readonly string[]): string[] {
  return words[0] === 'help' ? [...words.slice(1), '--help'] : [...words];
}

/** A reader that has had enough (`| head`) is no error; an output that cannot be written is. */
function watchStreams(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(SIGPIPE_EXIT);
    process.stderr.write(
      `sallyport: standard output cannot be written (${error.code})\n  next: make room, or send it elsewhere\n`,
    );
    process.exit(EXIT.cannotRecord);
  });
  // Nobody is left to tell.
  process.stderr.on('error', () => {});
}

/** Errors before a command runs: an unknown command, a topic without a command, help. */
async function fail(thrown: unknown, root: string): Promise<void> {
  const exit = (thrown as { oclif?: { exit?: number } }).oclif?.exit;
  if (exit === 0) return;
  const [{ asOwnError }, { contractError, paletteFor, renderError }] = await Promise.all([
    import('./base-command.ts'),
    import('./render.ts'),
  ]);
  const error =
    exit === undefined
      ? asOwnError(thrown)
      : { code: 'usage', exit: EXIT.usage, ...refusalOf(thrown as Error, topicsOf(root)) };
  const own = process.argv.slice(2);
  const end = own.indexOf('--');
  if ((end === -1 ? own : own.slice(0, end)).includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: contractError(error) })}\n`);
  } else {
    if (error.exit === EXIT.bug) process.stderr.write(`${(thrown as Error).stack ?? String(thrown)}\n`);
    process.stderr.write(renderError(error, paletteFor(process.stderr)));
  }
  process.exitCode = error.exit;
}

const packageOf = (root: string): PackageJson => createRequire(import.meta.url)(join(root, 'package.json'));

/** Words under which several commands stand, such as `broker`. */
function topicsOf(root: string): readonly string[] {
  return Object.keys(packageOf(root).oclif.topics);
}

/** oclif joins the words of a command with colons; people do not. */
function refusalOf({ message }: Error, topics: readonly string[]): { readonly message: string; readonly hint: string } {
  const hint = 'see: sallyport --help';
  const unknown = /^command (.+) not found$/.exec(message.trim());
  if (unknown === null) return { message: message.trim(), hint };
  const words = unknown[1]?.split(':') ?? [];
  const [first = ''] = words;
  if (first.startsWith('-')) return { message: 'there is no command on the line', hint };
  return {
    message: `there is no command "${words.join(' ')}"`,
    hint: topics.includes(first) ? `see: sallyport ${first} --help` : hint,
  };
}
