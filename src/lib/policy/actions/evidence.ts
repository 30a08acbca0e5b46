// What was done and who saw it: shell histories, logs, the audit of the kernel; and the walls around the machine.
import { hasOption, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { hasLong, onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const EVIDENCE_ACTIONS: readonly string[] = ['firewall.change', 'firewall.off', 'history.clear', 'logs.erase'];

const HISTORY_VARIABLES = /^(HIST\w*|SAVEHIST|PROMPT_COMMAND)$/;
const PACKAGES =
  /^(auditd?|audit-libs|rsyslog.*|syslog-ng.*|sudo|ufw|firewalld|nftables|iptables.*|fail2ban|apparmor.*|selinux.*|clamav.*|aide.*|ossec.*|wazuh.*|falco.*|osquery.*|crowdsec.*|chkrootkit|rkhunter|sallyport.*|openssh-server|systemd|libc6|coreutils|bash|linux-image.*|kernel.*)$/;
const PACKAGERS = words('apt apt-get aptitude dpkg yum dnf rpm zypper pacman apk microdnf snap emerge xbps-remove pkg');

/** `history.clear`, `logs.erase`, `firewall.off`, `firewall.change`. */
export function evidenceActions(command: CommandFact): string[] {
  const { name, args } = command;
  if (onlyTells(args)) return [];
  const values = args.map(({ value }) => value);
  const text = values.join(' ');
  switch (name) {
    case 'history':
      return values.some((value) => /^-[a-z]*[cdwanr]/.test(value) && !/^-a$/.test(value)) ? ['history.clear'] : [];
    case 'set':
      return values.some((value, index) => /^\+[a-zA-Z]*o$/.test(value) && values[index + 1] === 'history')
        ? ['history.clear']
        : [];
    case 'shopt':
      return hasOption(args, '-u') && values.some((value) => /^(history|histappend|cmdhist)$/.test(value))
        ? ['history.clear']
        : [];
    case 'unset':
      return values.some((value) => HISTORY_VARIABLES.test(value)) ? ['history.clear'] : [];
    case 'journalctl':
      return hasLong(
        args,
        '--vacuum-size',
        '--vacuum-time',
        '--vacuum-files',
        '--rotate',
        '--relinquish-var',
        '--smart-relinquish-var',
        '--setup-keys',
      )
        ? ['logs.erase']
        : [];
    case 'dmesg':
      return hasOption(args, '-C', '-c', '-D', '-n', '--clear', '--read-clear', '--console-off') ? ['logs.erase'] : [];
    case 'auditctl':
      return values.some((value) => /^(-D|-d|-W|-R|-e0?|-b|-r|-f|--del|--reset)/.test(value)) ? ['logs.erase'] : [];
    case 'augenrules':
      return hasLong(args, '--load') ? ['logs.erase'] : [];
    case 'logrotate':
      return hasOption(args, '-f', '--force') ? ['logs.erase'] : [];
    case 'utmpdump':
      return hasOption(args, '-r', '--reverse') ? ['logs.erase'] : [];
    case 'faillog':
    case 'lastlog':
      return hasOption(args, '-r', '-C', '-S', '--reset', '--clear', '--set') ? ['logs.erase'] : [];
    case 'accton':
      return ['logs.erase'];
    case 'wevtutil':
    case 'wevtutil.exe':
      return /^(cl|clear-log|sl|set-log)$/i.test(values[0] ?? '') ? ['logs.erase'] : [];
    case 'Clear-EventLog':
    case 'Clear-History':
      return ['logs.erase'];
    case 'log':
      return values[0] === 'erase' ? ['logs.erase'] : [];
    case 'setenforce':
      return /^(1|enforcing)$/i.test(values[0] ?? '') ? [] : ['firewall.off'];
    case 'aa-teardown':
    case 'aa-disable':
    case 'aa-complain':
    case 'aa-remove-unknown':
      return ['firewall.off'];
    case 'apparmor_parser':
      return hasOption(args, '-R', '--remove', '-C', '--Complain') ? ['firewall.off'] : [];
    case 'setsebool':
    case 'semodule':
    case 'semanage':
      return looksAtSelinux(name, args) ? [] : ['firewall.off'];
    default:
      return PACKAGERS.has(name) ? removesPackage(name, args) : firewall(name, args, text);
  }
}

function looksAtSelinux(name: string, args: CommandFact['args']): boolean {
  return name !== 'setsebool' && args.some(({ value }) => /^(-l|--list.*)$/.test(value));
}

function removesPackage(name: string, args: CommandFact['args']): string[] {
  const removes =
    name === 'xbps-remove' ||
    args.some(({ value }) =>
      /^(remove|purge|autoremove|erase|del|delete|-R\w*|-P|-r|--purge|--remove|-e|--erase|--unmerge|-C|rm|removal|uninstall)$/.test(
        value,
      ),
    );
  return removes && verbsOf(args).some((value) => PACKAGES.test(value.replace(/[:=+-]?$/, ''))) ? ['logs.erase'] : [];
}

function firewall(name: string, args: CommandFact['args'], text: string): string[] {
  const off = ['firewall.off'];
  switch (name.replace(/-(legacy|nft)$/, '')) {
    case 'iptables':
    case 'ip6tables':
    case 'ebtables':
    case 'arptables':
      return opensTables(args) ? off : changesTables(args) ? ['firewall.change'] : [];
    case 'xtables-multi':
    case 'xtables-nft-multi':
      return ['firewall.change'];
    case 'iptables-restore':
    case 'ip6tables-restore':
    case 'ebtables-restore':
    case 'iptables-apply':
      return hasOption(args, '-t', '--test') ? [] : off;
    case 'nft':
      return args.some(({ value }) => /^(-[a-zA-Z]*f|--file)/.test(value)) ||
        /\b(flush|delete|destroy|reset|replace|accept)\b/.test(text)
        ? off
        : [];
    case 'ufw':
      return /\b(disable|reset|delete|allow|default allow|logging off)\b/.test(text) && !/\bstatus\b/.test(text)
        ? off
        : [];
    case 'firewall-cmd':
      return /--(panic-off|remove-|add-|set-default-zone=?\s*(trusted|ACCEPT)|set-target|reload|complete-reload|change-|delete-|direct|zone=trusted|runtime-to-permanent|load-|lockdown-off|set-log)/.test(
        text,
      )
        ? off
        : [];
    case 'firewall-offline-cmd':
      return /--(disabled|remove-|add-|set-)/.test(text) ? off : [];
    case 'pfctl':
      return args.some(({ value }) => /^-[a-z]*[dFf]/.test(value)) ? off : [];
    case 'ipfw':
      return /\b(flush|delete|disable)\b/.test(text) ? off : [];
    case 'ipset':
      return /^(flush|destroy|del|-F|-X|-D|swap|restore)\b/.test(text) ? off : [];
    case 'shorewall':
    case 'shorewall6':
      return /^(stop|clear|allow|drop|disable)\b/.test(text) ? off : [];
    case 'csf':
      return /^(-x|--disable|-f|--stop)\b/.test(text) ? off : [];
    case 'fail2ban-client':
      return /\b(stop|unban|unbanip|delignoreip|flushlogs)\b/.test(text) ? off : [];
    case 'netsh':
      return /firewall/i.test(text) && /off|reset|delete|allow|disable/i.test(text) ? off : [];
    case 'netplan':
      return [];
    case 'ipvsadm':
    case 'conntrack':
      return args.some(({ value }) => /^(-C|-F|-D|--clear|--flush|--delete)/.test(value)) ? off : [];
    case 'tc':
      return /\b(add|del|delete|replace|change)\b/.test(text) ? off : [];
    default:
      return [];
  }
}

function changesTables(args: CommandFact['args']): boolean {
  return hasOption(
    args,
    '-A',
    '-I',
    '-N',
    '-E',
    '--append',
    '--insert',
    '--new-chain',
    '--rename-chain',
    '-P',
    '--policy',
  );
}

// Rules that fall, and rules that let everybody in: `-A INPUT -j ACCEPT` with nothing that narrows it.
function opensTables(args: CommandFact['args']): boolean {
  const values = args.map(({ value }) => value);
  if (
    values.some(
      (value) => /^(-[a-zA-Z]*[FXDZR]|--(fl|delete|zero|replace))/.test(value) && !/^-[A-Z]+[a-z]/.test(value),
    )
  )
    return true;
  const policy = values.findIndex((value) => /^(-P|--pol)/.test(value));
  if (policy !== -1 && values.slice(policy).some((value) => /ACCEPT/.test(value))) return true;
  const { options } = parseOptions(args, {
    short: 'tAICPNELSpsdijomg',
    long: [
      'table',
      'append',
      'insert',
      'protocol',
      'source',
      'destination',
      'in-interface',
      'jump',
      'match',
      'dport',
      'sport',
      'state',
      'ctstate',
    ],
  });
  const adds = options.some(({ name }) => /^(-A|-I|--append|--insert)$/.test(name));
  const accepts = options.some(({ name, value }) => /^(-j|--jump)$/.test(name) && value?.value === 'ACCEPT');
  const narrows = options.some(({ name }) =>
    /^(-i|-o|-s|-d|-p|-m|--(in|out|source|dest|proto|match|dport|sport|state|ctstate).*)$/.test(name),
  );
  return adds && accepts && !narrows;
}
