// Runs the real CLI as child processes in a world of its own: home, state, config, broker. Disposing it ends everything
// that it started, by pid, and says so where something had to be killed.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
/** `SALLYPORT_TEST_CLI=bin/dev.js` runs the sources instead of the build. */
export const CLI = join(ROOT, process.env.SALLYPORT_TEST_CLI ?? 'bin/run.cjs');

export interface CliResult {
  /** 128 + n where a signal ended it. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
  /** Standard output as the one JSON object it must be: anything before, after or beside it is an error. */
  // biome-ignore lint/suspicious/noExplicitAny: what a test looks into is what it checks.
  readonly json: any;
}

export interface RunOptions {
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface StartedCli {
  readonly child: ChildProcess;
  readonly done: Promise<CliResult>;
  /** Resolves once what it wrote to either stream matches; rejects where it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface CliWorld extends AsyncDisposable {
  readonly folder: string;
  readonly home: string;
  readonly state: string;
  readonly socket: string;
  /** The environment every CLI gets; a test may change it. */
  readonly env: Record<string, string>;
  /** Writes the user's sallyport.yaml. */
  configure(yaml: string): void;
  run(args: readonly string[], options?: RunOptions): Promise<CliResult>;
  /** Starts one whose standard input stays open. */
  start(args: readonly string[], options?: RunOptions): StartedCli;
  /** Pids of the brokers of this world that run now. */
  brokers(): number[];
  /** kill -9 of every broker that runs now; resolves once they are gone. */
  killBrokers(): Promise<void>;
  read(file: string): string;
}

/** Allows every command and a free terminal, so that a test is about what is around the command. */
export const ALLOW_ALL = `
targets:
  local: { kind: shell }
policy:
  rules:
    - { id: terminal, match: { terminal: free }, verdict: allow }
  default: allow
`;

/** An empty world below a short path: a Unix socket's path has 107 bytes at most. */
export function cliWorld(yaml?: string): CliWorld {
  const folder = mkdtempSync(join(tmpdir(), 'sp-'));
  const home = join(folder, 'home');
  const state = join(home, '.local/state/sallyport');
  const configFile = join(home, '.config/sallyport/sallyport.yaml');
  mkdirSync(home, { mode: 0o700 });
  const env: Record<string, string> = { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8' };
  const children = new Set<ChildProcess>();

  function configure(text: string): void {
    mkdirSync(dirname(configFile), { recursive: true, mode: 0o700 });
    writeFileSync(configFile, text, { mode: 0o600 });
  }
  if (yaml !== undefined) configure(yaml);

  function start(args: readonly string[], options: RunOptions = {}): StartedCli {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: options.cwd ?? folder,
      env: { ...env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.add(child);
    return watch(child, () => children.delete(child));
  }

  const brokers = () => processesOf(state).filter((pid) => commandLine(pid).includes('broker/main'));
  return {
    folder,
    home,
    state,
    socket: join(state, 'broker.sock'),
    env,
    configure,
    start,
    async run(args, options = {}) {
      const { child, done } = start(args, options);
      // Who does not read its standard input may be gone before all of it is written.
      child.stdin?.on('error', () => {});
      child.stdin?.end(options.input ?? '');
      return done;
    },
    brokers,
    async killBrokers() {
      const killed = brokers();
      for (const pid of killed) process.kill(pid, 'SIGKILL');
      // A CLI that had not connected yet starts the next one at once.
      await until(() => !brokers().some((pid) => killed.includes(pid)), 'the killed broker is gone');
    },
    read: (file) => readFileSync(join(state, file), 'utf8'),
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL');
      const left = () => processesOf(folder);
      for (const pid of left()) for (const name of ['SIGTERM', 'SIGCONT'] as const) signal(pid, name);
      const isGone = await until(() => left().length === 0, '', 8000).catch(() => false);
      for (const pid of left()) signal(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      if (isGone === false) throw new Error('a process of this test did not leave when it was asked to');
    },
  };
}

/** Collects what a child says, and how it ends. */
export function watch(child: ChildProcess, onEnd: () => void = () => {}): StartedCli {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let look = () => {};
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      parts[name].push(chunk);
      look();
    });
  }
  const text = (name: 'stdout' | 'stderr') => Buffer.concat(parts[name]).toString('utf8');
  const done = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signalName) => {
      onEnd();
      look();
      resolve(toResult(code ?? 128 + signalNumber(signalName), Buffer.concat(parts.stdout), text('stderr')));
    });
  });
  return {
    child,
    done,
    says(pattern) {
      return new Promise((resolve, reject) => {
        look = () => {
          const found = pattern.exec(text('stdout')) ?? pattern.exec(text('stderr'));
          if (found !== null) resolve(found);
          else if (child.exitCode !== null || child.signalCode !== null) {
            reject(new Error(`no ${pattern} in ${JSON.stringify([text('stdout'), text('stderr')])}`));
          }
        };
        look();
      });
    },
  };
}

function toResult(exit: number, bytes: Buffer, stderr: string): CliResult {
  const stdout = bytes.toString('utf8');
  return {
    exit,
    stdout,
    stderr,
    bytes,
    get json() {
      const lines = stdout.split('\n');
      if (lines.length !== 2 || lines[1] !== '') throw new Error(`not one line of JSON: ${JSON.stringify(stdout)}`);
      const value: unknown = JSON.parse(lines[0] ?? '');
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${stdout}`);
      return value;
    },
  };
}

/** Polls until it is true; rejects after `ms`, saying what was waited for. */
export async function until(isTrue: () => boolean | Promise<boolean>, what: string, ms = 15_000): Promise<true> {
  const end = performance.now() + ms;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(20);
  }
  return true;
}

/** Pids whose command line names the folder; zombies, which have none, left out. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map(Number)
    .filter((pid) => commandLine(pid).includes(folder));
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It went on its own.
  }
}

function signalNumber(name: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGHUP: 1,
    SIGINT: 2,
    SIGKILL: 9,
    SIGPIPE: 13,
    SIGTERM: 15,
  };
  return (name === null ? undefined : numbers[name]) ?? 0;
}
