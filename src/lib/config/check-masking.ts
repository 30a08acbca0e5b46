// What one field of the masking section alone cannot show: names that nothing has, exceptions from everything, rules the
// mask cannot use. Works on the document as written.
import { type MaskKnowledge, SWITCHABLE_FAMILIES } from '../core/masking-document.ts';
import { checkListsOfScope } from './check-lists.ts';
import type { Finding } from './cross-checks.ts';
import { ownRuleSchema } from './masking-schema.ts';
import { nearest } from './nearest.ts';
import { formatValue, type Path, quoted } from './problem.ts';
import { isMapping, list, type Mapping, mapping, oneOrMore } from './written.ts';

/** Everything in the masking section. `knowledge`: of the rules that come with the mask; undefined: not checked here. */
export function* checkMasking(
  masking: Mapping,
  lists: Mapping,
  knowledge: MaskKnowledge | undefined,
): Generator<Finding> {
  const names = namesIn(masking, knowledge);
  yield* checkKinds(masking.kinds, ['masking', 'kinds'], names);
  for (const [index, entry] of list(masking.where).entries()) {
    const path = ['masking', 'where', index];
    const { on, families, kinds } = mapping(entry);
    yield* checkScope(on, [...path, 'on'], lists);
    yield* checkKinds(kinds, [...path, 'kinds'], names);
    if (isMapping(entry) && [families, kinds].every((each) => Object.keys(mapping(each)).length === 0)) {
      yield { path, expected: 'families or kinds that are on or off there', got: 'neither', atKey: true };
    }
  }
  for (const [index, exception] of list(masking.exceptions).entries()) {
    yield* checkException(mapping(exception), ['masking', 'exceptions', index], lists, names);
  }
  yield* checkRules(list(masking.rules), knowledge);
  yield* checkNamedOnce(list(masking.values), ['masking', 'values']);
}

interface Names {
  /** Undefined where the rules that come with the mask are not known here. */
  readonly rules: ReadonlySet<string> | undefined;
  readonly kinds: ReadonlySet<string> | undefined;
  /** Of known values: names and kinds. */
  readonly values: ReadonlySet<string>;
}

function namesIn({ rules, values }: Mapping, knowledge: MaskKnowledge | undefined): Names {
  const own = list(rules).map(mapping);
  const texts = (all: readonly unknown[]) => new Set(all.filter((each) => typeof each === 'string'));
  return {
    rules: knowledge && texts([...knowledge.rules.map(({ name }) => name), ...own.map(({ name }) => name)]),
    kinds:
      knowledge && texts([...knowledge.rules.map(({ kind }) => kind), ...own.map(({ kind, name }) => kind ?? name)]),
    values: texts(list(values).flatMap((value) => [mapping(value).name, mapping(value).kind])),
  };
}

const NEVER_OFF = 'no known value here: those are always masked';

function* checkKinds(kinds: unknown, path: Path, names: Names): Generator<Finding> {
  for (const kind of Object.keys(mapping(kinds))) {
    if (names.kinds === undefined || names.kinds.has(kind)) continue;
    const expected = names.values.has(kind) ? NEVER_OFF : oneOf(kind, 'kind', names.kinds);
    yield { path: [...path, kind], expected, got: quoted(kind), atKey: true };
  }
}

function* checkException(exception: Mapping, path: Path, lists: Mapping, names: Names): Generator<Finding> {
  if (exception.rule === undefined && exception.kind === undefined) {
    yield { path, expected: 'rule or kind', got: 'neither', atKey: true };
  }
  for (const [field, known] of [
    ['rule', names.rules],
    ['kind', names.kinds],
  ] as const) {
    for (const [index, name] of oneOrMore(exception[field]).entries()) {
      if (typeof name !== 'string' || known === undefined || known.has(name)) continue;
      const expected = names.values.has(name) ? NEVER_OFF : oneOf(name, field, known);
      yield { path: [...path, field, index], expected, got: quoted(name) };
    }
  }
  yield* checkScope(exception.on, [...path, 'on'], lists);
  const globs = Object.values(mapping(exception.on)).map(oneOrMore);
  if (globs.length > 0 && globs.every((each) => each.some((glob) => typeof glob === 'string' && /^\*+$/.test(glob)))) {
    const expected =
      'some targets or agents: what is for everything is no exception, and has its place in masking.kinds';
    yield { path: [...path, 'on'], expected, got: 'all of them', atKey: true };
  }
}

function* checkScope(on: unknown, path: Path, lists: Mapping): Generator<Finding> {
  if (isMapping(on) && Object.keys(on).length === 0) {
    yield { path, expected: 'at least one field', got: 'an empty mapping' };
  }
  yield* checkListsOfScope(mapping(on), path, lists);
}

function* checkRules(rules: readonly unknown[], knowledge: MaskKnowledge | undefined): Generator<Finding> {
  yield* checkNamedOnce(rules, ['masking', 'rules']);
  const taken = new Set(knowledge?.rules.map(({ name }) => name));
  for (const [index, written] of rules.entries()) {
    const path = ['masking', 'rules', index];
    const { name } = mapping(written);
    if (typeof name === 'string' && taken.has(name)) {
      yield { path: [...path, 'name'], expected: 'a name that no rule of the mask has', got: quoted(name) };
    }
    const rule = ownRuleSchema.safeParse(written);
    if (!rule.success || knowledge === undefined) continue;
    for (const { path: inside, expected, got } of knowledge.checkOwnRule(rule.data)) {
      yield { path: [...path, ...inside], expected, got };
    }
  }
}

function* checkNamedOnce(entries: readonly unknown[], path: Path): Generator<Finding> {
  const seen = new Set<unknown>();
  for (const [index, entry] of entries.entries()) {
    const { name } = mapping(entry);
    if (typeof name !== 'string') continue;
    if (seen.has(name))
      yield { path: [...path, index, 'name'], expected: 'each name once', got: `${formatValue(name, [])} again` };
    seen.add(name);
  }
}

/** With the one that was meant, or else how to see all of them: there are more than a line holds. */
function oneOf(got: string, what: 'kind' | 'rule', known: ReadonlySet<string>): string {
  const meant = nearest(got, [...known]);
  if (meant !== undefined) return `a known ${what} such as "${meant}"`;
  const isFamily = (SWITCHABLE_FAMILIES as readonly string[]).includes(got);
  const hint = isFamily ? `"${got}" is a family: masking.families` : 'sallyport mask explain lists them';
  return `a known ${what} (${hint})`;
}
