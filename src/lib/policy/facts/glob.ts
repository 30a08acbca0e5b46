// Anchored globs, and whether one can match a value that is partly unknown. Linear in the product of the lengths: no
// backtracking, so no pattern is slow.
import { ANY, DIGITS, HOME, isExact, ONE, SOME, STAR } from './unknowns.ts';

/** A compiled glob. Build with `compileGlob`, use with `globMatches`. */
export interface Glob {
  readonly source: string;
  /** Characters, with the markers of `unknowns.ts` for wildcards. */
  readonly pattern: string;
  /** What must stand at the end, where the pattern is one `**` and then a plain name: most of the shipped ones are. */
  readonly ending: string | undefined;
  readonly literal: boolean;
  /** The longest part without wildcards: whatever the glob matches holds it. */
  readonly core: string;
  /** `/folder/**` that does not match the folder itself. */
  readonly below?: true;
}

/**
 * Compiles `*`, `?`, `[…]` and `**`; a backslash takes the next character literally. In a `path`, `*` stops at slashes
 * and a final `/**` matches the folder itself too; in `text`, `*` matches anything.
 */
export function compileGlob(source: string, kind: 'path' | 'text'): Glob {
  let pattern = '';
  for (let index = 0; index < source.length; index++) {
    const char = source[index] ?? '';
    if (char === '\\' && index + 1 < source.length) {
      index++;
      pattern += source[index];
    } else if (char === '*') {
      const double = source[index + 1] === '*';
      if (double) index++;
      pattern += double || kind === 'text' ? ANY : STAR;
    } else if (char === '?') pattern += ONE;
    else if (char === '[') {
      const end = source.indexOf(']', index + 2);
      if (end === -1) pattern += char;
      else {
        pattern += ONE;
        index = end;
      }
    } else pattern += char;
  }
  const ending = pattern.startsWith(ANY) && isExact(pattern.slice(1)) ? pattern.slice(1) : undefined;
  return { source, pattern, ending, literal: isExact(pattern), core: coreOf(pattern) };
}

/** Anchored, `*` matching anything. */
export function compileTexts(sources: readonly string[]): readonly Glob[] {
  return sources.map((source) => compileGlob(source, 'text'));
}

/** Path globs; `~` is the home of whoever runs. */
export function compilePaths(sources: readonly string[]): readonly Glob[] {
  return sources.map((source) => compileGlob(source.replace(/^~(?=\/|$)/, HOME), 'path'));
}

/** Everything inside a folder, at any depth, taken literally; not the folder. */
export function globBelow(folder: string): Glob {
  const path = folder.replace(/^~(?=\/|$)/, HOME);
  const pattern = `${path === '/' ? '' : path}/${ANY}`;
  return { source: `${folder}/**`, pattern, ending: undefined, literal: false, core: coreOf(pattern), below: true };
}

const WILDCARDS = new RegExp(`[${STAR}-${SOME}]`);
const BELOW = new RegExp(`/${ANY}$`);

function coreOf(pattern: string): string {
  // A folder is matched by what is in it and by itself, without the slash.
  const parts = pattern.replace(BELOW, '').split(WILDCARDS);
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
}

/** True where some value that `value` may stand for is matched by the glob. `exact`: whether it stands for itself alone. */
export function globMatches(glob: Glob, value: string, exact: boolean = isExact(value)): boolean {
  if (exact) {
    if (glob.literal) return glob.pattern === value;
    if (glob.ending !== undefined) return value.endsWith(glob.ending);
    if (!value.includes(glob.core)) return false;
  }
  if (glob.below === true) return value !== glob.pattern.slice(0, -1) && overlaps(glob.pattern, value);
  if (glob.pattern.endsWith(`/${ANY}`) && overlaps(glob.pattern.slice(0, -2), value)) return true;
  return overlaps(glob.pattern, value);
}

const WILD_RUN = new Set([STAR, ANY, SOME, DIGITS]);

/** True where two patterns have a string in common. */
export function overlaps(left: string, right: string): boolean {
  // Equal beginnings first: most comparisons end here.
  let start = 0;
  for (;;) {
    const a = left[start];
    const b = right[start];
    if (a === undefined && b === undefined) return true;
    if (a === undefined || b === undefined || isWild(a) || isWild(b)) break;
    if (a !== b) return false;
    start++;
  }
  return product(left.slice(start), right.slice(start));
}

function isWild(char: string): boolean {
  return char >= STAR && char <= SOME;
}

// Reachable pairs of positions, row by row. A run wildcard may end (move on) or eat what the other side offers.
function product(left: string, right: string): boolean {
  const width = right.length + 1;
  const seen = new Uint8Array((left.length + 1) * width);
  const stack = [0];
  while (stack.length > 0) {
    const at = stack.pop() ?? 0;
    if (seen[at] === 1) continue;
    seen[at] = 1;
    const i = Math.floor(at / width);
    const j = at % width;
    if (i === left.length && j === right.length) return true;
    const a = left[i];
    const b = right[j];
    if (a !== undefined && WILD_RUN.has(a)) stack.push(at + width);
    if (b !== undefined && WILD_RUN.has(b)) stack.push(at + 1);
    if (a === undefined || b === undefined || !meets(a, b)) continue;
    const aRuns = WILD_RUN.has(a);
    const bRuns = WILD_RUN.has(b);
    if (aRuns) stack.push(at + 1);
    if (bRuns) stack.push(at + width);
    if (!aRuns && !bRuns) stack.push(at + width + 1);
  }
  return false;
}

// Whether the two can stand for one same character.
function meets(a: string, b: string): boolean {
  if (a === ANY || a === SOME || b === ANY || b === SOME) return true;
  if (a === DIGITS || b === DIGITS) {
    const other = a === DIGITS ? b : a;
    return isWild(other) || /[\d-]/.test(other);
  }
  if (a === STAR || a === ONE) return b !== '/';
  if (b === STAR || b === ONE) return a !== '/';
  return a === b;
}
