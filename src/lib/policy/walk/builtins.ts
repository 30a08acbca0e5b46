// The builtins of bash that change what later words mean, or run text: cd, eval, set, read, trap and the like. Answers
// false for every command that is not one; a builtin that only prints is a command like any other.

import type { Field } from '../facts/facts.ts';
import { plainOperands } from '../facts/options.ts';
import { pathForms } from '../facts/paths.ts';
import { ANYWHERE, HOME } from '../facts/unknowns.ts';
import { parseText } from '../language/parse.ts';
import { VARIABLE_BUILTINS } from './builtins-variables.ts';
import { runCommand } from './command.ts';
import { foldersOf, forgetPlace, fork, getVar, moveTo, type Scope } from './scope.ts';
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
  walk.budget.inner -= text.length;
  if (walk.budget.inner < 0) {
    note(walk, 'more text of inner shells than is looked at', text);
    return;
  }
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
  moveTo(scope, [...after, ...before]);
}

const GENERATOR =
  /^eval "\$\( (ssh-agent|direnv|brew|pyenv|rbenv|nodenv|fnm|dircolors|mise|asdf|conda|opam|starship|zoxide|minikube)( [\w.-]+)* \)"$/;

function evaluate(walk: Walk, scope: Scope, call: Call, args: readonly Field[]): void {
  // What these print is meant to be evaluated, as a script of theirs would be run: a fact, and a question.
  if (GENERATOR.test(call.text)) {
    emit(walk, scope, call);
    return;
  }
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
    else if (!walk.traps.some((other) => other.text === action.value && isAround(other.walk, walk)))
      walk.traps.push({ text: action.value, call, scope: fork(scope), walk });
  }
  emit(walk, scope, call);
}

// A loop's rounds set the same trap.
function isAround(left: Walk, right: Walk): boolean {
  return left.depth === right.depth && left.wrappers.join('\0') === right.wrappers.join('\0');
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
  // Our bash expands none; another shell inside may.
  if (walk.depth > 0 && args.some((arg) => !arg.exact || arg.value.includes('=')))
    note(walk, 'an alias changes what later words mean', call.text);
  // What it stands for is judged all the same: whoever reads it means it.
  for (const { value, exact } of args)
    if (exact && value.includes('=')) runText(walk, fork(scope), value.slice(value.indexOf('=') + 1), call);
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

const BUILTINS: Readonly<Record<string, Builtin>> = {
  ...VARIABLE_BUILTINS,
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
  // `wait $!` is a number; only a `-p` that is written names a variable.
  wait: (walk, scope, call, args) => {
    if (args.some((arg) => arg.value.startsWith('-p'))) note(walk, 'a variable that wait sets', call.text);
    emit(walk, scope, call);
  },
};
