// Variables that make a program load or run something else than itself.
import type { EnvFact } from '../facts/facts.ts';
import { ANY, isPlain, SOME } from '../facts/unknowns.ts';
import { aliasDeceives } from './aliases.ts';
import { isUsualValue, type Usual, VARIABLES } from './environment-values.ts';
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

/** Programs whose words set variables for what they run. */
const TAKES_VARIABLES =
  /^(systemd-run|systemctl|run0|make|gmake|tmux|launchctl|dbus-update-activation-environment|cross-env|env-cmd|docker|podman)$/;
/** Settings of package managers and the like that say what later calls run, and from where. */
const SETTINGS =
  /^((npm|pnpm|yarn) (config|c) set (--location=\w+ |-g |--global )?(\S*registry|script-shell|node-options|prefix|git|editor|shell|viewer|browser|userconfig|globalconfig|yarnPath|\S*proxy|ignore-scripts)|npm set \S*registry|pip3? config (--\w+ )?(set|edit)|go env -w|gh config set (pager|editor|browser)|bundle config (set )?(--\w+ )?mirror|conda config --(add|append|prepend|set)|gem sources (-a|--add)|cargo login|yum-config-manager --add-repo|add-apt-repository|apt-add-repository|composer config (-g |--global )?repo)/;

// Where only a part that is not known is unusual: what `PATH` held before, after a branch or in a loop.
function isUnknownPart(usual: Usual, { name, value }: EnvFact): boolean {
  return value.includes(ANY) && isUsualValue(usual, { name, value: value.replaceAll(ANY, SOME) });
}

function variableIn(word: string): EnvFact[] {
  const [, name, value = ''] = /^(?:--setenv=|--env=|-E|-e)?([A-Za-z_]\w*)=([\s\S]*)$/.exec(word) ?? [];
  return name === undefined ? [] : [{ name, value }];
}

/**
 * `environment.inject`: a variable that brings code in; `.path`: programs are looked for where anybody may put some;
 * `.settings`: settings, a home or a registry are taken from elsewhere; `.history`: what was typed is hidden.
 */
export function environmentActions({ name: command, args, env }: CommandFact): string[] {
  const found = new Set<string>();
  if (SETTINGS.test([command, ...args.slice(0, 4).map(({ value }) => value)].join(' ')))
    found.add('environment.settings');
  if (command === 'alias' && args.some(aliasDeceives)) found.add('environment.inject');
  const given = TAKES_VARIABLES.test(command) ? args.flatMap(({ value }) => variableIn(value)) : [];
  for (const each of [...env, ...given]) {
    if (isHarmlessVariable(each)) continue;
    if (/^HIST(FILE|SIZE|FILESIZE|CONTROL|IGNORE)$/.test(each.name)) found.add('environment.history');
    for (const { names, action, usual } of VARIABLES) {
      if (!names.test(each.name)) continue;
      if (!isUsualValue(usual, each)) found.add(isUnknownPart(usual, each) ? 'environment.settings' : action);
      break;
    }
    if (/^PS[0-4]$/.test(each.name) && /[`$]\(|`/.test(each.value)) found.add('environment.inject');
  }
  return [...found];
}
