// What find finds, as far as its arguments tell: something below the folder it starts in, with the name it looks for.

import type { Field } from '../facts/facts.ts';
import { compileGlob, overlaps } from '../facts/glob.ts';
import { ANY, SOME } from '../facts/unknowns.ts';

/** The path that `{}` stands for, and that find prints. */
export function pathOfFound(args: readonly Field[]): string {
  const [start, ...others] = startsOf(args);
  const name = nameOfFound(args);
  // What is chosen by its path may lie in any folder that has a name: not merely somewhere below.
  const below = args.some((_, at) => choosesByPath(args, at)) ? ANY : SOME;
  if (start === undefined || others.length > 0 || !start.exact) return name === undefined ? below : below + name;
  const isFolder = /(^|\/)(\.{0,2})$/.test(start.value);
  const folder = `${start.value.replace(/\/+$/, '')}/`;
  if (isFolder) return `${folder}${below}${name ?? ''}`;
  // What it starts with may be the file that it finds: `find /etc/shadow -exec cat {} +`.
  const own = start.value.slice(start.value.lastIndexOf('/') + 1);
  return name === undefined || overlaps(own, name) ? start.value + below : `${folder}${below}${name}`;
}

/** The same, once for every name that `-o` makes an alternative. */
export function pathsOfFound(args: readonly Field[]): string[] {
  const names = args.flatMap(({ value, exact }, index) => (value === '-name' && exact ? [args[index + 1]] : []));
  const [start = { value: '.', exact: true, many: false }] = startsOf(args);
  if (names.length < 2 || !start.exact) return [pathOfFound(args)];
  const folder = `${start.value.replace(/\/+$/, '')}/`;
  const each = names.flatMap((name) => (name?.exact === true ? [compileGlob(name.value, 'path').pattern] : []));
  return [...new Set([pathOfFound(args), ...each.slice(0, MAX_NAMES).map((name) => `${folder}${SOME}${name}`)])];
}

/** Alternative names in one find. Typical: one to 3. */
const MAX_NAMES = 8;

const BY_PATH = /^-(i?path|i?wholename|i?regex|samefile|inum)$/;

// `-not -path './x/*'` and `-path ./x -prune` only leave out.
function choosesByPath(args: readonly Field[], at: number): boolean {
  if (!BY_PATH.test(args[at]?.value ?? '') || args[at + 2]?.value === '-prune') return false;
  return !/^(-not|!)$/.test(args[at - 1]?.value ?? '');
}

const LEADING = /^-([HLPEXdsx]+|O\d*)$/;

/**
 * The files and folders that find starts from, as GNU and BSD read them: behind -L, `-D help` and `--`, up to the first
 * word that looks like an expression. A lone `-`, `(x` and `!x` are names.
 */
export function startsOf(args: readonly Field[]): readonly Field[] {
  const starts: Field[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const value = args[at]?.value ?? '';
    const taken = args[at + 1];
    if (value === '-D' || value === '-f') {
      if (value === '-f' && taken !== undefined) starts.push(taken);
      at++;
    } else if (value === '--') {
      at++;
      break;
    } else if (!LEADING.test(value)) break;
  }
  const rest = args.slice(at);
  const end = rest.findIndex(({ value }) => /^(-.|[(!]$)/.test(value));
  return [...starts, ...(end === -1 ? rest : rest.slice(0, end))];
}

// With `-o`, `!` or `,` the name may be another.
function nameOfFound(args: readonly Field[]): string | undefined {
  if (args.some(({ value, exact }) => !exact || /^(-o|-or|!|-not|,|\(|-printf|-fprintf)$/.test(value)))
    return undefined;
  const at = args.findIndex(({ value }) => value === '-name');
  const pattern = args[at + 1]?.value;
  return at === -1 || pattern === undefined ? undefined : compileGlob(pattern, 'path').pattern;
}
