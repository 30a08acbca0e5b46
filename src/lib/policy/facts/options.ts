// Reads the options of a command the way getopt_long does: bundled letters, `--long=value`, abbreviated long names, `--`.
// Which options take a value comes from the caller's table; it never guesses that one does.
import type { Field } from './facts.ts';
import { overlaps } from './glob.ts';
import { ANY, DIGITS, isNumeric, ONE, SOME, STAR } from './unknowns.ts';

/** Which options take a value: letters for `-x VALUE`, names for `--name VALUE`. */
export interface OptionSpec {
  readonly short?: string;
  readonly long?: readonly string[];
  /** Options stop at the first word that is none (`env`, `sudo`, `xargs`). */
  readonly posix?: boolean;
}

export interface Option {
  /** `-r` or `--recursive`, as it was written. */
  readonly name: string;
  readonly value: Field | undefined;
}

export interface ParsedOptions {
  readonly options: readonly Option[];
  readonly operands: readonly Field[];
}

/** Options and operands of the arguments after a command's name. */
export function parseOptions(args: readonly Field[], spec: OptionSpec): ParsedOptions {
  const options: Option[] = [];
  const operands: Field[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (arg === undefined) break;
    if (arg.value === '--') {
      operands.push(...args.slice(index + 1));
      break;
    }
    if (arg.value === '-' || !arg.value.startsWith('-')) {
      if (spec.posix === true) {
        operands.push(...args.slice(index));
        break;
      }
      operands.push(arg);
    } else if (arg.value.startsWith('--')) index += readLong(arg, args[index + 1], spec, options);
    else index += readShort(arg, args[index + 1], spec, options);
  }
  return { options, operands };
}

// Answers how many further arguments were taken.
function readLong(arg: Field, next: Field | undefined, spec: OptionSpec, options: Option[]): number {
  const equals = arg.value.indexOf('=');
  if (equals !== -1) {
    options.push({ name: arg.value.slice(0, equals), value: { ...arg, value: arg.value.slice(equals + 1) } });
    return 0;
  }
  const name = arg.value.slice(2);
  const takes = (spec.long ?? []).some((each) => name !== '' && each.startsWith(name));
  options.push({ name: arg.value, value: takes ? next : undefined });
  return takes ? 1 : 0;
}

function readShort(arg: Field, next: Field | undefined, spec: OptionSpec, options: Option[]): number {
  for (let at = 1; at < arg.value.length; at++) {
    const letter = arg.value[at] ?? '';
    if (!(spec.short ?? '').includes(letter)) {
      options.push({ name: `-${letter}`, value: undefined });
      continue;
    }
    const rest = arg.value.slice(at + 1);
    options.push({ name: `-${letter}`, value: rest === '' ? next : { ...arg, value: rest } });
    return rest === '' ? 1 : 0;
  }
  return 0;
}

/** True where `written` is the long option `name` or an abbreviation of it: `--rec`, `--out=x`. */
export function isLongOption(written: string, name: string): boolean {
  return name.startsWith('--') && written.length >= 3 && name.startsWith(written.split('=', 1)[0] ?? written);
}

/**
 * True where an option is there in any of its forms: `hasOption(args, '-r', '--recursive')` sees `-rf`, `--rec`. It
 * looks at every argument before `--`, so it may see too much and never too little.
 */
export function hasOption(args: readonly Field[], ...names: readonly string[]): boolean {
  for (const { value } of args) {
    if (value === '--') return false;
    if (!value.startsWith('-') || value === '-') continue;
    for (const name of names) {
      if (value === name) return true;
      if (isLongOption(value, name)) return true;
      if (name.length === 2 && !value.startsWith('--') && value.includes(name[1] ?? '')) return true;
    }
  }
  return false;
}

/** Arguments that are not options; after `--`, all of them. Values of options count as operands here. */
export function plainOperands(args: readonly Field[]): Field[] {
  const end = args.findIndex((arg) => arg.value === '--');
  const before = end === -1 ? args : args.slice(0, end);
  const after = end === -1 ? [] : args.slice(end + 1);
  return [...before.filter((arg) => !arg.value.startsWith('-') || arg.value === '-'), ...after];
}

const UNSEEN = new Set([ANY, SOME, STAR, ONE]);

/** True where an argument may turn out to be an option: its beginning, or how many words it is, is not known. */
export function mayBeOption(arg: Field): boolean {
  const first = arg.value[0] ?? '';
  return UNSEEN.has(first) || (first === DIGITS && !isNumeric(arg.value)) || maySplit(arg);
}

/** True where bash may make words of it that do not begin as it does: an unquoted variable, not a glob. */
export function maySplit({ value, many }: Field): boolean {
  return many && (value.includes(ANY) || value.includes(SOME));
}

/** Arguments that may be options: after `--` nothing is. */
export function beforeEndMark(args: readonly Field[]): readonly Field[] {
  const end = args.findIndex(({ value }) => value === '--');
  return end === -1 ? args : args.slice(0, end);
}

/** True where a glob among the arguments may turn out as the option: `?i` for `-i`, but not after `--`. */
export function mayGive(args: readonly Field[], option: string): boolean {
  return beforeEndMark(args).some((arg) => mayBecome(arg, option));
}

/** True where a glob may find a file that is named like the option, with or without a value: `?i` for `-i`. */
export function mayBecome({ value, exact }: Field, option: string): boolean {
  const first = value[0] ?? '';
  const isGlob = first === STAR || first === ONE || (first === '-' && !exact);
  return isGlob && overlaps(value, option.length === 2 ? option + ANY : option);
}
