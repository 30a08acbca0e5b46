// Whether the words of a command are those that a rule names: arguments, options, the printed text.
import type { Field, SimpleCommand } from '../facts/facts.ts';
import { globMatches } from '../facts/glob.ts';
import { beforeEndMark, hasOption, mayBeOption } from '../facts/options.ts';
import { all, any, type Match, not } from './match-result.ts';
import type { CompiledMatch } from './rules.ts';

export function argsMatch({ args: patterns = [], moreArgs }: CompiledMatch, args: readonly Field[]): Match {
  const variable = args.some((arg) => arg.many);
  if (!variable && (args.length < patterns.length || (args.length > patterns.length && !moreArgs))) return 'no';
  const certain = args.findIndex((arg) => arg.many);
  const fixed = certain === -1 ? patterns : patterns.slice(0, certain);
  for (const [index, pattern] of fixed.entries()) {
    const arg = args[index];
    if (arg === undefined) return variable ? 'maybe' : 'no';
    if (!globMatches(pattern, arg.value)) return 'no';
  }
  const exact = args.slice(0, patterns.length).every((arg) => arg.exact);
  return variable || !exact ? 'maybe' : 'yes';
}

export function hasFlags(args: readonly Field[], flags: readonly string[]): Match {
  return all(flags.map((flag) => hasFlag(args, flag)));
}

export function hasNoneOf(args: readonly Field[], flags: readonly string[]): Match {
  return not(any(flags.map((flag) => hasFlag(args, flag))));
}

// The forms of options that mean the same to every command of coreutils and its like.
const SAME: Readonly<Record<string, readonly string[]>> = {
  '-r': ['-R', '--recursive'],
  '-R': ['-r', '--recursive'],
  '--recursive': ['-r', '-R'],
  '-f': ['--force'],
  '--force': ['-f'],
};

function hasFlag(args: readonly Field[], flag: string): Match {
  const names = [flag, ...(Object.hasOwn(SAME, flag) ? (SAME[flag] ?? []) : [])];
  const singleDashWord = /^-[^-]./.test(flag);
  if (singleDashWord ? args.some((arg) => arg.value === flag) : hasOption(args, ...names)) return 'yes';
  return beforeEndMark(args).some(mayBeOption) ? 'maybe' : 'no';
}

export function textMatches({ text }: CompiledMatch, command: SimpleCommand): Match {
  if (text?.matches(command.text) === true) return 'yes';
  return command.args.every((arg) => arg.exact) ? 'no' : 'maybe';
}
