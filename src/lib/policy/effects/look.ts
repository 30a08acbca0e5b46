// Commands that look at files: what they read, and the few options with which they write.
import { hasOption, mayGive, type OptionSpec, parseOptions } from '../facts/options.ts';
import { type Effect, HERE, optionValues, reads } from './effect.ts';
import { find, gpg, jq, openssl, strings } from './look-programs.ts';

const GREP: OptionSpec = {
  short: 'efmABCdD',
  long: [
    'regexp',
    'file',
    'max-count',
    'after-context',
    'before-context',
    'context',
    'include',
    'exclude',
    'exclude-dir',
    'exclude-from',
    'color',
    'type',
    'glob',
  ],
};

const grep: Effect = (args) => {
  const { operands, options } = parseOptions(args, GREP);
  const given = options.some(({ name }) => ['-e', '-f'].includes(name) || /^--(reg|fil)/.test(name));
  const files = operands.slice(given ? 0 : 1);
  const recursive = hasOption(args, '-r', '-R', '--recursive', '--dereference-recursive');
  return {
    reads: [
      ...(recursive && files.length === 0 ? [HERE] : files),
      ...optionValues(args, GREP, '-f', '--file', '--exclude-from'),
    ],
    recursive,
  };
};

// These search folders without being told to.
const ripgrep: Effect = (args) => {
  const found = grep(args);
  const reads = found.reads?.length === 0 ? [HERE] : (found.reads ?? []);
  const ignored = optionValues(args, { long: ['ignore-file'] }, '--ignore-file');
  return { ...found, reads: [...reads, ...ignored], recursive: true };
};

const DIFF: OptionSpec = {
  short: 'IUCWXFx',
  long: ['unified', 'context', 'width', 'exclude', 'exclude-from', 'to-file', 'from-file', 'label', 'color'],
};

const AWK: OptionSpec = {
  short: 'fFvilE',
  long: ['file', 'field-separator', 'assign', 'include', 'load', 'exec'],
  posix: true,
};

const awk: Effect = (args) => {
  const files = optionValues(args, AWK, '-f', '--file');
  const { operands } = parseOptions(args, AWK);
  return {
    reads: [...files, ...operands.slice(files.length > 0 ? 0 : 1).filter((arg) => !/^[A-Za-z_]\w*=/.test(arg.value))],
  };
};

const sort: Effect = (args) => {
  const spec: OptionSpec = {
    short: 'koStT',
    long: [
      'key',
      'output',
      'buffer-size',
      'field-separator',
      'temporary-directory',
      'files0-from',
      'compress-program',
      'parallel',
      'random-source',
    ],
  };
  const { operands } = parseOptions(args, spec);
  const written = optionValues(args, spec, '-o', '--output', '-T', '--temporary-directory');
  return {
    reads: [...operands, ...optionValues(args, spec, '--files0-from', '--random-source')],
    // `sort ?o a` may write any of them.
    writes: mayGive(args, '-o') ? [...written, ...operands] : written,
  };
};

const HEAD: OptionSpec = { short: 'ncsp', long: ['lines', 'bytes', 'pid', 'sleep-interval'] };

// Operands from the first that is a file; a few options read, a few write.
function looks(spec: OptionSpec, files: { reads?: string[]; writes?: string[]; skip?: number } = {}): Effect {
  return (args) => ({
    reads: [
      ...parseOptions(args, spec).operands.slice(files.skip ?? 0),
      ...optionValues(args, spec, ...(files.reads ?? [])),
    ],
    writes: optionValues(args, spec, ...(files.writes ?? [])),
    recursive: hasOption(args, '-r', '-R', '--recursive'),
  });
}

// `uniq IN OUT`, `xxd IN OUT`.
const inAndOut =
  (spec: OptionSpec): Effect =>
  (args) => {
    const { operands } = parseOptions(args, spec);
    // One word may become both: `uniq *`.
    const from = operands[0]?.many === true ? 0 : 1;
    return { reads: operands.slice(0, 1), writes: operands.slice(from) };
  };

const PLAIN =
  'cat tac less more most zless zmore zcat bzcat xzcat zstdcat lzcat nl rev fold fmt expand unexpand md5sum sha1sum sha256sum sha512sum b2sum cksum sum bat batcat cmp comm paste vimdiff sdiff diff3 view pr ul look tsort iconv column hd enca getfacl hexyl uuencode csvcut pygmentize source .';

export const LOOK: Readonly<Record<string, Effect>> = {
  ...Object.fromEntries(
    PLAIN.split(' ').map((name) => [name, reads({ long: ['files', 'files0'] }, '--files', '--files0')]),
  ),
  wc: looks({ long: ['files0-from', 'total'] }, { reads: ['--files0-from'] }),
  // It reads sizes and not files.
  du: looks(
    { short: 'BdtX', long: ['block-size', 'max-depth', 'threshold', 'exclude', 'exclude-from', 'files0-from'] },
    { reads: ['-X', '--exclude-from', '--files0-from'], skip: Number.POSITIVE_INFINITY },
  ),
  // -o as BSD has it.
  base64: looks({ short: 'wo', long: ['wrap', 'output'] }, { writes: ['-o', '--output'] }),
  base32: looks({ short: 'w', long: ['wrap'] }),
  basenc: looks({ short: 'w', long: ['wrap'] }),
  strings,
  journalctl: looks(
    {
      short: 'noptuUSgFMD',
      long: ['cursor-file', 'file', 'directory', 'unit', 'since', 'until', 'grep', 'output', 'lines'],
    },
    { reads: ['--file', '-D', '--directory'], writes: ['--cursor-file'], skip: Number.POSITIVE_INFINITY },
  ),
  who: looks({}),
  users: looks({}),
  last: looks({ short: 'fnpst', long: ['file'] }, { reads: ['-f', '--file'], skip: Number.POSITIVE_INFINITY }),
  lspci: looks({ short: 'ipsdAOHF' }, { reads: ['-i', '-F', '-p'], skip: Number.POSITIVE_INFINITY }),
  diff: looks(DIFF, { reads: ['-X', '--exclude-from', '--to-file', '--from-file'] }),
  colordiff: looks(DIFF, { reads: ['-X', '--exclude-from', '--to-file', '--from-file'] }),
  file: looks(
    { short: 'fFmPe', long: ['files-from', 'magic-file', 'separator'] },
    { reads: ['-f', '-m', '--files-from', '--magic-file'] },
  ),
  shuf: looks(
    { short: 'ino', long: ['output', 'input-range', 'head-count', 'random-source'] },
    { writes: ['-o', '--output'] },
  ),
  tree: looks({ short: 'LPIo', long: ['gitfile', 'infofile'] }, { reads: ['--gitfile', '--infofile'], writes: ['-o'] }),
  date: looks(
    { short: 'dfrs', long: ['date', 'file', 'reference', 'set'] },
    { reads: ['-f', '--file'], skip: Number.POSITIVE_INFINITY },
  ),
  ss: looks(
    { short: 'AfFND', long: ['filter', 'diag'] },
    { reads: ['-F', '--filter'], writes: ['-D', '--diag'], skip: Number.POSITIVE_INFINITY },
  ),
  head: reads(HEAD),
  tail: reads(HEAD),
  uniq: inAndOut({ short: 'fsw', long: ['skip-fields', 'skip-chars', 'check-chars'] }),
  xxd: inAndOut({ short: 'clogsn' }),
  od: reads({ short: 'AjNStw' }),
  hexdump: reads({ short: 'efns', long: ['format', 'format-file', 'length', 'skip'] }, '-f', '--format-file'),
  pgrep: looks(
    { short: 'dFgGPstuUr', long: ['pidfile'] },
    { reads: ['-F', '--pidfile'], skip: Number.POSITIVE_INFINITY },
  ),
  cut: reads({ short: 'bcdf', long: ['bytes', 'characters', 'delimiter', 'fields', 'output-delimiter'] }),
  join: reads({ short: '12tajoev' }),
  sort,
  grep,
  egrep: grep,
  fgrep: grep,
  zgrep: grep,
  rg: ripgrep,
  ag: ripgrep,
  ack: ripgrep,
  awk,
  gawk: awk,
  mawk: awk,
  nawk: awk,
  jq,
  yq: looks({}, { skip: 1 }),
  find,
  gfind: find,
  openssl,
  'ssh-keygen': (args) => ({ reads: args.filter((_, index) => args[index - 1]?.value === '-f') }),
  'ssh-add': reads({ short: 'tES' }),
  gpg,
  gpg2: gpg,
  debugfs: reads({ short: 'Rfs' }),
};
