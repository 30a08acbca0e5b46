// Whether a program on this machine waits for input, as the kernel has it: what its threads are blocked in (proc(5),
// `syscall`), and whether what they wait for is its input. Readable for descendants of the same user, and for root; where
// it is not, the answer is "unknown", never a guess.
import { closeSync, openSync, readdirSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';

export type InputState =
  /** Blocked until there is input. */
  | 'waiting'
  /** In an event loop that would take input, and would go on for other reasons, too. */
  | 'maybe'
  | 'busy'
  | 'unknown';

/** The state of several processes together. `isInput` knows the program's input by what fstat(2) says of it. */
export function inputStateOf(pids: readonly number[], isInput: (file: Stats) => boolean): InputState {
  const states = new Set(pids.flatMap((pid) => threadsOf(pid).map((task) => stateOfThread(pid, task, isInput))));
  return (['waiting', 'maybe', 'unknown'] as const).find((state) => states.has(state)) ?? 'busy';
}

/** A program with more threads is no program that asks somebody something. */
const MAX_THREADS = 64;

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).slice(0, MAX_THREADS);
  } catch {
    // It ended since it was listed.
    return [];
  }
}

function stateOfThread(pid: number, task: string, isInput: (file: Stats) => boolean): InputState {
  const calls = CALLS[process.arch];
  if (calls === undefined) return 'unknown';
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/task/${task}/syscall`, 'latin1');
  } catch (error) {
    const isForbidden =
      error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');
    return isForbidden ? 'unknown' : 'busy';
  }
  const [number = '', first = '0', second = '0', third = '0'] = line.split(' ');
  const call = calls[number];
  const is = (fd: number) => isInputOf(pid, fd, isInput);
  switch (call) {
    case undefined:
      return 'busy';
    case 'read':
      return is(Number(first)) ? 'waiting' : 'busy';
    case 'epoll':
      return epollTargets(pid, Number(first)).some(is) ? 'maybe' : 'busy';
    case 'poll':
      return stateOfSet(polled(pid, BigInt(first), Number(second)), is);
    case 'select':
      return stateOfSet([...bits(pid, BigInt(second), Number(first)), ...bits(pid, BigInt(third), Number(first))], is);
    default:
      return call satisfies never;
  }
}

function stateOfSet(fds: readonly number[], is: (fd: number) => boolean): InputState {
  if (!fds.some(is)) return 'busy';
  return fds.every(is) ? 'waiting' : 'maybe';
}

function isInputOf(pid: number, fd: number, isInput: (file: Stats) => boolean): boolean {
  try {
    return isInput(statSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return false;
  }
}

/** Descriptors that an epoll instance watches (proc(5), `fdinfo`). */
function epollTargets(pid: number, epoll: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/fdinfo/${epoll}`, 'latin1');
    return [...text.matchAll(/^tfd:\s+(\d+)/gm)].map(([, fd]) => Number(fd));
  } catch {
    return [];
  }
}

const MAX_POLLED = 1024;

/** Of an array of struct pollfd: descriptor, then events; negative descriptors are ignored (poll(2)). */
function polled(pid: number, address: bigint, count: number): number[] {
  const memory = readMemory(pid, address, Math.min(count, MAX_POLLED) * 8);
  const fds: number[] = [];
  for (let at = 0; at + 8 <= memory.length; at += 8) {
    const fd = memory.readInt32LE(at);
    if (fd >= 0) fds.push(fd);
  }
  return fds;
}

/** Members of an fd_set: one bit each. */
function bits(pid: number, address: bigint, count: number): number[] {
  if (address === 0n) return [];
  const memory = readMemory(pid, address, Math.ceil(Math.min(count, MAX_POLLED) / 8));
  return [...memory].flatMap((byte, index) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bit) => ((byte >> bit) & 1 ? [index * 8 + bit] : [])),
  );
}

function readMemory(pid: number, address: bigint, length: number): Buffer {
  if (length <= 0) return Buffer.alloc(0);
  try {
    const fd = openSync(`/proc/${pid}/mem`, 'r');
    try {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(fd, bytes, 0, length, address));
    } finally {
      closeSync(fd);
    }
  } catch {
    // It went on, or is not ours to look into.
    return Buffer.alloc(0);
  }
}

type Call = 'read' | 'poll' | 'select' | 'epoll';

// Numbers of the system calls; arm64, riscv64 and loong64 share the generic table (asm-generic/unistd.h).
const GENERIC: Readonly<Record<string, Call>> = {
  63: 'read',
  65: 'read',
  72: 'select',
  73: 'poll',
  22: 'epoll',
  441: 'epoll',
};
const CALLS: Readonly<Record<string, Readonly<Record<string, Call>>>> = {
  x64: {
    0: 'read',
    19: 'read',
    7: 'poll',
    271: 'poll',
    23: 'select',
    270: 'select',
    232: 'epoll',
    281: 'epoll',
    441: 'epoll',
  },
  arm64: GENERIC,
  riscv64: GENERIC,
  loong64: GENERIC,
};
