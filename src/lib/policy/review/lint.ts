// What is wrong with a policy although it loads: rules that can never decide, rules that decide too much, tests that do
// not hold, lists that nobody uses. Pure; every finding has the place of what it is about.
import { BrokerError } from '../../core/errors.ts';
import { isAboutRequests, type Pack, type Place, type PolicyDocument, type Rule } from '../../core/policy-document.ts';
import { ACTIONS } from '../actions/index.ts';
import { compilePolicy, packsOf } from '../rules/compile.ts';
import { WORKSPACE, writeOut } from '../rules/lists.ts';
import { broadWorkspaces, byTaskAlone, overBroad } from './lint-breadth.ts';
import { findShadows, unreachable } from './lint-reach.ts';
import { overBroadRequests, unreachableRequests } from './lint-requests.ts';
import { failedPackTests } from './pack-tests.ts';
import { verdictAlone } from './rule-tests.ts';

export interface LintFinding {
  /** An `error` is a rule that does not do what it says; a `warning` may be meant. */
  readonly severity: 'error' | 'warning';
  readonly kind: 'unreachable' | 'shadowed' | 'over-broad' | 'bad-pattern' | 'failed-test' | 'unused';
  /** Its id, `pack/rule` for a pack's; `$name` for a list, `default` and `workspace` for those. */
  readonly rule: string;
  /** Of a pack that somebody wrote; null: the policy's own. */
  readonly file: string | null;
  /** Both from 1; null for a rule of a shipped pack. */
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly hint: string;
}

/** What is found of one rule; its place is added here. */
export type RuleFinding = Pick<LintFinding, 'severity' | 'kind' | 'message' | 'hint'>;

/**
 * Every finding: of the policy as a whole, then in file order, those of packs last. `targets`: what `on.target` may mean;
 * `usedLists`: lists that something outside of the policy names.
 */
export function lintPolicy(
  document: PolicyDocument,
  targets: readonly string[],
  usedLists: readonly string[] = [],
): LintFinding[] {
  const shadows = findShadows(document);
  const own = document.rules.flatMap((rule) =>
    [...lintRule(rule, document, targets), ...(shadows.get(rule) ?? []), ...failedTests(rule, document)].map(
      (finding) => placed(finding, rule.id, rule.at),
    ),
  );
  const packs = packsOf(document).flatMap((pack) => lintPack(pack, document, targets));
  return [...policyWide(document), ...unusedLists(document, usedLists), ...own, ...packs];
}

function* lintRule(rule: Rule, document: PolicyDocument, targets: readonly string[]): Generator<RuleFinding> {
  yield* badPatterns(rule, document);
  yield* unreachable(rule, document, targets);
  yield* byTaskAlone(rule);
  if (!isAboutRequests(rule)) yield* overBroad(rule);
  else {
    yield* unreachableRequests(rule, document.lists ?? new Map());
    yield* overBroadRequests(rule, document.lists ?? new Map());
  }
}

// Shipped packs are looked at when they are written; what counts here is whether they keep what they promise.
function lintPack(pack: Pack, document: PolicyDocument, targets: readonly string[]): LintFinding[] {
  const file = pack.source?.file ?? null;
  const rules = pack.source === undefined ? [] : pack.rules;
  return [
    ...rules.flatMap((rule) =>
      [...lintRule(rule, document, targets), ...idleInWorkspace(rule, document)].map((finding) =>
        placed(finding, `${pack.name}/${rule.id}`, rule.at, file),
      ),
    ),
    ...failedPackTests(pack, document.lists).map(({ input, expected, got, at }) =>
      placed(failure(input, got, expected), pack.name, at, file),
    ),
  ];
}

function placed(finding: RuleFinding, rule: string, at: Place | undefined, file: string | null = null): LintFinding {
  return { ...finding, rule, file, line: at?.line ?? null, column: at?.column ?? null };
}

function policyWide(document: PolicyDocument): LintFinding[] {
  const findings = broadWorkspaces(document).map((finding) => placed(finding, 'workspace', undefined));
  if (document.default !== 'allow') return findings;
  const message = 'whatever no rule names is allowed';
  const hint = 'set policy.default to ask or deny, and allow what is needed';
  return [placed({ severity: 'warning', kind: 'over-broad', message, hint }, 'default', undefined), ...findings];
}

function unusedLists(document: PolicyDocument, elsewhere: readonly string[]): LintFinding[] {
  const used = new Set(JSON.stringify([document, [...(document.lists ?? new Map()).values()]]).match(/"\$[^"]+"/g));
  return [...(document.lists ?? new Map()).keys()]
    .filter((name) => !used.has(`"$${name}"`) && !elsewhere.includes(name))
    .map((name) => {
      const finding = {
        severity: 'warning',
        kind: 'unused',
        message: 'no rule names this list',
        hint: 'remove it',
      } as const;
      return placed(finding, `$${name}`, document.listsAt?.get(name));
    });
}

function* badPatterns(rule: Rule, { lists = new Map() }: PolicyDocument): Generator<RuleFinding> {
  try {
    compilePolicy({ packs: [], rules: [rule], default: 'ask', opaque: 'deny', lists }, { approvalTtlMs: 1 });
    const named = [rule.match, ...(rule.match.not ?? [])].flatMap(({ does }) => writeOut(does ?? [], lists));
    for (const action of named) {
      if (ACTIONS.includes(action)) continue;
      const message = `there is no action "${action}"`;
      yield { severity: 'error', kind: 'bad-pattern', message, hint: `one of ${ACTIONS.join(', ')}` };
    }
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    yield { severity: 'error', kind: 'bad-pattern', message: error.publicMessage, hint: error.hint };
  }
}

// What the rule says on its own, everything else being asked.
function* failedTests(rule: Rule, document: PolicyDocument): Generator<RuleFinding> {
  for (const { input, verdict } of rule.tests ?? []) {
    const got = verdictAlone(rule, input, document);
    if (got !== verdict) yield failure(input, got, verdict);
  }
}

function failure(input: string, got: string, expected: string): RuleFinding {
  const message = `of ${JSON.stringify(input)} it says ${got}, the test ${expected}`;
  return { severity: 'error', kind: 'failed-test', message, hint: 'correct the rule or its test' };
}

// A pack's rule about files in a workspace, where those do not count.
function* idleInWorkspace(rule: Rule, { workspace = [], lists = new Map() }: PolicyDocument): Generator<RuleFinding> {
  if (rule.evenInWorkspace === true || rule.verdict === 'allow') return;
  const folders = writeOut(workspace, lists);
  const isInside = (pattern: string) =>
    pattern === WORKSPACE || folders.some((folder) => pattern.startsWith(`${folder}/`) && !pattern.includes('/../'));
  for (const field of ['writes', 'removes'] as const) {
    const patterns = writeOut(rule.match[field] ?? [], lists);
    if (patterns.length === 0 || !patterns.every(isInside)) continue;
    const message = `everything in ${field} lies in the workspace, where packs do not mind`;
    yield { severity: 'error', kind: 'unreachable', message, hint: 'add evenInWorkspace: true' };
  }
}
