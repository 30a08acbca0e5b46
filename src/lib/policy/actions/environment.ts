// Variables that make a program load or run something else than itself.
import type { EnvFact } from '../facts.ts';
import { isPlain } from '../unknowns.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const ENVIRONMENT_ACTIONS: readonly string[] = ['environment.history', 'environment.inject'];

// The value is a program, a library or options of one; other names are merely not covered by an allow.
const INJECTS =
  /^(LD_(PRELOAD|AUDIT|LIBRARY_PATH)|DYLD_\w+|BASH_ENV|ENV|BASH_FUNC\w*|SHELLOPTS|BASHOPTS|PS4|PROMPT_COMMAND|PYTHON(PATH|STARTUP|HOME|INSPECT)|PERL5(LIB|OPT|DB)|RUBY(LIB|OPT)|NODE_(OPTIONS|PATH)|_?JAVA_(TOOL_)?OPTIONS|GCONV_PATH|GIT_(SSH|SSH_COMMAND|EXEC_PATH|CONFIG\w*|EXTERNAL_DIFF|PROXY_COMMAND|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|TEMPLATE_DIR)|LESSOPEN|LESSCLOSE|MANPAGER|PAGER|EDITOR|VISUAL|BROWSER|SSH_ASKPASS|SUDO_ASKPASS|RSYNC_RSH|CVS_RSH|TAR_OPTIONS|OPENSSL_CONF)$/;

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

// `PAGER=cat`, `GIT_EDITOR=true`: a person is asked, and knows these.
function isUsualProgram({ name, value }: EnvFact): boolean {
  return /(PAGER|EDITOR|VISUAL)$/.test(name) && /^(cat|less|more|true|:|vim?|nano|)$/.test(value);
}

/** `environment.inject`: a variable that brings code in; `environment.history`: one that hides what was typed. */
export function environmentActions({ env }: CommandFact): string[] {
  const names = env.filter((each) => !isHarmlessVariable(each)).map(({ name }) => name);
  return [
    ...(env.some((each) => INJECTS.test(each.name) && !isUsualProgram(each)) ? ['environment.inject'] : []),
    ...(names.some((name) => /^HIST(FILE|SIZE|FILESIZE|CONTROL)$/.test(name)) ? ['environment.history'] : []),
  ];
}
