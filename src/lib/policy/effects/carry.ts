// Commands that carry bytes from file to file, or make a file of another: images, encryption, documents, compilers.
import type { Field } from '../facts/facts.ts';
import { hasOption, type OptionSpec, parseOptions } from '../facts/options.ts';
import { type Effect, optionValues, reads } from './effect.ts';

/** The last operand is written, the others are read. */
function toLast(spec: OptionSpec = {}): Effect {
  return (args) => {
    const { operands } = parseOptions(args, spec);
    return operands.length > 1
      ? { reads: operands.slice(0, -1), writes: operands.slice(-1), recursive: hasOption(args, '-r', '-R') }
      : { reads: operands };
  };
}

/** Reads its operands and writes what the options name. */
function into(spec: OptionSpec, ...names: string[]): Effect {
  return (args) => ({ reads: parseOptions(args, spec).operands, writes: optionValues(args, spec, ...names) });
}

const named = (args: readonly Field[], ...keys: string[]): Field[] =>
  args.flatMap((arg) => {
    const key = keys.find((each) => arg.value.startsWith(`${each}=`));
    return key === undefined ? [] : [{ ...arg, value: arg.value.slice(key.length + 1) }];
  });

const imaging: Effect = (args) => ({ reads: named(args, 'if'), writes: named(args, 'of', 'hof', 'log') });

const qemuImg: Effect = (args) => {
  const [verb, ...rest] = parseOptions(args, { short: 'fOoTtl' }).operands;
  switch (verb?.value) {
    case 'convert':
      return { reads: rest.slice(0, -1), writes: rest.slice(-1) };
    case 'dd':
      return imaging(args);
    case 'info':
    case 'check':
    case 'map':
    case 'compare':
      return { reads: rest };
    default:
      return { writes: rest };
  }
};

const restores: Effect = (args) => {
  const spec = { short: 'sord', long: ['source', 'output', 'restore_raw_file'] };
  return {
    reads: optionValues(args, spec, '-s', '--source'),
    writes: optionValues(args, spec, '-o', '-r', '--output'),
  };
};

// With -e or -c the code stands in the options; what follows is what it reads.
function scripted(...codeOptions: string[]): Effect {
  return (args) => {
    const spec = { short: 'eEIMmilFCr0', posix: true };
    const { operands, options } = parseOptions(args, spec);
    const given = options.some(({ name }) => codeOptions.includes(name));
    const inPlace = options.some(({ name }) => name === '-i') || args.some(({ value }) => /^-[a-zA-Z0]*i/.test(value));
    return given ? { reads: operands, ...(inPlace ? { writes: operands } : {}) } : {};
  };
}

const python: Effect = (args) => {
  const at = args.findIndex(({ value }) => /^-[a-zA-Z]*m/.test(value));
  return at === -1 ? {} : { reads: parseOptions(args.slice(at + 1), {}).operands };
};

const database: Effect = (args) => ({
  reads: parseOptions(args, { long: ['cmd', 'init', 'separator'] }).operands.slice(0, 1),
});

const OUTPUT: OptionSpec = { short: 'ortfkKpc', long: ['output', 'recipient', 'format', 'to', 'from', 'out'] };
const CC: OptionSpec = { short: 'oxIDLlWfOmBMU', long: ['include'] };

// `@file` holds options, and what is no option is told in an error.
const compiles: Effect = (args) => {
  const lists = args.flatMap((arg) => (arg.value.startsWith('@') ? [{ ...arg, value: arg.value.slice(1) }] : []));
  return { reads: [...parseOptions(args, CC).operands, ...lists], writes: optionValues(args, CC, '-o') };
};

export const CARRY: Readonly<Record<string, Effect>> = {
  dcfldd: imaging,
  dc3dd: imaging,
  dd_rescue: toLast({ short: 'sSbBmeylo' }),
  ddrescue: (args) => {
    const { operands } = parseOptions(args, { short: 'bBcilmoQsT' });
    return { reads: operands.slice(0, 1), writes: operands.slice(1) };
  },
  bmaptool: (args) => ({ reads: args.slice(1, -1), writes: args.slice(-1) }),
  'qemu-img': qemuImg,
  'partclone.dd': restores,
  'partclone.restore': restores,
  pv: into({ short: 'oLsNBDdFiwH', long: ['output', 'size', 'rate-limit', 'name'] }, '-o', '--output'),
  objcopy: toLast({ short: 'OIBjRNKSF' }),
  pandoc: into(OUTPUT, '-o', '--output'),
  age: into(OUTPUT, '-o', '--output'),
  ccrypt: (args) => ({
    reads: parseOptions(args, { short: 'kKEe' }).operands,
    writes: parseOptions(args, { short: 'kKEe' }).operands,
  }),
  ...Object.fromEntries('gcc cc g++ clang clang++ tcc c99 c++ as ld'.split(' ').map((name) => [name, compiles])),
  ...Object.fromEntries(
    'cpp m4 troff nroff groff bc dc enscript a2ps lp lpr aspell ispell hunspell spell lzma brotli lz4 pigz mutool pdftotext exiftool readelf objdump nm xmllint xsltproc tidy mlr glow mdcat dasel gron fx hexedit bvi logtail multitail lnav ccze fmt ptx wdiff dwdiff meld delta colorcat rougify highlight chroma moar w3m lynx links elinks tailf csvlook toml xq htmlq visidata vd nkf recode dos2unix unix2dos'
      .split(' ')
      .map((name) => [name, reads({ short: 'oT' })]),
  ),
  sqlite3: database,
  sqlite: database,
  duckdb: database,
  perl: scripted('-e', '-E'),
  ruby: scripted('-e'),
  python,
  python3: python,
  rename: (args) => ({
    writes: parseOptions(args, { short: 'eE' }).operands,
    removes: parseOptions(args, {}).operands.slice(1),
  }),
  prename: (args) => ({ removes: parseOptions(args, {}).operands.slice(1) }),
  'file-rename': (args) => ({ removes: parseOptions(args, {}).operands.slice(1) }),
};
