// What is known of commands that run another command given in their arguments: which options take a value, how many words
// stand before the inner command. `unwrap.ts` reads it.
import type { OptionSpec } from '../facts/options.ts';
import { BOUNDARY_WRAPPERS } from './wrappers-boundary.ts';
import { PLAIN_WRAPPERS } from './wrappers-plain.ts';

export interface Wrapper {
  readonly spec: OptionSpec;
  /** Options without a value. Another one makes the command opaque: what stands behind it could be its value. */
  readonly flags?: { readonly short?: string; readonly long?: readonly string[] };
  /** With one of these it only looks, whatever follows: `command -v ls`. */
  readonly looksOnly?: readonly string[];
  /** Words before the inner command: the duration of timeout, the root of chroot. */
  readonly before?: number;
  /** It changes who or where the command runs: an allow for the inner command does not cover it. */
  readonly boundary?: boolean;
  /** `NAME=value` words may come first. */
  readonly assigns?: boolean;
  /** The words are joined and given to a shell. */
  readonly joined?: boolean;
  /** Options whose value is shell text: `su -c`. */
  readonly shellOption?: readonly string[];
  /** Further arguments come from its input, unknown to us. */
  readonly more?: boolean;
  /** What it runs when no command is given: the user's shell. */
  readonly elseShell?: boolean;
  /** Long options never take the next word: their values stand behind `=`. */
  readonly gluedLong?: boolean;
  /** What follows are the arguments of a shell: `capsh -- -c TEXT`. */
  readonly shellArguments?: boolean;
  /** How many words follow each option; another one makes the command opaque. */
  readonly arity?: Readonly<Record<string, number>>;
}

const TABLE: Readonly<Record<string, Wrapper>> = { ...PLAIN_WRAPPERS, ...BOUNDARY_WRAPPERS };

/** The wrapper of that name, if it is one. */
export function wrapperOf(name: string): Wrapper | undefined {
  return Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
}
