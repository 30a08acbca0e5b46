// Many files gone at once: folders with what is in them, or names that only the run will know.
import { hasOption } from '../facts/options.ts';
import { ANY, CWD, HOME, SOME } from '../facts/unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const BULK_ACTIONS: readonly string[] = ['files.remove-many'];

/** `files.remove-many`: whole folders, or whatever a glob, a list or a command names. */
export function bulkActions(command: CommandFact): string[] {
  const { args, removes, name } = command;
  if (removes.length === 0 || findsByName(command)) return [];
  // A folder that moves is whole elsewhere.
  const moves = name === 'mv' || name === 'gmv';
  const many = (!moves && removes.some(({ recursive }) => recursive)) || args.some((arg) => arg.many || !arg.exact);
  return many || (name === 'shred' && hasOption(args, '-u', '--remove')) ? ['files.remove-many'] : [];
}

/** Two folders at least, then what find found there, by a name that says something: `*.pyc`. */
const FOUND = new RegExp(
  `^(?:${CWD}|(?:/[^/${ANY}${SOME}]+){2,}|${HOME}(?:/[^/${ANY}${SOME}]+)+)/${SOME}[^${ANY}${SOME}]*\\w{2}[^${ANY}${SOME}]*$`,
);

// `find . -name '*.pyc' -delete`, and the same through -exec or xargs: files of a kind, below the folder it runs in.
function findsByName({ name, args, removes, wrappers }: CommandFact): boolean {
  // Empty files and folders hold nothing.
  if (name === 'find' && args.some(({ value }) => value === '-empty')) return true;
  if (!removes.every(({ forms: [form = ''] }) => FOUND.test(form))) return false;
  if (name === 'find') return true;
  const isHanded = wrappers.some((each) => each === 'find' || each === 'xargs');
  return isHanded && args.every(({ value }) => !/^[/~]|\.\./.test(value));
}
