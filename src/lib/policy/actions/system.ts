// The machine as a whole: switching it off, ending everybody's processes, rights on files, hiding what happened.
import { isLongOption, parseOptions } from '../options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const SYSTEM_ACTIONS: readonly string[] = [
  'accounts.hashes',
  'files.setuid',
  'files.world-writable',
  'firewall.off',
  'history.clear',
  'process.kill-all',
  'system.clock',
  'system.stop',
];

/**
 * `system.stop`, `system.clock`, `process.kill-all`, `files.setuid`, `files.world-writable`, `history.clear`,
 * `firewall.off`, `accounts.hashes`.
 */
export function systemActions(command: CommandFact): string[] {
  const { name, args } = command;
  const words = args.map(({ value }) => value);
  switch (name) {
    case 'shutdown':
      return words.includes('-c') ? [] : ['system.stop'];
    case 'reboot':
    case 'halt':
    case 'poweroff':
      return ['system.stop'];
    case 'init':
    case 'telinit':
      return /^[016]$/.test(words[0] ?? '') ? ['system.stop'] : [];
    case 'systemctl':
      return words.some((word) =>
        /^(poweroff|reboot|halt|kexec|suspend|hibernate|rescue|emergency|isolate)$/.test(word),
      )
        ? ['system.stop']
        : [];
    case 'kill':
    case 'killall5':
      return name === 'killall5' || words.slice(words[0]?.startsWith('-') === true ? 1 : 0).includes('-1')
        ? ['process.kill-all']
        : [];
    case 'pkill':
    case 'killall':
      return words.some(
        (word) => /^(-u|--user|--euid)/.test(word) || word === '.' || word === '.*' || /^-[a-zA-Z]*v/.test(word),
      )
        ? ['process.kill-all']
        : [];
    case 'chmod':
      return modeActions(command);
    case 'setcap':
      return ['files.setuid'];
    case 'set':
      return words.some((word, index) => word === '+o' && words[index + 1] === 'history') ? ['history.clear'] : [];
    case 'getent':
      return words.some((word) => /shadow/.test(word)) ? ['accounts.hashes'] : [];
    case 'date':
      return setsClock(args) ? ['system.clock'] : [];
    case 'history':
      return words.some((word) => /^-[a-z]*[cd]/.test(word)) ? ['history.clear'] : [];
    case 'iptables':
    case 'ip6tables':
      return words.some((word) => /^(-F|--flush|-X|--delete-chain)$/.test(word)) ||
        (words.includes('-P') && words.includes('ACCEPT'))
        ? ['firewall.off']
        : [];
    case 'nft':
      return words.join(' ').includes('flush ruleset') ? ['firewall.off'] : [];
    case 'ufw':
      return words.some((word) => word === 'disable' || word === 'reset') ? ['firewall.off'] : [];
    default:
      return [];
  }
}

// `date MMDDhhmm` sets it as well.
function setsClock(args: CommandFact['args']): boolean {
  const { options, operands } = parseOptions(args, { short: 'dfrs', long: ['date', 'file', 'reference', 'set'] });
  return (
    options.some(({ name }) => name === '-s' || isLongOption(name, '--set')) ||
    operands.some(({ value }) => !value.startsWith('+'))
  );
}

function modeActions({ args }: CommandFact): string[] {
  const mode = parseOptions(args, { long: ['reference'] }).operands[0]?.value ?? '';
  const numeric = /^0*([0-7]?)([0-7])([0-7])([0-7])$/.exec(mode);
  const special = Number(numeric?.[1] || '0');
  const others = Number(numeric?.[4] ?? '0');
  return [
    ...(/[ug]?\+?[rwxX]*s/.test(mode) || (special & 6) !== 0 ? ['files.setuid'] : []),
    ...(/(^|,)(o|a|)[ugoa]*[+=][rxX]*w/.test(mode) && !/^[ug]+[+=]/.test(mode) ? ['files.world-writable'] : []),
    ...((others & 2) !== 0 ? ['files.world-writable'] : []),
  ];
}
