// What one field alone cannot show. Works on the document as written, so that these mistakes are reported beside
// those of the schema; whatever has the wrong type is passed over here, the schema has reported it.
import { isPackFile } from './pack-name.ts';
import type { Path } from './problem.ts';
import { formatValue, quoted } from './problem.ts';
import { sshPublicKeyBlob } from './ssh-public-key.ts';

export interface Finding {
  readonly path: Path;
  readonly expected: string;
  readonly got: string | undefined;
  /** Point at the key, not at its value. */
  readonly atKey?: boolean;
}

/** Every finding, section by section. `knownPacks`: names a policy may use; undefined: not checked here. */
export function crossCheck(document: unknown, knownPacks: readonly string[] | undefined): Finding[] {
  const { broker, targets, approvers, policy } = mapping(document);
  const people = readPeople(approvers);
  const rules = list(mapping(policy).rules);
  return [
    ...checkBroker(mapping(broker)),
    ...checkTargets(mapping(targets)),
    ...checkApprovers(people),
    ...checkPacks(mapping(policy), knownPacks),
    ...rules.flatMap((rule, index) => [...checkRule(mapping(rule), ['policy', 'rules', index], people)]),
    ...checkRuleIds(rules),
  ];
}

function* checkBroker(broker: Mapping): Generator<Finding> {
  const service = broker.mode === 'service';
  if (!service && 'group' in broker) {
    const expected = 'no group with mode private (only you can connect)';
    yield { path: ['broker', 'group'], expected, got: formatValue(broker.group, []), atKey: true };
  }
  if (service && 'idleExit' in broker) {
    const expected = 'no idleExit with mode service (it stays)';
    yield { path: ['broker', 'idleExit'], expected, got: formatValue(broker.idleExit, []), atKey: true };
  }
}

function* checkTargets(targets: Mapping): Generator<Finding> {
  for (const [name, value] of Object.entries(targets)) {
    const target = mapping(value);
    if (target.kind === 'shell') yield* checkSandbox(target, ['targets', name, 'sandbox']);
    if (target.kind !== 'ssh') continue;
    if (!('hostKey' in target) && !('hostCa' in target)) {
      yield {
        path: ['targets', name],
        expected: 'hostKey or hostCa: without one, any server could answer',
        got: 'neither',
        atKey: true,
      };
    }
    if (typeof target.via !== 'string') continue;
    const path = ['targets', name, 'via'];
    const next = mapping(targets[target.via]);
    if (next.kind !== 'ssh') {
      yield { path, expected: 'the name of an ssh target', got: quoted(target.via) };
    }
  }
  for (const circle of findCircles(targets)) {
    const [first = ''] = circle;
    yield {
      path: ['targets', first, 'via'],
      expected: 'a way that ends',
      got: quoted([...circle, first].join(' → ')),
    };
  }
}

function* checkSandbox({ sandbox, cwd }: Mapping, path: Path): Generator<Finding> {
  const { preset, workspace, ...others } = typeof sandbox === 'string' ? { preset: sandbox } : mapping(sandbox);
  if (preset === 'workspace') {
    const isNamed = Array.isArray(workspace) ? workspace.length > 0 : cwd !== undefined;
    const expected = 'a cwd of the target, or folders in workspace: where a caller stands is no bound';
    if (!isNamed) yield { path, expected, got: 'neither', atKey: true };
    return;
  }
  const useless = [...(workspace === undefined ? [] : ['workspace']), ...(preset === 'off' ? Object.keys(others) : [])];
  for (const field of useless) {
    const expected = `no ${field} with preset ${String(preset)}`;
    yield { path: [...path, field], expected, got: formatValue(mapping(sandbox)[field], []), atKey: true };
  }
}

/** Every circle of `via`, once, from its first member in file order. Each target is walked once. */
function findCircles(targets: Mapping): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  for (const start of Object.keys(targets)) {
    const way: string[] = [];
    const onWay = new Set<string>();
    let at: string | undefined = start;
    while (at !== undefined && !done.has(at) && !onWay.has(at)) {
      way.push(at);
      onWay.add(at);
      const via: unknown = mapping(targets[at]).via;
      at = typeof via === 'string' ? via : undefined;
    }
    if (at !== undefined && onWay.has(at)) circles.push(way.slice(way.indexOf(at)));
    for (const name of way) done.add(name);
  }
  return circles;
}

interface People {
  /** Group → members, and each person as a group of one. */
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  readonly approvers: Mapping;
}

function readPeople(section: unknown): People {
  const approvers = mapping(section);
  const byName = new Map<string, Set<string>>();
  const add = (name: string, member: string) => byName.set(name, (byName.get(name) ?? new Set()).add(member));
  for (const [person, value] of Object.entries(approvers)) {
    add(person, person);
    for (const group of list(mapping(value).groups)) if (typeof group === 'string') add(group, person);
  }
  return { byName, approvers };
}

function* checkApprovers({ approvers }: People): Generator<Finding> {
  const holders = new Map<string, string>();
  for (const [person, value] of Object.entries(approvers)) {
    const { keys, groups } = mapping(value);
    for (const [index, group] of list(groups).entries()) {
      if (typeof group !== 'string' || !Object.hasOwn(approvers, group)) continue;
      const expected = 'a group that is not also an approver: a rule could mean either';
      yield { path: ['approvers', person, 'groups', index], expected, got: quoted(group) };
    }
    for (const [index, key] of list(keys).entries()) {
      const blob = typeof key === 'string' ? sshPublicKeyBlob(key) : undefined;
      const holder = blob === undefined ? undefined : holders.get(blob);
      if (holder !== undefined) {
        const expected = 'a key of one approver only: a quorum counts people';
        yield { path: ['approvers', person, 'keys', index], expected, got: `a key of ${quoted(holder)}` };
      }
      if (blob !== undefined && holder === undefined) holders.set(blob, person);
    }
  }
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
  if ('terminal' in match && Object.keys(match).length > 1) {
    const expected = 'terminal on its own: at its opening there is no command yet';
    yield { path: [...path, 'match', 'terminal'], expected, got: 'other fields beside it', atKey: true };
  }
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

function* checkRuleIds(rules: readonly unknown[]): Generator<Finding> {
  const seen = new Set<string>();
  for (const [index, rule] of rules.entries()) {
    const { id } = mapping(rule);
    if (typeof id !== 'string') continue;
    if (seen.has(id))
      yield { path: ['policy', 'rules', index, 'id'], expected: 'each id once', got: `${quoted(id)} again` };
    seen.add(id);
  }
}

type Mapping = Readonly<Record<string, unknown>>;

const EMPTY: Mapping = Object.freeze(Object.create(null));

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapping(value: unknown): Mapping {
  return isMapping(value) ? value : EMPTY;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function oneOrMore(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
