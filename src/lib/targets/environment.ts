// The environment of a program: exactly what the target's list lets through, nothing of the broker's own. Variables
// that make bash or the loader read or run other code than what was judged never pass, whatever the list says.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { isHarmlessVariable } from '../core/variables.ts';
import type { Account } from '../os/accounts.ts';

export interface EnvironmentOptions {
  /** Names, and globs with `*` and `?`, of the caller's variables to pass on. */
  readonly allow: readonly string[];
  /** Set whatever the caller has. */
  readonly set: Readonly<Record<string, string>>;
}

/**
 * Set for every command, under what the target sets: on a terminal `git log` or `journalctl` would open a pager, which
 * waits for keys, and runs a shell for whoever types `!sh` into it. git asks its own variable before core.pager.
 */
export const NO_PAGER: Readonly<Record<string, string>> = {
  PAGER: 'cat',
  GIT_PAGER: 'cat',
  MANPAGER: 'cat',
  SYSTEMD_PAGER: 'cat',
  LESSSECURE: '1',
};

/**
 * The caller's variables reduced to the list, then `set`. `account` is given where the program runs as somebody else
 * than the caller: home, names, shell and PATH are that account's, not the caller's. `term` is the terminal's kind.
 */
export function buildEnvironment(
  caller: Readonly<Record<string, string>>,
  options: EnvironmentOptions,
  account: Account | undefined,
  term: string | undefined,
): Record<string, string> {
  // Without a prototype, or a variable named __proto__ would be one.
  const env: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(caller)) {
    if (mayPass(name, options.allow) && isHarmlessVariable(name, value)) env[name] = value;
  }
  if (account !== undefined) {
    const { name, home, shell } = account;
    Object.assign(env, { HOME: home, USER: name, LOGNAME: name, SHELL: shell, PATH: defaultPath(account.uid) });
  }
  env.PATH ??= defaultPath(account?.uid);
  if (term !== undefined) env.TERM = term;
  return Object.assign(env, options.set);
}

/** The environment after earlier commands of a gated session changed it. */
export function applyCarried(
  env: Readonly<Record<string, string>>,
  carried: ReadonlyMap<string, string | null>,
): Record<string, string> {
  const all: Record<string, string> = Object.assign(Object.create(null), env);
  for (const [name, value] of carried) {
    if (value === null) delete all[name];
    else if (isHarmlessVariable(name, value)) all[name] = value;
  }
  return all;
}

/** Throws BrokerError `bad-environment` (exit 78) where a target sets a variable that must never reach a program. */
export function requireHarmless(target: string, set: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(set)) {
    if (isHarmlessVariable(name, value)) continue;
    throw new BrokerError({
      code: 'bad-environment',
      exit: EXIT.configuration,
      message: `target "${target}" sets the variable "${name}" so that other code than what was judged could run`,
      hint: `remove it from targets.${target}.set`,
    });
  }
}

// A socket that signs for whoever can open it: only where it is named in full, never through a glob.
const NAMED_ONLY = new Set(['SSH_AUTH_SOCK']);

function mayPass(name: string, allow: readonly string[]): boolean {
  if (allow.includes(name)) return true;
  return !NAMED_ONLY.has(name) && allow.some((pattern) => matchesGlob(pattern, name));
}

/** Anchored; `*` is any run of characters, `?` any one. At most pattern times name in steps, whatever the pattern. */
function matchesGlob(pattern: string, name: string): boolean {
  let [inPattern, inName] = [0, 0];
  let retry: { readonly inPattern: number; inName: number } | undefined;
  while (inName < name.length) {
    const token = pattern[inPattern];
    if (token === '*') {
      inPattern++;
      // Only the last star need ever be widened: what earlier ones took was the shortest that matched.
      retry = { inPattern, inName };
    } else if (token === '?' || token === name[inName]) {
      inPattern++;
      inName++;
    } else if (retry !== undefined) {
      inPattern = retry.inPattern;
      inName = ++retry.inName;
    } else {
      return false;
    }
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

/** What login gives (login.defs(5), ENV_PATH and ENV_SUPATH). */
function defaultPath(uid: number | undefined): string {
  const path = '/usr/local/bin:/usr/bin:/bin';
  return uid === 0 ? `/usr/local/sbin:/usr/sbin:/sbin:${path}` : path;
}
