// Starts programs of the shell target's two kinds directly, and reads them to the end at a chosen speed.
import { readdirSync, readFileSync } from 'node:fs';
import { type Clock, systemClock } from '../../src/lib/core/clock.ts';
import type { ExitStatus } from '../../src/lib/core/events.ts';
import type { Program } from '../../src/lib/ports/target.ts';
import type { Launch } from '../../src/lib/targets/launch.ts';
import { openPipes } from '../../src/lib/targets/pipes.ts';
import { openPty } from '../../src/lib/targets/pty.ts';

/** The system's clock with timers that keep the test's process alive, which has no server of its own. */
export const liveClock: Clock = {
  ...systemClock,
  after(ms, fire) {
    const timer = setTimeout(fire, ms);
    return () => clearTimeout(timer);
  },
};

export function bash(text: string): Launch {
  return {
    file: '/bin/bash',
    args: ['--noprofile', '--norc', '-c', '--', text],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', TERM: 'xterm', LANG: 'C' },
    cwd: '/tmp',
    owner: null,
    clock: liveClock,
  };
}

export const inTerminal = (text: string, size = { cols: 80, rows: 24 }) => openPty(bash(text), size);
export const onPipes = (text: string) => openPipes(bash(text));

export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: ExitStatus;
}

/** Reads to the end, waiting before each chunk if told to, then how it ended, then disposes. */
export async function readToEnd(program: Program, pauseMs?: number): Promise<Ended> {
  const parts = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
  for await (const { stream, bytes } of program.output) {
    parts[stream].push(bytes);
    if (pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  const status = await program.exited;
  await program[Symbol.asyncDispose]();
  return { stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString(), status };
}

/** A reader one can ask to wait for a text; everything read so far stays in `text`. */
export function reader(program: Program): {
  readonly text: () => string;
  waitFor(wanted: string): Promise<void>;
  rest(): Promise<string>;
} {
  const chunks = program.output[Symbol.asyncIterator]();
  let text = '';
  const readMore = async () => {
    const { done, value } = await chunks.next();
    if (done !== true) text += Buffer.from(value.bytes).toString('latin1');
    return done !== true;
  };
  return {
    text: () => text,
    async waitFor(wanted) {
      while (!text.includes(wanted)) {
        if (!(await readMore())) throw new Error(`no "${wanted}" in ${JSON.stringify(text)}`);
      }
    },
    async rest() {
      while (await readMore());
      return text;
    },
  };
}

/** Part of what a file's sleepers are told by, `sleep 4714.${OWN}01`: other files, and other runs on this machine, have others. */
export const OWN = process.pid;

/** Pids whose command line holds the text, this process and zombies (which have none) left out. */
export function processesWith(text: string): number[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid);
  return pids.map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });
}
