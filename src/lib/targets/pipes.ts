// A program on three pipes, stdout and stderr apart, every byte as it is. Pipes and not Node's own socket pairs,
// because `>/dev/stderr` opens what is there, and a socket cannot be opened.
import { spawn } from 'node:child_process';
import { closeSync, fchownSync, fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import { sleep } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';
import { inputStateOf } from '../os/input-state.ts';
import { createPipe, sealDescriptors } from '../os/libc.ts';
import { endSession, markProcess, type ProcessSession, sendSignal, sessionMembers } from '../os/process-session.ts';
import type { Program } from '../ports/target.ts';
import { exitStatus, HANGUP_GRACE_MS, knownSignal, type Launch, programEnded } from './launch.ts';
import { PipesOutput } from './pipes-output.ts';

/**
 * Starts a program as the leader of a new session without a terminal. Rejects with `cannot-start` (exit 69).
 * Its `write` resolves once the pipe has taken everything, or has nobody at its other end while the program lives.
 */
export async function openPipes(launch: Launch): Promise<Program> {
  const ends = openEnds();
  try {
    if (launch.owner !== null) for (const fd of ends.theirs) fchownSync(fd, launch.owner.uid, launch.owner.gid);
    sealDescriptors(launch.keep);
    const child = spawn(launch.file, launch.args, {
      cwd: launch.cwd,
      env: { ...launch.env },
      detached: true,
      stdio: [...ends.theirs],
    });
    const exited = new Promise<ExitStatus>((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(signal === null ? exitStatus(code ?? 0, 0) : { kind: 'signal', signal }),
      );
    });
    if (child.pid === undefined) throw await new Promise((resolve) => child.once('error', resolve));
    return runProgram(launch, child.pid, exited, ends.ours);
  } catch (cause) {
    for (const fd of ends.ours) closeSync(fd);
    throw cannotStart(launch.file, cause);
  } finally {
    // The program's ends are the program's alone from now on, or nobody would ever see an end of file.
    for (const fd of ends.theirs) closeSync(fd);
  }
}

function runProgram(
  launch: Launch,
  pid: number,
  exited: Promise<ExitStatus>,
  [stdinFd, stdout, stderr]: Ends,
): Program {
  const { clock } = launch;
  const leader = markProcess(pid) ?? null;
  const pipe = fstatSync(stdinFd);
  let reaped = false;
  let disposal: Promise<void> | undefined;
  const session: ProcessSession = { id: pid, leaderReaped: () => reaped };
  const endEverything = () => endSession(session, clock, HANGUP_GRACE_MS);
  const output = new PipesOutput({ stdout, stderr, clock, endLeftovers: endEverything });
  const stdin = new Socket({ fd: stdinFd, readable: false, writable: true });
  // Every failure is told to the write it belongs to.
  stdin.on('error', () => {});
  let refusal: Promise<void> | undefined;
  const isGone = () => reaped || disposal !== undefined;
  const settled = exited.then(() => {
    reaped = true;
    stdin.destroy();
    output.programExited();
  });

  async function dispose(): Promise<void> {
    stdin.destroy();
    output.dispose();
    await endEverything();
    await settled;
  }

  return {
    output: output.queue,
    leader,
    exited,
    async write(bytes) {
      if (isGone() || stdin.writableEnded) throw programEnded();
      const taken = await new Promise<boolean>((resolve) => {
        stdin.write(bytes, (error) => resolve(error === null || error === undefined));
      });
      if (taken) return;
      // A program that ends closes its input a moment before it can be waited for.
      refusal ??= Promise.race([settled, sleep(clock, END_NOTICE_MS)]);
      if (!isGone()) await refusal;
      // One that runs on (`head -1; sleep 9`) wants no more: dropped, as ssh does, so that signals still have a way.
      if (isGone()) throw programEnded();
    },
    endInput() {
      stdin.end();
    },
    resize() {},
    signal(name) {
      const signal = knownSignal(name);
      if (!isGone()) sendSignal(-pid, signal);
    },
    inputIsHidden: () => false,
    lookAtInput() {
      if (isGone() || stdin.writableEnded) return { state: 'busy', hidden: false };
      const pids = sessionMembers(session).map((member) => member.pid);
      const isInput = ({ ino, dev }: Stats) => ino === pipe.ino && dev === pipe.dev;
      return { state: inputStateOf(pids, isInput), hidden: false };
    },
    [Symbol.asyncDispose]() {
      disposal ??= dispose();
      return disposal;
    },
  };
}

/** From the end of a program's input to the news of its exit; a millisecond at rest, more on a busy machine. */
const END_NOTICE_MS = 100;

/** Descriptors for stdin, stdout and stderr, in that order. */
type Ends = readonly [stdin: number, stdout: number, stderr: number];

function openEnds(): { readonly ours: Ends; readonly theirs: Ends } {
  const opened: number[] = [];
  const open = () => {
    const pipe = createPipe();
    opened.push(pipe.readEnd, pipe.writeEnd);
    return pipe;
  };
  try {
    const [stdin, stdout, stderr] = [open(), open(), open()];
    return {
      ours: [stdin.writeEnd, stdout.readEnd, stderr.readEnd],
      theirs: [stdin.readEnd, stdout.writeEnd, stderr.writeEnd],
    };
  } catch (cause) {
    for (const fd of opened) closeSync(fd);
    throw cannotStart('a pipe', cause);
  }
}

function cannotStart(what: string, cause: unknown): BrokerError {
  return new BrokerError({
    code: 'cannot-start',
    exit: EXIT.unavailable,
    message: `"${what}" cannot be started`,
    hint: 'run "sallyport targets check"; the broker\'s log has the reason of the system',
    detail: cause instanceof Error ? cause.message : String(cause),
    cause,
  });
}
