// A script of a test in a process of its own, to be killed in the middle or to meet the limits of a small machine.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ChildScript {
  readonly child: ChildProcess;
  /** The next line it writes; rejects when it ends before. */
  nextLine(): Promise<string>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  /** Files cannot grow beyond this many bytes: a full disk. Lifted with `liftFileLimit`. */
  readonly maxFileBytes?: number;
}

/** Runs a script by its URL; `args` are `process.argv` from 2 on. What it says on stderr shows on this process's. */
export function runScript(script: URL, args: readonly string[], options: ChildOptions = {}): ChildScript {
  const node = [process.execPath, '--import', 'tsx', fileURLToPath(script), ...args];
  const limited = options.maxFileBytes === undefined ? [] : ['prlimit', `--fsize=${options.maxFileBytes}:unlimited`];
  const [file = '', ...rest] = [...limited, ...node];
  // What it leaves when it is killed goes with it.
  const debris = mkdtempSync(join(tmpdir(), 'sallyport-child-'));
  const child = spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: debris } });
  const lines: string[] = [];
  let torn = '';
  let wake = () => {};
  let isOver = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (torn + text).split('\n');
    torn = parts.pop() ?? '';
    lines.push(...parts);
    wake();
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on('close', (code, signal) => {
      isOver = true;
      rmSync(debris, { recursive: true, force: true });
      wake();
      resolve({ code, signal });
    });
  });
  return {
    child,
    ended,
    async nextLine() {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        if (isOver) throw new Error('the script ended before its next line');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Lets its files grow again. */
export function liftFileLimit({ child }: ChildScript): void {
  execFileSync('prlimit', ['--fsize=unlimited:unlimited', '--pid', String(child.pid)]);
}
