// Shells and programs with other rights than the caller's, where no table of wrappers reads what runs in them.
import type { CommandFact } from './index.ts';
import { onlyTells, verbsOf, words } from './words.ts';

/** Every action this file names. */
export const PRIVILEGE_ACTIONS: readonly string[] = ['privilege.shell'];

const SHELLS = words(`login newgrp sg sux gksu gksudo kdesu kdesudo dzdo pfexec super calife please
  sulogin agetty lxc-attach lxc-execute sudoedit`);

/** `privilege.shell`. */
export function privilegeActions({ name, args, wraps }: CommandFact): string[] {
  if (onlyTells(args)) return [];
  if (SHELLS.has(name)) return ['privilege.shell'];
  if (wraps) return [];
  const values = args.map(({ value }) => value);
  const [verb] = verbsOf(args);
  switch (name) {
    case 'machinectl':
      return verb !== undefined && /^(shell|login|exec)$/.test(verb) ? ['privilege.shell'] : [];
    case 'capsh':
      return values.includes('--') ? ['privilege.shell'] : [];
    // What they run is judged as well; alone or with these they open a shell.
    case 'sudo':
    case 'doas':
      return values.some((value) => /^(-[a-zA-Z]*[sie]|--(login|shell|edit))$/.test(value)) &&
        !/^-[lvkKhV]/.test(values[0] ?? '')
        ? ['privilege.shell']
        : [];
    default:
      return [];
  }
}
