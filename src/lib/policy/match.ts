// Whether a rule matches a command: yes, no, or maybe where the command is not known well enough. Allow needs a yes; for
// deny and ask a maybe counts, as a question.

import { isHarmlessVariable } from './actions/environment.ts';
import type { Field, PathFact, SimpleCommand } from './facts.ts';
import { type Glob, globMatches, overlaps } from './glob.ts';
import { hasOnly } from './known-options.ts';
import { isNoFile } from './no-file.ts';
import { beforeEndMark, hasOption, mayBeOption } from './options.ts';
import type { CompiledMatch, CompiledRule } from './rules.ts';
import { ANY, ANYWHERE, DIGITS, isExact, SOME, STAR } from './unknowns.ts';

export type Match = 'yes' | 'maybe' | 'no';

/** Where a command would run, as far as rules ask. */
export interface RuleContext {
  readonly target: string;
  readonly kind: string;
  readonly principal: string;
}

/** True where the rule applies there at all. */
export function isInScope(rule: CompiledRule, context: RuleContext): boolean {
  return SCOPE.every(([, holds]) => holds(rule, context));
}

/** The fields of `on` that keep the rule away from there. */
export function scopeMisses(rule: CompiledRule, context: RuleContext): readonly string[] {
  return SCOPE.filter(([, holds]) => !holds(rule, context)).map(([field]) => field);
}

const SCOPE: readonly (readonly [string, (rule: CompiledRule, context: RuleContext) => boolean])[] = [
  ['target', ({ scope }, { target }) => scope.target?.some((glob) => globMatches(glob, target)) ?? true],
  ['kind', ({ scope }, { kind }) => scope.kind?.includes(kind) ?? true],
  ['principal', ({ scope }, { principal }) => scope.principal?.some((glob) => globMatches(glob, principal)) ?? true],
];

/** One field of a rule, as it was compared with a command. */
export interface Compared {
  readonly field: string;
  readonly result: Match;
}

/** Whether a deny or ask rule concerns the command: one file, one wrapper is enough. */
export function concerns(match: CompiledMatch, command: SimpleCommand): Match {
  if (match.terminal) return 'no';
  let result: Match = 'yes';
  for (const [, compare] of PARTS) {
    const found = compare(match, command);
    if (found === 'no') return 'no';
    if (found === 'maybe') result = 'maybe';
  }
  return result;
}

/** What `concerns` compares, field by field, of the fields that the rule has. */
export function compareParts(match: CompiledMatch, command: SimpleCommand): readonly Compared[] {
  if (match.terminal) return [{ field: 'terminal', result: 'no' }];
  return PARTS.filter(([field]) => match[field] !== undefined).map(([field, compare]) => ({
    field,
    result: compare(match, command),
  }));
}

type Part = readonly [keyof CompiledMatch, (match: CompiledMatch, command: SimpleCommand) => Match];

// Cheap and decisive first: most rules are about another command.
const PARTS: readonly Part[] = [
  ['command', (match, command) => sure(match.command?.some((glob) => isNamed(glob, command)))],
  ['does', (match, command) => sure(match.does?.some((action) => command.does.includes(action)))],
  [
    'wrapper',
    (match, command) =>
      sure(match.wrapper?.some((glob) => command.wrappers.some((wrapper) => globMatches(glob, wrapper)))),
  ],
  ['reads', (match, command) => anyFile(match.reads, command.reads, 'maybe')],
  ['writes', (match, command) => anyFile(match.writes, command.writes, 'yes')],
  ['removes', (match, command) => anyFile(match.removes, command.removes, 'yes')],
  ['args', (match, command) => argsMatch(match, command.args)],
  [
    'flags',
    (match, command) =>
      match.flags === undefined ? 'yes' : all(match.flags.map((flag) => hasFlag(command.args, flag))),
  ],
  [
    'without',
    (match, command) =>
      match.without === undefined ? 'yes' : not(any(match.without.map((flag) => hasFlag(command.args, flag)))),
  ],
  ['only', (match, command) => (match.only === undefined ? 'yes' : hasOnly(command.args, match.only))],
  ['text', textMatches],
];

function sure(holds: boolean | undefined): Match {
  return holds === false ? 'no' : 'yes';
}

// `make` is the program of that name; `./deploy` and `/opt/app/bin/*` are the path, as it is written.
function isNamed(glob: Glob, { name, path }: SimpleCommand): boolean {
  return globMatches(glob, namesPath(glob) ? path : name);
}

function namesPath(glob: Glob): boolean {
  return glob.source.includes('/');
}

/** Programs found there are what their name says. */
const SYSTEM_FOLDERS = /^(\/usr(\/local)?)?\/s?bin\/[^/]+$|^\/opt\/homebrew\/bin\/[^/]+$/;

/** Actions that naming the command alone does not cover: the code comes from elsewhere. */
const NEEDS_NAMING = new Set([
  'code.from-input',
  'filter.runs',
  'environment.reveal',
  'system.clock',
  'accounts.hashes',
]);

/**
 * Whether an allow rule covers the whole of what the command does: the very program, every file that a redirection
 * writes, every variable it sets, every boundary it crosses.
 */
export function covers(match: CompiledMatch, command: SimpleCommand, boundaries: readonly string[]): boolean {
  if (match.terminal || concerns(match, command) !== 'yes') return false;
  return DEMANDS.every(([, holds]) => holds(match, command, boundaries));
}

/** What `covers` demands beyond the rule's own fields and does not find. */
export function unmetDemands(match: CompiledMatch, command: SimpleCommand, boundaries: readonly string[]) {
  return DEMANDS.filter(([, holds]) => !holds(match, command, boundaries)).map(([demand]) => demand);
}

type Demand = readonly [
  string,
  (match: CompiledMatch, command: SimpleCommand, boundaries: readonly string[]) => boolean,
];

const DEMANDS: readonly Demand[] = [
  ['the program of that name itself', ({ command: names }, it) => names === undefined || isTheProgram(names, it)],
  [
    'arguments that are known',
    ({ args, moreArgs, text }, it) =>
      (args === undefined || it.args.every((arg) => arg.exact || moreArgs)) &&
      (text === undefined || it.args.every((arg) => arg.exact)),
  ],
  [
    'no argument that may be an option',
    ({ without }, it) => without === undefined || !beforeEndMark(it.args).some(mayBeOption),
  ],
  [
    'every wrapper that crosses a boundary',
    ({ wrapper }, _, boundaries) =>
      boundaries.every((name) => wrapper?.some((glob) => globMatches(glob, name)) ?? false),
  ],
  ['harmless variables only', (_, it) => it.env.every(isHarmlessVariable)],
  [
    'actions that have to be named',
    ({ does }, it) => it.does.every((action) => !NEEDS_NAMING.has(action) || (does?.includes(action) ?? false)),
  ],
  ['every file that it reads', ({ reads }, it) => allFiles(reads, it.reads)],
  [
    'every file that it writes',
    ({ writes }, it) =>
      allFiles(writes ?? [], writes === undefined ? it.writes.filter((file) => file.by === 'redirection') : it.writes),
  ],
  ['every file that it removes', ({ removes }, it) => allFiles(removes, it.removes)],
];

function isTheProgram(patterns: readonly Glob[], command: SimpleCommand): boolean {
  if (command.path === command.name || SYSTEM_FOLDERS.test(command.path)) return true;
  return patterns.some((glob) => namesPath(glob) && isNamed(glob, command));
}

function all(parts: readonly Match[]): Match {
  if (parts.includes('no')) return 'no';
  return parts.includes('maybe') ? 'maybe' : 'yes';
}

function any(parts: readonly Match[]): Match {
  if (parts.includes('yes')) return 'yes';
  return parts.includes('maybe') ? 'maybe' : 'no';
}

function not(match: Match): Match {
  return match === 'yes' ? 'no' : match === 'no' ? 'yes' : 'maybe';
}

function argsMatch({ args: patterns, moreArgs }: CompiledMatch, args: readonly Field[]): Match {
  if (patterns === undefined) return 'yes';
  const variable = args.some((arg) => arg.many);
  if (!variable && (args.length < patterns.length || (args.length > patterns.length && !moreArgs))) return 'no';
  const certain = args.findIndex((arg) => arg.many);
  const fixed = certain === -1 ? patterns : patterns.slice(0, certain);
  for (const [index, pattern] of fixed.entries()) {
    const arg = args[index];
    if (arg === undefined) return variable ? 'maybe' : 'no';
    if (!globMatches(pattern, arg.value)) return 'no';
  }
  const exact = args.slice(0, patterns.length).every((arg) => arg.exact);
  return variable || !exact ? 'maybe' : 'yes';
}

// The forms of options that mean the same to every command of coreutils and its like.
const SAME: Readonly<Record<string, readonly string[]>> = {
  '-r': ['-R', '--recursive'],
  '-R': ['-r', '--recursive'],
  '--recursive': ['-r', '-R'],
  '-f': ['--force'],
  '--force': ['-f'],
};

function hasFlag(args: readonly Field[], flag: string): Match {
  const names = [flag, ...(Object.hasOwn(SAME, flag) ? (SAME[flag] ?? []) : [])];
  const singleDashWord = /^-[^-]./.test(flag);
  if (singleDashWord ? args.some((arg) => arg.value === flag) : hasOption(args, ...names)) return 'yes';
  return beforeEndMark(args).some(mayBeOption) ? 'maybe' : 'no';
}

function textMatches({ text }: CompiledMatch, command: SimpleCommand): Match {
  if (text === undefined) return 'yes';
  if (text.matches(command.text)) return 'yes';
  return command.args.every((arg) => arg.exact) ? 'no' : 'maybe';
}

// `[]` is "no file of that kind"; a recursive command concerns everything below what it names.
function anyFile(patterns: readonly Glob[] | undefined, files: readonly PathFact[], below: Match): Match {
  if (patterns === undefined) return 'yes';
  if (patterns.length === 0) return files.every(isNoFile) ? 'yes' : 'no';
  return any(files.flatMap((file) => patterns.map((glob) => fileMatches(glob, file, below))));
}

const UNKNOWN = new RegExp(`[${ANY}${SOME}${DIGITS}]`);
const COMPUTED = new RegExp(`[${ANY}${SOME}]`);
// Ends in a whole `*`, not in a name with a part unknown.
const NAMELESS = new RegExp(`/${STAR}$`);

function fileMatches(glob: Glob, { forms, recursive, unlikely }: PathFact, below: Match): Match {
  let best: Match = 'no';
  for (const form of forms) {
    const value = form.startsWith(ANYWHERE) ? ANY + form.slice(ANYWHERE.length) : form;
    const isKnown = !UNKNOWN.test(value);
    // Any folder may hold an `id_rsa`: `cat *` and what walks folders are judged by the places that have a name.
    const isAnywhere = glob.pattern.startsWith(`${ANY}/`);
    if (isAnywhere && NAMELESS.test(value)) continue;
    if (globMatches(glob, value)) best = any([best, isKnown ? 'yes' : 'maybe']);
    if (isAnywhere) continue;
    if (recursive && overlaps(glob.pattern, `${value === '/' ? '' : value}/${ANY}`))
      best = any([best, isKnown ? below : 'maybe']);
  }
  return unlikely === true && best === 'yes' ? 'maybe' : best;
}

function allFiles(patterns: readonly Glob[] | undefined, files: readonly PathFact[]): boolean {
  if (patterns === undefined) return true;
  return files.every((file) => isNoFile(file) || patterns.some((glob) => fileIsInside(glob, file)));
}

// Every file the fact may stand for. Globs of bash stay in their folder; other unknowns could climb out of it.
function fileIsInside(glob: Glob, { forms, recursive }: PathFact): boolean {
  const [form = ''] = forms;
  if (glob.source === '**') return true;
  if (recursive && !glob.source.endsWith('**')) return false;
  return forms.some((each) => isExact(each) && globMatches(glob, each)) || isBelow(glob, form);
}

function isBelow(glob: Glob, form: string): boolean {
  if (COMPUTED.test(form) || form.startsWith(ANYWHERE)) return false;
  return (
    glob.pattern.endsWith(`/${ANY}`) && isExact(glob.pattern.slice(0, -1)) && form.startsWith(glob.pattern.slice(0, -1))
  );
}
