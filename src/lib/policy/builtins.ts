// The builtins of bash that change what later words mean, or run text: cd, eval, set, read, trap and the like. Answers
// false for every command that is not one; a builtin that only prints is a command like any other.
import { runCommand } from './command.ts';
import { field } from './expand.ts';
import type { Field } from './facts.ts';
import { lowerArithmetic } from './lower-arithmetic.ts';
import { parseOptions, plainOperands } from './options.ts';
import { parseText } from './parse.ts';
import { pathForms } from './paths.ts';
import { folders, foldersOf, forgetPlace, fork, getVar, type Scope, setVar } from './scope.ts';
import { ANY, ANYWHERE, DIGITS, HOME, isNumeric, SOME } from './unknowns.ts';
import { type Call, note, type Walk, walkScript } from './walk.ts';

const MAX_DEPTH = 8;
const NAME = /^[A-Za-z_]\w*$/;

type Builtin = (walk: Walk, scope: Scope, call: Call, args: readonly Field[]) => void;

/** Runs the builtin of that name, if it is one that matters here. */
export function runBuiltin(walk: Walk, scope: Scope, call: Call): boolean {
  const [name, ...args] = call.fields;
  if (name === undefined || !name.exact || !Object.hasOwn(BUILTINS, name.value)) return false;
  if (walk.functions.has(name.value)) return false;
  BUILTINS[name.value]?.(walk, scope, call, args);
  return true;
}

/** Walks text that will be run as shell code in the given scope; its commands have the wrappers of `call`. */
export function runText(walk: Walk, scope: Scope, text: string, call: Call): void {
  if (walk.depth >= MAX_DEPTH) {
    note(walk, 'shells inside shells, too deep', text);
    return;
  }
  if (text.trim() === '') return;
  try {
    const parsed = parseText(text);
    walk.opaque.push(...parsed.opaque);
    const inner: Walk = { ...walk, depth: walk.depth + 1, wrappers: call.wrappers };
    walkScript(inner, scope, parsed.script, call.stdin);
  } catch {
    // Whatever the parser does not take here, a shell may.
    note(walk, 'inner shell code that cannot be parsed', text);
  }
}

// It stands in the list as a command as well, so that rules can name it.
function emit(walk: Walk, scope: Scope, call: Call): void {
  runCommand(walk, scope, call);
}

// Where it may have failed, the folder is still the one before.
function changeFolder(_: Walk, scope: Scope, __: Call, args: readonly Field[]): void {
  const [to] = plainOperands(args.filter((arg) => !/^-[LPe@]+$/.test(arg.value)));
  const target = to?.value ?? getVar(scope, 'HOME')[0] ?? HOME;
  const before = foldersOf(scope.place);
  // `-` is the folder before, and CDPATH may lead elsewhere.
  if (target === '-' || scope.vars.has('CDPATH')) {
    forgetPlace(scope);
    return;
  }
  const after = before.map((cwd) => pathForms(target, { ...scope.place, cwd })[0] ?? ANYWHERE);
  scope.place = { ...scope.place, ...folders([...after, ...before]) };
}

function assignNames(walk: Walk, scope: Scope, args: readonly Field[], value: string, what: string): void {
  for (const arg of args) {
    if (NAME.test(arg.value)) setVar(scope, arg.value, [value]);
    else note(walk, `${what} of a name that bash would evaluate`, arg.value);
  }
}

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
    // The walk has set the plain forms already; a quoted `'a=b'` comes here as well.
    if (value !== undefined) setVar(scope, left, [value]);
    if (name === 'export') scope.exported.set(left, value ?? getVar(scope, left)[0] ?? ANY);
  }
  if (name === 'readonly' || args.some(({ value }) => /^-[a-zA-Z]*r/.test(value))) {
    for (const { value } of args) scope.fixed.add(value.replace(/\+?=.*$/s, ''));
  }
  emit(walk, scope, call);
}

function read(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const { options, operands } = parseOptions(args, { short: 'adinNptu', posix: true });
  const names = operands.length === 0 ? [field('REPLY')] : operands;
  for (const option of options) {
    if (option.name === '-a' && option.value !== undefined) assignNames(walk, scope, [option.value], ANY, 'reading');
  }
  const value =
    call.stdin.kind === 'text'
      ? call.stdin.text
      : call.stdin.kind === 'pipe' && call.stdin.listing === true
        ? SOME
        : ANY;
  if (call.stdin.kind !== 'text' || names.length !== 1) {
    assignNames(
      walk,
      scope,
      names,
      call.stdin.kind === 'file' ? SOME : call.stdin.kind === 'text' ? ANY : value,
      'reading',
    );
  } else {
    const [only] = names;
    if (only !== undefined && NAME.test(only.value))
      setVar(
        scope,
        only.value,
        value.split('\n').map((line) => line.trim()),
      );
    else assignNames(walk, scope, names, ANY, 'reading');
  }
  emit(walk, scope, call);
}

function readArray(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const { options, operands } = parseOptions(args, { short: 'dnOsucC', posix: true });
  if (options.some((option) => option.name === '-C')) note(walk, 'code run for every line', call.text);
  assignNames(walk, scope, operands, call.stdin.kind === 'pipe' && call.stdin.listing !== true ? ANY : SOME, 'reading');
  emit(walk, scope, call);
}

function evaluate(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  if (!args.every((arg) => arg.exact)) note(walk, 'eval of text that only the run will know', call.text);
  else runText(walk, scope, args.map((arg) => arg.value).join(' '), call);
  emit(walk, scope, call);
}

function source(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const [file] = args;
  if (file === undefined || !file.exact || /^\/(dev|proc)\//.test(file.value) || file.value === '-') {
    note(walk, 'a file of shell code that only the run will know', call.text);
  }
  emit(walk, scope, call);
}

function trap(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const [action, ...signals] = args.filter((arg) => arg.value !== '--');
  if (action !== undefined && signals.length > 0 && !/^-[lp]?$/.test(action.value)) {
    if (!action.exact) note(walk, 'a trap that only the run will know', call.text);
    else runText(walk, laterScope(scope), action.value, call);
  }
  emit(walk, scope, call);
}

// When a trap runs, every variable may have changed.
function laterScope(scope: Scope): Scope {
  const later = fork(scope);
  for (const [name, values] of scope.vars) setVar(later, name, [...values, ANY]);
  later.positional = undefined;
  later.place = { ...later.place, ...folders([...foldersOf(scope.place), ANYWHERE]) };
  return later;
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
  emit(walk, scope, call);
}

function shift(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const count = Number(args[0]?.value ?? '1');
  if (scope.positional !== undefined)
    scope.positional = Number.isInteger(count) ? scope.positional.slice(count) : undefined;
  emit(walk, scope, call);
}

function unset(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  for (const arg of args) {
    if (arg.value === '-f') note(walk, 'a function that is taken away', call.text);
    if (/^-[fnv]$/.test(arg.value)) continue;
    if (!NAME.test(arg.value)) note(walk, 'unset of a name that bash would evaluate', arg.value);
    else if (arg.value === 'IFS') scope.splitting = false;
    else setVar(scope, arg.value, ['']);
  }
  emit(walk, scope, call);
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
  emit(walk, scope, call);
}

function printfBuiltin(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  const [first, name] = args;
  if (first?.value.startsWith('-v') === true) {
    const target = first.value === '-v' ? name : field(first.value.slice(2));
    assignNames(walk, scope, target === undefined ? [] : [target], ANY, 'printf -v');
  } else if (first !== undefined && !first.exact && first.many) {
    // `printf $x` could hold `-v`; as data it is common, and its only harm needs a chosen name.
    note(walk, 'a printf format that only the run will know', call.text);
  }
  emit(walk, scope, call);
}

function test(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  args.forEach((arg, index) => {
    if ((arg.value === '-v' || arg.value === '-R') && !NAME.test(args[index + 1]?.value ?? 'x')) {
      note(walk, 'a test of a name that bash would evaluate', call.text);
    }
  });
  emit(walk, scope, call);
}

function alias(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  if (args.some((arg) => !arg.exact || arg.value.includes('=')))
    note(walk, 'an alias changes what later words mean', call.text);
  emit(walk, scope, call);
}

// Options that change how later text is read or run.
const SHOPTS =
  /^(expand_aliases|extglob|sourcepath|cdable_vars|lastpipe|globstar|dotglob|nocasematch|nocaseglob|compat\d+|assoc_expand_once|execfail|gnu_errfmt)$/;

function shopt(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  if (args.some((arg) => !arg.exact || SHOPTS.test(arg.value)) && args.some((arg) => /^-[a-z]*s/.test(arg.value))) {
    note(walk, 'an option that changes how bash reads text', call.text);
  }
  emit(walk, scope, call);
}

function opaqueOption(pattern: RegExp, reason: string): Builtin {
  return (walk, scope, call, args) => {
    if (args.some((arg) => !arg.exact || pattern.test(arg.value))) note(walk, reason, call.text);
    emit(walk, scope, call);
  };
}

function getopts(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  assignNames(walk, scope, args.slice(1, 2), SOME, 'getopts');
  setVar(scope, 'OPTARG', [ANY]);
  emit(walk, scope, call);
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  cd: (walk, scope, call, args) => {
    emit(walk, scope, call);
    changeFolder(walk, scope, call, args);
  },
  pushd: (walk, scope, call, args) => {
    emit(walk, scope, call);
    changeFolder(walk, scope, call, args);
  },
  popd: (walk, scope, call) => {
    emit(walk, scope, call);
    forgetPlace(scope);
  },
  eval: evaluate,
  source,
  '.': source,
  trap,
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
  test,
  '[': test,
  alias,
  shopt,
  enable: opaqueOption(/^-[a-z]*[fdn]/, 'a builtin that is replaced'),
  hash: opaqueOption(/^-[a-z]*p/, 'a command name given another program'),
  bind: opaqueOption(/^/, 'a key that runs code'),
  compgen: opaqueOption(/^-[CFW]/, 'code run for completion'),
  complete: opaqueOption(/^-[CFW]/, 'code run for completion'),
  fc: opaqueOption(/^/, 'commands of the history'),
  jobs: opaqueOption(/^-[a-z]*x/, 'a command run by jobs'),
  wait: opaqueOption(/^-p/, 'a variable that wait sets'),
};
