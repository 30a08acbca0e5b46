// Named lists: `$name` in a list of patterns stands for everything in `policy.lists.name`. Written out before anything is
// compiled; a name that nobody gave is an error, never a pattern that matches nothing.
import type { PolicyDocument } from '../core/policy-document.ts';
import { badPolicy } from './bad-policy.ts';

export type Lists = NonNullable<PolicyDocument['lists']>;

/** The built-in list: every file in a workspace folder, but not the folder. */
export const WORKSPACE = '$workspace';

/** Everything the list says, `$name` written out. Throws `bad-policy` (78) for an unknown list, or one in a circle. */
export function writeOut(patterns: readonly string[], lists: Lists, open: readonly string[] = []): readonly string[] {
  if (!patterns.some((pattern) => pattern.startsWith('$'))) return patterns;
  return patterns.flatMap((pattern) => {
    if (!pattern.startsWith('$') || pattern === WORKSPACE) return [pattern];
    const name = pattern.slice(1);
    const listed = lists.get(name);
    if (listed === undefined) throw badPolicy(`there is no list "${name}"`, 'add it to policy.lists');
    if (open.includes(name)) throw badPolicy(`the list "${name}" names itself`, 'take the circle out of policy.lists');
    return writeOut(listed, lists, [...open, name]);
  });
}
