// A program and everything it started, found through the kernel's session (setsid(2)) whose id is the program's pid
// and through who started whom, and ended as a whole. Out of reach is what left the session and whose parent has ended
// (a daemon): only a sandbox or a cgroup of its own would hold it.
import { readdirSync, readFileSync } from 'node:fs';
import { type Clock, sleep } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ProcessMark } from '../ports/target.ts';

export interface ProcessSession {
  /** The pid of its leader, which is the session's id. */
  readonly id: number;
  /** True once the leader was waited for: from then on its pid may come to belong to somebody else. */
  readonly leaderReaped: () => boolean;
}

/** A process as proc(5) shows it. A pid is used again; a pid with its start time is not. */
interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
  readonly isZombie: boolean;
}

/**
 * The processes in the session, their descendants wherever they are, and what is left of `known` (members seen before)
 * with its descendants; without zombies. Empty once all are gone. About 20 µs a process on the machine, so call it to
 * end things, not while they run.
 */
export function sessionMembers(session: ProcessSession, known: readonly Process[] = []): Process[] {
  const all = listProcesses();
  const children = new Map<number, Process[]>();
  for (const process of all) {
    const siblings = children.get(process.parent);
    if (siblings === undefined) children.set(process.parent, [process]);
    else siblings.push(process);
  }
  // The kernel does not give a pid away while a session has it for its id. So a process with the leader's pid after
  // the leader was reaped means that our session is empty, and the one found there is a stranger's.
  const isEmpty = session.leaderReaped() && all.some(({ pid }) => pid === session.id);
  const sessions = new Set([...(isEmpty ? [] : [session.id]), ...known.map((member) => member.session)]);
  const startTimes = new Map(known.map(({ pid, startTime }) => [pid, startTime]));
  const members = new Set<Process>();
  const add = (process: Process) => {
    if (members.has(process)) return;
    members.add(process);
    children.get(process.pid)?.forEach(add);
  };
  all.filter(({ pid, startTime, session: id }) => sessions.has(id) || startTimes.get(pid) === startTime).forEach(add);
  return [...members].filter(({ isZombie }) => !isZombie);
}

/** Names a process so that it can be found again, and not taken for another; undefined where it has ended. */
export function markProcess(pid: number): ProcessMark | undefined {
  const process = readProcess(String(pid));
  return process === undefined ? undefined : { pid, startTime: process.startTime, boot: bootId() };
}

/**
 * Ends the session whose leader was marked so, also one of an earlier broker, as `endSession` does. Resolves with `gone`
 * where the leader has ended: what now has its pid is a stranger, and what it left running cannot be told from strangers.
 */
export async function endMarkedSession(mark: ProcessMark, clock: Clock, graceMs: number): Promise<'ended' | 'gone'> {
  const isLeader = () => {
    const process = readProcess(String(mark.pid));
    return process?.startTime === mark.startTime && process.session === mark.pid && !process.isZombie;
  };
  if (mark.boot !== bootId() || !isLeader()) return 'gone';
  await endSession({ id: mark.pid, leaderReaped: () => !isLeader() }, clock, graceMs);
  return 'ended';
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/** Sends a signal to one process or, with a negative number, to a group. True where somebody was there to get it. */
export function sendSignal(pidOrGroup: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pidOrGroup, signal);
    return true;
  } catch (error) {
    // ESRCH: it ended by itself. EPERM: it belongs to another user now (sudo); endSession reports who is left.
    if (error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'EPERM')) return false;
    throw error;
  }
}

/**
 * Ends every process of the session: SIGHUP (and SIGCONT, for what is stopped), then after `graceMs` SIGKILL until
 * none is left. Rejects with `processes-left` (exit 69) where some cannot be killed, which takes another user's rights.
 */
export async function endSession(session: ProcessSession, clock: Clock, graceMs: number): Promise<void> {
  let members = sessionMembers(session);
  for (const { pid } of members) {
    sendSignal(pid, 'SIGHUP');
    sendSignal(pid, 'SIGCONT');
  }
  const started = clock.monotonic();
  while (members.length > 0 && clock.monotonic() - started < graceMs) {
    await sleep(clock, POLL_MS);
    members = sessionMembers(session, members);
  }
  for (let round = 0; members.length > 0 && round < KILL_ROUNDS; round++) {
    members = stopAll(session, members);
    signalGroups(members, 'SIGKILL');
    await sleep(clock, round < 3 ? 1 : POLL_MS);
    members = sessionMembers(session, members);
  }
  if (members.length > 0) {
    throw new BrokerError({
      code: 'processes-left',
      exit: EXIT.unavailable,
      message: `processes of the session cannot be ended: ${members.map(({ pid }) => pid).join(', ')}`,
      hint: 'they run as another user, or start new sessions faster than they can be found; end them as root, and run the broker as root or in a sandbox',
    });
  }
}

/**
 * Stops the members, and whatever they started between the look and the stop, until a look finds nobody new. A parent that
 * was stopped is still there to show its children, which one that was killed is not.
 */
function stopAll(session: ProcessSession, members: readonly Process[]): Process[] {
  let stopped = members;
  for (let look = 0; ; look++) {
    signalGroups(stopped, 'SIGSTOP');
    const pids = new Set(stopped.map(({ pid }) => pid));
    const found = sessionMembers(session, stopped);
    if (look === STOP_LOOKS || found.every(({ pid }) => pids.has(pid))) return found;
    stopped = found;
  }
}

/**
 * By group, because the kernel reaches all of a group at once, also those that were forked since the look. A group is
 * always of one session, so it holds no stranger.
 */
function signalGroups(members: readonly Process[], signal: NodeJS.Signals): void {
  for (const group of new Set(members.map((member) => member.group))) sendSignal(-group, signal);
}

const POLL_MS = 10;
const STOP_LOOKS = 20;
const KILL_ROUNDS = 100;

function listProcesses(): Process[] {
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (readProcess(entry) ?? []) : []));
}

/** From proc(5) `stat`; the name in parentheses may hold anything, parentheses included. */
function readProcess(pid: string): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, parent, group, session, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = rest[START_TIME - SESSION - 1];
    if (startTime === undefined) return undefined;
    const isZombie = state === 'Z' || state === 'X';
    const numbers = { parent: Number(parent), group: Number(group), session: Number(session) };
    return { pid: Number(pid), ...numbers, startTime, isZombie };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}

// Numbers of proc(5)'s fields.
const SESSION = 6;
const START_TIME = 22;
