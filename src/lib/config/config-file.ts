// Reads one config file, once: what is hashed, trusted and parsed are the same bytes. Never follows a path twice,
// never waits on a pipe somebody put there, never reads more than a config can be.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { sha256 } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { quoted } from './problem.ts';
import { formatSize } from './size.ts';

/**
 * Ten thousand rules fit (0.9 MB, read in 3 s). Only files are parsed that somebody chose or trusted; what a hostile one
 * can cost is seconds all the same: 16 s for so many bytes of "{}" on a busy machine.
 */
export const CONFIG_FILE_MAX_BYTES = 1024 * 1024;

export interface ConfigFile {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  /** UTF-8; a byte order mark is kept, so that the digest is that of the bytes. */
  readonly text: string;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
  readonly ownerUid: number;
  /** Permission bits. */
  readonly mode: number;
}

/**
 * The file, or undefined where there is none. A file that exists and cannot be used is an error, never skipped:
 * `config-unreadable` (permissions, not a regular file, too large), `bad-config` (not UTF-8); exit 78.
 */
export function readConfigFile(path: string): ConfigFile | undefined {
  let fd: number;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer that never comes.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    if (isAbsent(cause) && !isDanglingLink(path)) return undefined;
    throw unreadable(path, reasonOf(cause), cause);
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw unreadable(path, 'it is not a regular file');
    const bytes = readAtMost(fd, CONFIG_FILE_MAX_BYTES + 1);
    if (bytes.length > CONFIG_FILE_MAX_BYTES) {
      throw unreadable(path, `it is larger than ${formatSize(CONFIG_FILE_MAX_BYTES)}`);
    }
    return {
      path: realPathOf(path, stat),
      text: decode(path, bytes),
      digest: sha256(bytes),
      ownerUid: stat.uid,
      mode: stat.mode & 0o7777,
    };
  } catch (cause) {
    throw cause instanceof BrokerError ? cause : unreadable(path, reasonOf(cause), cause);
  } finally {
    closeSync(fd);
  }
}

/** Refuses a file that others than its owner, or an owner other than the caller and root, can change. */
export function refuseForeignWriters(file: ConfigFile, uid: number): void {
  if ((file.mode & 0o022) !== 0) {
    throw new BrokerError({
      code: 'config-permissions',
      exit: EXIT.configuration,
      message: `the config ${quoted(file.path)} can be changed by others (mode 0${file.mode.toString(8)})`,
      hint: `look at what it says, then run: chmod go-w ${shellQuoted(file.path)}`,
    });
  }
  if (file.ownerUid !== uid && file.ownerUid !== 0) {
    throw new BrokerError({
      code: 'config-permissions',
      exit: EXIT.configuration,
      message: `the config ${quoted(file.path)} belongs to another user (uid ${file.ownerUid})`,
      hint: 'use a config that you or root own',
    });
  }
}

/** What is trusted is content at a path: the path must be that of the file that was read, not of one put there since. */
function realPathOf(path: string, read: Stats): string {
  const real = realpathSync(path);
  const there = statSync(real);
  if (there.dev !== read.dev || there.ino !== read.ino) throw unreadable(path, 'it was exchanged while it was read');
  return real;
}

function readAtMost(fd: number, maxBytes: number): Buffer {
  const buffer = Buffer.alloc(maxBytes);
  let length = 0;
  while (length < maxBytes) {
    const read = readSync(fd, buffer, length, maxBytes - length, null);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}

function decode(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new BrokerError({
      code: 'bad-config',
      exit: EXIT.configuration,
      message: `the config ${quoted(path)} is not UTF-8 text`,
      hint: 'save it as UTF-8',
      cause,
    });
  }
}

function unreadable(path: string, reason: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'config-unreadable',
    exit: EXIT.configuration,
    message: `the config ${quoted(path)} cannot be read: ${reason}`,
    hint: 'make it a readable file, or move it away',
    cause,
  });
}

function errnoOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
}

export function isAbsent(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errnoOf(cause));
}

function isDanglingLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (cause) {
    if (isAbsent(cause)) return false;
    throw cause;
  }
}

function reasonOf(cause: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ELOOP: 'its symbolic links go in a circle',
    ENOENT: 'it is a symbolic link to nothing',
    ENXIO: 'it is not a regular file',
  };
  return reasons[errnoOf(cause)] ?? (errnoOf(cause) || 'reading it failed');
}

/** For a command line in a hint. */
function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
