// Programs that look at files in a way of their own: find, jq, openssl, gpg, strings.
import type { Field } from '../facts/facts.ts';
import { mayBecome, type OptionSpec, parseOptions } from '../facts/options.ts';
import { SOME } from '../facts/unknowns.ts';
import { pathOfFound, startsOf } from '../walk/found.ts';
import { field } from '../walk/split-runs.ts';
import { type Effect, HERE, optionValues } from './effect.ts';

export const find: Effect = (args) => {
  const given = startsOf(args);
  const starts = given.length > 0 ? given : [HERE];
  const written = args.filter((_, index) => /^-f(print0?|printf|ls)$/.test(args[index - 1]?.value ?? ''));
  const removing = args.some(
    (arg, index) =>
      arg.value === '-delete' ||
      // Usually somebody forgot the quotes: `-name *`.
      (mayBecome(arg, '-delete') && !/^-i?(name|path)$/.test(args[index - 1]?.value ?? '')),
  );
  const lists = args.filter((_, index) => args[index - 1]?.value === '-files0-from');
  // Otherwise it reads names and not files.
  return { reads: lists, writes: written, ...(removing ? { removes: foundIn(starts, args), recursive: true } : {}) };
};

// Below a folder of some depth, only what has the name that it looks for.
function foundIn(starts: readonly Field[], args: readonly Field[]): readonly Field[] {
  const isDeep = starts.every(({ value, exact }) => exact && /^(?!.*\.\.)(?!~)(?:[^/]|\/[^/]+\/[^/])/.test(value));
  const isNamed = args.some(({ value }) => value === '-name');
  const path = pathOfFound(args);
  return isDeep && isNamed && path !== SOME ? [{ ...field(path), found: true }] : starts;
}

// An argument `@file` holds options for the tools of binutils.
export const strings: Effect = (args) => ({
  reads: [
    ...parseOptions(args, { short: 'neTts', long: ['bytes', 'encoding', 'radix', 'target'] }).operands,
    ...args.flatMap((arg) => (arg.value.startsWith('@') ? [{ ...arg, value: arg.value.slice(1) }] : [])),
  ],
});

const JQ: OptionSpec = {
  short: 'fL',
  long: ['from-file', 'indent', 'library-path', 'slurpfile', 'rawfile', 'arg', 'argjson'],
};

// `--rawfile NAME FILE` and its like take two words; the program is the first operand unless -f gives a file.
export const jq: Effect = (args) => {
  const pairs = new Set(
    args.flatMap(({ value }, index) => (/^--(slurpfile|rawfile|arg|argjson)$/.test(value) ? [index + 2] : [])),
  );
  const named = args.filter(
    (_, index) => pairs.has(index) && /^--(slurpfile|rawfile)$/.test(args[index - 2]?.value ?? ''),
  );
  const rest = args.filter((_, index) => !pairs.has(index));
  const program = optionValues(rest, JQ, '-f', '--from-file');
  const { operands } = parseOptions(rest, JQ);
  return { reads: [...named, ...program, ...operands.slice(program.length > 0 ? 0 : 1)] };
};

export const openssl: Effect = (args) => {
  const after = (...names: string[]) => args.filter((_, index) => names.includes(args[index - 1]?.value ?? ''));
  const digests = /^(dgst|md5|sha\d*|sm3|asn1parse|prime|rand)$/.test(args[0]?.value ?? '');
  return {
    reads: [
      ...after('-in', '-inkey', '-key', '-CAkey', '-kfile', '-cert'),
      ...(digests ? args.slice(1).filter(({ value }) => !value.startsWith('-')) : []),
    ],
    writes: after('-out', '-keyout'),
  };
};

export const gpg: Effect = (args) => {
  const spec: OptionSpec = { short: 'oru', long: ['output', 'recipient', 'homedir', 'passphrase-file'] };
  return { reads: parseOptions(args, spec).operands, writes: optionValues(args, spec, '-o', '--output') };
};
