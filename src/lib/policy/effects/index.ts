// Which files well-known commands read, write and remove, from their arguments. A command that is in no table names no
// files here, so rules about paths see only what is known.
import type { Field } from '../facts.ts';
import { ARCHIVES } from './archives.ts';
import { CHANGE } from './change.ts';
import type { Effect, Effects } from './effect.ts';
import { git } from './git.ts';
import { LOOK } from './look.ts';
import { TRANSFERS } from './transfers.ts';
import { WRAPPER_FILES } from './wrappers.ts';

const EFFECTS: ReadonlyMap<string, Effect> = new Map(
  [LOOK, CHANGE, ARCHIVES, TRANSFERS, WRAPPER_FILES, { git }].flatMap((table) => Object.entries(table)),
);

/** The files a command names, by what it does to them. */
export function effectsOf(name: string, args: readonly Field[]): Effects {
  return EFFECTS.get(name)?.(args) ?? {};
}
