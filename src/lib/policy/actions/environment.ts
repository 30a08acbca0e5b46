// Variables that make a program load or run something else than itself.
import type { EnvFact } from '../facts.ts';
import { isPlain } from '../unknowns.ts';
import { isUsualValue, VARIABLES } from './environment-values.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const ENVIRONMENT_ACTIONS: readonly string[] = [
  'environment.history',
  'environment.inject',
  'environment.path',
  'environment.settings',
];

/** Names that change how output looks and nothing else. */
const HARMLESS =
  /^(LANGUAGE|TZ|COLUMNS|LINES|TERM|COLORTERM|NO_COLOR|FORCE_COLOR|CLICOLOR(_FORCE)?|CI|GIT_TERMINAL_PROMPT|NODE_ENV|DEBIAN_FRONTEND|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|GIT_OPTIONAL_LOCKS)$/;

// A shell that reads its text in another charset than UTF-8 may see other words than we do.
const JUDGED_CHARSET = /^(?:|C|POSIX|[A-Za-z_]+\.utf-?8(?:@[A-Za-z]+)?)$/i;

/** True where setting the variable says nothing about what will run. */
export function isHarmlessVariable({ name, value }: EnvFact): boolean {
  if (/^(LC_[A-Z]+|LANG)$/.test(name)) return JUDGED_CHARSET.test(value);
  return HARMLESS.test(name) && isPlain(value);
}

/**
 * `environment.inject`: a variable that brings code in; `.path`: programs are looked for where anybody may put some;
 * `.settings`: settings, a home or a registry are taken from elsewhere; `.history`: what was typed is hidden.
 */
export function environmentActions({ env }: CommandFact): string[] {
  const found = new Set<string>();
  for (const each of env) {
    if (isHarmlessVariable(each)) continue;
    if (/^HIST(FILE|SIZE|FILESIZE|CONTROL|IGNORE)$/.test(each.name)) found.add('environment.history');
    for (const { names, action, usual } of VARIABLES) {
      if (!names.test(each.name)) continue;
      if (!isUsualValue(usual, each)) found.add(action);
      break;
    }
    if (/^PS[0-4]$/.test(each.name) && /[`$]\(|`/.test(each.value)) found.add('environment.inject');
  }
  return [...found];
}
