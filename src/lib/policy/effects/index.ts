// Which files well-known commands read, write and remove, from their arguments. Of a command that is in no table, every
// path in its arguments is one that it may read.
import type { Field } from '../facts/facts.ts';
import { ARCHIVES } from './archives.ts';
import { CARRY } from './carry.ts';
import { CHANGE } from './change.ts';
import type { Effect, Effects } from './effect.ts';
import { git } from './git.ts';
import { LOOK } from './look.ts';
import { mentionsOf } from './mentions.ts';
import { REMOVAL } from './removal.ts';
import { TRANSFERS } from './transfers.ts';
import { WRAPPER_FILES } from './wrappers.ts';

const EFFECTS: ReadonlyMap<string, Effect> = new Map(
  [CARRY, REMOVAL, LOOK, CHANGE, ARCHIVES, TRANSFERS, WRAPPER_FILES, { git }].flatMap((table) => Object.entries(table)),
);

/** Runners of packages: what they run may be one of these commands. */
const FETCHED = /^(npx|bunx|pnpx)$/;

/** The files a command names, by what it does to them. */
export function effectsOf(name: string, args: readonly Field[]): Effects {
  const [first, ...rest] = FETCHED.test(name) ? args.filter(({ value }) => !/^(-y|--yes)$/.test(value)) : [];
  if (first?.exact && EFFECTS.has(first.value)) return EFFECTS.get(first.value)?.(rest) ?? {};
  return EFFECTS.get(name)?.(args) ?? { mentions: mentionsOf(name, args) };
}
