// What find finds, as far as its arguments tell: something below the folder it starts in, with the name it looks for.

import type { Field } from './facts.ts';
import { compileGlob } from './glob.ts';
import { ANY, SOME } from './unknowns.ts';

/** The path that `{}` stands for, and that find prints. */
export function pathOfFound(args: readonly Field[]): string {
  const end = args.findIndex(({ value }) => /^[-(!]/.test(value));
  const [start, ...others] = end === -1 ? args : args.slice(0, end);
  const folder = start !== undefined && others.length === 0 && start.exact ? `${start.value.replace(/\/+$/, '')}/` : '';
  const name = nameOfFound(args);
  if (name !== undefined) return `${folder}${ANY}${name}`;
  return folder === '' ? SOME : folder + ANY;
}

// With `-o`, `!` or `,` the name may be another.
function nameOfFound(args: readonly Field[]): string | undefined {
  if (args.some(({ value, exact }) => !exact || /^(-o|-or|!|-not|,|\(|-printf|-fprintf)$/.test(value)))
    return undefined;
  const at = args.findIndex(({ value }) => value === '-name');
  const pattern = args[at + 1]?.value;
  return at === -1 || pattern === undefined ? undefined : compileGlob(pattern, 'path').pattern;
}
