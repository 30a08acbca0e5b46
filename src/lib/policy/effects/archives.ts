// Archives and compressed files.
import { hasOption, type OptionSpec, parseOptions } from '../options.ts';
import { below, type Effect, HERE, optionValues } from './effect.ts';

const TAR: OptionSpec = {
  short: 'fCbTXIgHKLNV',
  long: ['file', 'directory', 'files-from', 'exclude', 'use-compress-program', 'to-command'],
};

const tar: Effect = (args) => {
  const [first, ...rest] = args;
  // `tar czf x` is `tar -czf x`.
  const dashed =
    first !== undefined && /^[A-Za-z]+$/.test(first.value) ? [{ ...first, value: `-${first.value}` }, ...rest] : args;
  const { operands } = parseOptions(dashed, TAR);
  const archive = optionValues(dashed, TAR, '-f', '--file');
  const folder = optionValues(dashed, TAR, '-C', '--directory');
  if (hasOption(dashed, '-x', '--extract', '--get'))
    return { reads: archive, writes: folder.length > 0 ? folder : [HERE], recursive: true };
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
  return { reads: operands.slice(1), writes: operands.slice(0, 1), recursive: hasOption(args, '-r') };
};

const unzip: Effect = (args) => {
  const spec: OptionSpec = { short: 'dxP' };
  const folder = optionValues(args, spec, '-d');
  return {
    reads: parseOptions(args, spec).operands.slice(0, 1),
    ...(hasOption(args, '-l', '-t', '-p', '-Z') ? {} : { writes: folder.length > 0 ? folder : [HERE] }),
  };
};

export const ARCHIVES: Readonly<Record<string, Effect>> = {
  tar,
  bsdtar: tar,
  zip,
  unzip,
  '7z': (args) => ({ reads: args.slice(2), writes: args.slice(1, 2), recursive: true }),
  cpio: () => ({ writes: [HERE] }),
  gzip: compress,
  gunzip: compress,
  bzip2: compress,
  xz: compress,
  zstd: compress,
};
