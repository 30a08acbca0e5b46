// Of a long list of path globs, those that can match a path at all: by its first folder. Packs hold lists of hundreds.
import type { Glob } from '../facts/glob.ts';
import { ANYWHERE, isExact } from '../facts/unknowns.ts';
import { foldersOf } from './path-index.ts';

interface ByFolder {
  /** Globs that may begin with anything. */
  readonly anywhere: readonly Glob[];
  /** By first folder, those that may begin with anything among them. */
  readonly first: ReadonlyMap<string, readonly Glob[]>;
}

/** Shorter lists are gone through faster than looked up. */
const LONG = 6;

// What is made of a list depends on nothing else, and goes when the list does.
const known = new WeakMap<readonly Glob[], ByFolder>();

/** The globs that may match the path or something below it. */
export function globsNear(globs: readonly Glob[], path: string): readonly Glob[] {
  if (globs.length < LONG) return globs;
  const [first] = foldersOf(path);
  if (first === undefined || !isExact(first) || path.startsWith(ANYWHERE)) return globs;
  const { anywhere, first: groups } = byFolder(globs);
  return groups.get(first) ?? anywhere;
}

function byFolder(globs: readonly Glob[]): ByFolder {
  const before = known.get(globs);
  if (before !== undefined) return before;
  const startOf = ({ pattern }: Glob) => {
    const [first] = foldersOf(pattern);
    return first === undefined || !isExact(first) ? undefined : first;
  };
  const anywhere = globs.filter((glob) => startOf(glob) === undefined);
  const names = new Set(globs.map(startOf).filter((name) => name !== undefined));
  const first = new Map(
    [...names].map((name) => [name, globs.filter((glob) => (startOf(glob) ?? name) === name)] as const),
  );
  const made = { anywhere, first };
  known.set(globs, made);
  return made;
}
