// What `targets check` says of a sandbox before it runs a command in it.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type SandboxOptions, sandboxWords } from './options.ts';
import { findSandboxTools, noSandbox } from './tools.ts';

/** The oldest bubblewrap this was made for and tested with. */
export const MIN_BWRAP = '0.8.0';

/** A line on what the sandbox is and what it is made with; throws `no-sandbox` (69). */
export async function describeSandbox(target: string, options: SandboxOptions): Promise<string> {
  const { bwrap } = findSandboxTools(target);
  const version = await bwrapVersion(bwrap);
  if (version !== undefined && isOlder(version, MIN_BWRAP)) {
    throw noSandbox(target, `bubblewrap is ${version}`, `install bubblewrap ${MIN_BWRAP} or later`);
  }
  return `${sandboxWords(options)}; bubblewrap ${version ?? 'of an unknown version'}`;
}

/** What `bwrap --version` says, such as `0.8.0`; undefined where it says nothing of the kind. */
export async function bwrapVersion(bwrap: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)(bwrap, ['--version'], { env: {}, timeout: 5_000 }).catch(() => ({
    stdout: '',
  }));
  return /(\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
