// Two objects as a diff of YAML that a person reads: each line of them begins with "+ ", "- " or two blanks, each place with "@ ". Pure.
import { structuredPatch } from 'diff';
import { yamlLines } from './quiet-object.ts';

/** Beyond so many lines that come or go, looking for the shortest diff takes long; then all of both is shown. */
const MOST_EDITS = 1000;
const CONTEXT_LINES = 3;

/** Hides what is secret in a text. */
export type MaskText = (text: string) => string;

/**
 * Empty where both are the same. What is compared is not masked, what is shown is: a value that changes is seen to change, whatever its
 * labels are.
 */
export function objectDiff(before: unknown, after: unknown, mask: MaskText): readonly string[] {
  const [old, fresh] = [linesOf(before, mask), linesOf(after, mask)];
  const patch =
    old.plain.length === 0 || fresh.plain.length === 0
      ? undefined
      : structuredPatch('', '', asText(old.plain), asText(fresh.plain), undefined, undefined, {
          context: CONTEXT_LINES,
          maxEditLength: MOST_EDITS,
        });
  if (patch === undefined) return [...marked('-', old.shown), ...marked('+', fresh.shown)];
  if (patch.hunks.length === 0 && old.text !== fresh.text)
    return ['@ in what is masked: a value changes to another one'];
  return patch.hunks.flatMap(({ oldStart, newStart, lines }) => {
    let [from, to] = [oldStart - 1, newStart - 1];
    const shown = lines.map((line) => {
      const isNew = line.startsWith('+');
      if (!line.startsWith('-')) to += 1;
      if (!isNew) from += 1;
      return `${line.slice(0, 1)} ${isNew ? fresh.shown[to - 1] : old.shown[from - 1]}`;
    });
    return [`@ ${placeOf(old.shown, oldStart - 1)}`, ...shown];
  });
}

/** An object whole, each line with the mark. */
export const markedLines = (mark: '+' | '-', object: unknown, mask: MaskText): readonly string[] =>
  marked(mark, linesOf(object, mask).shown);

export const marked = (mark: '+' | '-', lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${mark} ${line}`);

interface Lines {
  /** All of it, not masked. */
  readonly text: string;
  /** What is compared, and what is shown of each. */
  readonly plain: readonly string[];
  readonly shown: readonly string[];
}

/** Masked as a whole, so that what tells of a value stands before it; a mask of several lines leaves only what is shown. */
function linesOf(object: unknown, mask: MaskText): Lines {
  const plain = yamlLines(object);
  const text = plain.join('\n');
  if (plain.length === 0) return { text, plain, shown: plain };
  const shown = mask(text).split('\n');
  return { text, plain: shown.length === plain.length ? plain : shown, shown };
}

const asText = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

/** The lines that the one at `index` stands below: `spec: › template:`. */
function placeOf(lines: readonly string[], index: number): string {
  const above: string[] = [];
  let depth = indentOf(lines[index] ?? '');
  for (let at = index - 1; at >= 0 && depth > 0; at--) {
    const line = lines[at] as string;
    const indent = indentOf(line);
    if (line.trim() === '' || indent >= depth) continue;
    depth = indent;
    above.unshift(line.trim());
  }
  return above.join(' › ') || 'at the top';
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
