// Where a program starts: the target's folder, else the caller's, else the home of who it runs as.
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

export interface WorkingFolder {
  readonly path: string;
  /** Whose word it is: an unusable home is replaced by `/`, as login does; the others are refused. */
  readonly from: 'target' | 'caller' | 'home';
}

/** Chooses; throws `bad-working-folder` (exit 64 or 78) for what is no absolute path. */
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
  return folder;
}

/** True where the broker's user can enter it. */
export function canEnter(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** `/` in the place of an unusable home; throws `bad-working-folder` for the others: 78 if the target's, else 64. */
export function refuseFolder(folder: WorkingFolder, why: string): WorkingFolder {
  if (folder.from === 'home') return { path: '/', from: 'home' };
  throw new BrokerError({
    code: 'bad-working-folder',
    exit: folder.from === 'target' ? EXIT.configuration : EXIT.usage,
    message: `the program cannot start in "${folder.path}": ${why}`,
    hint:
      folder.from === 'target' ? 'correct the target\'s "cwd"' : "change to a folder that the program's user can enter",
  });
}
