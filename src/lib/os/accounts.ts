// The operating system's accounts: names, ids, home folders, login shells. Read anew on every call, because an id
// that was deleted and given to somebody else must not keep its old name.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  /** The login shell; `/bin/sh` where the account has none (passwd(5)). */
  readonly shell: string;
}

/**
 * The account with that name or uid; undefined where there is none, or where `name` cannot be an account's name.
 * Looks into /etc/passwd (0.1 ms) and, only where it is not there, asks getent(1) for directories such as LDAP (2 ms).
 */
export function findAccount(wanted: { readonly name: string } | { readonly uid: number }): Account | undefined {
  const matches = (account: Account) => ('name' in wanted ? account.name === wanted.name : account.uid === wanted.uid);
  if ('name' in wanted && !NAME.test(wanted.name)) return undefined;
  for (const line of localAccounts().split('\n')) {
    const account = parseAccount(line);
    if (account !== undefined && matches(account)) return account;
  }
  const found = parseAccount(askDirectory('name' in wanted ? wanted.name : String(wanted.uid)));
  // getent takes "1000" for a uid even where a name was meant.
  return found !== undefined && matches(found) ? found : undefined;
}

// What shadow's useradd accepts, and the dots and @ of directory accounts; never digits alone, never an option.
const NAME = /^(?!\d+$)[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}\$?$/;
const GETENT = '/usr/bin/getent';

function localAccounts(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8');
  } catch {
    // A system without the file has its accounts in a directory, which is asked next.
    return '';
  }
}

function askDirectory(key: string): string {
  try {
    const answer = execFileSync(GETENT, ['passwd', key], {
      env: {},
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.toString('utf8').split('\n')[0] ?? '';
  } catch {
    // Exit 2 is "no such key"; no getent, or a directory that is down, is also nobody we can name.
    return '';
  }
}

function parseAccount(line: string): Account | undefined {
  const [name, , uid, gid, , home, shell] = line.split(':');
  if (name === undefined || uid === undefined || gid === undefined || home === undefined || shell === undefined) {
    return undefined;
  }
  if (!/^\d+$/.test(uid) || !/^\d+$/.test(gid) || !NAME.test(name)) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home: home || '/', shell: shell || '/bin/sh' };
}
