// What one field alone cannot show. Works on the document as written, so that these mistakes are reported beside
// those of the schema; whatever has the wrong type is passed over here, the schema has reported it.
import type { MaskKnowledge } from '../core/masking-document.ts';
import { checkMasking } from './check-masking.ts';
import { checkPolicy, type People, readPeople } from './check-policy.ts';
import type { Path } from './problem.ts';
import { formatValue, quoted } from './problem.ts';
import { sshPublicKeyBlob } from './ssh-public-key.ts';
import { list, type Mapping, mapping } from './written.ts';

export interface Finding {
  readonly path: Path;
  readonly expected: string;
  readonly got: string | undefined;
  /** Point at the key, not at its value. */
  readonly atKey?: boolean;
}

/** What is only known outside of this room; whatever is undefined is not checked here. */
export interface Known {
  /** Names a policy may use. */
  readonly packs: readonly string[] | undefined;
  /** The rules that come with the mask. */
  readonly mask: MaskKnowledge | undefined;
}

/** Every finding, section by section. */
export function crossCheck(document: unknown, known: Known): Finding[] {
  const { broker, targets, approvers, policy, masking } = mapping(document);
  const people = readPeople(approvers);
  return [
    ...checkBroker(mapping(broker)),
    ...checkTargets(mapping(targets)),
    ...checkApprovers(people),
    ...checkPolicy(mapping(policy), people, known.packs),
    ...checkMasking(mapping(masking), mapping(mapping(policy).lists), known.mask),
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
