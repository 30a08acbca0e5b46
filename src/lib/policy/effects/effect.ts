// What an effect is, and the usual kinds of them: a function from arguments to the files they name.
import type { Field } from '../facts/facts.ts';
import { hasOption, isLongOption, type OptionSpec, parseOptions } from '../facts/options.ts';

export interface Effects {
  readonly reads?: readonly Field[];
  readonly writes?: readonly Field[];
  readonly removes?: readonly Field[];
  /** What it may read, for all that is known: paths that stand in its arguments. */
  readonly mentions?: readonly Field[];
  /** Settings it obeys wherever they are, told only where they are outside the folder the command starts in. */
  readonly obeys?: readonly Field[];
  /** What is read, written or removed stands for everything below it. */
  readonly recursive?: boolean;
}

export type Effect = (args: readonly Field[]) => Effects;

export const HERE: Field = { value: '.', exact: true, many: false };

/** Reads its operands, and the values of the options named. */
export function reads(spec: OptionSpec = {}, ...files: string[]): Effect {
  return (args) => ({
    reads: [...parseOptions(args, spec).operands, ...optionValues(args, spec, ...files)],
    recursive: hasOption(args, '-r', '-R', '--recursive'),
  });
}

/** Writes its operands. */
export function writes(spec: OptionSpec = {}): Effect {
  return (args) => ({
    writes: parseOptions(args, spec).operands,
    recursive: hasOption(args, '-R', '--recursive'),
  });
}

/** The values of options that are files as well; a long name counts in every abbreviation. */
export function optionValues(args: readonly Field[], spec: OptionSpec, ...names: string[]): Field[] {
  return parseOptions(args, spec).options.flatMap(({ name, value }) =>
    value !== undefined && names.some((each) => each === name || isLongOption(name, each)) ? [value] : [],
  );
}

/** `path` as it is meant from the folder `base`. */
export function below(base: Field, path: Field): Field {
  if (path.value.startsWith('/')) return path;
  const value = `${base.value.replace(/\/$/, '')}/${path.value}`;
  return { value, exact: base.exact && path.exact, many: path.many };
}
