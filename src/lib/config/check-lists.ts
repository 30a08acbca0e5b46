// Named lists: that every `$name` is one, that none goes in a circle, and that a list of paths holds paths.
import type { Finding } from './cross-checks.ts';
import { homePath } from './fields.ts';
import { PATH_GLOB } from './policy-schema.ts';
import { type Path, quoted } from './problem.ts';
import { list, type Mapping, mapping, oneOrMore } from './written.ts';

/** What a list may be used for, and what its entries must be then. */
const FORMS = {
  any: { expected: 'a pattern', fits: () => true },
  paths: { expected: 'path globs that start with /, ~/ or **', fits: (entry: string) => PATH_GLOB.test(entry) },
  folders: { expected: 'paths that start with / or ~/', fits: (entry: string) => homePath.safeParse(entry).success },
};
type Use = keyof typeof FORMS;

const SCOPE_FIELDS = ['target', 'principal', 'task'];
const MATCH_FIELDS: readonly (readonly [string, Use])[] = [
  ['command', 'any'],
  ['wrapper', 'any'],
  ['does', 'any'],
  ['verb', 'any'],
  ['resource', 'any'],
  ['namespace', 'any'],
  ['name', 'any'],
  ['image', 'any'],
  ['serviceAccount', 'any'],
  ['reads', 'paths'],
  ['writes', 'paths'],
  ['removes', 'paths'],
];

/** What the lists themselves, a workspace and protected paths get wrong. */
export function* checkLists(policy: Mapping): Generator<Finding> {
  const lists = mapping(policy.lists);
  for (const name of Object.keys(lists)) {
    const path = ['policy', 'lists', name];
    if (name === 'workspace') {
      yield {
        path,
        expected: 'another name: $workspace is what lies in policy.workspace',
        got: undefined,
        atKey: true,
      };
    }
    yield* checkUses(lists[name], path, 'any', lists, true);
    if (isInCircle(name, lists)) {
      yield { path, expected: 'a list that ends', got: `one that names itself`, atKey: true };
    }
  }
  yield* checkUses(policy.workspace, ['policy', 'workspace'], 'folders', lists);
  yield* checkUses(mapping(policy.paths).protected, ['policy', 'paths', 'protected'], 'paths', lists);
}

/** What a rule, at `path`, gets wrong about lists. */
export function* checkListsOfRule(rule: Mapping, path: Path, lists: Mapping): Generator<Finding> {
  yield* checkListsOfScope(mapping(rule.on), [...path, 'on'], lists);
  const match = mapping(rule.match);
  const exceptions = oneOrMore(match.not).map(
    (each, index) => [mapping(each), [...path, 'match', 'not', index]] as const,
  );
  for (const [fields, at] of [[match, [...path, 'match']] as const, ...exceptions]) {
    for (const [field, use] of MATCH_FIELDS) {
      yield* checkUses(fields[field], [...at, field], use, lists, use === 'paths');
    }
  }
}

/** What says where something applies, at `path`. */
export function* checkListsOfScope(on: Mapping, path: Path, lists: Mapping): Generator<Finding> {
  for (const field of SCOPE_FIELDS) yield* checkUses(on[field], [...path, field], 'any', lists);
}

function* checkUses(
  patterns: unknown,
  path: Path,
  use: Use,
  lists: Mapping,
  takesWorkspace = false,
): Generator<Finding> {
  for (const [index, pattern] of oneOrMore(patterns).entries()) {
    if (typeof pattern !== 'string' || !pattern.startsWith('$')) continue;
    const at = [...path, index];
    const name = pattern.slice(1);
    if (name === 'workspace' && takesWorkspace) continue;
    if (!Object.hasOwn(lists, name)) {
      const known = Object.keys(lists).map((each) => `$${each}`);
      const expected = known.length === 0 ? 'a list of policy.lists' : `a list of policy.lists: ${known.join(', ')}`;
      yield { path: at, expected, got: quoted(pattern) };
      continue;
    }
    const { expected, fits } = FORMS[use];
    const misfit = entriesOf(name, lists).find((entry) => !fits(entry));
    if (misfit !== undefined) yield { path: at, expected: `a list of ${expected}`, got: `${quoted(misfit)} in it` };
  }
}

/** The patterns, with what is in them in place of each list. */
export function writtenOut(patterns: readonly string[], lists: Mapping): readonly string[] {
  return patterns.flatMap((each) => (each.startsWith('$') ? entriesOf(each.slice(1), lists) : [each]));
}

/** Everything a list says in the end; a circle adds nothing. */
function entriesOf(name: string, lists: Mapping, seen: Set<string> = new Set()): readonly string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  return list(lists[name]).flatMap((entry) => {
    if (typeof entry !== 'string' || entry === '$workspace') return [];
    return entry.startsWith('$') ? entriesOf(entry.slice(1), lists, seen) : [entry];
  });
}

function isInCircle(name: string, lists: Mapping): boolean {
  const seen = new Set<string>();
  const reaches = (from: string): boolean =>
    list(lists[from]).some((entry) => {
      if (typeof entry !== 'string' || !entry.startsWith('$')) return false;
      const next = entry.slice(1);
      if (next === name) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next);
    });
  return reaches(name);
}
