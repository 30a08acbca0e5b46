// Rules as written → rules that can be matched: lists written out, globs and expressions compiled once. A pattern that
// does not compile is an error here, never a rule that matches nothing.
import { RE2JS } from 're2js';
import type { CommandMatch, Rule, RuleMatch } from '../../core/policy-document.ts';
import { compileGlob, compilePaths, compileTexts, type Glob, globBelow } from '../facts/glob.ts';
import { compileKnownOptions, type KnownOptions } from '../facts/known-options.ts';
import { badPolicy } from './bad-policy.ts';
import { type Lists, WORKSPACE, writeOut } from './lists.ts';
import { type CompiledScope, compileScope } from './rule-scope.ts';

export interface CompiledRule {
  readonly rule: Rule;
  /** `pack/rule` for a pack's. */
  readonly id: string;
  /** Place in the policy: of rules that say the same, the first one is named. */
  readonly order: number;
  readonly scope: CompiledScope | undefined;
  readonly match: CompiledMatch;
  /** Files that it writes and removes inside a workspace are none to it. */
  readonly freeInWorkspace: boolean;
}

type Patterns = readonly Glob[] | undefined;

export interface CompiledMatch {
  readonly command: Patterns;
  readonly args: Patterns;
  /** The last argument pattern was `**`. */
  readonly moreArgs: boolean;
  readonly flags: readonly string[] | undefined;
  readonly without: readonly string[] | undefined;
  readonly only: KnownOptions | undefined;
  readonly text: RE2JS | undefined;
  readonly reads: Patterns;
  readonly writes: Patterns;
  readonly removes: Patterns;
  readonly wrapper: Patterns;
  readonly does: readonly string[] | undefined;
  readonly not: readonly CompiledMatch[] | undefined;
  readonly terminal: boolean;
}

/** What patterns may name. */
export interface Names {
  readonly lists: Lists;
  readonly workspace: readonly string[];
  /** How many patterns lists may still add: a few lines could name a long list in thousands of rules. */
  readonly budget: { patterns: number };
}

/** Ten thousand rules of a few patterns each fit; memory for more would not. */
export const PATTERNS_MAX = 200_000;

/** For a rule on its own. */
export const noNames = (): Names => ({ lists: new Map(), workspace: [], budget: { patterns: PATTERNS_MAX } });

/** One rule on its own; `id` is how decisions name it. Throws `bad-policy` (78). */
export function compileRule(rule: Rule, id: string, names: Names = noNames(), order = 0): CompiledRule {
  return {
    rule,
    id,
    order,
    scope: compileScope(rule.on, (patterns) => spelledOut(patterns, names)),
    match: compileMatch(rule.match, id, names),
    freeInWorkspace: false,
  };
}

function compileMatch(match: RuleMatch, id: string, names: Names): CompiledMatch {
  const moreArgs = match.args?.at(-1) === '**';
  const all = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : spelledOut(patterns, names);
  const files = (patterns: readonly string[] | undefined) =>
    all(patterns)?.flatMap((pattern) =>
      pattern === WORKSPACE ? names.workspace.map(globBelow) : compilePaths([pattern]),
    );
  const texts = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : compileTexts(patterns);
  return {
    command: all(match.command)?.map((source) => compileGlob(source, source.includes('/') ? 'path' : 'text')),
    args: texts(moreArgs ? match.args?.slice(0, -1) : match.args),
    moreArgs,
    flags: match.flags,
    without: match.without,
    only: match.only === undefined ? undefined : compileKnownOptions(match.only),
    text: match.text === undefined ? undefined : compileText(match.text, id),
    reads: files(match.reads),
    writes: files(match.writes),
    removes: files(match.removes),
    wrapper: texts(all(match.wrapper)),
    does: all(match.does),
    not: match.not?.map((each) => compileMatch(each, id, names)),
    terminal: match.terminal === 'free',
  };
}

/** Lists in place of their names. Throws `bad-policy` (78) for one that there is not, and for too many patterns. */
export function spelledOut(patterns: readonly string[], { lists, budget }: Names): readonly string[] {
  const out = writeOut(patterns, lists);
  budget.patterns -= out.length;
  if (budget.patterns >= 0) return out;
  throw badPolicy(`the rules hold more than ${PATTERNS_MAX} patterns, lists written out`, 'use shorter lists');
}

/** True for a rule that can say nothing where no workspace is configured. */
export function namesWorkspace({ match }: Rule, lists: Lists): boolean {
  return [match, ...(match.not ?? [])].some(({ reads, writes, removes }: CommandMatch) =>
    [reads, writes, removes].some(
      (patterns) => patterns !== undefined && writeOut(patterns, lists).includes(WORKSPACE),
    ),
  );
}

/** Linear time, whatever the expression; the whole text must match. */
function compileText(source: string, id: string): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.DOTALL);
  } catch (cause) {
    throw badPolicy(
      `rule "${id}": "${source}" is not a regular expression of RE2`,
      'RE2 has no look-around and no back-references',
      cause,
    );
  }
}
