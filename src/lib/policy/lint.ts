// What is wrong with a policy although it loads: rules that can never decide, rules that decide too much, tests that
// do not hold. Pure; every finding has the place of its rule.

import type { Verdict } from '../core/decision.ts';
import { BrokerError } from '../core/errors.ts';
import type { PolicyDocument, Rule, RuleMatch } from '../core/policy-document.ts';
import { ACTIONS } from './actions/index.ts';
import { compilePolicy } from './compile.ts';
import { compileGlob, globMatches } from './glob.ts';
import { PACKS } from './packs/index.ts';
import { verdictAlone } from './rule-tests.ts';
import { runnerOf } from './runners.ts';
import { wrapperOf } from './wrappers.ts';

export interface LintFinding {
  /** An `error` is a rule that does not do what it says; a `warning` may be meant. */
  readonly severity: 'error' | 'warning';
  readonly kind: 'unreachable' | 'shadowed' | 'over-broad' | 'bad-pattern' | 'failed-test';
  readonly rule: string;
  /** Both from 1; null for a rule of a pack. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string;
}

type Raw = Omit<LintFinding, 'rule' | 'line' | 'column'>;

/** Every finding, in file order; those of packs last. `targets`: the names a rule's `on.target` may mean. */
export function lintPolicy(document: PolicyDocument, targets: readonly string[]): LintFinding[] {
  const own = document.rules.flatMap((rule, index) => {
    const before = document.rules.filter((_, other) => other !== index);
    const findings = [
      ...badPatterns(rule),
      ...unreachable(rule, targets),
      ...shadowed(rule, before, index, document.rules),
      ...overBroad(rule),
      ...failedTests(rule),
    ];
    return findings.map((finding) => placed(finding, rule, rule.id));
  });
  const packs = PACKS.filter(({ name }) => document.packs.includes(name)).flatMap((pack) =>
    pack.rules.flatMap((rule) =>
      [...failedTests(rule)].map((finding) => placed(finding, rule, `${pack.name}/${rule.id}`)),
    ),
  );
  return [...policyWide(document), ...own, ...packs];
}

function placed(finding: Raw, rule: Rule, id: string): LintFinding {
  return { ...finding, rule: id, line: rule.at?.line ?? null, column: rule.at?.column ?? null };
}

function policyWide(document: PolicyDocument): LintFinding[] {
  if (document.default !== 'allow') return [];
  const message = 'whatever no rule names is allowed';
  const hint = 'set policy.default to ask or deny, and allow what is needed';
  return [{ severity: 'warning', kind: 'over-broad', rule: 'default', line: null, column: null, message, hint }];
}

function* badPatterns(rule: Rule): Generator<Raw> {
  for (const action of rule.match.does ?? []) {
    if (ACTIONS.includes(action)) continue;
    yield {
      severity: 'error',
      kind: 'bad-pattern',
      message: `there is no action "${action}"`,
      hint: `one of ${ACTIONS.join(', ')}`,
    };
  }
  try {
    compilePolicy({ packs: [], rules: [rule], default: 'ask', opaque: 'deny' }, { approvalTtlMs: 1 });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    yield { severity: 'error', kind: 'bad-pattern', message: error.publicMessage, hint: error.hint };
  }
}

function* unreachable(rule: Rule, targets: readonly string[]): Generator<Raw> {
  const patterns = rule.on?.target?.map((source) => compileGlob(source, 'text'));
  if (patterns !== undefined && !targets.some((name) => patterns.some((glob) => globMatches(glob, name)))) {
    const hint = targets.length === 0 ? 'there are no targets' : `the targets are ${targets.join(', ')}`;
    yield { severity: 'warning', kind: 'unreachable', message: 'no target has such a name', hint };
  }
  const wrappers = (rule.match.command ?? []).filter(
    (name) => rule.verdict === 'allow' && wrapperOf(name)?.boundary === true,
  );
  for (const name of wrappers) {
    const message = `"${name}" is taken off before rules look: an allow for it covers nothing that it runs`;
    yield { severity: 'error', kind: 'unreachable', message, hint: `name what it runs, and add wrapper: [${name}]` };
  }
}

const STRICTNESS: Readonly<Record<Verdict, number>> = { deny: 2, ask: 1, allow: 0 };

// Another rule that is at least as strict matches everything this one does.
function* shadowed(rule: Rule, others: readonly Rule[], index: number, all: readonly Rule[]): Generator<Raw> {
  for (const other of others) {
    if (!contains(other, rule)) continue;
    if (STRICTNESS[other.verdict] > STRICTNESS[rule.verdict]) {
      const message = `"${other.id}" (${other.verdict}) matches everything this rule does, and ${other.verdict} wins`;
      yield { severity: 'error', kind: 'shadowed', message, hint: 'narrow that rule, or remove this one' };
    } else if (other.verdict === rule.verdict && (!contains(rule, other) || all.indexOf(other) < index)) {
      const message = `"${other.id}" says the same of everything this rule matches`;
      yield { severity: 'warning', kind: 'shadowed', message, hint: 'remove this rule' };
    }
  }
}

/** True where `wide` surely matches everything that `narrow` does. */
function contains(wide: Rule, narrow: Rule): boolean {
  const fields = (rule: Rule): Readonly<Record<string, unknown>> => ({
    ...prefixed('on.', rule.on),
    ...prefixed('match.', rule.match),
  });
  const inner = fields(narrow);
  return Object.entries(fields(wide)).every(([key, value]) => isWider(value, inner[key], WHOLE.has(key)));
}

/** Lists that are no alternatives. */
const WHOLE = new Set(['match.args', 'match.flags', 'match.without', 'match.only']);

function prefixed(prefix: string, values: object | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([key, value]) => [prefix + key, value]));
}

// Lists of alternatives contain their parts.
function isWider(wide: unknown, narrow: unknown, whole: boolean): boolean {
  if (narrow === undefined) return false;
  if (whole || !Array.isArray(wide) || !Array.isArray(narrow)) return JSON.stringify(wide) === JSON.stringify(narrow);
  if (wide.length === 0 || narrow.length === 0) return wide.length === narrow.length;
  return narrow.every((each) => wide.includes(each));
}

function* overBroad(rule: Rule): Generator<Raw> {
  if (rule.verdict !== 'allow') return;
  const { match } = rule;
  const everything = (match.command?.some((glob) => /^\*+$/.test(glob)) ?? false) || /^\.\*$/.test(match.text ?? '');
  if ((everything && !isNarrowed(match)) || Object.keys(match).every((key) => key === 'wrapper')) {
    yield {
      severity: 'warning',
      kind: 'over-broad',
      message: 'it allows every command',
      hint: 'name the commands, or their arguments',
    };
  }
  for (const name of match.command ?? []) {
    const isRunner = name !== 'find' && !/awk$|^g?sed$/.test(name) && runnerOf(name) !== undefined;
    if (!isRunner || match.args !== undefined || match.text !== undefined) continue;
    const message = `"${name}" runs whatever code it is given`;
    yield { severity: 'warning', kind: 'over-broad', message, hint: 'add args with the script it may run' };
  }
  if (match.terminal === 'free') {
    const message = 'in a free terminal no command is judged';
    yield {
      severity: 'warning',
      kind: 'over-broad',
      message,
      hint: 'use verdict ask, so that a person opens each one',
    };
  }
}

function isNarrowed({ args, text, reads, writes, removes, does }: RuleMatch): boolean {
  return (
    args?.some((arg) => arg !== '**') === true ||
    (text !== undefined && text !== '.*') ||
    reads !== undefined ||
    (writes?.length ?? 0) > 0 ||
    (removes?.length ?? 0) > 0 ||
    does !== undefined
  );
}

// What the rule says on its own, everything else being asked.
function* failedTests(rule: Rule): Generator<Raw> {
  for (const { input, verdict } of rule.tests ?? []) {
    const got = verdictAlone(rule, input);
    if (got === verdict) continue;
    yield {
      severity: 'error',
      kind: 'failed-test',
      message: `of ${JSON.stringify(input)} it says ${got}, the test ${verdict}`,
      hint: 'correct the rule or its test',
    };
  }
}
