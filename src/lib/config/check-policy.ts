// What one field of the policy alone cannot show: names that nobody has, rules that nobody can satisfy, lists. Works on
// the document as written.
import { API_FIELDS } from '../core/policy-document.ts';
import { checkLists, checkListsOfRule } from './check-lists.ts';
import type { Finding } from './cross-checks.ts';
import { isPackFile } from './pack-name.ts';
import type { Path } from './problem.ts';
import { formatValue, quoted } from './problem.ts';
import { isMapping, list, type Mapping, mapping, oneOrMore } from './written.ts';

/** Everything in the policy section. `knownPacks`: names of shipped packs; undefined: not checked here. */
export function* checkPolicy(
  policy: Mapping,
  people: People,
  knownPacks: readonly string[] | undefined,
): Generator<Finding> {
  yield* checkPacks(policy, knownPacks);
  yield* checkLists(policy);
  yield* checkRules(list(policy.rules), ['policy', 'rules'], people, mapping(policy.lists));
  if (isMapping(policy.exceptions)) yield* checkWhoApproves(policy.exceptions, ['policy', 'exceptions'], people);
}

/** Rules of the policy, or of a pack's file. */
export function* checkRules(rules: readonly unknown[], path: Path, people: People, lists: Mapping): Generator<Finding> {
  for (const [index, rule] of rules.entries()) {
    yield* checkRule(mapping(rule), [...path, index], people);
    yield* checkListsOfRule(mapping(rule), [...path, index], lists);
  }
  yield* checkRuleIds(rules, path);
}

export interface People {
  /** Group → members, and each person as a group of one. */
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  readonly approvers: Mapping;
}

export function readPeople(section: unknown): People {
  const approvers = mapping(section);
  const byName = new Map<string, Set<string>>();
  const add = (name: string, member: string) => byName.set(name, (byName.get(name) ?? new Set()).add(member));
  for (const [person, value] of Object.entries(approvers)) {
    add(person, person);
    for (const group of list(mapping(value).groups)) if (typeof group === 'string') add(group, person);
  }
  return { byName, approvers };
}

function* checkPacks(policy: Mapping, knownPacks: readonly string[] | undefined): Generator<Finding> {
  for (const [index, pack] of oneOrMore(policy.packs).entries()) {
    if (knownPacks === undefined || typeof pack !== 'string' || isPackFile(pack)) continue;
    if (pack === 'all' || knownPacks.includes(pack)) continue;
    const expected = `all, a file (./packs/ours.yaml), or one of the packs ${knownPacks.join(', ')}`;
    yield { path: ['policy', 'packs', index], expected, got: quoted(pack) };
  }
}

function* checkRule(rule: Mapping, path: Path, people: People): Generator<Finding> {
  const match = mapping(rule.match);
  if (isMapping(rule.match) && Object.keys(match).length === 0) {
    const expected = 'at least one field (command: "*" is every command)';
    yield { path: [...path, 'match'], expected, got: 'an empty mapping' };
  }
  for (const [index, exception] of oneOrMore(match.not).entries()) {
    if (!isMapping(exception) || Object.keys(exception).length > 0) continue;
    const expected = 'at least one field: without one, the rule would never apply';
    yield { path: [...path, 'match', 'not', index], expected, got: 'an empty mapping' };
  }
  if ('terminal' in match && Object.keys(match).length > 1) {
    const expected = 'terminal on its own: at its opening there is no command yet';
    yield { path: [...path, 'match', 'terminal'], expected, got: 'other fields beside it', atKey: true };
  }
  yield* checkKinds(rule, path);
  if (rule.verdict === 'allow' || rule.verdict === 'deny') {
    for (const field of ['approvers', 'quorum', 'ttl']) {
      if (!(field in rule)) continue;
      const expected = `no ${field} with verdict ${rule.verdict} (nobody is asked)`;
      yield { path: [...path, field], expected, got: formatValue(rule[field], []), atKey: true };
    }
    return;
  }
  yield* checkWhoApproves(rule, path, people);
}

/** A rule is for commands, or for requests to a cluster: one for both would match neither. */
function* checkKinds(rule: Mapping, path: Path): Generator<Finding> {
  const match = mapping(rule.match);
  const parts = [
    { fields: match, at: [...path, 'match'] },
    ...oneOrMore(match.not).map((each, index) => ({ fields: mapping(each), at: [...path, 'match', 'not', index] })),
  ];
  const all = parts.flatMap(({ fields, at }) =>
    Object.keys(fields).flatMap((field) => (field === 'not' ? [] : [{ field, path: [...at, field] }])),
  );
  const [ofRequests] = all.filter(({ field }) => isApiField(field));
  const [ofCommands] = all.filter(({ field }) => !isApiField(field));
  if (ofRequests === undefined) return;
  if (ofCommands !== undefined) {
    const expected = `a rule for commands, or one for requests (${API_FIELDS.join(', ')})`;
    yield { path: ofRequests.path, expected, got: `${ofRequests.field} beside ${ofCommands.field}`, atKey: true };
  }
  const kinds = oneOrMore(mapping(rule.on).kind);
  if (kinds.length === 0 || kinds.includes('kubectl')) return;
  const expected = `kubectl among them: only there are requests, and the rule has ${ofRequests.field}`;
  yield { path: [...path, 'on', 'kind'], expected, got: formatValue(mapping(rule.on).kind, []) };
}

const isApiField = (field: string): boolean => API_FIELDS.some((each) => each === field);

/** A rule that nobody can satisfy is a denial in disguise; it should say so at the start, not when it is needed. */
function* checkWhoApproves(rule: Mapping, path: Path, { byName, approvers }: People): Generator<Finding> {
  const eligible = new Set(rule.approvers === undefined ? Object.keys(approvers) : []);
  for (const [index, who] of oneOrMore(rule.approvers).entries()) {
    if (typeof who !== 'string') continue;
    const members = byName.get(who);
    for (const member of members ?? []) eligible.add(member);
    if (members !== undefined) continue;
    yield { path: [...path, 'approvers', index], expected: 'the name of an approver or group', got: quoted(who) };
  }
  if (typeof rule.quorum === 'number' && rule.quorum > eligible.size) {
    const expected = `at most ${eligible.size}, the number of people who may approve`;
    yield { path: [...path, 'quorum'], expected, got: String(rule.quorum) };
  }
}

function* checkRuleIds(rules: readonly unknown[], path: Path): Generator<Finding> {
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const { id } = mapping(rule);
    if (typeof id !== 'string') continue;
    if (seen.has(id)) yield { path: [...path, index, 'id'], expected: 'each id once', got: `${quoted(id)} again` };
    seen.add(id);
  }
}
