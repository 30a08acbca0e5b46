// Named lists: `$name` in a list of patterns stands for everything in `policy.lists.name`. Written out before anything is
// compiled; a name that nobody gave is an error, never a pattern that matches nothing.
import type { PolicyDocument } from '../../core/policy-document.ts';
import { badPolicy } from './bad-policy.ts';

export type Lists = NonNullable<PolicyDocument['lists']>;

/** The built-in list: every file in a workspace folder, but not the folder. */
export const WORKSPACE = '$workspace';

/**
 * Everything the patterns say, `$name` written out, a list that is named twice only once. Throws `bad-policy` (78) for an
 * unknown list, or one in a circle.
 */
export function writeOut(patterns: readonly string[], lists: Lists): readonly string[] {
  if (!patterns.some((pattern) => pattern.startsWith('$'))) return patterns;
  const out: string[] = [];
  const done = new Set<string>();
  const open = new Set<string>();
  const add = (some: readonly string[]) => {
    for (const pattern of some) {
      if (!pattern.startsWith('$') || pattern === WORKSPACE) out.push(pattern);
      else addList(pattern.slice(1));
    }
  };
  const addList = (name: string) => {
    if (open.has(name)) throw badPolicy(`the list "${name}" names itself`, 'take the circle out of policy.lists');
    if (done.has(name)) return;
    const listed = lists.get(name);
    if (listed === undefined) throw badPolicy(`there is no list "${name}"`, 'add it to policy.lists');
    open.add(name);
    add(listed);
    open.delete(name);
    done.add(name);
  };
  add(patterns);
  return out;
}
