// Commands that take files away besides rm: trash cans, finders of duplicates, cleaners, and what copies nothing over them.
import type { Field } from '../facts/facts.ts';
import { hasOption, parseOptions } from '../facts/options.ts';
import { type Effect, HERE } from './effect.ts';

/** Its operands and everything below them. */
const trees: Effect = (args) => ({ removes: parseOptions(args, {}).operands, recursive: true });

/** The operands behind a verb: `gio trash a`, `rclone purge a`. */
function behind(...verbs: string[]): Effect {
  return (args) => {
    const [verb, ...rest] = parseOptions(args, {}).operands;
    return verb !== undefined && verbs.includes(verb.value) ? { removes: rest, recursive: true } : {};
  };
}

/** Its operands, where the option is given. */
function where(...names: string[]): Effect {
  return (args) => {
    const { operands } = parseOptions(args, {});
    return hasOption(args, ...names) ? { removes: operands, recursive: true } : { reads: operands };
  };
}

const rclone: Effect = (args) => {
  const [verb, ...rest] = parseOptions(args, {
    long: ['config', 'include', 'exclude', 'filter', 'transfers', 'log-file', 'max-age', 'min-age', 'bwlimit'],
  }).operands;
  const isLocal = (file: Field) => !/^[\w-]{2,}:/.test(file.value);
  switch (verb?.value) {
    case 'purge':
    case 'delete':
    case 'deletefile':
    case 'rmdir':
    case 'rmdirs':
    case 'cleanup':
      return { removes: rest.filter(isLocal), recursive: true };
    case 'move':
    case 'moveto':
      return {
        reads: rest.slice(0, 1),
        removes: rest.slice(0, 1).filter(isLocal),
        writes: rest.slice(1),
        recursive: true,
      };
    case 'sync':
    case 'bisync':
      return {
        reads: rest.slice(0, 1),
        removes: rest.slice(1).filter(isLocal),
        writes: rest.slice(1),
        recursive: true,
      };
    case 'copy':
    case 'copyto':
    case 'cat':
      return { reads: rest.slice(0, verb.value === 'cat' ? undefined : 1), writes: rest.slice(1), recursive: true };
    default:
      return {};
  }
};

// Ages and patterns stand before the folders.
const aged: Effect = (args) => ({
  removes: parseOptions(args, { short: 'mMxXUufs', long: ['protect', 'exclude', 'user'] }).operands.filter(
    ({ value }) => !/^\d+[smhdw]?$/.test(value),
  ),
  recursive: true,
});

export const REMOVAL: Readonly<Record<string, Effect>> = {
  ...Object.fromEntries(
    'rimraf del-cli trash-put trash-cli trash-rm rmtrash safe-rm sfill gomi'.split(' ').map((name) => [name, trees]),
  ),
  gio: behind('trash', 'remove', 'move'),
  'gvfs-trash': trees,
  'gvfs-rm': trees,
  kioclient5: behind('remove', 'move'),
  fdupes: where('-d', '--delete'),
  jdupes: where('-d', '--delete'),
  rdfind: (args) => ({
    removes: args.some(({ value }, at) => /^-deleteduplicates$/.test(value) && args[at + 1]?.value !== 'false')
      ? parseOptions(args, {}).operands
      : [],
    recursive: true,
  }),
  tmpreaper: aged,
  tmpwatch: aged,
  bleachbit: (args) => (hasOption(args, '-c', '-s', '--clean', '--shred') ? { removes: [HERE], recursive: true } : {}),
  rclone,
};
