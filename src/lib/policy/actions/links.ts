// How the machine is reached: its addresses, routes and name.
import { hasOption } from '../facts/options.ts';
import type { CommandFact } from './index.ts';
import { onlyTells, verbsOf } from './words.ts';

/** Every action this file names. */
export const LINK_ACTIONS: readonly string[] = ['system.network'];

/** `system.network`. */
export function linkActions({ name, args }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  const values = args.map(({ value }) => value);
  switch (name) {
    case 'ip':
      return changesNetwork(args) ? ['system.network'] : [];
    case 'ifconfig':
      return values.length > 1 && !values.every((value) => value.startsWith('-')) ? ['system.network'] : [];
    case 'ifdown':
    case 'brctl':
    case 'arptables':
      return ['system.network'];
    case 'route':
      return values.some((value) => /^(add|del|delete|flush|change)$/.test(value)) ? ['system.network'] : [];
    case 'nmcli':
      return /\b(off|down|disconnect|delete|modify|add|kill)\b/.test(values.join(' ')) ? ['system.network'] : [];
    case 'arp':
      return hasOption(args, '-d', '-s', '--delete', '--set') ? ['system.network'] : [];
    case 'hostname':
    case 'domainname':
      return verbsOf(args).length > 0 || hasOption(args, '-F', '--file', '-b', '--boot') ? ['system.network'] : [];
    case 'hostnamectl':
      return /^(set-|hostname$)/.test(verbsOf(args)[0] ?? '') && verbsOf(args).length > 1 ? ['system.network'] : [];
    default:
      return [];
  }
}

function changesNetwork(args: CommandFact['args']): boolean {
  if (args.some(({ value }) => /^--?b(a(t(c(h)?)?)?)?$/.test(value))) return true;
  const given = verbsOf(args);
  return (
    given
      .slice(1)
      .some((value) =>
        /^(add|a|del|delete|d|flush|f|set|s|change|chg|replace|append|exec|restore|attach|identify|up|down)$/.test(
          value,
        ),
      ) &&
    given[0] !== 'help' &&
    !/^(show|list|ls|get|sh|l)$/.test(given[1] ?? '')
  );
}
