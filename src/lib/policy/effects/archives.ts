// Archives and compressed files.
import type { Field } from '../facts/facts.ts';
import { hasOption, type OptionSpec, parseOptions } from '../facts/options.ts';
import { ANY } from '../facts/unknowns.ts';
import { below, type Effect, HERE, optionValues } from './effect.ts';

const TAR: OptionSpec = {
  short: 'fCbTXIgHKLNV',
  long: ['file', 'directory', 'files-from', 'exclude', 'use-compress-program', 'to-command'],
};

/** With `-P` the archive says where its files go. */
const NAMED_INSIDE: Field = { value: ANY, exact: false, many: false };

const tar: Effect = (args) => {
  const [first, ...rest] = args;
  // `tar czf x` is `tar -czf x`.
  const dashed =
    first !== undefined && /^[A-Za-z]+$/.test(first.value) ? [{ ...first, value: `-${first.value}` }, ...rest] : args;
  const { operands } = parseOptions(dashed, TAR);
  // `-` is its input or output.
  const archive = optionValues(dashed, TAR, '-f', '--file').filter(({ value }) => value !== '-');
  const folder = optionValues(dashed, TAR, '-C', '--directory');
  if (hasOption(dashed, '-x', '--extract', '--get')) {
    const target = folder.length > 0 ? folder : [HERE];
    const isAbsolute = hasOption(dashed, '-P', '--absolute-names');
    return { reads: archive, writes: [...target, ...(isAbsolute ? [NAMED_INSIDE] : [])], recursive: true };
  }
  if (hasOption(dashed, '-t', '--list')) return { reads: archive };
  const from = folder.flatMap((base) => operands.map((each) => below(base, each)));
  return {
    reads: [...operands, ...folder, ...from],
    writes: archive,
    ...(hasOption(dashed, '--remove-files') ? { removes: operands } : {}),
    recursive: true,
  };
};

const compress: Effect = (args) => {
  const files = parseOptions(args, { short: 'S' }).operands;
  const keeps = hasOption(args, '-c', '-k', '-t', '-l', '--stdout', '--keep', '--test', '--list', '--to-stdout');
  return { reads: files, ...(keeps ? {} : { writes: files }) };
};

const zip: Effect = (args) => {
  const { operands } = parseOptions(args, { short: 'bitnxP' });
  const moves = hasOption(args, '-m', '--move') && !args.some(({ value }) => value === '-mm');
  return {
    reads: operands.slice(1),
    writes: operands.slice(0, 1),
    ...(moves ? { removes: operands.slice(1) } : {}),
    recursive: hasOption(args, '-r', '--recurse-paths'),
  };
};

const unzip: Effect = (args) => {
  const spec: OptionSpec = { short: 'dxP' };
  const folder = optionValues(args, spec, '-d');
  return {
    reads: parseOptions(args, spec).operands.slice(0, 1),
    ...(hasOption(args, '-l', '-t', '-p', '-Z')
      ? {}
      : { writes: folder.length > 0 ? folder : [HERE], recursive: true }),
  };
};

// `7z a archive files`; with -sdel the files are gone afterwards.
const sevenZip: Effect = (args) => {
  const [verb, archive, ...files] = args.filter(({ value }) => !value.startsWith('-'));
  const named = archive === undefined ? [] : [archive];
  if (verb !== undefined && /^[ex]$/.test(verb.value)) {
    const folder = args.flatMap((arg) => (/^-o./.test(arg.value) ? [{ ...arg, value: arg.value.slice(2) }] : []));
    return { reads: named, writes: folder.length > 0 ? folder : [HERE], recursive: true };
  }
  const moves = verb?.value === 'm' || args.some(({ value }) => /^-(sdel|df|dw)$/.test(value));
  return { reads: files, writes: named, ...(moves ? { removes: files } : {}), recursive: true };
};

// With -i it may unpack anything anywhere: the archive says where.
const cpio: Effect = (args) => {
  const spec = { short: 'DFHIOCERM', long: ['directory', 'file'] };
  const folder = optionValues(args, spec, '-D', '--directory');
  return { writes: folder.length > 0 ? folder : [HERE], recursive: true };
};

export const ARCHIVES: Readonly<Record<string, Effect>> = {
  tar,
  bsdtar: tar,
  zip,
  unzip,
  '7z': sevenZip,
  '7za': sevenZip,
  '7zz': sevenZip,
  rar: sevenZip,
  cpio,
  pax: (args) => ({ reads: parseOptions(args, { short: 'fsxbo' }).operands, writes: [HERE], recursive: true }),
  unsquashfs: (args) => ({ writes: [...optionValues(args, { short: 'd' }, '-d', '-dest'), HERE] }),
  unar: (args) => ({ writes: [...optionValues(args, { short: 'o' }, '-o'), HERE] }),
  dpkg: (args) => (hasOption(args, '-x', '-X', '--extract') ? { writes: args.slice(-1), recursive: true } : {}),
  ar: (args) => ({ reads: args.slice(1), writes: args.slice(1, 2) }),
  gzip: compress,
  gunzip: compress,
  bzip2: compress,
  xz: compress,
  zstd: compress,
};
