// A whole policy document → what decides: rules of the owner, of packs and of protected paths, in an index. Packs that
// somebody wrote prove themselves here: one that fails a test of its own is refused.
import type { ApprovalTerms } from '../../core/decision.ts';
import { isAboutRequests, type Pack, type PolicyDocument, type Rule } from '../../core/policy-document.ts';
import { type Glob, globBelow } from '../facts/glob.ts';
import { PACKS } from '../packs/index.ts';
import { compileApiRule, type RequestPolicy } from '../requests/decide-request.ts';
import { refuseFailingPack } from '../review/pack-tests.ts';
import { badPolicy } from './bad-policy.ts';
import { type Lists, writeOut } from './lists.ts';
import { indexRules, type RuleIndex } from './rule-index.ts';
import { type CompiledRule, compileRule, type Names, namesWorkspace, PATTERNS_MAX, spelledOut } from './rules.ts';

export interface CompiledPolicy {
  /** Those about commands and terminals. */
  readonly rules: readonly CompiledRule[];
  /** Those about requests to clusters. */
  readonly requests: RequestPolicy;
  /** Of the rules about commands, those that deny or ask, and those that allow. */
  readonly strict: RuleIndex;
  readonly allowing: RuleIndex;
  /** What lies in a workspace. */
  readonly workspace: readonly Glob[];
  readonly default: PolicyDocument['default'];
  readonly opaque: PolicyDocument['opaque'];
  /** How long a request stays open where its rule says nothing, ms. */
  readonly approvalTtlMs: number;
  /** Who may let a denied command pass once; undefined: nobody. */
  readonly exceptions: ApprovalTerms | undefined;
}

/**
 * Throws `bad-policy` (78) for an unknown pack or list, a regular expression that RE2 does not take, and `failed-pack`
 * (78) for a pack of the owner's that fails its tests.
 */
export function compilePolicy(document: PolicyDocument, options: { readonly approvalTtlMs: number }): CompiledPolicy {
  for (const pack of document.ownPacks ?? []) refuseFailingPack(pack, document.lists ?? new Map());
  return compile(document, packsOf(document), options.approvalTtlMs);
}

/** A pack alone, as it is tested: what it says of an agent that works in `/srv/app`. */
export function compileTested(pack: Pack, lists: Lists): CompiledPolicy {
  const allows = pack.rules.some(({ verdict }) => verdict === 'allow');
  const document = { packs: [], rules: [], default: allows ? 'ask' : 'allow', opaque: 'deny' } as const;
  return compile({ ...document, lists, workspace: ['/srv/app'] }, [pack], 1);
}

function compile(document: PolicyDocument, packs: readonly Pack[], approvalTtlMs: number): CompiledPolicy {
  const { lists = new Map(), exceptions } = document;
  const workspace = writeOut(document.workspace ?? [], lists);
  const names: Names = { lists, workspace, budget: { patterns: PATTERNS_MAX } };
  const written = [
    ...protecting(document.protectedPaths ?? []).map((rule) => ({ rule, id: rule.id, free: false })),
    ...document.rules.map((rule) => ({ rule, id: rule.id, free: false })),
    ...packs.flatMap(({ name, rules }) =>
      rules.map((rule) => ({ rule, id: `${name}/${rule.id}`, free: rule.evenInWorkspace !== true })),
    ),
  ];
  const rules = written
    .filter(({ rule }) => !isAboutRequests(rule))
    .filter(({ rule }) => workspace.length > 0 || !namesWorkspace(rule, lists))
    .map(({ rule, id, free }, order) => ({ ...compileRule(rule, id, names, order), freeInWorkspace: free }));
  const requests = written
    .filter(({ rule }) => isAboutRequests(rule))
    .map(({ rule, id }) => compileApiRule(rule, id, (patterns) => spelledOut(patterns, names)));
  return {
    rules,
    requests: { rules: requests, default: document.default, approvalTtlMs },
    strict: indexRules(rules.filter(({ rule }) => rule.verdict !== 'allow')),
    allowing: indexRules(rules.filter(({ rule }) => rule.verdict === 'allow')),
    workspace: workspace.map(globBelow),
    default: document.default,
    opaque: document.opaque,
    approvalTtlMs,
    exceptions: exceptions === undefined ? undefined : { ttlMs: approvalTtlMs, ...exceptions },
  };
}

/** The packs that a policy names, each once, the owner's first: their words are nearer. Throws `bad-policy` (78) for one that there is not. */
export function packsOf({ packs, ownPacks = [] }: PolicyDocument): readonly Pack[] {
  const unknown = packs.find((name) => name !== 'all' && !PACKS.some((pack) => pack.name === name));
  if (unknown !== undefined) throw badPolicy(`there is no pack "${unknown}"`, 'see: sallyport policy lint');
  return [...ownPacks, ...PACKS.filter(({ name }) => packs.includes('all') || packs.includes(name))];
}

/** The name of protected paths in decisions. */
export const PROTECTED = 'protected';

// A folder is protected with everything in it.
function protecting(paths: readonly string[]): readonly Rule[] {
  if (paths.length === 0) return [];
  const patterns = paths.flatMap((path) =>
    path.startsWith('$') || path.endsWith('**') ? [path] : [path, `${path}/**`],
  );
  const id = PROTECTED;
  const changing = {
    id,
    verdict: 'deny',
    reason: 'the policy protects this path: nothing changes it',
    suggest: 'work on a copy elsewhere, and say what should be changed',
  } as const;
  return [
    { ...changing, match: { writes: patterns } },
    { ...changing, match: { removes: patterns } },
    {
      id,
      verdict: 'ask',
      reason: 'the policy protects this path: reading it is asked for',
      match: { reads: patterns },
    },
  ];
}
