// What the variables of a script hold at one point of it. Values are known, partly known or not at all; where control
// flow joins, both sides are kept. Never assumes a value that bash might not have.
import type { Place } from './paths.ts';
import { ANY, DIGITS, SOME } from './unknowns.ts';

/** The values a variable may have, encoded as in `unknowns.ts`. Never empty. */
export type Values = readonly string[];

/** More alternatives than this are called unknown. */
const MAX_VALUES = 24;

export interface Scope {
  place: Place;
  readonly vars: Map<string, Values>;
  readonly exported: Map<string, string>;
  /** Arguments of the function or inner shell; undefined where they are unknown. */
  positional: readonly string[] | undefined;
  /** IFS was changed: unquoted expansions may split anywhere. */
  splitting: boolean;
}

/** The scope of a fresh interpreter. */
export function newScope(place: Place, positional: readonly string[] | undefined): Scope {
  return { place, vars: new Map(), exported: new Map(), positional, splitting: false };
}

/** A copy whose changes stay its own: subshells, pipelines, branches. */
export function fork(scope: Scope): Scope {
  return { ...scope, vars: new Map(scope.vars), exported: new Map(scope.exported) };
}

/** After `branch` may or may not have run in the place of `scope`. */
export function join(scope: Scope, branch: Scope): void {
  for (const name of new Set([...scope.vars.keys(), ...branch.vars.keys()])) {
    const values = [...(scope.vars.get(name) ?? inherited(name)), ...(branch.vars.get(name) ?? inherited(name))];
    setVar(scope, name, values);
  }
  for (const [name, value] of branch.exported) scope.exported.set(name, value);
  if (branch.place.cwd !== scope.place.cwd) scope.place = { ...scope.place, cwd: '@any' };
  if (branch.splitting) scope.splitting = true;
}

/** Sets a variable to one of `values`. */
export function setVar(scope: Scope, name: string, values: Values): void {
  const unique = [...new Set(values)];
  const known = unique.length > MAX_VALUES || unique.some((value) => value.length > 4096) ? [ANY] : unique;
  scope.vars.set(name, known);
  if (name === 'IFS') scope.splitting = true;
  if (name === 'HOME') scope.place = { ...scope.place, home: undefined };
  if (scope.exported.has(name)) scope.exported.set(name, known.length === 1 ? (known[0] ?? ANY) : ANY);
}

/** What a name that the text has not set holds: something from the environment, if anything. */
function inherited(name: string): Values {
  return /^(RANDOM|SECONDS|UID|EUID|PPID|LINENO|BASHPID|EPOCHSECONDS|OPTIND)$/.test(name) ? [DIGITS] : [SOME];
}

/** The values of `$name` where it is expanded. */
export function getVar(scope: Scope, name: string): Values {
  const set = scope.vars.get(name);
  if (set !== undefined) return set;
  if (name === 'HOME') return ['@home'];
  if (name === 'PWD') return [scope.place.cwd];
  if (/^[#?!$]$/.test(name)) return [DIGITS];
  if (name === '@' || name === '*') {
    return scope.positional === undefined ? [ANY] : [scope.positional.join(' ')];
  }
  if (/^[1-9]\d*$/.test(name)) {
    return scope.positional === undefined ? [ANY] : [scope.positional[Number(name) - 1] ?? ''];
  }
  return name === '0' ? ['bash'] : inherited(name);
}
