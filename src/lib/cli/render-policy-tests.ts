// `policy test` for people: which tests failed and where, and what another policy would change.
import type { Place } from '../core/policy-document.ts';
import { timestamp } from '../core/timestamp.ts';
import type { Comparison } from '../policy/review/rejudge.ts';
import type { TestedPart } from '../policy/review/run-tests.ts';
import { verdictWord } from './guidance.ts';
import { oneLine, type Palette, shortLine } from './render.ts';

/** One line a part; a failure has its own line, with the place first. `label`: the file of the policy. */
export function renderTests(label: string, parts: readonly TestedPart[], out: Palette): string {
  const lines = parts.flatMap(({ kind, name, file, at, passed, failures }) => {
    const place = (where: Place | null) => (where === null ? '' : `${file ?? label}:${where.line}:${where.column}: `);
    const failed = failures.map(
      ({ at: where, input, expected, got }) =>
        `${place(where)}${out.bad('failed')}: ${kind} "${name}": of "${oneLine(input)}" it says ${oneLine(got)}, the test ${expected}`,
    );
    return failed.length > 0 ? failed : [`${place(at)}${out.good('passed')}: ${kind} "${name}": ${passed}`];
  });
  const failed = parts.reduce((sum, part) => sum + part.failures.length, 0);
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  return `${[...lines, `${passed} passed, ${failed} failed`].join('\n')}\n`;
}

/** A line a change, and what could not be compared. */
export function renderComparison(file: string, since: number, comparison: Comparison, out: Palette): string {
  const { judged, changed, changes, skipped } = comparison;
  const lines = changes.map(({ at, times, principal, target, command, from, to }) => {
    const verdicts = `${verdictWord(from.verdict, out)} → ${verdictWord(to.verdict, out)}`;
    const when = times === 1 ? timestamp(at) : `${times} times, last ${timestamp(at)}`;
    const what = command === null ? '(free terminal)' : shortLine(command);
    return `${verdicts}  ${what}\n    ${out.dim(`${when}, ${principal}, ${target}, ${from.rule} → ${to.rule}`)}`;
  });
  const reasons = [
    [skipped.targetGone, 'their target is not in it'],
    [skipped.unreadable, 'cannot be read any more'],
    [skipped.coolingDown, 'were refused in a cool-down'],
  ] as const;
  const left = reasons.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  return `${[
    ...lines,
    `${judged} command${judged === 1 ? '' : 's'} since ${timestamp(since)}: ${file} changes the verdict of ${changed}`,
    ...(left.length === 0 ? [] : [`not judged anew: ${left.join(', ')}`]),
  ].join('\n')}\n`;
}
