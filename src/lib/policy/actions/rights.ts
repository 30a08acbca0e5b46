// Rights on files: programs that run as their owner, and files that everybody may write.
import { hasOption, isLongOption, parseOptions } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const RIGHTS_ACTIONS: readonly string[] = [
  'files.loosen',
  'files.rights',
  'files.setuid',
  'files.tighten',
  'files.umask',
  'files.world-writable',
  'files.write',
];

const RIGHTS = new Set([
  'chmod',
  'chown',
  'chgrp',
  'chattr',
  'setfacl',
  'setcap',
  'chcon',
  'restorecon',
  'chflags',
  'icacls',
]);

const ENTRY_FOR_ALL = /(^|,|=)(d(efault)?:)?(o(ther)?|u(ser)?:(nobody|\d+)|g(roup)?:(nogroup|users))::?[rx-]*w/;

/**
 * `files.write`: it writes files; `files.rights`: it changes rights; `files.setuid`: a program runs with its owner's from
 * then on; `files.world-writable`; `files.umask`: what is made from then on is; `files.tighten`: it only takes rights away
 * from others; `files.loosen`: any other change of them.
 */
export function rightsActions({ name, args, writes }: CommandFact): string[] {
  if (name === 'umask') return opensToAll(args) ? ['files.umask'] : [];
  if (!RIGHTS.has(name)) return [...(writes.length > 0 ? ['files.write'] : []), ...createdWith(name, args)];
  const found = [...new Set(changed(name, args))];
  return ['files.rights', ...found, ...(found.includes('files.tighten') ? [] : ['files.loosen'])];
}

// `umask 0`: whatever is made from then on, everybody may write.
function opensToAll(args: CommandFact['args']): boolean {
  const mask = args.map(({ value }) => value).find((value) => !value.startsWith('-')) ?? '';
  if (/^[0-7]+$/.test(mask)) return (Number.parseInt(mask, 8) & 0o002) === 0;
  return mask.split(',').some((clause) => /^[ugo]*[oa]/.test(clause) && /[=+][rx]*w/.test(clause));
}

function createdWith(name: string, args: CommandFact['args']): string[] {
  if (!/^(install|ginstall|mkdir|mkfifo|mknod)$/.test(name)) return [];
  return given(args, 'm', 'mode').flatMap((mode) => modeActions(mode).filter((action) => action !== 'files.tighten'));
}

function changed(name: string, args: CommandFact['args']): string[] {
  switch (name) {
    case 'chmod':
      return chmod(args);
    case 'setcap':
      return hasOption(args, '-r', '-v') && !args.some(({ value }) => value.includes('=')) ? [] : ['files.setuid'];
    case 'setfacl':
      return args.some(({ value }) => ENTRY_FOR_ALL.test(value)) ? ['files.world-writable'] : [];
    case 'icacls':
      return args.some(({ value }) => /everyone:/i.test(value)) ? ['files.world-writable'] : [];
    default:
      return [];
  }
}

function given(args: CommandFact['args'], short: string, long: string): string[] {
  const spec = { short: `${short}gotSZ`, long: [long, 'owner', 'group', 'target-directory', 'suffix'] };
  return parseOptions(args, spec).options.flatMap(({ name, value }) =>
    (name === `-${short}` || isLongOption(name, `--${long}`)) && value !== undefined ? [value.value] : [],
  );
}

function chmod(args: CommandFact['args']): string[] {
  // What the other file may do is not known here.
  if (args.some(({ value }) => isLongOption(value, '--reference') && value.length > 4)) return ['files.setuid'];
  // `chmod -w file` and `chmod -- +s file`.
  const dashed = args.find(({ value }) => /^-[rwxXst]+$/.test(value));
  const mode = dashed ?? parseOptions(args, {}).operands[0];
  if (mode === undefined) return [];
  // What only the run knows may be any mode.
  return mode.exact ? modeActions(mode.value) : ['files.setuid', 'files.world-writable'];
}

function modeActions(mode: string): string[] {
  const octal = /^[=+]?0*([0-7]{0,4})$/.exec(mode);
  if (octal !== null) {
    const bits = Number.parseInt(octal[1] || '0', 8);
    return [
      ...((bits & 0o6000) !== 0 ? ['files.setuid'] : []),
      ...((bits & 0o0002) !== 0 ? ['files.world-writable'] : []),
      ...((bits & 0o7077) === 0 && bits !== 0 ? ['files.tighten'] : []),
    ];
  }
  const found = new Set<string>();
  let tightens = true;
  for (const clause of mode.split(',')) {
    const [, who = '', rest = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
    const forUser = who === '' || /[ua]/.test(who);
    const forGroup = who === '' || /[ga]/.test(who);
    const forOthers = /[oa]/.test(who);
    for (const [, operator = '', rights = ''] of rest.matchAll(/([-+=])([^-+=]*)/g)) {
      if (operator === '-') continue;
      if (rights.includes('s') && (forUser || forGroup)) found.add('files.setuid');
      // `o=u`, `o=g`: as the owner and the group may.
      if (forOthers && /[wug]/.test(rights)) found.add('files.world-writable');
      if (who === '' || (/[goa]/.test(who) && rights !== '')) tightens = false;
    }
  }
  return [...found, ...(tightens && found.size === 0 ? ['files.tighten'] : [])];
}
