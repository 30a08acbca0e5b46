// Which rules can concern a command at all, without looking at each: by its name, by what it does, by whether it has
// files. A policy may hold thousands of rules; a command concerns a few.
import type { SimpleCommand } from '../facts/facts.ts';
import { isExact } from '../facts/unknowns.ts';
import { addPaths, newPathIndex, type PathIndex, rulesForFiles } from './path-index.ts';
import type { CompiledMatch, CompiledRule } from './rules.ts';

type Groups = ReadonlyMap<string, readonly CompiledRule[]>;

export interface RuleIndex {
  readonly all: readonly CompiledRule[];
  readonly byName: Groups;
  readonly byAction: Groups;
  readonly byFiles: Readonly<Record<(typeof FILES)[number], PathIndex>>;
  readonly others: readonly CompiledRule[];
}

const FILES = ['removes', 'writes', 'reads'] as const;

/** Every rule stands in exactly one kind of group: the one that says most. */
export function indexRules(all: readonly CompiledRule[]): RuleIndex {
  const byName = new Map<string, CompiledRule[]>();
  const byAction = new Map<string, CompiledRule[]>();
  const byFiles = { reads: newPathIndex(), writes: newPathIndex(), removes: newPathIndex() };
  const others: CompiledRule[] = [];
  for (const rule of all) {
    const { match } = rule;
    const names = plainNames(match);
    const files = FILES.find((field) => (match[field]?.length ?? 0) > 0);
    if (names !== undefined) addTo(byName, names, rule);
    else if (match.does !== undefined) addTo(byAction, match.does, rule);
    else if (files !== undefined) addPaths(byFiles[files], match[files] ?? [], rule);
    else others.push(rule);
  }
  return { all, byName, byAction, byFiles, others };
}

/** Every rule that may match the command, in the order of the policy, each once. */
export function candidates(index: RuleIndex, command: SimpleCommand): readonly CompiledRule[] {
  if (!isExact(command.name)) return index.all;
  const groups = [
    index.byName.get(command.name),
    ...command.does.map((action) => index.byAction.get(action)),
    ...FILES.map((field) => rulesForFiles(index.byFiles[field], command[field])),
    index.others,
  ].filter((group) => group !== undefined && group.length > 0) as (readonly CompiledRule[])[];
  return [...new Set(groups.flat())].sort((a, b) => a.order - b.order);
}

// Names without wildcards; a name with a slash is matched against the path.
function plainNames({ command }: CompiledMatch): readonly string[] | undefined {
  if (command?.every(({ literal, source }) => literal && !source.includes('/')) !== true) return undefined;
  return command.map(({ pattern }) => pattern);
}

function addTo(groups: Map<string, CompiledRule[]>, keys: readonly string[], rule: CompiledRule): void {
  for (const key of new Set(keys)) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [rule]);
    else group.push(rule);
  }
}
