// Takes wrappers off: `sudo -u deploy nice rm x` is `rm x`, run through sudo and nice. What the inner command is must
// be certain: an option that the table does not know makes it opaque.

import type { EnvFact, Field, StdinFact } from '../facts/facts.ts';
import { isLongOption, mayBeOption, type Option, type ParsedOptions, parseOptions } from '../facts/options.ts';
import { pathForms } from '../facts/paths.ts';
import { ANY, ANYWHERE, SOME } from '../facts/unknowns.ts';
import { runBuiltin, runText } from './builtins.ts';
import { innerScope, runCommand } from './command.ts';
import { fork, type Scope } from './scope.ts';
import { field } from './split-runs.ts';
import { type Call, note, type Walk } from './walk.ts';
import type { Wrapper } from './wrappers.ts';

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** Walks what the wrapper runs; answers false where it runs nothing, so that it stands for itself. */
export function unwrap(walk: Walk, scope: Scope, call: Call, name: string, wrapper: Wrapper): boolean {
  const args = call.fields.slice(1);
  const first = args[0];
  if (name === 'nice' && first !== undefined && /^-\d+$/.test(first.value)) {
    return runInner(walk, scope, call, name, args.slice(1), []);
  }
  const { options, operands } =
    wrapper.arity === undefined ? parseOptions(args, wrapper.spec) : byArity(args, wrapper.arity);
  checkOptions(walk, call, name, wrapper, options);
  if (wrapper.looksOnly?.some((option) => options.some((each) => each.name === option)) === true) return false;
  const text = shellText(wrapper, options, name);
  if (text !== undefined) {
    runShellText(walk, scope, call, name, text);
    return true;
  }
  // A lone dash is `-i` to env.
  const isDash = name === 'env' && operands[0]?.value === '-';
  const left = operands.slice((wrapper.before ?? 0) + (isDash ? 1 : 0));
  // Some read options behind those words as well: `setarch x86_64 -R CMD`.
  const rest =
    wrapper.shellOption === undefined && wrapper.before !== undefined
      ? parseOptions(left, wrapper.spec).operands
      : left;
  const behind = rest[0] !== undefined && isShellOption(wrapper, rest[0].value) ? rest[1] : undefined;
  if (behind !== undefined || (name === 'sg' && rest.length === 1)) {
    runShellText(walk, scope, call, name, behind ?? rest[0] ?? field(''));
    return true;
  }
  checkTaken(walk, call, name, args, wrapper, operands, rest);
  const assigned = wrapper.assigns === true ? leadingAssignments(rest) : [];
  const plain = rest.slice(assigned.length);
  const inner = wrapper.shellArguments === true ? [field('bash'), ...plain] : plain;
  if (inner.length === 0) {
    if (wrapper.elseShell === true || options.some((option) => isShellFlag(name, option))) {
      emitShell(walk, scope, call, name);
      return true;
    }
    return false;
  }
  if (options.some((option) => option.name === '-e' || option.name === '--edit') && name === 'sudo') {
    return runInner(walk, scope, call, name, [field('sudoedit'), ...inner], assigned);
  }
  if (wrapper.joined === true) {
    const joined = inner.map((each) => each.value).join(' ');
    if (inner.every((each) => each.exact) && wrapper.more !== true)
      runShellText(walk, scope, call, name, field(joined));
    else note(walk, `${name} gives its words to a shell, and not all are known`, call.text);
    return true;
  }
  const more = wrapper.more === true ? inputArguments(call.stdin, options, inner) : inner;
  return runInner(walk, scope, call, name, more, assigned);
}

// `xargs rm`: more arguments come from its input; with -I they replace a word.
function inputArguments(stdin: StdinFact, options: readonly Option[], inner: readonly Field[]): readonly Field[] {
  const mark = options.find(
    (option) => option.name === '-I' || option.name === '-i' || option.name.startsWith('--repl'),
  );
  const line = stdin.kind === 'pipe' ? (stdin.line ?? ANY) : ANY;
  const words = stdin.kind === 'text' ? stdin.text.trim() : '';
  // Quotes and backslashes have a meaning of their own to xargs.
  const isPlainText = words !== '' && !/["'\\]/.test(words) && options.every(({ name }) => /^-[nPprtx]$/.test(name));
  if (mark === undefined && isPlainText) return [...inner, ...words.split(/\s+/).map((word) => field(word, true))];
  // A listing that began in a known folder: what is unknown lies below it.
  const isFound = stdin.kind === 'pipe' && stdin.listing === true && line.includes(`/${SOME}`);
  const found = isFound ? { found: true } : {};
  if (mark === undefined) return [...inner, { ...field(line, true), ...found }];
  const word = mark.value?.value ?? '{}';
  return inner.map((each) =>
    each.value.includes(word) ? { ...field(each.value.replaceAll(word, line), each.many), ...found } : each,
  );
}

function runInner(
  walk: Walk,
  scope: Scope,
  call: Call,
  name: string,
  fields: readonly Field[],
  assigned: readonly EnvFact[],
): boolean {
  const inner: Call = { ...call, fields, wrappers: [...call.wrappers, name], env: [...call.env, ...assigned] };
  // `command`, `builtin` and `exec` stay in this shell, so `command cd /` changes its folder.
  const stays = name === 'command' || name === 'builtin';
  const place = stays ? scope : moved(name, fork(scope), call);
  if (!(stays && runBuiltin(walk, place, inner))) runCommand(walk, place, inner);
  return true;
}

// `env -C /etc rm x`, `sudo -D /etc rm x`, `chroot /mnt rm /x`: the folder that relative paths mean.
function moved(name: string, scope: Scope, call: Call): Scope {
  const args = call.fields.slice(1);
  const at = args.findIndex(
    (arg) =>
      (name === 'env' && /^(-C|--chdir)$/.test(arg.value)) || (name === 'sudo' && /^(-D|--chdir)$/.test(arg.value)),
  );
  const folder = at === -1 ? undefined : args[at + 1]?.value;
  const glued = args.find((arg) => /^--chdir=/.test(arg.value))?.value.slice('--chdir='.length);
  const to = folder ?? glued;
  if (to !== undefined) scope.place = { ...scope.place, cwd: pathForms(to, scope.place)[0] ?? ANYWHERE, orElse: [] };
  return scope;
}

function runShellText(walk: Walk, scope: Scope, call: Call, name: string, text: Field): void {
  if (!text.exact) {
    note(walk, `${name} runs text that only the run will know`, call.text);
    return;
  }
  runText(walk, innerScope(scope, call, []), text.value, { ...call, wrappers: [...call.wrappers, name] });
}

function emitShell(walk: Walk, scope: Scope, call: Call, name: string): void {
  runCommand(walk, fork(scope), { ...call, fields: [field('sh'), field('-i')], wrappers: [...call.wrappers, name] });
}

function isShellFlag(name: string, option: Option): boolean {
  return name === 'sudo' && ['-s', '-i', '--shell', '--login'].includes(option.name);
}

function shellText(wrapper: Wrapper, options: readonly Option[], name: string): Field | undefined {
  const given = options.find((option) => isShellOption(wrapper, option.name));
  if (given !== undefined) return given.value ?? field('');
  // `env -S 'rm -rf x'` splits its text into words.
  const split =
    name === 'env'
      ? options.find((option) => option.name === '-S' || isLongOption(option.name, '--split-string'))
      : undefined;
  return split?.value;
}

function isShellOption({ shellOption }: Wrapper, written: string): boolean {
  return shellOption?.some((name) => name === written || isLongOption(written, name)) === true;
}

// `bwrap --ro-bind / / --unshare-net CMD`.
function byArity(args: readonly Field[], arity: Readonly<Record<string, number>>): ParsedOptions {
  const options: Option[] = [];
  let at = 0;
  while (at < args.length && args[at]?.value.startsWith('-') === true) {
    const name = args[at]?.value ?? '';
    at++;
    if (name === '--') break;
    options.push({ name, value: args[at] });
    at += name.includes('=') ? 0 : (arity[name] ?? 0);
  }
  return { options, operands: args.slice(at) };
}

function leadingAssignments(fields: readonly Field[]): EnvFact[] {
  const found: EnvFact[] = [];
  for (const { value } of fields) {
    const match = ASSIGNMENT.exec(value);
    if (match === null) break;
    found.push({ name: match[1] ?? '', value: match[2] ?? '' });
  }
  return found;
}

// `timeout * ls` runs a file's name where the glob finds two: every word before the inner command is one word, and the
// operands among them are no options.
function checkTaken(
  walk: Walk,
  call: Call,
  name: string,
  args: readonly Field[],
  wrapper: Wrapper,
  operands: readonly Field[],
  rest: readonly Field[],
): void {
  const taken = wrapper.spec.posix === true ? args.slice(0, args.length - rest.length) : args;
  if (taken.some(({ many }) => many) || operands.slice(0, wrapper.before ?? 0).some(mayBeOption)) {
    note(walk, `words of ${name} that may be more than they seem, before what it runs`, call.text);
  }
}

function checkOptions(walk: Walk, call: Call, name: string, wrapper: Wrapper, options: readonly Option[]): void {
  for (const { name: option } of options) {
    if (wrapper.arity !== undefined && Object.hasOwn(wrapper.arity, option.split('=', 1)[0] ?? '')) continue;
    if (option.startsWith('--') && wrapper.gluedLong === true) continue;
    const known = option.startsWith('--')
      ? [...(wrapper.spec.long ?? []), ...(wrapper.flags?.long ?? [])].some((each) => each.startsWith(option.slice(2)))
      : (wrapper.spec.short ?? '').includes(option.slice(1)) || (wrapper.flags?.short ?? '').includes(option.slice(1));
    if (!known) note(walk, `an option of ${name} whose meaning is not known`, `${option} in ${call.text}`);
  }
}
