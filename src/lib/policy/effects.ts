// Which files well-known commands read, write and remove, from their arguments. A table of small functions; a command
// that is not in it names no files here, so rules about paths see only what is known.
import type { Field } from './facts.ts';
import { hasOption, type OptionSpec, parseOptions } from './options.ts';

export interface Effects {
  readonly reads?: readonly Field[];
  readonly writes?: readonly Field[];
  readonly removes?: readonly Field[];
  /** What is read, written or removed stands for everything below it. */
  readonly recursive?: boolean;
}

type Effect = (args: readonly Field[]) => Effects;

const reads =
  (spec: OptionSpec = {}, skip = 0): Effect =>
  (args) => ({
    reads: parseOptions(args, spec).operands.slice(skip),
    recursive: hasOption(args, '-r', '-R', '--recursive'),
  });

const writes =
  (spec: OptionSpec = {}, skip = 0): Effect =>
  (args) => ({
    writes: parseOptions(args, spec).operands.slice(skip),
    recursive: hasOption(args, '-R', '--recursive'),
  });

const removes: Effect = (args) => ({
  removes: parseOptions(args, {}).operands,
  recursive: hasOption(args, '-r', '-R', '--recursive'),
});

// The values of some options are files as well.
function optionValues(args: readonly Field[], spec: OptionSpec, ...names: string[]): Field[] {
  return parseOptions(args, spec).options.flatMap((option) =>
    option.value !== undefined &&
    names.some(
      (name) =>
        option.name === name || (name.startsWith('--') && option.name.length > 4 && name.startsWith(option.name)),
    )
      ? [option.value]
      : [],
  );
}

const copy =
  (moves: boolean): Effect =>
  (args) => {
    const spec: OptionSpec = {
      short: moves ? 'tS' : 'tSgmo',
      long: ['target-directory', 'suffix', 'mode', 'owner', 'group'],
    };
    const { operands } = parseOptions(args, spec);
    const folder = optionValues(args, spec, '-t', '--target-directory');
    const sources = folder.length > 0 ? operands : operands.slice(0, -1);
    const recursive = moves || hasOption(args, '-r', '-R', '-a', '--recursive', '--archive');
    const target = folder.length > 0 ? folder : operands.slice(-1);
    // A file copied into a folder keeps its name: `cp x ~/.ssh` may be written below it.
    const below = target.flatMap((to) => sources.map((from) => below_(to, from)));
    return { reads: sources, writes: [...target, ...below], ...(moves ? { removes: sources } : {}), recursive };
  };

function below_(folder: Field, file: Field): Field {
  const name =
    file.value
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? '';
  return { value: `${folder.value.replace(/\/$/, '')}/${name}`, exact: folder.exact && file.exact, many: false };
}

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
    'color',
    'type',
    'glob',
  ],
};

const grep: Effect = (args) => {
  const { operands, options } = parseOptions(args, GREP);
  const given = options.some((option) => ['-e', '-f', '--regexp', '--file'].includes(option.name));
  return { reads: [...operands.slice(given ? 0 : 1), ...optionValues(args, GREP, '-f', '--file')] };
};

const SED: OptionSpec = { short: 'efl', long: ['expression', 'file', 'line-length'] };

const sed: Effect = (args) => {
  const { operands, options } = parseOptions(args, SED);
  const given = options.some((option) => ['-e', '-f', '--expression', '--file'].includes(option.name));
  const files = operands.slice(given ? 0 : 1);
  const inPlace = options.some((option) => option.name === '-i' || /^--in/.test(option.name));
  return { reads: [...files, ...optionValues(args, SED, '-f', '--file')], ...(inPlace ? { writes: files } : {}) };
};

const AWK: OptionSpec = {
  short: 'fFvilE',
  long: ['file', 'field-separator', 'assign', 'include', 'load', 'exec'],
  posix: true,
};

const awk: Effect = (args) => {
  const files = optionValues(args, AWK, '-f', '--file');
  const { operands } = parseOptions(args, AWK);
  return { reads: [...files, ...operands.slice(files.length > 0 ? 0 : 1).filter((arg) => !/^\w+=/.test(arg.value))] };
};

const keyed = (args: readonly Field[], key: string): Field[] =>
  args.flatMap((arg) => (arg.value.startsWith(`${key}=`) ? [{ ...arg, value: arg.value.slice(key.length + 1) }] : []));

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
  const from = folder.flatMap((base) => operands.map((each) => join(base, each)));
  return {
    reads: [...operands, ...folder, ...from],
    writes: archive,
    ...(hasOption(dashed, '--remove-files') ? { removes: operands } : {}),
    recursive: true,
  };
};

const HERE: Field = { value: '.', exact: true, many: false };

function join(base: Field, path: Field): Field {
  return path.value.startsWith('/')
    ? path
    : { value: `${base.value}/${path.value}`, exact: base.exact && path.exact, many: path.many };
}

const CURL: OptionSpec = {
  short: 'AbcCdDeEFhHKmoPQrtTuUwxXyYzZ',
  long: [
    'user-agent',
    'cookie',
    'cookie-jar',
    'data',
    'data-raw',
    'data-binary',
    'data-urlencode',
    'json',
    'dump-header',
    'referer',
    'cert',
    'key',
    'cacert',
    'form',
    'header',
    'config',
    'max-time',
    'output',
    'output-dir',
    'upload-file',
    'user',
    'write-out',
    'proxy',
    'request',
    'url',
    'connect-timeout',
    'retry',
    'resolve',
    'netrc-file',
    'trace',
    'trace-ascii',
    'stderr',
  ],
};

const curl: Effect = (args) => {
  const posted = optionValues(
    args,
    CURL,
    '-d',
    '-F',
    '-H',
    '--data',
    '--data-binary',
    '--data-urlencode',
    '--json',
    '--form',
    '--header',
  ).flatMap((arg) => {
    const at = arg.value.search(/[@<]/);
    return at === -1 ? [] : [{ ...arg, value: arg.value.slice(at + 1).replace(/;.*$/, '') }];
  });
  const urls = parseOptions(args, CURL).operands.flatMap((arg) =>
    /^file:/i.test(arg.value) ? [{ ...arg, value: arg.value.replace(/^file:(\/\/[^/]*)?/i, '') }] : [],
  );
  return {
    reads: [
      ...posted,
      ...urls,
      ...optionValues(
        args,
        CURL,
        '-T',
        '--upload-file',
        '-K',
        '--config',
        '-E',
        '--cert',
        '--key',
        '--netrc-file',
        '-b',
        '--cookie',
      ),
    ],
    writes: optionValues(
      args,
      CURL,
      '-o',
      '--output',
      '-c',
      '--cookie-jar',
      '-D',
      '--dump-header',
      '--trace',
      '--trace-ascii',
      '--stderr',
      '--output-dir',
    ),
  };
};

const WGET: OptionSpec = {
  short: 'aoOiPUTtQlAeDI',
  long: [
    'output-document',
    'output-file',
    'append-output',
    'input-file',
    'directory-prefix',
    'user-agent',
    'timeout',
    'tries',
    'post-data',
    'post-file',
    'body-file',
    'header',
    'execute',
  ],
};

const wget: Effect = (args) => ({
  reads: optionValues(args, WGET, '-i', '--input-file', '--post-file', '--body-file'),
  writes: optionValues(
    args,
    WGET,
    '-O',
    '-o',
    '-a',
    '-P',
    '--output-document',
    '--output-file',
    '--append-output',
    '--directory-prefix',
  ),
});

const remoteCopy: Effect = (args) => {
  const { operands } = parseOptions(args, {
    short: 'cFiJloPSXeBT',
    long: [
      'rsh',
      'exclude',
      'include',
      'exclude-from',
      'files-from',
      'rsync-path',
      'log-file',
      'bwlimit',
      'port',
      'password-file',
    ],
  });
  const local = (field: Field) => !/^[^/]*:/.test(field.value);
  const sources = operands.slice(0, -1).filter(local);
  return {
    reads: sources,
    writes: operands.slice(-1).filter(local),
    ...(hasOption(args, '--remove-source-files') ? { removes: sources } : {}),
    recursive: hasOption(args, '-r', '-a', '--recursive', '--archive'),
  };
};

const edit: Effect = (args) => {
  const files = parseOptions(args, { short: 'cSuTtw' }).operands.filter((arg) => !arg.value.startsWith('+'));
  return { reads: files, writes: files };
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
  return { reads: parseOptions(args, spec).operands, writes: optionValues(args, spec, '-o', '--output') };
};

const openssl: Effect = (args) => {
  const after = (...names: string[]) => args.filter((_, index) => names.includes(args[index - 1]?.value ?? ''));
  return { reads: after('-in', '-inkey', '-key', '-CAkey', '-kfile', '-cert'), writes: after('-out', '-keyout') };
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
  return {
    reads: operands.length > 1 ? operands.slice(0, -1) : operands,
    writes: operands.length > 1 ? operands.slice(-1) : [],
  };
};

const HEAD: OptionSpec = { short: 'ncsp', long: ['lines', 'bytes', 'pid', 'sleep-interval'] };

const find: Effect = (args) => {
  const end = args.findIndex((arg) => /^[-(!]/.test(arg.value));
  const given = end === -1 ? args : args.slice(0, end);
  const starts = given.length > 0 ? given : [HERE];
  const written = args.filter((_, index) => /^-f(print0?|printf|ls)$/.test(args[index - 1]?.value ?? ''));
  const removing = args.some((arg) => arg.value === '-delete');
  // It reads names and not files.
  return { writes: written, ...(removing ? { removes: starts, recursive: true } : {}) };
};

const EFFECTS: Readonly<Record<string, Effect>> = {
  ...Object.fromEntries(
    'cat tac less more most zless zmore zcat bzcat xzcat zstdcat lzcat nl rev fold fmt expand unexpand wc md5sum sha1sum sha256sum sha512sum b2sum cksum sum base64 base32 basenc bat batcat strings diff cmp comm paste colordiff vimdiff sdiff diff3 file view pr ul look tsort iconv shuf column hd enca getfacl hexyl uuencode xargs-file csvcut pygmentize source .'
      .split(' ')
      .map((name) => [
        name,
        reads({
          short:
            name === 'shuf'
              ? 'ino'
              : name === 'strings'
                ? 'nt'
                : name === 'base64'
                  ? 'w'
                  : name === 'diff'
                    ? 'IUCW'
                    : '',
        }),
      ]),
  ),
  head: reads(HEAD),
  tail: reads(HEAD),
  uniq: (args) => {
    const { operands } = parseOptions(args, { short: 'fsw' });
    return { reads: operands.slice(0, 1), writes: operands.slice(1) };
  },
  od: reads({ short: 'AjNStw' }),
  xxd: (args) => {
    const { operands } = parseOptions(args, { short: 'clogsn' });
    return { reads: operands.slice(0, 1), writes: operands.slice(1) };
  },
  hexdump: reads({ short: 'efns' }),
  cut: reads({ short: 'bcdf', long: ['bytes', 'characters', 'delimiter', 'fields', 'output-delimiter'] }),
  join: reads({ short: '12tajoev' }),
  sort,
  split,
  csplit: reads({ short: 'fbn' }),
  grep,
  egrep: grep,
  fgrep: grep,
  zgrep: grep,
  rg: grep,
  ag: grep,
  ack: grep,
  sed,
  gsed: sed,
  awk,
  gawk: awk,
  mawk: awk,
  nawk: awk,
  jq: reads({ short: 'fL', long: ['arg', 'argjson', 'slurpfile', 'rawfile', 'from-file'] }, 1),
  yq: reads({}, 1),
  rm: removes,
  unlink: removes,
  rmdir: removes,
  srm: removes,
  wipe: removes,
  shred: (args) => ({
    writes: parseOptions(args, { short: 'ns' }).operands,
    removes: parseOptions(args, { short: 'ns' }).operands,
  }),
  trash: removes,
  cp: copy(false),
  install: copy(false),
  mv: copy(true),
  rename: writes(),
  ln: link,
  link,
  tee: (args) => ({ writes: parseOptions(args, {}).operands }),
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
  chattr: mode,
  setfacl: writes({ short: 'mxMX' }),
  setcap: (args) => ({ writes: args.slice(1) }),
  dd: (args) => ({ reads: keyed(args, 'if'), writes: keyed(args, 'of') }),
  tar,
  bsdtar: tar,
  zip,
  '7z': (args) => ({ reads: args.slice(2), writes: args.slice(1, 2), recursive: true }),
  unzip: (args) => {
    const spec: OptionSpec = { short: 'dxP' };
    const folder = optionValues(args, spec, '-d');
    return {
      reads: parseOptions(args, spec).operands.slice(0, 1),
      ...(hasOption(args, '-l', '-t', '-p', '-Z') ? {} : { writes: folder.length > 0 ? folder : [HERE] }),
    };
  },
  cpio: () => ({ writes: [HERE] }),
  gzip: compress,
  gunzip: compress,
  bzip2: compress,
  xz: compress,
  zstd: compress,
  curl,
  wget,
  scp: remoteCopy,
  rsync: remoteCopy,
  sftp: () => ({}),
  vi: edit,
  vim: edit,
  nvim: edit,
  nano: edit,
  emacs: edit,
  ed: edit,
  ex: edit,
  pico: edit,
  micro: edit,
  patch: () => ({ writes: [HERE] }),
  sudoedit: edit,
  openssl,
  'ssh-keygen': (args) => ({ reads: args.filter((_, index) => args[index - 1]?.value === '-f') }),
  'ssh-add': reads({ short: 'tES' }),
  gpg: (args) => ({ reads: parseOptions(args, { short: 'oru', long: ['output', 'recipient'] }).operands }),
  debugfs: reads({ short: 'Rfs' }),
  find,
  gfind: find,
  getent: () => ({}),
  strace: () => ({}),
  mount: () => ({}),
};

/** The files a command names, by what it does to them. */
export function effectsOf(name: string, args: readonly Field[]): Effects {
  return Object.hasOwn(EFFECTS, name) ? (EFFECTS[name]?.(args) ?? {}) : {};
}

/** True for a command whose files are known here. */
export function hasKnownEffects(name: string): boolean {
  return Object.hasOwn(EFFECTS, name);
}
