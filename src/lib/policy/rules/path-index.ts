// Which rules can concern a file at all, by the two folders nearest to the root. Most rules speak of a few folders, most
// files are in others.
import type { PathFact } from '../facts/facts.ts';
import type { Glob } from '../facts/glob.ts';
import { ANYWHERE, isExact } from '../facts/unknowns.ts';
import type { CompiledRule } from './rules.ts';

type Rules = CompiledRule[];

export interface PathIndex {
  readonly all: Rules;
  /** Globs that may begin with anything: `**`, `/*`. */
  readonly anywhere: Rules;
  /** By the first folder: globs that say no more than it, and every glob that begins with it. */
  readonly first: Map<string, Rules>;
  readonly under: Map<string, Rules>;
  /** By the first two. */
  readonly second: Map<string, Rules>;
}

export function newPathIndex(): PathIndex {
  return { all: [], anywhere: [], first: new Map(), under: new Map(), second: new Map() };
}

export function addPaths(index: PathIndex, globs: readonly Glob[], rule: CompiledRule): void {
  index.all.push(rule);
  for (const { pattern } of globs) {
    const [first, second] = foldersOf(pattern);
    if (first === undefined || !isExact(first)) addOnce(index.anywhere, rule);
    else {
      addTo(index.under, first, rule);
      if (second === undefined || !isExact(second)) addTo(index.first, first, rule);
      else addTo(index.second, `${first}/${second}`, rule);
    }
  }
}

/** Every rule one of whose globs may match one of the files; some may be there twice. */
export function rulesForFiles(index: PathIndex, files: readonly PathFact[]): readonly CompiledRule[] {
  if (files.length === 0) return [];
  if (files.length > FILES_MAX) return index.all;
  const found: (readonly CompiledRule[])[] = [index.anywhere];
  for (const { forms, recursive } of files) {
    for (const form of forms) {
      const [first, second] = foldersOf(form);
      if (form.startsWith(ANYWHERE) || first === undefined || !isExact(first)) return index.all;
      if (recursive && second === undefined) found.push(index.under.get(first) ?? []);
      else if (second !== undefined && !isExact(second)) found.push(index.under.get(first) ?? []);
      else found.push(index.first.get(first) ?? [], index.second.get(`${first}/${second ?? ''}`) ?? []);
    }
  }
  return found.flat();
}

/** Looking up more costs more than it saves. */
const FILES_MAX = 50;

// `/etc/ssh/x` → etc, ssh; the home folder counts as one.
export function foldersOf(path: string): readonly [string | undefined, string | undefined] {
  const start = path.startsWith('/') ? 1 : 0;
  if (path.length === start) return [undefined, undefined];
  const end = path.indexOf('/', start);
  if (end === -1) return [path.slice(start), undefined];
  const next = path.indexOf('/', end + 1);
  return [path.slice(start, end), path.slice(end + 1, next === -1 ? undefined : next)];
}

function addTo(groups: Map<string, Rules>, key: string, rule: CompiledRule): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [rule]);
  else addOnce(group, rule);
}

// Rules are added one after another.
function addOnce(group: Rules, rule: CompiledRule): void {
  if (group.at(-1) !== rule) group.push(rule);
}
