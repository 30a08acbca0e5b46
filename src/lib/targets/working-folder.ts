// Where a program starts: the target's folder, else the caller's, else the home of who it runs as. A folder that is
// reached through a symbolic link could be another one by the time the program starts, so that only real paths are used.
import { accessSync, closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

export interface WorkingFolder {
  readonly path: string;
  /** Whose word it is: an unusable home is replaced by `/`, as login does; the others are refused. */
  readonly from: 'target' | 'caller' | 'home';
}

/**
 * Chooses, and follows the links of what the config and the account name; a caller's path is taken as it is, because the
 * broker may see more than its caller. Throws `bad-working-folder` (exit 64 or 78) for what is no absolute path.
 */
export function chooseFolder(
  target: string | undefined,
  caller: string | undefined,
  home: string | undefined,
): WorkingFolder {
  const folder: WorkingFolder =
    target !== undefined
      ? { path: target, from: 'target' }
      : caller !== undefined
        ? { path: caller, from: 'caller' }
        : { path: home ?? '/', from: 'home' };
  if (!isAbsolute(folder.path) || folder.path.includes('\0')) return refuseFolder(folder, 'it is not an absolute path');
  return folder.from === 'caller' ? folder : { ...folder, path: realPath(folder.path) };
}

function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    // Whoever starts a program there is told; a place can be named all the same.
    return path;
  }
}

export interface HeldFolder extends Disposable {
  /** Enters exactly the folder that was looked at, whatever its path leads to meanwhile; good until disposed. */
  readonly path: string;
  /** What it is called. */
  readonly realPath: string;
}

/**
 * Opens the folder for a program of the broker's own user. Throws `bad-working-folder` where it cannot be entered, or where
 * its path is not its real one; `/` takes the place of such a home.
 */
export function holdFolder(folder: WorkingFolder): HeldFolder {
  const fd = openFolder(folder.path);
  if (fd === undefined) return holdFolder(refuseFolder(folder, 'no such folder, or it is closed to its user'));
  const path = `/proc/self/fd/${fd}`;
  if (readlinkSync(path) === folder.path) {
    return { path, realPath: folder.path, [Symbol.dispose]: () => closeSync(fd) };
  }
  closeSync(fd);
  return holdFolder(refuseFolder(folder, NOT_REAL));
}

/** A descriptor of the folder, where this process's user may enter it. */
function openFolder(path: string): number | undefined {
  try {
    accessSync(path, constants.X_OK);
    return openSync(path, O_PATH | constants.O_DIRECTORY);
  } catch {
    return undefined;
  }
}

/** Why a path is refused that leads elsewhere than it says. */
export const NOT_REAL = 'that is not its real path';

// open(2): neither reads nor needs the right to read; of Linux, the same on every architecture that libc.ts lists.
const O_PATH = 0o10000000;

/** `/` in the place of an unusable home; throws `bad-working-folder` for the others: 78 if the target's, else 64. */
export function refuseFolder(folder: WorkingFolder, why: string): WorkingFolder {
  if (folder.from === 'home') return { path: '/', from: 'home' };
  throw new BrokerError({
    code: 'bad-working-folder',
    exit: folder.from === 'target' ? EXIT.configuration : EXIT.usage,
    message: `the program cannot start in "${folder.path}": ${why}`,
    hint:
      folder.from === 'target'
        ? 'correct the target\'s "cwd"'
        : 'change to a folder that the program\'s user can enter, by the path that "pwd -P" prints',
  });
}
