// A program and everything it started, found as the kernel's session (setsid(2)) whose id is the program's pid, and
// ended as a whole. A process that calls setsid itself leaves the session and is not found.
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

export interface ProcessSession {
  /** The pid of its leader, which is the session's id. */
  readonly id: number;
  /** True once the leader was waited for: from then on its pid may come to belong to somebody else. */
  readonly leaderReaped: () => boolean;
}

/**
 * Pids of the processes in the session, without zombies; empty once all are gone. About 20 µs a process on the
 * machine, so call it to end things, not while they run.
 */
export function sessionMembers(session: ProcessSession): number[] {
  // The kernel does not give a pid away while a session has it for its id. So a process with the leader's pid after
  // the leader was reaped means that our session is empty, and the one found there is a stranger's.
  const members: number[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const status = readStatus(entry);
    if (status === undefined || status.session !== session.id) continue;
    if (Number(entry) === session.id && session.leaderReaped()) return [];
    if (status.state !== 'Z' && status.state !== 'X') members.push(Number(entry));
  }
  return members;
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
  for (const pid of members) {
    sendSignal(pid, 'SIGHUP');
    sendSignal(pid, 'SIGCONT');
  }
  const started = clock.monotonic();
  while (members.length > 0 && clock.monotonic() - started < graceMs) {
    await pause(clock, POLL_MS);
    members = sessionMembers(session);
  }
  // Several rounds, because a process may fork between the look and the kill; each round is one fork further behind.
  for (let round = 0; members.length > 0 && round < KILL_ROUNDS; round++) {
    for (const pid of members) sendSignal(pid, 'SIGKILL');
    await pause(clock, round < 3 ? 1 : POLL_MS);
    members = sessionMembers(session);
  }
  if (members.length > 0) {
    throw new BrokerError({
      code: 'processes-left',
      exit: EXIT.unavailable,
      message: `processes of the session cannot be ended: ${members.join(', ')}`,
      hint: 'they run as another user; end them as root, and run the broker as root or in a sandbox',
    });
  }
}

const POLL_MS = 10;
const KILL_ROUNDS = 100;

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}

/** State and session id from proc(5) `stat`; the name in parentheses may hold anything, parentheses included. */
function readStatus(pid: string): { readonly state: string; readonly session: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state, , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === undefined || session === undefined ? undefined : { state, session: Number(session) };
  } catch {
    // It ended between the listing and the reading.
    return undefined;
  }
}
