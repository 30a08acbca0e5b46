// Commands that change files: copy, move, remove, edit, set rights.
import type { Field } from '../facts/facts.ts';
import { overlaps } from '../facts/glob.ts';
import { hasOption, mayBecome, mayGive, type OptionSpec, parseOptions } from '../facts/options.ts';
import { ANY, STAR } from '../facts/unknowns.ts';
import { below, type Effect, HERE, optionValues, writes } from './effect.ts';

const removes: Effect = (args) => ({
  removes: parseOptions(args, {}).operands,
  recursive: hasOption(args, '-r', '-R', '--recursive') || mayGive(args, '-r'),
});

const copy =
  (moves: boolean): Effect =>
  (args) => {
    const spec: OptionSpec = {
      short: moves ? 'tS' : 'tSgmo',
      long: ['target-directory', 'suffix', 'mode', 'owner', 'group'],
    };
    const { operands } = parseOptions(args, spec);
    const folder = optionValues(args, spec, '-t', '--target-directory');
    // `cp *` names both, and `cp ?t` may name the folder first.
    const isSpread = operands.length === 1 && operands[0]?.many === true;
    const sources = folder.length > 0 || isSpread ? operands : operands.slice(0, -1);
    const hidden = operands.filter(
      (_, at) => operands[at - 1] !== undefined && mayBecome(operands[at - 1] ?? HERE, '-t'),
    );
    const recursive = moves || hasOption(args, '-r', '-R', '-a', '--recursive', '--archive');
    const target = folder.length > 0 ? folder : operands.slice(-1);
    // A file copied into a folder keeps its name: `cp x ~/.ssh` may be written below it.
    const inside = target.flatMap((to) => sources.map((from) => below(to, nameOf(from))));
    return {
      reads: sources,
      writes: [...target, ...inside, ...hidden],
      ...(moves ? { removes: sources } : {}),
      recursive,
    };
  };

function nameOf(file: Field): Field {
  return {
    ...file,
    value:
      file.value
        .split('/')
        .filter((part) => part !== '')
        .at(-1) ?? '',
  };
}

const SED: OptionSpec = { short: 'efl', long: ['expression', 'file', 'line-length'] };

const sed: Effect = (args) => {
  const { operands, options } = parseOptions(args, SED);
  const given = options.some((option) => ['-e', '-f', '--expression', '--file'].includes(option.name));
  const files = operands.slice(given ? 0 : 1);
  const inPlace = options.some((option) => option.name === '-i' || /^--in/.test(option.name)) || mayGive(args, '-i');
  return { reads: [...files, ...optionValues(args, SED, '-f', '--file')], ...(inPlace ? { writes: files } : {}) };
};

const keyed = (args: readonly Field[], key: string): Field[] =>
  args.flatMap((arg) =>
    overlaps(arg.value, `${key}=${ANY}`) ? [{ ...arg, value: arg.value.slice(arg.value.indexOf('=') + 1) }] : [],
  );

const edit: Effect = (args) => {
  const files = parseOptions(args, { short: 'cSuTtw' }).operands.filter((arg) => !arg.value.startsWith('+'));
  return { reads: files, writes: files };
};

const split: Effect = (args) => {
  const { operands } = parseOptions(args, { short: 'abClnt', long: ['bytes', 'lines', 'number', 'filter'] });
  return { reads: operands.slice(0, 1), writes: operands.slice(1) };
};

const mode: Effect = (args) => {
  const given = optionValues(args, { long: ['reference'] }, '--reference').length > 0;
  const operands = parseOptions(args, { long: ['reference', 'from'] }).operands;
  // `chmod -x file`: a mode may look like an option.
  const dashed = args.some((arg) => /^-[rwxXst]+$/.test(arg.value));
  return { writes: operands.slice(given || dashed ? 0 : 1), recursive: hasOption(args, '-R', '--recursive') };
};

const link: Effect = (args) => {
  const { operands } = parseOptions(args, { short: 'tS', long: ['target-directory', 'suffix'] });
  const from = operands.length > 1 ? operands.slice(0, -1) : operands;
  return {
    // A link to a folder leads to everything in it.
    reads: [...from, ...from.flatMap((each) => [below(each, WITHIN), below(each, DEEPER)])],
    writes: operands.length > 1 ? operands.slice(-1) : [],
  };
};
const WITHIN: Field = { value: STAR, exact: false, many: false };
const DEEPER: Field = { value: `${STAR}/${STAR}`, exact: false, many: false };

const shred: Effect = (args) => {
  const files = parseOptions(args, { short: 'ns', long: ['iterations', 'size', 'random-source'] }).operands;
  return { writes: files, removes: files };
};

export const CHANGE: Readonly<Record<string, Effect>> = {
  sed,
  gsed: sed,
  rm: removes,
  unlink: removes,
  rmdir: removes,
  srm: removes,
  wipe: removes,
  trash: removes,
  shred,
  cp: copy(false),
  install: copy(false),
  mv: copy(true),
  ln: link,
  link,
  tee: writes(),
  sponge: writes(),
  touch: writes({ short: 'drt', long: ['date', 'reference'] }),
  truncate: writes({ short: 'sr', long: ['size', 'reference'] }),
  fallocate: writes({ short: 'lo' }),
  mkdir: writes({ short: 'm', long: ['mode'] }),
  mkfifo: writes({ short: 'm' }),
  mknod: (args) => ({ writes: args.slice(0, 1) }),
  chmod: mode,
  chown: mode,
  chgrp: mode,
  chattr: (args) => ({ writes: args.filter(({ value }) => !/^[-+=]/.test(value)), recursive: hasOption(args, '-R') }),
  chcon: mode,
  restorecon: writes(),
  patchelf: writes({ long: ['set-rpath', 'set-interpreter', 'add-needed', 'replace-needed'] }),
  strip: writes({ short: 'oKN' }),
  ldconfig: writes({ short: 'fCr' }),
  chflags: mode,
  setfacl: (args) => ({
    ...writes({ short: 'mxMX', long: ['modify', 'remove', 'set', 'restore'] })(args),
    recursive: hasOption(args, '-R', '--recursive'),
  }),
  setcap: (args) => ({ writes: args.slice(1) }),
  dd: (args) => ({ reads: keyed(args, 'if'), writes: keyed(args, 'of') }),
  split,
  csplit: (args) => ({ reads: parseOptions(args, { short: 'fbn' }).operands.slice(0, 1), writes: [HERE] }),
  patch: (args) => {
    const spec = { short: 'pidoDFrBVYz', long: ['input', 'directory', 'output', 'strip'] };
    const { operands } = parseOptions(args, spec);
    return {
      writes: [...operands.slice(0, 1), ...optionValues(args, spec, '-d', '-o', '--directory', '--output'), HERE],
    };
  },
  ...Object.fromEntries('vi vim nvim nano emacs ed ex pico micro sudoedit'.split(' ').map((name) => [name, edit])),
};
