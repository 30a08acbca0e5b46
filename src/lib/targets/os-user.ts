// Which OS user a program runs as, and how it becomes that user. Switching is setpriv's work: Node and node-pty change
// the ids and leave or lose the supplementary groups. Never runs somebody's command as the broker's user unasked.
import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { type Account, findAccount } from '../os/accounts.ts';

export type RunAs =
  /** The broker's own user. `account` is undefined where its uid has no account. */
  | { readonly kind: 'self'; readonly account: Account | undefined }
  /** Another user; the broker is root. */
  | { readonly kind: 'switch'; readonly account: Account };

/**
 * Decides for one caller. `user` is the target's, undefined for "the caller itself". Throws BrokerError (exit 78)
 * `cannot-run-as-caller` where no user is set and the caller is not the broker's user, `unknown-user`,
 * `cannot-switch-user` where only root could.
 */
export function resolveRunAs(
  target: string,
  user: string | undefined,
  uids: { readonly broker: number; readonly caller: number },
): RunAs {
  if (user === undefined) {
    if (uids.caller === uids.broker) return { kind: 'self', account: findAccount({ uid: uids.broker }) };
    throw new BrokerError({
      code: 'cannot-run-as-caller',
      exit: EXIT.configuration,
      message: `target "${target}" runs as its caller, and this broker belongs to another OS user`,
      hint: `set targets.${target}.user to the OS user it is to run as`,
    });
  }
  const account = requireAccount(user);
  if (account.uid === uids.broker) return { kind: 'self', account };
  if (uids.broker === 0) return { kind: 'switch', account };
  throw cannotSwitch(user, 'only a broker that runs as root can switch; run it as root, or leave "user" out');
}

/**
 * True where the target's programs would run as the broker's own user, and so could read what the broker keeps.
 * Throws BrokerError `unknown-user` (exit 78).
 */
export function runsAsBrokerUser(options: { readonly user?: string }, brokerUid: number): boolean {
  return options.user === undefined || requireAccount(options.user).uid === brokerUid;
}

/** What to execute to become the account, go to `cwd` as that account, and run the program. */
export function switchCommand(
  account: Account,
  cwd: string,
  file: string,
  args: readonly string[],
): { file: string; args: string[] } {
  // The folder is entered after the switch: root could enter one that is closed to the user and leave it there.
  return {
    file: findSetpriv(account),
    args: asUser(account, `${ENTER} || exit; unset OLDPWD; shift; exec "$@"`, cwd, file, ...args),
  };
}

/**
 * Tries the switch, the folder and the program as the account, about 3 ms. Rejects with `cannot-switch-user` (78), or
 * resolves to what is in the way.
 */
export function probeAsUser(
  account: Account,
  cwd: string,
  file: string,
  signal: AbortSignal,
): Promise<'ok' | 'no-folder' | 'not-real' | 'no-program'> {
  const script = `cd -P -- "$1" 2>/dev/null || exit 44; ${ENTER} || exit 46; [ -f "$2" ] && [ -x "$2" ] || exit 45`;
  return new Promise((resolve, reject) => {
    const options = { cwd: '/', env: {}, timeout: PROBE_TIMEOUT_MS, signal };
    execFile(findSetpriv(account), asUser(account, script, cwd, file), options, (error, _stdout, stderr) => {
      if (error === null) resolve('ok');
      else if (signal.aborted) reject(signal.reason);
      else if (error.code === 44) resolve('no-folder');
      else if (error.code === 45) resolve('no-program');
      else if (error.code === 46) resolve('not-real');
      else
        reject(cannotSwitch(account.name, "setpriv of util-linux was refused; the broker's log has its words", stderr));
    });
  });
}

const PROBE_TIMEOUT_MS = 5_000;
/** Shell text: goes to the folder `$1` where that is its real path. */
const ENTER = '{ cd -P -- "$1" && [ "$PWD" = "$1" ]; }';
const SETPRIV_PATHS = ['/usr/bin/setpriv', '/bin/setpriv', '/run/current-system/sw/bin/setpriv'];

function asUser(account: Account, script: string, ...args: readonly string[]): string[] {
  // By name, so that of two accounts with one uid the groups of the right one are taken.
  const ids = ['--reuid', account.name, '--regid', String(account.gid), '--init-groups', '--inh-caps=-all'];
  return [...ids, '--', '/bin/sh', '-c', script, 'sh', ...args];
}

function findSetpriv(account: Account): string {
  const found = SETPRIV_PATHS.find(isExecutable);
  if (found === undefined) throw cannotSwitch(account.name, 'install util-linux, which has setpriv');
  return found;
}

/** True where the broker's user can execute the file. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function requireAccount(user: string): Account {
  const account = findAccount({ name: user });
  if (account !== undefined) return account;
  throw new BrokerError({
    code: 'unknown-user',
    exit: EXIT.configuration,
    message: `there is no OS user "${user}"`,
    hint: `create it (useradd --system "${user}"), or correct the target's "user"`,
  });
}

function cannotSwitch(user: string, hint: string, detail?: string): BrokerError {
  return new BrokerError({
    code: 'cannot-switch-user',
    exit: EXIT.configuration,
    message: `the broker cannot run a program as "${user}"`,
    hint,
    ...(detail === undefined ? {} : { detail }),
  });
}
