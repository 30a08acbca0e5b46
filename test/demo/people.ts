// The two people of the demo, an agent and its approver: each a process of its own with a home of its own, running the
// real command line.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../bin/run.cjs', import.meta.url));

/** How long a process that was told to end may take before it is killed. */
const GRACE_MS = 3000;

export interface Person {
  readonly name: string;
  readonly home: string;
  /** How this person's commands find the broker. */
  readonly variables: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** Ends the command; the promise then rejects with the signal's reason. Without one nothing ends it, Ctrl-C neither. */
  readonly signal?: AbortSignal;
}

/** Runs a command on the demo's own terminal; resolves with its exit code. */
export async function perform(person: Person, args: readonly string[], options: RunOptions = {}): Promise<number> {
  return ended(start(person, args, 'inherit', options), options);
}

/** Flags stand before the child's command. */
function withJson(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return end === -1 ? [...args, '--json'] : [...args.slice(0, end), '--json', ...args.slice(end)];
}

/** Runs a command with --json out of sight; resolves with what it printed, rejects where it failed. */
export async function query<T>(person: Person, args: readonly string[], options: RunOptions = {}): Promise<T> {
  const child = start(person, withJson(args), 'pipe', options);
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text += chunk;
  });
  const code = await ended(child, options);
  if (code !== 0) throw new Error(`sallyport ${args.join(' ')} ended with ${code}: ${text}`);
  return JSON.parse(text) as T;
}

function start(
  { home, variables }: Person,
  args: readonly string[],
  output: 'inherit' | 'pipe',
  { signal }: RunOptions,
): ChildProcess {
  signal?.throwIfAborted();
  return spawn(process.execPath, [CLI, ...args], {
    env: {
      ...passedOn(['PATH', 'LANG', 'LC_ALL', 'TERM', 'NO_COLOR', 'TMPDIR', 'USER', 'LOGNAME']),
      HOME: home,
      ...variables,
    },
    cwd: home,
    stdio: ['ignore', output, output],
    // Out of the terminal's process group, where Ctrl-C would reach it.
    detached: signal === undefined,
  });
}

async function ended(child: ChildProcess, { signal }: RunOptions): Promise<number> {
  let killTimer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, endedBy) => {
        if (code === null && signal?.aborted !== true) reject(new Error(`sallyport was ended by ${endedBy}`));
        else resolve(code ?? 1);
      });
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
    clearTimeout(killTimer);
    signal?.throwIfAborted();
  }
}

function passedOn(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => [[name, process.env[name]]]).filter(([, value]) => value));
}
