// Whether the files of a command are those that a rule names: one that may be is enough to deny, all of them must surely
// be to allow.
import type { PathFact } from '../facts/facts.ts';
import { type Glob, globMatches, overlaps } from '../facts/glob.ts';
import { isNoFile } from '../facts/no-file.ts';
import { ANY, ANYWHERE, DIGITS, HOME, isExact, ONE, SOME, STAR } from '../facts/unknowns.ts';
import { globsNear } from './globs-near.ts';
import { any, type Match } from './match-result.ts';

/** `[]` is "no file of that kind"; a recursive command concerns everything below what it names. */
export function anyFile(patterns: readonly Glob[], files: readonly PathFact[], below: Match): Match {
  if (patterns.length === 0) return files.every(isNoFile) ? 'yes' : 'no';
  let best: Match = 'no';
  for (const file of files) {
    const found = fileMatches(patterns, file, below);
    if (found === 'yes') return 'yes';
    if (found === 'maybe') best = 'maybe';
  }
  return best;
}

const UNKNOWN = new RegExp(`[${ANY}${SOME}${DIGITS}]`);
const COMPUTED = new RegExp(`[${ANY}${SOME}]`);
// Ends in a whole `*`, not in a name with a part unknown.
const NAMELESS = new RegExp(`/${STAR}$`);
/** Stands for a name that nobody gave a pattern. */
const SOME_NAME = '\u0001';

function fileMatches(patterns: readonly Glob[], file: PathFact, below: Match): Match {
  const { forms, recursive, unlikely, found: isFound } = file;
  let best: Match = 'no';
  for (const form of forms) {
    const value = form.startsWith(ANYWHERE) ? ANY + form.slice(ANYWHERE.length) : form;
    const isKnown = unlikely !== true && !UNKNOWN.test(value);
    const found = valueMatches(patterns, value, namedBy(value, isFound === true), recursive ? below : undefined);
    if (found === 'yes' && isKnown) return 'yes';
    if (found !== 'no') best = 'maybe';
  }
  return best;
}

// What a path says for a pattern about a name in any folder, such as `**/id_rsa`. Any folder may hold one: `cat *`, what
// find finds and what walks folders are judged by the places and names that they have.
function namedBy(value: string, isFound: boolean): readonly string[] {
  if (NAMELESS.test(value)) return [];
  return isFound ? ['', SOME_NAME].map((name) => value.replace(SOME, name)) : [value];
}

/** `below`: how a match counts that is below the value; undefined where nothing below is meant. */
function valueMatches(
  patterns: readonly Glob[],
  value: string,
  named: readonly string[],
  below: Match | undefined,
): Match {
  const inside = below === undefined ? undefined : `${value === '/' ? '' : value}/${ANY}`;
  const exact = isExact(value);
  let best: Match = 'no';
  for (const glob of globsNear(patterns, value)) {
    if (glob.pattern.startsWith(`${ANY}/`)) {
      if (named.some((each) => globMatches(glob, each))) return 'yes';
      continue;
    }
    if (globMatches(glob, value, exact)) return 'yes';
    if (inside === undefined || below === undefined) continue;
    if (overlaps(glob.pattern, inside)) best = any([best, below]);
    if (best === 'yes') return 'yes';
  }
  return best;
}

/** True where every file, whichever it turns out to be, is one that the patterns name. `home`: where `~` is known. */
export function allFiles(patterns: readonly Glob[], files: readonly PathFact[], home: string | undefined): boolean {
  return files.every((file) => isNoFile(file) || patterns.some((glob) => isSurelyInside(glob, file, home)));
}

/**
 * How surely the files that `meant` says are all among `excepted`. Without `meant` all files are meant; without files
 * there is nothing to except.
 */
export function filesExcepted(
  excepted: readonly Glob[],
  meant: readonly Glob[] | undefined,
  files: readonly PathFact[],
  home: string | undefined,
): Match {
  if (excepted.length === 0) return anyFile(excepted, files, 'yes');
  const those = meant === undefined ? files : files.filter((file) => anyFile(meant, [file], 'yes') !== 'no');
  if (those.length === 0) return 'no';
  if (allFiles(excepted, those, home)) return 'yes';
  return those.every((file) => mayBeOneOf(excepted, file)) ? 'maybe' : 'no';
}

// As it is written, and not where links might lead.
function mayBeOneOf(patterns: readonly Glob[], file: PathFact): boolean {
  const [first = ''] = file.forms;
  return (
    !(isExact(first) && !first.startsWith(ANYWHERE)) && anyFile(patterns, [{ ...file, forms: [first] }], 'yes') !== 'no'
  );
}

function isSurelyInside(glob: Glob, file: PathFact, home: string | undefined): boolean {
  if (glob.pattern === ANY) return true;
  if (file.recursive && !glob.pattern.endsWith(ANY)) return false;
  // Beyond a link it may be anywhere.
  if (file.forms.some((form) => form.startsWith(ANYWHERE))) return false;
  return sureForms(file, home).some(
    (form) => (isExact(form) && globMatches(glob, form)) || isBelow(glob, form, file.found === true),
  );
}

// A home folder by its path is the caller's own only where that is known to be there, and the other way round.
function sureForms({ forms }: PathFact, home: string | undefined): readonly string[] {
  const [first = '', ...others] = forms;
  const isOwnHome = home !== undefined && (isIn(first, HOME) || isIn(first, home));
  return isOwnHome ? forms : [first, ...others.filter((form) => !isIn(first, HOME) && !isIn(form, HOME))];
}

function isIn(form: string, folder: string): boolean {
  return form === folder || form.startsWith(`${folder}/`);
}

// `.*` and `.?` match `..`; what is computed may hold it.
const CLIMBS = new RegExp(`(^|/)\\.+[${STAR}${ONE}][.${STAR}${ONE}]*(/|$)`);

// Globs of bash stay in their folder, and what find printed below it; other unknowns could climb out of it.
function isBelow({ pattern }: Glob, form: string, isFound: boolean): boolean {
  if (COMPUTED.test(isFound ? form.replace(SOME, '') : form) || form.startsWith(ANYWHERE)) return false;
  const folder = pattern.slice(0, -1);
  return (
    form.length > folder.length &&
    pattern.endsWith(`/${ANY}`) &&
    isExact(folder) &&
    form.startsWith(folder) &&
    !CLIMBS.test(form.slice(folder.length))
  );
}
