// Entry of the CLI: hands the words to oclif, and turns what oclif itself refuses into the CLI's own contract.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT } from '../core/exit-codes.ts';

/** Runs the process's arguments and ends the process. `binUrl` is the URL of the file in `bin/`. */
export async function runCli(binUrl: string, oclifOverrides?: Readonly<Record<string, unknown>>): Promise<never> {
  // A reader that has had enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
  const { run, Config } = await import('@oclif/core');
  const root = join(dirname(fileURLToPath(binUrl)), '..');
  try {
    const pjson = oclifOverrides === undefined ? undefined : withOverrides(root, oclifOverrides);
    const config = await Config.load({ root, devPlugins: false, userPlugins: false, ...(pjson && { pjson }) });
    await run(process.argv.slice(2), config);
  } catch (error) {
    await fail(error);
  }
  process.exit();
}

/** package.json with another place for the commands; for running the sources. */
function withOverrides(root: string, overrides: Readonly<Record<string, unknown>>) {
  const pjson = createRequire(import.meta.url)(join(root, 'package.json'));
  return { ...pjson, oclif: { ...pjson.oclif, ...overrides } };
}

/** Errors before a command runs: an unknown command, a topic without a command, help. */
async function fail(thrown: unknown): Promise<void> {
  const exit = (thrown as { oclif?: { exit?: number } }).oclif?.exit;
  if (exit === 0) return;
  const [{ asBrokerError }, { paletteFor, renderError }] = await Promise.all([import('../core/errors.ts'), import('./render.ts')]);
  const error =
    exit === undefined
      ? asBrokerError(thrown).toPublic()
      : { code: 'usage', exit: EXIT.usage, message: (thrown as Error).message.trim(), hint: 'see: sallyport --help' };
  if (exit === undefined) process.stderr.write(`${asBrokerError(thrown).detail ?? ''}\n`);
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`);
  } else {
    process.stderr.write(renderError(error, paletteFor(process.stderr)));
  }
  process.exitCode = error.exit;
}
