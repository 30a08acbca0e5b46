// Who may log in, and what runs later without anybody asking for it.
import { hasOption } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const ACCOUNT_ACTIONS: readonly string[] = [
  'accounts.change',
  'accounts.hashes',
  'persistence.enable',
  'persistence.install',
  'persistence.schedule',
];

const CHANGES =
  words(`useradd adduser usermod userdel deluser groupadd addgroup groupmod groupdel delgroup gpasswd passwd
  chpasswd chgpasswd chage chsh chfn visudo vipw vigr newusers groupmems pwconv pwunconv grpconv grpunconv smbpasswd
  pdbedit faillock pam_tally pam_tally2 authselect authconfig pam-auth-update realm adcli kadmin kadmin.local homectl
  sysadminctl dscl ssh-copy-id ssh-import-id ssh-import-id-gh ssh-import-id-lp google-authenticator pw yppasswd
  ldappasswd ldapadd ldapmodify ldapdelete samba-tool lusermod luseradd lpasswd cppw cpgr net
  newuidmap newgidmap`);
const SCHEDULES = words(`crontab fcrontab incrontab at batch anacron schtasks schtasks.exe`);
const ALTERNATIVES = words('update-alternatives alternatives dpkg-divert dpkg-statoverride update-binfmts insserv');

/** `accounts.change`, `.hashes`, `persistence.schedule`, `.enable`, `.install`. */
export function accountActions({ name, args }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  if (CHANGES.has(name)) return looksAtAccounts(name, args) ? [] : ['accounts.change'];
  if (SCHEDULES.has(name)) return looksAtSchedules(name, args) ? [] : ['persistence.schedule'];
  if (ALTERNATIVES.has(name)) return looksAtAlternatives(args) ? [] : ['persistence.enable'];
  const values = args.map(({ value }) => value);
  switch (name) {
    case 'getent':
      return values.some((value) => /shadow/.test(value)) ? ['accounts.hashes'] : [];
    case 'unshadow':
    case 'john':
    case 'hashcat':
    case 'mimipenguin':
    case 'secretsdump.py':
      return ['accounts.hashes'];
    case 'dpkg':
      return hasOption(args, '-i', '--install', '--unpack') ? ['persistence.install'] : [];
    case 'rpm':
      return values.some((value) => /^(-[iUF]|--(install|upgrade|import|freshen))/.test(value))
        ? ['persistence.install']
        : [];
    case 'apt-key':
      return values[0] === 'list' ? [] : ['persistence.install'];
    case 'add-apt-repository':
    case 'apt-add-repository':
      return ['persistence.install'];
    case 'apt':
    case 'apt-get':
    case 'dnf':
    case 'yum':
      return values.includes('install') &&
        values.some((value) => /\.(deb|rpm)$|^https?:|^--allow-unauthenticated/.test(value))
        ? ['persistence.install']
        : [];
    case 'snap':
      return values.some((value) => /^--(dangerous|devmode|classic)$/.test(value)) ? ['persistence.install'] : [];
    case 'loginctl':
      return values.includes('enable-linger') ? ['persistence.enable'] : [];
    case 'defaults':
      return values[0] === 'write' && values.some((value) => /loginwindow|LoginHook|Autolaunch/i.test(value))
        ? ['persistence.enable']
        : [];
    default:
      return [];
  }
}

function looksAtAccounts(name: string, args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  switch (name) {
    case 'passwd':
      return hasOption(args, '-S', '--status') && !hasOption(args, '-d', '-u', '-l', '-e', '--delete', '--unlock');
    case 'chage':
      return values.some((value) => /^(-[il]+|--list|--iso8601)$/.test(value)) && values.length <= 2;
    case 'useradd':
      return values.length === 1 && values[0] === '-D';
    case 'visudo':
      return values.every((value) => /^(-[cqs]+|--check|--quiet)$/.test(value)) && values.length > 0;
    case 'faillock':
    case 'pam_tally2':
      return !hasLong(args, '--reset');
    case 'chsh':
      return values[0] === '-l' || values[0] === '--list-shells';
    case 'authselect':
      return /^(current|list|check|show|test)$/.test(values[0] ?? '');
    case 'realm':
      return /^(list|discover)$/.test(values[0] ?? '');
    case 'homectl':
      return /^(list|inspect)$/.test(verbsOf(args)[0] ?? '');
    case 'pdbedit':
      return values.every((value) => /^-[Lv]+$/.test(value));
    case 'dscl':
      return !values.some((value) => /^-?(create|append|merge|delete|passwd|change)/.test(value));
    case 'net':
      return !/^(user|localgroup|group|accounts)$/.test(values[0] ?? '') || values.length < 3;
    case 'pw':
      return /show/.test(values.join(' '));
    default:
      return false;
  }
}

function looksAtSchedules(name: string, args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  if (name === 'crontab' || name === 'fcrontab' || name === 'incrontab')
    return hasOption(args, '-l', '--list') && !hasOption(args, '-r', '-e', '-i', '--remove', '--edit');
  if (name === 'at' || name === 'batch') return values.some((value) => /^(-l|-V|-c)$/.test(value));
  if (name.startsWith('schtasks')) return /^\/query$/i.test(values[0] ?? '/query');
  return false;
}

function looksAtAlternatives(args: CommandFact['args']): boolean {
  return args.every(({ value }) =>
    /^(--(display|list|query|get-selections|listpackage|truename|version|list-selections).*|[^-].*)$/.test(value),
  );
}
