// Commands that carry files over the network: what they send, and where they put what they get.
import type { Field } from '../facts/facts.ts';
import { hasOption, type OptionSpec, parseOptions } from '../facts/options.ts';
import { type Effect, optionValues } from './effect.ts';

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
  const target = operands.slice(-1).filter(local);
  // `--del`, `--delete-after`, `--delete-excluded` …: what the source does not have is gone from the target.
  const mirrors = args.some(({ value }) => /^--del(ete)?(-.*)?$/.test(value) && !/^--delete-missing/.test(value));
  if (hasOption(args, '-n', '--dry-run')) return { reads: sources, recursive: true };
  const removes = [...(hasOption(args, '--remove-source-files') ? sources : []), ...(mirrors ? target : [])];
  return {
    reads: sources,
    writes: target,
    ...(removes.length > 0 ? { removes } : {}),
    recursive: hasOption(args, '-r', '-a', '--recursive', '--archive'),
  };
};

// Its output may be made after a file, and an error tells what is in there.
const kubectl: Effect = (args) => {
  const spec: OptionSpec = {
    short: 'fokn',
    long: ['filename', 'output', 'output-directory', 'profile-output', 'cache-dir', 'kustomize'],
  };
  const templates = optionValues(args, spec, '-o', '--output').flatMap((arg) =>
    /-file=/.test(arg.value) ? [{ ...arg, value: arg.value.replace(/^.*?-file=/, '') }] : [],
  );
  return {
    reads: [...templates, ...optionValues(args, spec, '-f', '--filename')],
    writes: optionValues(args, spec, '--output-directory', '--profile-output', '--cache-dir'),
  };
};

export const TRANSFERS: Readonly<Record<string, Effect>> = {
  curl,
  wget,
  scp: remoteCopy,
  rsync: remoteCopy,
  kubectl,
  oc: kubectl,
};
