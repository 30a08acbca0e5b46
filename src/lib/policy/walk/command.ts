// One command about to run → its facts, and those of every command it runs in turn. The table of runners says which
// commands take code or other commands; everything else is what it is. Runs nothing.
import { actionsOf } from '../actions/index.ts';
import { effectsOf } from '../effects/index.ts';
import type { CodeFact, EnvFact, Field } from '../facts/facts.ts';
import { ANY, SOME, showValue } from '../facts/unknowns.ts';
import { quote } from '../language/print.ts';
import { fileFacts } from './file-facts.ts';
import { runnerOf } from './runners.ts';
import { fork, type Scope } from './scope.ts';
import { unwrap } from './unwrap.ts';
import { type Call, note, spend, spendWords, type Walk, walkNode } from './walk.ts';
import { wrapperOf } from './wrappers.ts';

/** Wrappers around one command. Typical: none to 3. */
const MAX_WRAPPERS = 16;

/** Collects what the command does; a function's body and every wrapped command are walked as well. */
export function runCommand(walk: Walk, scope: Scope, call: Call): void {
  const [head, ...args] = call.fields;
  if (head === undefined || !spend(walk)) return;
  if (call.wrappers.length > MAX_WRAPPERS) {
    note(walk, 'wrappers around wrappers, too deep', call.text);
    return;
  }
  if (!head.exact) {
    note(walk, 'a command name that only the run will know', call.text);
    emit(walk, scope, call, { name: '', args });
    return;
  }
  const name = baseName(head.value);
  if (isOddName(head.value)) note(walk, 'a command name that may not be one', head.value);
  if (call.wrappers.length === walk.wrappers.length && walk.functions.has(head.value)) {
    callFunction(walk, scope, call, head.value, args);
    // Where the function may not be there, the name is a program's.
    if (isCertain(walk, head.value)) return;
  }
  const wrapper = wrapperOf(name);
  if (wrapper !== undefined) {
    const inner = unwrap(walk, scope, call, name, wrapper);
    emit(walk, scope, call, { name, args, wraps: inner });
    return;
  }
  const ran = runnerOf(name)?.(walk, scope, call, args);
  emit(walk, scope, call, { name, args, ...ran });
}

/** Name without its folder: a deny for `rm` is one for `/bin/rm`. */
export function baseName(path: string): string {
  if (!path.includes('/')) return path;
  return (
    path
      .split('/')
      .filter((part) => part !== '')
      .at(-1) ?? ''
  );
}

// All digits: `2\<newline>>x rm` made one. `[` and `[[` alone are commands.
function isOddName(name: string): boolean {
  if (/^[\w./+-]*[a-z][\w./+-]*$/i.test(name)) return false;
  // `ｒｍ` looks like another name, and no program is called so.
  if (/[^\x20-\x7e]/.test(name) && /^[\x20-\x7e]*$/.test(name.normalize('NFKC'))) return true;
  if (/[\p{Cf}\p{Z}\p{Cc}]/u.test(name)) return true;
  // A line that somebody wrote for the history expansion of a prompt, which nothing here has.
  if (/^(!|\^)./.test(name)) return true;
  if (name === '[' || name === '[[') return false;
  return name === '' || /^\d+$/.test(name) || /[{[\]}\s<>|&;()$`"'\\]/.test(name);
}

function isCertain(walk: Walk, name: string): boolean {
  return walk.certain.has(name) && walk.depth === 0;
}

function callFunction(walk: Walk, scope: Scope, call: Call, name: string, args: readonly Field[]): void {
  walk.called.add(name);
  if (isCertain(walk, name)) emit(walk, scope, call, { name, args, call: true });
  if (walk.stack.includes(name)) {
    note(walk, 'a function that calls itself', call.text);
    return;
  }
  const outer = scope.positional;
  for (const body of walk.functions.get(name) ?? []) {
    scope.positional = args.some((arg) => arg.many) ? undefined : args.map((arg) => arg.value);
    walkNode({ ...walk, stack: [...walk.stack, name] }, scope, body, call.stdin);
  }
  scope.positional = outer;
}

/** What a runner or wrapper found out about its own command. */
export interface Own {
  readonly name: string;
  readonly args: readonly Field[];
  readonly wraps?: boolean;
  readonly call?: boolean;
  readonly code?: readonly CodeFact[];
  readonly reads?: readonly Field[];
  readonly writes?: readonly Field[];
}

function emit(walk: Walk, scope: Scope, call: Call, own: Own): void {
  const { name, args } = own;
  if (!spendWords(walk, call)) return;
  const files = fileFacts(walk, scope, call, effectsOf(name, args), own);
  const bare = {
    name,
    path: call.fields[0]?.value ?? '',
    args,
    wrappers: call.wrappers,
    env: environment(scope, call.env),
    shows: call.shows,
    ...files,
    code: own.code ?? [],
    stdin: call.stdin,
    wraps: own.wraps ?? false,
    call: own.call ?? false,
    text: textOf(call),
  };
  walk.commands.push({ ...bare, does: actionsOf(bare) });
}

// The command alone, without assignments and redirections; as it was written where it is not known exactly.
function textOf(call: Call): string {
  if (call.fields.every((field) => field.exact)) return call.fields.map((field) => quote(field.value)).join(' ');
  return call.fields.map((field) => showValue(field.value)).join(' ');
}

// Bash passes on what the text exported, and what it assigned to names that the environment had before.
function environment(scope: Scope, own: readonly EnvFact[]): readonly EnvFact[] {
  if (scope.exported.size + scope.vars.size === 0) return own;
  const before = [...scope.exported].map(([name, value]) => ({ name, value }));
  const assigned = [...scope.vars].filter(([name]) => /^[A-Z_][A-Z0-9_]*$/.test(name) && !scope.exported.has(name));
  return [...before, ...assigned.flatMap(([name, values]) => values.map((value) => ({ name, value }))), ...own];
}

/** The scope of a program that is another shell: exported variables, those given to it, and perhaps what was set. */
export function innerScope(scope: Scope, call: Call, positional: readonly string[] | undefined): Scope {
  const inner = fork(scope);
  inner.vars.clear();
  inner.arrays.clear();
  // The environment may have had the name before, and then it is exported.
  for (const [name, values] of scope.vars) inner.vars.set(name, [...values, SOME]);
  for (const [name, value] of scope.exported) inner.vars.set(name, [value]);
  for (const { name } of call.env) {
    const values = call.env.flatMap((each) => (each.name === name ? [each.value] : []));
    inner.vars.set(name, values);
    inner.exported.set(name, values.length === 1 ? (values[0] ?? ANY) : ANY);
  }
  inner.positional = positional;
  inner.zero = 'bash';
  inner.splitting = false;
  return inner;
}
