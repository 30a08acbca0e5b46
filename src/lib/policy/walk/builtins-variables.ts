// The builtins that set variables: from here on their names hold what was given, or what only the run will know.

import type { Field } from '../facts/facts.ts';
import { type Option, parseOptions } from '../facts/options.ts';
import { ANY, DIGITS, isNumeric, SOME } from '../facts/unknowns.ts';
import { lowerArithmetic } from '../language/lower-arithmetic.ts';
import { runCommand } from './command.ts';
import { getVar, type Scope, setVar, type Values } from './scope.ts';
import { field } from './split-runs.ts';
import { type Call, note, type Walk } from './walk.ts';

type Builtin = (walk: Walk, scope: Scope, call: Call, args: readonly Field[]) => void;

const NAME = /^[A-Za-z_]\w*$/;

function declare(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const name = call.fields[0]?.value;
  for (const arg of args) {
    const option = /^[-+]([A-Za-z]+)$/.exec(arg.value)?.[1];
    if (option !== undefined) {
      if (/[ni]/.test(option) && name !== 'export') note(walk, 'a variable that bash evaluates', arg.value);
      continue;
    }
    const [, left, value] = /^([A-Za-z_]\w*)(?:\+?=(.*))?$/s.exec(arg.value) ?? [];
    if (left === undefined || arg.value.includes('[') || (!arg.exact && value === undefined)) {
      note(walk, 'a declaration that only the run will know', arg.value);
      continue;
    }
    if (left === 'POSIXLY_CORRECT') note(walk, 'a variable that changes how bash reads text', left);
    // The walk has set the plain forms already; a quoted `'a=b'` comes here as well.
    // `local` fails outside a function, and then the name keeps what it had.
    const kept = name === 'local' && walk.stack.length === 0 ? getVar(scope, left) : [];
    if (value !== undefined) setVar(scope, left, [...kept, value]);
    if (name === 'export') scope.exported.set(left, value ?? getVar(scope, left)[0] ?? ANY);
  }
  if (name === 'readonly' || args.some(({ value }) => /^-[a-zA-Z]*r/.test(value))) {
    for (const { value } of args) scope.fixed.add(value.replace(/\+?=.*$/s, ''));
  }
  runCommand(walk, scope, call);
}

function read(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const { options, operands } = parseOptions(args, { short: 'adinNptu', posix: true });
  const arrays = options.flatMap(({ name, value }) => (name === '-a' && value !== undefined ? [value] : []));
  const names = operands.length === 0 && arrays.length === 0 ? [field('REPLY')] : operands;
  assignNames(walk, scope, arrays, [ANY], 'reading');
  const isWhole = names.length === 1 && options.every(({ name }) => /^-[rsp]$/.test(name));
  assignNames(walk, scope, names, isWhole ? linesRead(scope, call, options) : [partRead(call)], 'reading');
  runCommand(walk, scope, call);
}

// One name gets a whole line, without blanks at its ends; escapes and another IFS change it.
function linesRead(scope: Scope, call: Call, options: readonly Option[]): Values {
  if (call.stdin.kind !== 'text') return [partRead(call)];
  const { text } = call.stdin;
  const separated = scope.splitting || call.env.some(({ name, value }) => name === 'IFS' && value !== '');
  if (separated || (text.includes('\\') && !options.some(({ name }) => name === '-r'))) return [ANY];
  return ['', ...text.split('\n').flatMap((line) => [line, line.trim()])];
}

// Names of files from a listing or a file are trusted as the environment is; text computed to be read is not.
function partRead({ stdin }: Call): string {
  return stdin.kind === 'file' || (stdin.kind === 'pipe' && stdin.listing === true) ? SOME : ANY;
}

function readArray(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const { options, operands } = parseOptions(args, { short: 'dnOsucC', posix: true });
  if (options.some((option) => option.name === '-C')) note(walk, 'code run for every line', call.text);
  const isComputed = call.stdin.kind === 'text' || (call.stdin.kind === 'pipe' && call.stdin.listing !== true);
  assignNames(walk, scope, operands.length === 0 ? [field('MAPFILE')] : operands, [isComputed ? ANY : SOME], 'reading');
  runCommand(walk, scope, call);
}

function getopts(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  assignNames(walk, scope, args.slice(1, 2), [SOME], 'getopts');
  setVar(scope, 'OPTARG', [ANY]);
  runCommand(walk, scope, call);
}

function unset(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  for (const arg of args) {
    if (arg.value === '-f') note(walk, 'a function that is taken away', call.text);
    if (/^-[fnv]$/.test(arg.value)) continue;
    if (!NAME.test(arg.value)) note(walk, 'unset of a name that bash would evaluate', arg.value);
    else if (arg.value === 'IFS') scope.splitting = false;
    else setVar(scope, arg.value, ['']);
  }
  runCommand(walk, scope, call);
}

function set(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const end = args.findIndex((arg) => arg.value === '--' || !/^[-+]/.test(arg.value));
  if (args.some(({ value }) => /^-[a-zA-Z]*k|^(keyword|posix)$/.test(value))) {
    note(walk, 'an option that changes how bash reads text', call.text);
  }
  const option = args[0]?.value === '-o' || args[0]?.value === '+o';
  if (end !== -1 && !(option && end === 1 && args.length === 2)) {
    const rest = args.slice(args[end]?.value === '--' ? end + 1 : end);
    scope.positional = rest.every((arg) => !arg.many) ? rest.map((arg) => arg.value) : undefined;
  }
  runCommand(walk, scope, call);
}

function shift(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const count = Number(args[0]?.value ?? '1');
  if (scope.positional !== undefined)
    scope.positional = Number.isInteger(count) ? scope.positional.slice(count) : undefined;
  runCommand(walk, scope, call);
}

function letBuiltin(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  for (const arg of args) {
    const lowered = arg.exact ? lowerArithmetic(arg.value) : undefined;
    const known = lowered?.names.every((name) =>
      (scope.vars.get(name) ?? ['']).every((value) => value === '' || isNumeric(value)),
    );
    if (known !== true) note(walk, 'arithmetic that may evaluate text', call.text);
    for (const name of lowered?.names ?? []) setVar(scope, name, [DIGITS]);
  }
  runCommand(walk, scope, call);
}

function printfBuiltin(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const [first, name] = args;
  if (first?.value.startsWith('-v') === true) {
    const target = first.value === '-v' ? name : field(first.value.slice(2));
    assignNames(walk, scope, target === undefined ? [] : [target], [ANY], 'printf -v');
  } else if (first !== undefined && !first.exact && first.many) {
    // `printf $x` could hold `-v`; as data it is common, and its only harm needs a chosen name.
    note(walk, 'a printf format that only the run will know', call.text);
  }
  runCommand(walk, scope, call);
}

function assignNames(walk: Walk, scope: Scope, args: readonly Field[], values: Values, what: string): void {
  for (const arg of args) {
    if (NAME.test(arg.value)) setVar(scope, arg.value, values);
    else note(walk, `${what} of a name that bash would evaluate`, arg.value);
  }
}

/** Each stands in the list as a command as well, so that rules can name it. */
export const VARIABLE_BUILTINS: Readonly<Record<string, Builtin>> = {
  set,
  shift,
  unset,
  export: declare,
  declare,
  typeset: declare,
  local: declare,
  readonly: declare,
  read,
  mapfile: readArray,
  readarray: readArray,
  getopts,
  let: letBuiltin,
  printf: printfBuiltin,
};
