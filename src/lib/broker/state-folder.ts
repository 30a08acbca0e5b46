// The state folder and the lock that makes one broker of it. The lock is the kernel's (flock(2)): it goes with the
// process, however that ends, so what a dead broker left behind can be told from a living one.
import { accessSync, closeSync, constants, lstatSync, mkdirSync, openSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { tryLockFile } from '../os/libc.ts';

/** Creates the folder (0700), or refuses one that others own or can enter, or that cannot be written: `state-folder` (78). */
export function prepareStateFolder(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw stateFolderError(
      folder,
      `cannot be created (${codeOf(cause)})`,
      'set SALLYPORT_STATE to a folder you can write',
      cause,
    );
  }
  checkStateFolder(folder, uid);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** Refuses a state folder that is not the caller's alone; nothing to refuse where there is none. */
export function checkStateFolder(folder: string, uid: number): void {
  const stat = lookAt(folder);
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw stateFolderError(folder, 'is not a folder', 'move it away, or set SALLYPORT_STATE');
  if (stat.uid !== uid) {
    const what = `belongs to uid ${stat.uid}, not to uid ${uid}`;
    throw stateFolderError(folder, what, 'set SALLYPORT_STATE to a folder of your own');
  }
  if ((stat.mode & 0o077) !== 0) throw stateFolderError(folder, 'can be entered by others', `run: chmod 700 ${folder}`);
}

/**
 * The lock, or undefined where another broker holds it. Held until `release` or the end of the process.
 * Throws `state-folder` (78) where the file cannot be opened.
 */
export function takeBrokerLock(folder: string, file: string): { release(): void } | undefined {
  let fd: number;
  try {
    fd = openSync(file, 'a', 0o600);
  } catch (cause) {
    throw unusable(folder, cause);
  }
  if (tryLockFile(fd)) return { release: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
}

/** The error of a folder that is there and cannot be written. */
export function unusable(folder: string, cause: unknown): BrokerError {
  const code = codeOf(cause);
  const hint =
    code === 'ENOSPC' || code === 'EDQUOT' ? 'make room on its disk' : `check who may write it: ls -ld ${folder}`;
  return stateFolderError(folder, `cannot be written (${code})`, hint, cause);
}

/** A way that leads through a file, or through a folder that may not be entered, is named as such. */
function lookAt(folder: string) {
  try {
    return lstatSync(folder, { throwIfNoEntry: false });
  } catch (cause) {
    throw stateFolderError(
      folder,
      `cannot be reached (${codeOf(cause)})`,
      'set SALLYPORT_STATE to a folder of your own',
      cause,
    );
  }
}

function codeOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}

function stateFolderError(folder: string, what: string, hint: string, cause?: unknown): BrokerError {
  return new BrokerError({
    code: 'state-folder',
    exit: EXIT.configuration,
    message: `the state folder "${folder}" ${what}`,
    hint,
    cause,
  });
}
