// Many files gone at once: folders with what is in them, or names that only the run will know.
import { hasOption } from '../options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const BULK_ACTIONS: readonly string[] = ['files.remove-many'];

/** `files.remove-many`: whole folders, or whatever a glob, a list or a command names. */
export function bulkActions({ args, removes, name }: CommandFact): string[] {
  if (removes.length === 0) return [];
  // A folder that moves is whole elsewhere.
  const moves = name === 'mv' || name === 'gmv';
  const many = (!moves && removes.some(({ recursive }) => recursive)) || args.some((arg) => arg.many || !arg.exact);
  return many || (name === 'shred' && hasOption(args, '-u', '--remove')) ? ['files.remove-many'] : [];
}
