// What one start of a sandbox needs to know, looked up at that moment: folders move and links change under a broker.
import { statSync } from 'node:fs';
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { refuseFolder, type WorkingFolder } from '../working-folder.ts';
import { hiddenPaths, realPath } from './hidden-paths.ts';
import { arrange, FRESH_FOLDERS, isWithin, type Layout } from './layout.ts';
import type { BrokerPaths, SandboxOptions } from './options.ts';
import { boundSockets } from './sockets.ts';

export interface SandboxPlan {
  readonly target: string;
  readonly options: SandboxOptions;
  readonly layout: Layout;
}

/**
 * Looks at the paths. `homes`: of who runs first, then others whose usual places hide credentials, too. Throws
 * `bad-workspace` (78) for what is no folder, not its real path, or inside what is hidden.
 */
export function planSandbox(
  target: string,
  options: SandboxOptions,
  broker: BrokerPaths,
  homes: readonly string[],
): SandboxPlan {
  const named = hiddenPaths(options.hide, broker.hidden, homes);
  for (const folder of options.workspace) requireWorkspace(target, folder, named);
  // A socket in a workspace is the program's own affair.
  const isOutside = (path: string) => !options.workspace.some((folder) => isWithin(path, folder));
  const hidden = [...named, ...boundSockets().map(realPath).filter(isOutside)];
  const readOnly = broker.readOnly.map(realPath);
  return { target, options, layout: arrange({ writable: options.workspace, hidden, readOnly }) };
}

/** The folder where the sandbox shows it; throws what `refuseFolder` throws where not. */
export function visibleFolder(folder: WorkingFolder, { layout }: SandboxPlan): WorkingFolder {
  const { path } = folder;
  const isShown = layout.writable.some((root) => isWithin(path, root));
  const isFresh = FRESH_FOLDERS.some((root) => path !== root && isWithin(path, root));
  const isHidden = layout.hidden.some((cover) => isWithin(path, cover));
  return isHidden || (isFresh && !isShown) ? refuseFolder(folder, "the target's sandbox does not show it") : folder;
}

function requireWorkspace(target: string, folder: string, hidden: readonly string[]): void {
  const cover = hidden.find((path) => isWithin(folder, path));
  const why =
    cover !== undefined
      ? `it is inside "${cover}", which the sandbox hides`
      : OF_THE_KERNEL.some((root) => isWithin(folder, root)) || folder === '/'
        ? 'it is no folder that programs may own'
        : !isFolder(folder)
          ? 'no such folder'
          : realPath(folder) !== folder
            ? `its real path is "${realPath(folder)}"`
            : undefined;
  if (why === undefined) return;
  throw new BrokerError({
    code: 'bad-workspace',
    exit: EXIT.configuration,
    message: `the sandbox of target "${target}" cannot have the workspace "${folder}": ${why}`,
    hint: `correct targets.${target}.sandbox.workspace, or the target's "cwd"`,
  });
}

const OF_THE_KERNEL = ['/proc', '/sys', '/dev'];

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
