// From the pieces of an expanded word to its arguments: where it splits, and the patterns that its text may make.
import type { Field } from '../facts/facts.ts';
import { ANY, DIGITS, isExact, ONE, STAR } from '../facts/unknowns.ts';

/** A path may have 4095 bytes; a longer pattern is anything. */
const MAX_PATTERN = 1024;
const SEPARATORS = /[ \t\n]+/;

// One value under construction. `quoted` text never splits; unquoted text of expansions does. A list, `"$@"`, makes
// arguments of its own, the first and last of which join with what stands beside it.
export interface Run {
  readonly text: string;
  readonly quoted: boolean;
  readonly list?: readonly Field[];
}

// Word splitting of unquoted expansions, and the globs that their text may hold.
export function splitRuns(runs: readonly Run[], splitting: boolean): Field[] {
  let current: string | undefined;
  let many = false;
  // From there on, a pattern that no single piece holds.
  let loose: number | undefined;
  const fields: Field[] = [];
  const close = () => {
    if (current !== undefined && loose !== undefined) fields.push(field(current.slice(0, loose) + ANY, true));
    else if (current !== undefined) fields.push(field(current, many));
    current = undefined;
    many = false;
    loose = undefined;
  };
  const add = (text: string, isMany: boolean) => {
    current = (current ?? '') + text;
    if (isMany) many = true;
  };
  const addExpanded = (text: string) => {
    const start = current?.length ?? 0;
    const pattern = wildcards(text);
    const hadBracket = current?.includes('[') === true;
    add(pattern, !isExact(pattern) && pattern !== DIGITS);
    const at = looseAt(current ?? '', start, hadBracket && /[[\]]/.test(text));
    if (at !== undefined) loose = Math.min(loose ?? at, at);
  };
  for (const run of runs) {
    if (run.list !== undefined) {
      run.list.forEach((each, index) => {
        if (index > 0) close();
        add(each.value, each.many);
      });
    } else if (run.quoted) add(run.text, /[\ue000\ue001]/.test(run.text));
    else {
      const parts = splitting && run.text !== '' ? [ANY] : run.text.split(SEPARATORS);
      const isMany = !isExact(run.text) && run.text !== DIGITS;
      parts.forEach((part, index) => {
        if (index > 0) close();
        if (part === '') return;
        addExpanded(part);
        if (isMany) many = true;
      });
    }
  }
  close();
  // `''` is an argument of its own; an unquoted empty expansion is none.
  if (runs.length === 0) fields.push(field(''));
  return fields;
}

function wildcards(text: string): string {
  return text
    .replaceAll('*', STAR)
    .replaceAll('?', ONE)
    .replace(/\[(?![!^]?\])[^\][/\\]+\]/g, ONE);
}

// Where a bracket or backslash of an expansion, which starts at `start`, makes a pattern with what stands around it:
// `v='[o'; cat shad$v]w`. Brackets may nest and be escaped there; what follows is not known.
function looseAt(text: string, start: number, closesBracket: boolean): number | undefined {
  const added = text.slice(start);
  const backslash = added.indexOf('\\');
  const opens = closesBracket || /[[\]]/.test(added) ? text.indexOf('[') : -1;
  const found = [backslash === -1 ? -1 : start + backslash, opens].filter((at) => at !== -1);
  return found.length === 0 ? undefined : Math.min(...found);
}

/** A field of one value. */
export function field(value: string, many = false): Field {
  const exact = isExact(value);
  // Comparing two long patterns costs the product of their lengths.
  return { value: exact || value.length <= MAX_PATTERN ? value : ANY, exact, many };
}
