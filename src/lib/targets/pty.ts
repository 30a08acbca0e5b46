// A program in a terminal of its own. The only importer of node-pty, and of no more of it than forkpty(3), waitpid(2)
// and the window size: its own streams lose the end of the output on Linux (docs/decisions/0004).
import { chownSync, closeSync, type Stats, statSync } from 'node:fs';
import { BrokerError, Bug } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { TerminalSize } from '../core/terminal.ts';
import { inputStateOf } from '../os/input-state.ts';
import { echoIsOn, foregroundGroup, readsHiddenLine, sealDescriptors } from '../os/libc.ts';
import { endSession, markProcess, type ProcessSession, sendSignal, sessionMembers } from '../os/process-session.ts';
import type { Program } from '../ports/target.ts';
import { exitStatus, HANGUP_GRACE_MS, knownSignal, type Launch } from './launch.ts';
import { PtyInput } from './pty-input.ts';
import { PtyOutput } from './pty-output.ts';

/**
 * Starts a program as the leader of a new session on a new terminal. Rejects with `no-terminal` (exit 69) where the
 * system has none left, `bad-terminal-size` (exit 64). A file that cannot be executed ends with code 1 and says so
 * on the terminal: check before.
 */
export async function openPty(launch: Launch, size: TerminalSize): Promise<Program> {
  requireSize(size);
  const { fork, resize } = await loadNative();
  let tellExit: (status: ExitStatus) => void = () => {};
  const exited = new Promise<ExitStatus>((resolve) => {
    tellExit = resolve;
  });
  const terminal = forkTerminal(fork, launch, size, (code, signal) => tellExit(exitStatus(code, signal)));
  try {
    if (launch.owner !== null) chownSync(terminal.pty, launch.owner.uid, -1);
    return runProgram(launch, terminal, exited, resize);
  } catch (error) {
    sendSignal(terminal.pid, 'SIGKILL');
    closeSync(terminal.fd);
    throw noTerminal(error);
  }
}

function runProgram(
  launch: Launch,
  terminal: Terminal,
  exited: Promise<ExitStatus>,
  resize: Native['resize'],
): Program {
  const { clock } = launch;
  const { fd: master, pid } = terminal;
  const leader = markProcess(pid) ?? null;
  const device = statSync(terminal.pty).rdev;
  let reaped = false;
  let disposal: Promise<void> | undefined;
  const session: ProcessSession = { id: pid, leaderReaped: () => reaped };
  const endEverything = () => endSession(session, clock, HANGUP_GRACE_MS);
  const input = new PtyInput(master, clock);
  const output = new PtyOutput({ master, slavePath: terminal.pty, clock, endLeftovers: endEverything });
  const settled = exited.then(() => {
    reaped = true;
    input.close();
    if (disposal === undefined) output.programExited();
  });

  async function dispose(): Promise<void> {
    input.close();
    output.dispose();
    // The kernel hangs the terminal up, which reaches also what runs as another user, such as sudo.
    closeSync(master);
    await endEverything();
    await settled;
  }

  return {
    output: output.queue,
    leader,
    exited,
    write: (bytes) => input.write(bytes),
    endInput: () => input.end(),
    resize(newSize) {
      requireSize(newSize);
      if (disposal === undefined) resize(master, newSize.cols, newSize.rows);
    },
    signal(name) {
      const signal = knownSignal(name);
      if (reaped || disposal !== undefined) return;
      const group = foregroundGroup(master);
      if (group === undefined || !sendSignal(-group, signal)) sendSignal(pid, signal);
    },
    // A terminal we can no longer ask takes no input either; "hidden" is the safe answer.
    inputIsHidden: () => reaped || disposal !== undefined || !echoIsOn(master),
    lookAtInput() {
      if (reaped || disposal !== undefined) return { state: 'busy', hidden: false };
      // A process of another group that reads the terminal is stopped, not waiting (SIGTTIN).
      const group = foregroundGroup(master);
      const pids = sessionMembers(session).flatMap((member) => (member.group === group ? [member.pid] : []));
      const isInput = ({ rdev }: Stats) => rdev === device || rdev === OWN_TERMINAL;
      return { state: inputStateOf(pids, isInput), hidden: readsHiddenLine(master) };
    },
    [Symbol.asyncDispose]() {
      disposal ??= dispose();
      return disposal;
    },
  };
}

/** /dev/tty, which is a process's terminal under another name: major 5, minor 0. */
const OWN_TERMINAL = 5 << 8;

interface Terminal {
  readonly fd: number;
  readonly pid: number;
  /** Path of the program's side. */
  readonly pty: string;
}

// The part of node-pty's exported `native` that we use; its types do not name it (see lib/unixTerminal.js, 1.1.0).
interface Native {
  readonly fork: (
    file: string,
    args: readonly string[],
    env: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helperPath: string,
    onExit: (code: number, signal: number) => void,
  ) => Terminal;
  readonly resize: (fd: number, cols: number, rows: number) => void;
}

async function loadNative(): Promise<Native> {
  const module: object = await import('node-pty');
  const native: unknown = 'native' in module ? module.native : undefined;
  if (typeof native === 'object' && native !== null && 'fork' in native && 'resize' in native) return native as Native;
  throw new Bug('this version of node-pty does not export its native part');
}

function forkTerminal(
  fork: Native['fork'],
  launch: Launch,
  size: TerminalSize,
  onExit: (code: number, signal: number) => void,
): Terminal {
  const env = Object.entries(launch.env).map(([name, value]) => `${name}=${value}`);
  try {
    sealDescriptors(launch.keep);
    return fork(launch.file, launch.args, env, launch.cwd, size.cols, size.rows, -1, -1, true, '', onExit);
  } catch (cause) {
    throw noTerminal(cause);
  }
}

function noTerminal(cause: unknown): BrokerError {
  return new BrokerError({
    code: 'no-terminal',
    exit: EXIT.unavailable,
    message: 'the system gave no terminal to run the program in',
    hint: 'close sessions, or raise kernel.pty.max and the limits of processes and open files of the broker',
    detail: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}

const MAX_CELLS = 65_535;

function requireSize({ cols, rows }: TerminalSize): void {
  const fits = (cells: number) => Number.isInteger(cells) && cells >= 1 && cells <= MAX_CELLS;
  if (fits(cols) && fits(rows)) return;
  throw new BrokerError({
    code: 'bad-terminal-size',
    exit: EXIT.usage,
    message: `a terminal cannot be ${cols} columns by ${rows} rows`,
    hint: `give whole numbers from 1 to ${MAX_CELLS}`,
  });
}
