// The state folder and the lock that makes one broker of it. The lock is the kernel's (flock(2)): it goes with the
// process, however that ends, so what a dead broker left behind can be told from a living one.
import { closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { tryLockFile } from '../os/libc.ts';

/** Creates the folder (0700), or refuses one that others own or can enter: `state-folder` (78). */
export function prepareStateFolder(folder: string, uid: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw stateFolderError(folder, `cannot be created (${(cause as NodeJS.ErrnoException).code})`, 'set SALLYPORT_STATE to a folder you can write', cause);
  }
  checkStateFolder(folder, uid);
}

/** Refuses a state folder that is not the caller's alone; nothing to refuse where there is none. */
export function checkStateFolder(folder: string, uid: number): void {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) throw stateFolderError(folder, 'is not a folder', 'move it away, or set SALLYPORT_STATE');
  if (stat.uid !== uid) throw stateFolderError(folder, `belongs to uid ${stat.uid}, not to uid ${uid}`, 'set SALLYPORT_STATE to a folder of your own');
  if ((stat.mode & 0o077) !== 0) throw stateFolderError(folder, 'can be entered by others', `run: chmod 700 ${folder}`);
}

/** The lock, or undefined where another broker holds it. Held until `release` or the end of the process. */
export function takeBrokerLock(file: string): { release(): void } | undefined {
  const fd = openSync(file, 'a', 0o600);
  if (tryLockFile(fd)) return { release: () => closeSync(fd) };
  closeSync(fd);
  return undefined;
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
