// What the variables of a script hold at one point of it. Values are known, partly known or not at all; where control
// flow joins, both sides are kept. Never assumes a value that bash might not have.
import type { Place } from '../facts/paths.ts';
import { ANY, ANYWHERE, DIGITS, HOME, SOME } from '../facts/unknowns.ts';

/** The values a variable may have, encoded as in `unknowns.ts`. Never empty. */
export type Values = readonly string[];

/** More alternatives than this are called unknown. */
const MAX_VALUES = 24;
/** Folders that a command may run in. */
const MAX_FOLDERS = 6;

export interface Scope {
  place: Place;
  readonly vars: Map<string, Values>;
  /** Arrays whose elements are known; `vars` holds the same as alternatives. */
  readonly arrays: Map<string, readonly string[]>;
  readonly exported: Map<string, string>;
  /** Names that were made read-only: a later assignment to one fails, and may pass unnoticed. */
  readonly fixed: Set<string>;
  /** Arguments of the function or inner shell; undefined where they are unknown. */
  positional: readonly string[] | undefined;
  /** `$0`. */
  zero: string;
  /** IFS was changed: unquoted expansions may split anywhere. */
  splitting: boolean;
  /** Shared by all scopes of a text: every value and folder there ever was, for what runs at any time. */
  readonly ever: Ever;
}

interface Ever {
  readonly vars: Map<string, Set<string>>;
  readonly folders: Set<string>;
}

/** The scope of a fresh interpreter. */
export function newScope(place: Place, positional: readonly string[] | undefined): Scope {
  return {
    place,
    vars: new Map(),
    arrays: new Map(),
    exported: new Map(),
    fixed: new Set(),
    positional,
    zero: 'bash',
    splitting: false,
    ever: { vars: new Map(), folders: new Set(foldersOf(place)) },
  };
}

/** The scope of what may run at any time: a trap. */
export function anyTime(scope: Scope): Scope {
  const { vars, folders: all } = scope.ever;
  const later: Scope = { ...fork(scope), positional: undefined, splitting: true };
  later.arrays.clear();
  for (const [name, values] of vars) {
    // Where it was set before, it cannot hold what it came with.
    setVar(later, name, [...getVar(scope, name), ...values]);
    if (later.exported.has(name)) later.exported.set(name, ANY);
  }
  later.place = { ...later.place, ...folders([...foldersOf(scope.place), ...all]) };
  // Splitting is as it ever was.
  later.splitting = vars.has('IFS');
  return later;
}

/** A copy whose changes stay its own: subshells, pipelines, branches. */
export function fork(scope: Scope): Scope {
  return {
    ...scope,
    vars: copyOf(scope.vars),
    arrays: copyOf(scope.arrays),
    exported: copyOf(scope.exported),
    fixed: scope.fixed.size === 0 ? new Set() : new Set(scope.fixed),
  };
}

// Most commands set nothing, and copying nothing costs more than making it.
function copyOf<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return map.size === 0 ? new Map() : new Map(map);
}

/** Takes over everything the other scope holds. */
export function become(scope: Scope, other: Scope): void {
  if (scope === other) return;
  refill(scope.vars, other.vars);
  refill(scope.arrays, other.arrays);
  refill(scope.exported, other.exported);
  for (const name of other.fixed) scope.fixed.add(name);
  scope.place = other.place;
  scope.positional = other.positional;
  scope.zero = other.zero;
  scope.splitting = other.splitting;
}

function refill<T>(map: Map<string, T>, from: ReadonlyMap<string, T>): void {
  map.clear();
  for (const [name, value] of from) map.set(name, value);
}

/** One of these came to be, it is not known which. */
export function union(scopes: readonly Scope[]): Scope {
  const [first, ...others] = scopes;
  if (first === undefined) throw new RangeError('no scope to join');
  const all = fork(first);
  for (const other of others) join(all, other);
  return all;
}

/** After `branch` may or may not have run in the place of `scope`. */
export function join(scope: Scope, branch: Scope): void {
  for (const name of new Set([...scope.vars.keys(), ...branch.vars.keys()])) {
    const values = [...(scope.vars.get(name) ?? inherited(name)), ...(branch.vars.get(name) ?? inherited(name))];
    const list = scope.arrays.get(name);
    setVar(scope, name, values);
    if (list !== undefined && list.join('\0') === branch.arrays.get(name)?.join('\0')) scope.arrays.set(name, list);
  }
  for (const [name, value] of branch.exported) {
    scope.exported.set(name, scope.exported.get(name) === value ? value : ANY);
  }
  for (const name of branch.fixed) scope.fixed.add(name);
  scope.place = { ...scope.place, ...folders([...foldersOf(scope.place), ...foldersOf(branch.place)]) };
  if (branch.positional?.join('\0') !== scope.positional?.join('\0')) scope.positional = undefined;
  if (branch.splitting) scope.splitting = true;
}

/** Every folder that a command may run in there. */
export function foldersOf(place: Place): string[] {
  return [place.cwd, ...place.orElse];
}

/** A place in one of these folders; more than a few are anywhere. */
export function folders(all: readonly string[]): Pick<Place, 'cwd' | 'orElse'> {
  const [cwd = ANYWHERE, ...orElse] = new Set(all);
  return orElse.length < MAX_FOLDERS ? { cwd, orElse } : { cwd: ANYWHERE, orElse: [] };
}

/** The folder is not known any more. */
export function forgetPlace(scope: Scope): void {
  moveTo(scope, [ANYWHERE]);
}

/** Sets a variable to one of `values`. */
export function setVar(scope: Scope, name: string, values: Values): void {
  const unique = [...new Set(scope.fixed.has(name) ? [...getVar(scope, name), ...values] : values)];
  const known = unique.length > MAX_VALUES || unique.some((value) => value.length > 4096) ? [ANY] : unique;
  scope.vars.set(name, known);
  remember(scope, name, known);
  scope.arrays.delete(name);
  if (name === 'IFS') scope.splitting = true;
  if (name === 'HOME') scope.place = { ...scope.place, home: undefined };
  if (scope.exported.has(name)) scope.exported.set(name, known.length === 1 ? (known[0] ?? ANY) : ANY);
}

function remember({ ever }: Scope, name: string, values: Values): void {
  const before = ever.vars.get(name);
  if (before === undefined) ever.vars.set(name, new Set(values));
  else if (before.size <= MAX_VALUES) for (const value of values) before.add(value);
}

/** Commands run in these folders from here on. */
export function moveTo(scope: Scope, all: readonly string[]): void {
  for (const folder of all) scope.ever.folders.add(folder);
  scope.place = { ...scope.place, ...folders(all) };
}

/** What a name that the text has not set holds: something from the environment, if anything. */
function inherited(name: string): Values {
  return /^(RANDOM|SECONDS|UID|EUID|PPID|LINENO|BASHPID|EPOCHSECONDS|OPTIND)$/.test(name) ? [DIGITS] : [SOME];
}

/** The values of `$name` where it is expanded. */
export function getVar(scope: Scope, name: string): Values {
  const set = scope.vars.get(name);
  if (set !== undefined) return set;
  if (name === 'HOME') return [HOME];
  if (name === 'PWD') return foldersOf(scope.place);
  if (/^[#?!$]$/.test(name)) return [DIGITS];
  if (name === '@' || name === '*') {
    return scope.positional === undefined ? [ANY] : [scope.positional.join(' ')];
  }
  if (/^[1-9]\d*$/.test(name)) {
    return scope.positional === undefined ? [ANY] : [scope.positional[Number(name) - 1] ?? ''];
  }
  return name === '0' ? [scope.zero] : inherited(name);
}
