// Which project files a person trusted, and with which content. One small file an entry, as direnv keeps them: two
// people's words at once cannot overwrite each other, and a withdrawal cannot be lost.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../core/digest.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { ConfigFile } from './config-file.ts';
import { isAbsent } from './config-file.ts';
import { quoted } from './problem.ts';

export type Trust = 'trusted' | 'changed' | 'unknown';

export interface TrustStore {
  /** Trusts exactly this content at exactly this path. Pass what was read and shown, not what is there now. */
  trust(file: Pick<ConfigFile, 'path' | 'digest'>): void;
  trustOf(file: Pick<ConfigFile, 'path' | 'digest'>): Trust;
  /** Takes trust back, whatever the content; also for a file that is gone. False where there was none. */
  revoke(path: string): boolean;
}

/**
 * `folder` is created (0700) on the first `trust`; entries are 0600 and replaced whole. Every function throws
 * `trust-unusable` (exit 78) where entries cannot be read or written, or somebody but `uid` could have written them.
 */
export function trustStore(folder: string, uid = process.geteuid?.() ?? 0): TrustStore {
  const entryOf = (path: string) => join(folder, sha256(path).replace('sha256:', ''));
  return {
    trust({ path, digest }) {
      guarded(folder, () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        refuseForeign(folder, statSync(folder), uid);
        writeWhole(entryOf(path), `${digest} ${path}\n`);
      });
    },
    trustOf({ path, digest }) {
      return guarded(folder, () => {
        const entry = readEntry(entryOf(path), uid);
        if (entry === undefined) return 'unknown';
        refuseForeign(folder, statSync(folder), uid);
        return entry === `${digest} ${path}\n` ? 'trusted' : 'changed';
      });
    },
    revoke(path) {
      return guarded(folder, () => {
        const entry = entryOf(realPathOf(path));
        // Whoever wrote it: taking trust back must work on an entry that may not be believed.
        if (lstatSync(entry, { throwIfNoEntry: false }) === undefined) return false;
        rmSync(entry);
        syncFolder(folder);
        return true;
      });
    },
  };
}

/** The real path; for a file that is gone, that of its folder and its name. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
  }
  try {
    return join(realpathSync(dirname(path)), path.slice(dirname(path).length).replace(/^\/+/, ''));
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    return path;
  }
}

function readEntry(entry: string, uid: number): string | undefined {
  let fd: number;
  try {
    fd = openSync(entry, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause;
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`${entry} is not a regular file`);
    refuseForeign(entry, stat, uid);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function refuseForeign(path: string, { mode, uid: owner }: Stats, uid: number): void {
  if ((mode & 0o022) !== 0) throw new Error(`${path} can be written by others`);
  if (owner !== uid) throw new Error(`${path} belongs to another user (uid ${owner})`);
}

/** A reader sees the old entry or the new one, also after a power cut. */
function writeWhole(entry: string, text: string): void {
  const fresh = `${entry}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  const fd = openSync(fresh, 'wx', 0o600);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(fresh, entry);
  syncFolder(dirname(entry));
}

function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function guarded<Result>(folder: string, run: () => Result): Result {
  try {
    return run();
  } catch (cause) {
    throw new BrokerError({
      code: 'trust-unusable',
      exit: EXIT.configuration,
      message: `the list of trusted projects in ${quoted(folder)} cannot be used`,
      hint: 'make the folder yours, with mode 0700, and its files 0600',
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}
