// The few calls of the C library that Node does not have. The only importer of koffi, loaded on first use because
// loading costs about 10 ms. Every descriptor a function takes is the caller's; none closes what it was given.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import type koffi from 'koffi';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

interface Libc {
  readonly fcntl: (fd: number, command: number, argument: number) => number;
  readonly pipe2: (ends: Int32Array, flags: number) => number;
  readonly flock: (fd: number, operation: number) => number;
  readonly getsockopt: (fd: number, level: number, name: number, value: Buffer, length: Uint32Array) => number;
  readonly tcgetattr: (fd: number, attributes: Buffer) => number;
  readonly tcgetpgrp: (fd: number) => number;
  readonly prctl: (option: number, argument: number) => number;
  readonly errno: () => number;
  readonly codes: Readonly<Record<string, number>>;
}

/** The kernel's word on who connected a Unix socket: ids as they were at connect(2). */
export interface PeerCredentials {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number;
}

/** A new descriptor for the same open file; it is closed on exec. Throws a system error. */
export function dup(fd: number): number {
  const libc = load();
  const copy = libc.fcntl(fd, F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw systemError('dup', libc);
  return copy;
}

/**
 * Marks every descriptor but standard input, output and error as closed on exec, so that a program started now holds
 * nothing of the broker's: not another session's terminal (forkpty(3) leaves its own open), not what the broker's
 * starter passed down by accident. About 2 µs a descriptor; call it right before starting a program. Those in `keep` stay
 * open in the program, under their numbers.
 */
export function sealDescriptors(keep: readonly number[] = []): void {
  const libc = load();
  for (const entry of readdirSync('/proc/self/fd')) {
    const fd = Number(entry);
    const flag = keep.includes(fd) ? 0 : FD_CLOEXEC;
    // EBADF is the descriptor of this very listing, closed by now.
    if (fd > 2 && libc.fcntl(fd, F_SETFD, flag) < 0 && libc.errno() !== libc.codes.EBADF) {
      throw systemError('fcntl', libc);
    }
  }
}

/** A pipe(2), both ends blocking and closed on exec. Throws a system error. */
export function createPipe(): { readonly readEnd: number; readonly writeEnd: number } {
  const libc = load();
  const ends = new Int32Array(2);
  if (libc.pipe2(ends, O_CLOEXEC) < 0) throw systemError('pipe2', libc);
  return { readEnd: ends[0] ?? -1, writeEnd: ends[1] ?? -1 };
}

/**
 * Takes the exclusive flock(2) of an open file without waiting: true where it is ours now, false where somebody
 * else holds it. The lock goes with the last descriptor of the open file, so a crash releases it.
 */
export function tryLockFile(fd: number): boolean {
  const libc = load();
  if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return true;
  if (libc.errno() === libc.codes.EWOULDBLOCK || libc.errno() === libc.codes.EAGAIN) return false;
  throw systemError('flock', libc);
}

/** Who holds the other end of a connected Unix socket (unix(7), SO_PEERCRED). Throws a system error. */
export function peerCredentials(fd: number): PeerCredentials {
  const libc = load();
  const value = Buffer.alloc(UCRED_BYTES);
  const length = Uint32Array.of(UCRED_BYTES);
  if (libc.getsockopt(fd, SOL_SOCKET, SO_PEERCRED, value, length) < 0) throw systemError('getsockopt', libc);
  if (length[0] !== UCRED_BYTES) throw new Bug('the kernel answered something else than a ucred');
  // Views, not readInt32LE: the byte order is the machine's own. Buffer.alloc never shares its memory.
  const [pid = 0, uid = INVALID_ID, gid = INVALID_ID] = new Uint32Array(value.buffer, value.byteOffset, 3);
  if (pid === 0 || uid === INVALID_ID || gid === INVALID_ID) throw new Bug('the socket is not connected');
  return { pid, uid, gid };
}

/** True where the terminal (either side of it) echoes what is typed. Throws a system error. */
export function echoIsOn(fd: number): boolean {
  return (localFlags(fd) & ECHO) !== 0;
}

/** True where the terminal reads whole lines and does not echo them, as for a password. Throws a system error. */
export function readsHiddenLine(fd: number): boolean {
  return (localFlags(fd) & (ECHO | ICANON)) === ICANON;
}

function localFlags(fd: number): number {
  const libc = load();
  const attributes = Buffer.alloc(TERMIOS_BYTES);
  if (libc.tcgetattr(fd, attributes) < 0) throw systemError('tcgetattr', libc);
  return new Uint32Array(attributes.buffer, attributes.byteOffset, 4)[3] ?? 0;
}

/** The terminal's foreground process group, or undefined where it has none. */
export function foregroundGroup(fd: number): number | undefined {
  const group = load().tcgetpgrp(fd);
  return group > 1 ? group : undefined;
}

/**
 * Closes this process's memory to everybody but root: no core dump, no debugger, nothing of `/proc/PID` that its own user
 * could read its keys from (prctl(2), PR_SET_DUMPABLE). What it starts is as it would be. Throws a system error.
 */
export function closeMemoryToOthers(): void {
  const libc = load();
  if (libc.prctl(PR_SET_DUMPABLE, 0) < 0) throw systemError('prctl', libc);
}

// Numbers of Linux where the headers are the generic ones; powerpc has its own and is refused below.
const ARCHITECTURES: readonly string[] = ['x64', 'arm64', 'arm', 'riscv64', 'loong64', 's390x'];
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const O_CLOEXEC = 0o2000000;
const LOCK_EX = 2;
const LOCK_NB = 4;
const SOL_SOCKET = 1;
const PR_SET_DUMPABLE = 4;
const SO_PEERCRED = 17;
const UCRED_BYTES = 12;
const INVALID_ID = 0xffffffff;
// struct termios begins with four 32-bit flag words in glibc and musl, c_lflag last; both are 60 bytes.
const TERMIOS_BYTES = 64;
const ICANON = 0o2;
const ECHO = 0o10;

// Function pointers, bound once a process: the cost of loading is the reason for this file's one variable.
let bound: Libc | undefined;

function load(): Libc {
  if (bound !== undefined) return bound;
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) {
    throw new BrokerError({
      code: 'unsupported-platform',
      exit: EXIT.unavailable,
      message: `the broker does not run on "${process.platform}-${process.arch}"`,
      hint: 'run the broker on Linux; its clients can be anywhere',
    });
  }
  const ffi = createRequire(import.meta.url)('koffi') as typeof koffi;
  const library = ffi.load(null);
  const fcntl = library.func('int fcntl(int fd, int command, ...)');
  const prctl = library.func('int prctl(int option, ...)');
  bound = {
    // Variadic in C: koffi wants the type before the value.
    fcntl: (fd, command, argument) => fcntl(fd, command, 'int', argument) as number,
    pipe2: library.func('int pipe2(_Out_ int *ends, int flags)') as Libc['pipe2'],
    flock: library.func('int flock(int fd, int operation)') as Libc['flock'],
    getsockopt: library.func(
      'int getsockopt(int fd, int level, int name, _Out_ void *value, _Inout_ uint32_t *length)',
    ) as Libc['getsockopt'],
    tcgetattr: library.func('int tcgetattr(int fd, _Out_ void *attributes)') as Libc['tcgetattr'],
    tcgetpgrp: library.func('int tcgetpgrp(int fd)') as Libc['tcgetpgrp'],
    prctl: (option, argument) => prctl(option, 'unsigned long', argument) as number,
    errno: () => ffi.errno(),
    codes: ffi.os.errno,
  };
  return bound;
}

function systemError(call: string, libc: Libc): Error {
  const number = libc.errno();
  const code = Object.entries(libc.codes).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
  return Object.assign(new Error(`${call}: ${code}`), { code, errno: -number, syscall: call });
}
