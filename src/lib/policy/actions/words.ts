// Small questions about arguments that several of the actions here ask.
import { isLongOption } from '../facts/options.ts';
import type { CommandFact } from './index.ts';

type Args = CommandFact['args'];

/** A list of words, for tables. */
export function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** True where the command only shows its help or its version. */
export function onlyTells(args: Args): boolean {
  return args.length === 1 && /^(--help|--version|--usage)$/.test(args[0]?.value ?? '');
}

/** True where an argument is the long option, in full, abbreviated, or with a value. */
export function hasLong(args: Args, ...names: readonly string[]): boolean {
  return args.some(({ value }) => value.length > 3 && names.some((name) => isLongOption(value, name)));
}

/** The words that are no options, as far as that can be told without a table of them. */
export function verbsOf(args: Args): readonly string[] {
  return args.map(({ value }) => value).filter((value) => !value.startsWith('-'));
}
