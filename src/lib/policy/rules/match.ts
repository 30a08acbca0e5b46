// Whether a rule matches a command: yes, no, or maybe where the command is not known well enough. Allow needs a yes; for
// deny and ask a maybe counts, as a question. Tables with names, so that what decides can be explained.
import { isHarmlessVariable } from '../actions/environment.ts';
import type { SimpleCommand } from '../facts/facts.ts';
import { type Glob, globMatches } from '../facts/glob.ts';
import { hasOnly } from '../facts/known-options.ts';
import { beforeEndMark, mayBeOption } from '../facts/options.ts';
import { isExact } from '../facts/unknowns.ts';
import { wrapperOf } from '../walk/wrappers.ts';
import { allFiles, anyFile, filesExcepted } from './match-files.ts';
import { any, type Match, not } from './match-result.ts';
import { argsMatch, hasFlags, hasNoneOf, textMatches } from './match-words.ts';
import type { CompiledMatch, CompiledRule } from './rules.ts';
import { type Subject, subjectOf } from './subject.ts';

export { type Match, type Subject, subjectOf };

/** Whether a deny or ask rule concerns the command: one file, one wrapper is enough. */
export function concerns(rule: CompiledRule, subject: Subject): Match {
  return matchOf(rule.match, seenBy(rule, subject), subject, PARTS);
}

/**
 * Whether an allow rule covers the whole of what the command does: the very program, every file that a redirection
 * writes, every variable it sets, every boundary it crosses.
 */
export function covers({ match }: CompiledRule, subject: Subject): boolean {
  if (matchOf(match, subject.command, subject, BUT_NOT) !== 'yes') return false;
  return DEMANDS.every(([, holds]) => holds(match, subject.command, subject));
}

/** One field of a rule, as it was compared with a command. */
export interface Compared {
  readonly field: string;
  readonly result: Match;
}

/** What is compared, field by field, of the fields that the rule has; all of them, also after a no. */
export function compareParts(rule: CompiledRule, subject: Subject): readonly Compared[] {
  const command = seenBy(rule, subject);
  const parts = rule.rule.verdict === 'allow' ? BUT_NOT : PARTS;
  const compared = parts
    .filter(([field]) => has(rule.match, field))
    .map(([field, compare]): Compared => ({ field, result: compare(rule.match, command, subject) }));
  if (command === subject.command) return compared;
  const isFreed =
    compared.some(({ result }) => result === 'no') && concerns({ ...rule, freeInWorkspace: false }, subject) !== 'no';
  return isFreed ? [...compared, { field: 'workspace', result: 'no' }] : compared;
}

/** What `covers` demands beyond the rule's own fields and does not find. */
export function unmetDemands({ match }: CompiledRule, subject: Subject): readonly string[] {
  return DEMANDS.filter(([, holds]) => !holds(match, subject.command, subject)).map(([demand]) => demand);
}

// What a pack denies or asks of files does not count inside a workspace.
function seenBy({ freeInWorkspace, rule }: CompiledRule, { command, outside }: Subject): SimpleCommand {
  return freeInWorkspace && rule.verdict !== 'allow' ? outside : command;
}

function matchOf(match: CompiledMatch, command: SimpleCommand, subject: Subject, parts: readonly Part[]): Match {
  let result: Match = 'yes';
  for (const [field, compare] of parts) {
    if (!has(match, field)) continue;
    const found = compare(match, command, subject);
    if (found === 'no') return 'no';
    if (found === 'maybe') result = 'maybe';
  }
  return result;
}

function has(match: CompiledMatch, field: Field): boolean {
  return match[field] !== undefined && match[field] !== false;
}

type Field = Exclude<keyof CompiledMatch, 'moreArgs'>;

/** Only asked where the rule has the field. */
type Part = readonly [Field, (match: CompiledMatch, command: SimpleCommand, subject: Subject) => Match];

// Cheap and decisive first: most rules are about another command.
const PARTS: readonly Part[] = [
  // A command is not the opening of a terminal.
  ['terminal', () => 'no'],
  ['command', ({ command = [] }, it) => yesOrNo(command.some((glob) => isNamed(glob, it)))],
  ['does', ({ does = [] }, it) => yesOrNo(does.some((action) => it.does.includes(action)))],
  [
    'wrapper',
    ({ wrapper = [] }, it) => yesOrNo(it.wrappers.some((name) => wrapper.some((glob) => globMatches(glob, name)))),
  ],
  ['reads', ({ reads = [] }, it) => anyFile(reads, it.reads, 'maybe')],
  ['writes', ({ writes = [] }, it) => anyFile(writes, it.writes, 'yes')],
  ['removes', ({ removes = [] }, it) => anyFile(removes, it.removes, 'yes')],
  ['args', (match, it) => argsMatch(match, it.args)],
  ['flags', ({ flags = [] }, it) => hasFlags(it.args, flags)],
  ['without', ({ without = [] }, it) => hasNoneOf(it.args, without)],
  ['only', ({ only }, it) => (only === undefined ? 'yes' : hasOnly(it.args, only))],
  ['text', textMatches],
  ['not', (match, it, subject) => not(any((match.not ?? []).map((each) => isExcepted(each, match, it, subject))))],
];

const FILES = ['reads', 'writes', 'removes'] as const;
const BUT_FILES = PARTS.filter(([field]) => !FILES.some((each) => each === field));
/** For an allow, exceptions are among the demands. */
const BUT_NOT = PARTS.filter(([field]) => field !== 'not');

function yesOrNo(holds: boolean): Match {
  return holds ? 'yes' : 'no';
}

// An exception of a deny or ask rule must be sure: of the files that the rule means, every one.
function isExcepted(exception: CompiledMatch, rule: CompiledMatch, command: SimpleCommand, subject: Subject): Match {
  let result = matchOf(exception, command, subject, BUT_FILES);
  if (result === 'yes' && exception.command !== undefined && !isExact(command.path)) result = 'maybe';
  for (const field of FILES) {
    const patterns = exception[field];
    if (patterns === undefined || result === 'no') continue;
    const found = filesExcepted(patterns, rule[field], command[field], subject.home);
    if (found !== 'yes') result = found;
  }
  return result;
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
  'code.typed',
  'code.unproven',
  'filter.runs',
  'environment.reveal',
  'system.clock',
  'accounts.hashes',
]);

type Demand = readonly [string, (match: CompiledMatch, command: SimpleCommand, subject: Subject) => boolean];

const DEMANDS: readonly Demand[] = [
  ['the program of that name itself', ({ command }, it) => command === undefined || isTheProgram(command, it)],
  [
    'arguments that are known',
    ({ args, moreArgs, text }, it) =>
      it.args.every((arg) => arg.exact || (text === undefined && (args === undefined || moreArgs))),
  ],
  [
    'no argument that may be an option',
    ({ without }, it) => without === undefined || !beforeEndMark(it.args).some(mayBeOption),
  ],
  [
    'every wrapper that crosses a boundary',
    ({ wrapper = [] }, it) => boundariesOf(it).every((name) => wrapper.some((glob) => globMatches(glob, name))),
  ],
  ['harmless variables only', (_, it) => it.env.every((each) => isHarmlessVariable(each))],
  [
    'actions that have to be named',
    ({ does = [] }, it) => it.does.every((action) => !NEEDS_NAMING.has(action) || does.includes(action)),
  ],
  ['every file that it reads', ({ reads }, it, { home }) => reads === undefined || allFiles(reads, it.reads, home)],
  [
    'every file that it writes',
    ({ writes }, it, { home }) =>
      allFiles(
        writes ?? [],
        writes === undefined ? it.writes.filter(({ by }) => by === 'redirection') : it.writes,
        home,
      ),
  ],
  [
    'every file that it removes',
    ({ removes }, it, { home }) => removes === undefined || allFiles(removes, it.removes, home),
  ],
  [
    'none of its exceptions',
    (match, it, subject) => (match.not ?? []).every((each) => matchOf(each, it, subject, PARTS) === 'no'),
  ],
];

function isTheProgram(patterns: readonly Glob[], command: SimpleCommand): boolean {
  if (command.path === command.name || SYSTEM_FOLDERS.test(command.path)) return true;
  return patterns.some((glob) => namesPath(glob) && isNamed(glob, command));
}

// The wrappers through which it runs as somebody else, or elsewhere.
function boundariesOf({ wrappers }: SimpleCommand): readonly string[] {
  return wrappers.filter((name) => wrapperOf(name)?.boundary === true || name === 'ssh');
}
