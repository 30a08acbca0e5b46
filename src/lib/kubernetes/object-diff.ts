// Two objects as a diff of YAML that a person reads: each line of them begins with "+ ", "- " or two blanks, each place with "@ ". Pure.
import { structuredPatch } from 'diff';
import { yamlLines } from './quiet-object.ts';

/** Beyond so many lines that come or go, looking for the shortest diff takes long; then all of both is shown. */
const MOST_EDITS = 2000;
const CONTEXT_LINES = 3;

/** Empty where both are the same. */
export function objectDiff(before: unknown, after: unknown): readonly string[] {
  const [old, fresh] = [yamlLines(before), yamlLines(after)];
  if (old.length === 0 || fresh.length === 0) return [...marked('-', old), ...marked('+', fresh)];
  const patch = structuredPatch('', '', asText(old), asText(fresh), undefined, undefined, {
    context: CONTEXT_LINES,
    maxEditLength: MOST_EDITS,
  });
  if (patch === undefined) return [...marked('-', old), ...marked('+', fresh)];
  return patch.hunks.flatMap(({ oldStart, lines }) => [
    `@ ${placeOf(old, oldStart - 1)}`,
    ...lines.map((line) => `${line.slice(0, 1)} ${line.slice(1)}`),
  ]);
}

export const marked = (mark: '+' | '-', lines: readonly string[]): readonly string[] =>
  lines.map((line) => `${mark} ${line}`);

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
