// Rules that can never decide: nothing they could match is left to them, or another rule always wins.
import type { Verdict } from '../../core/decision.ts';
import type { CommandMatch, PolicyDocument, Rule } from '../../core/policy-document.ts';
import { compileTexts, globMatches } from '../facts/glob.ts';
import { type Lists, writeOut } from '../rules/lists.ts';
import { namesWorkspace } from '../rules/rules.ts';
import { wrapperOf } from '../walk/wrappers.ts';
import type { RuleFinding } from './lint.ts';

/** Of a rule on its own. */
export function* unreachable(rule: Rule, document: PolicyDocument, targets: readonly string[]): Generator<RuleFinding> {
  const { lists = new Map(), workspace = [], protectedPaths = [] } = document;
  const patterns = rule.on?.target === undefined ? undefined : compileTexts(knownPatterns(rule.on.target, lists));
  if (patterns !== undefined && !targets.some((name) => patterns.some((glob) => globMatches(glob, name)))) {
    const hint = targets.length === 0 ? 'there are no targets' : `the targets are ${targets.join(', ')}`;
    yield { severity: 'warning', kind: 'unreachable', message: 'no target has such a name', hint };
  }
  const wrappers = knownPatterns(rule.match.command ?? [], lists).filter(
    (name) => rule.verdict === 'allow' && wrapperOf(name)?.boundary === true,
  );
  for (const name of wrappers) {
    const message = `"${name}" is taken off before rules look: an allow for it covers nothing that it runs`;
    yield { severity: 'error', kind: 'unreachable', message, hint: `name what it runs, and add wrapper: [${name}]` };
  }
  if (workspace.length === 0 && namesWorkspace(rule, lists)) {
    const message = 'it names $workspace, and there is none';
    yield { severity: 'error', kind: 'unreachable', message, hint: 'set policy.workspace, or name the folders' };
  }
  const fields = fieldsOf({ ...rule, match: withoutExceptions(rule) }, lists);
  for (const exception of rule.match.not ?? []) {
    if (!contains(prefixed('match.', exception, lists), fields)) continue;
    const message = 'one of its exceptions holds for everything that it matches';
    yield { severity: 'error', kind: 'unreachable', message, hint: 'narrow the exception' };
  }
  if (rule.verdict === 'allow') yield* underProtection(rule, knownPatterns(protectedPaths, lists), lists);
}

function* underProtection(rule: Rule, paths: readonly string[], lists: Lists): Generator<RuleFinding> {
  for (const field of ['reads', 'writes', 'removes'] as const) {
    const patterns = knownPatterns(rule.match[field] ?? [], lists);
    const isProtected = (pattern: string) => paths.some((path) => pattern === path || pattern.startsWith(`${path}/`));
    if (patterns.length === 0 || !patterns.every(isProtected)) continue;
    const message = `every path in ${field} is in policy.paths.protected, which wins`;
    yield { severity: 'error', kind: 'unreachable', message, hint: 'take the path out of policy.paths.protected' };
  }
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { deny: 2, ask: 1, allow: 0 };

/** For each rule that others leave nothing to: which they are. */
export function findShadows({ rules, lists = new Map() }: PolicyDocument): ReadonlyMap<Rule, readonly RuleFinding[]> {
  const all = rules.map((rule, order): Written => ({ rule, order, fields: fieldsOf(rule, lists) }));
  const wider = indexWider(all);
  return new Map(all.map((written) => [written.rule, [...shadowed(written, wider(written))]]));
}

interface Written {
  readonly rule: Rule;
  readonly order: number;
  readonly fields: Fields;
}

// Another rule that is at least as strict matches everything this one does.
function* shadowed(narrow: Written, others: readonly Written[]): Generator<RuleFinding> {
  const { verdict } = narrow.rule;
  for (const wide of others) {
    if (wide === narrow || !contains(wide.fields, narrow.fields)) continue;
    const { id, verdict: other } = wide.rule;
    if (STRICTNESS[other] > STRICTNESS[verdict]) {
      const message = `"${id}" (${other}) matches everything this rule does, and ${other} wins`;
      yield { severity: 'error', kind: 'shadowed', message, hint: 'narrow that rule, or remove this one' };
    } else if (other === verdict && (!contains(narrow.fields, wide.fields) || wide.order < narrow.order)) {
      const message = `"${id}" says the same of everything this rule matches`;
      yield { severity: 'warning', kind: 'shadowed', message, hint: 'remove this rule' };
    }
  }
}

/** Those that may match everything a rule does: with a list of alternatives, its first must be among theirs. */
function indexWider(all: readonly Written[]): (narrow: Written) => readonly Written[] {
  const byValue = new Map<string, Written[]>();
  const others: Written[] = [];
  for (const written of all) {
    const [field, values] = alternativesOf(written.fields)[0] ?? [];
    if (field === undefined || values === undefined) others.push(written);
    for (const value of new Set(values)) {
      const key = `${field} ${value}`;
      const group = byValue.get(key);
      if (group === undefined) byValue.set(key, [written]);
      else group.push(written);
    }
  }
  return ({ fields }) => [
    ...others,
    ...alternativesOf(fields).flatMap(([field, [value]]) => byValue.get(`${field} ${value}`) ?? []),
  ];
}

function alternativesOf(fields: Fields): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(fields).flatMap(([field, value]) =>
    !WHOLE.has(field) && Array.isArray(value) && value.length > 0 ? [[field, value as readonly string[]] as const] : [],
  );
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(rule: Rule, lists: Lists): Fields {
  return { ...prefixed('on.', rule.on ?? {}, lists), ...prefixed('match.', rule.match, lists) };
}

function prefixed(prefix: string, values: object, lists: Lists): Fields {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [prefix + key, isTexts(value) ? knownPatterns(value, lists) : value]),
  );
}

function withoutExceptions({ match: { not: _, ...match } }: Rule): CommandMatch {
  return match;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

/** The patterns with lists written out; a list that there is not is reported on its own. */
export function knownPatterns(patterns: readonly string[], lists: Lists): readonly string[] {
  try {
    return writeOut(patterns, lists);
  } catch {
    return patterns;
  }
}

/** Lists that are no alternatives. */
const WHOLE = new Set(['match.args', 'match.flags', 'match.without', 'match.only', 'match.not']);

/** True where what has the fields `wide` surely matches everything that what has the fields `narrow` does. */
function contains(wide: Fields, narrow: Fields): boolean {
  return Object.entries(wide).every(([key, value]) => isWider(value, narrow[key], WHOLE.has(key)));
}

// Lists of alternatives contain their parts.
function isWider(wide: unknown, narrow: unknown, whole: boolean): boolean {
  if (narrow === undefined) return false;
  if (whole || !Array.isArray(wide) || !Array.isArray(narrow)) return JSON.stringify(wide) === JSON.stringify(narrow);
  if (wide.length === 0 || narrow.length === 0) return wide.length === narrow.length;
  return narrow.every((each) => wide.includes(each));
}
