// What find finds, as far as its arguments tell: something below the folder it starts in, with the name it looks for.

import type { Field } from './facts.ts';
import { compileGlob, overlaps } from './glob.ts';
import { SOME } from './unknowns.ts';

/** The path that `{}` stands for, and that find prints. */
export function pathOfFound(args: readonly Field[]): string {
  const [start, ...others] = startsOf(args);
  const name = nameOfFound(args);
  if (start === undefined || others.length > 0 || !start.exact) return name === undefined ? SOME : SOME + name;
  const isFolder = /(^|\/)(\.{0,2})$/.test(start.value);
  const folder = `${start.value.replace(/\/+$/, '')}/`;
  if (isFolder) return `${folder}${SOME}${name ?? ''}`;
  // What it starts with may be the file that it finds: `find /etc/shadow -exec cat {} +`.
  const own = start.value.slice(start.value.lastIndexOf('/') + 1);
  return name === undefined || overlaps(own, name) ? start.value + SOME : `${folder}${SOME}${name}`;
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
