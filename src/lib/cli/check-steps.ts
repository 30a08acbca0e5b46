// Steps of a check, as people read them: `targets check` and `doctor`.
import type { CheckStep } from '../ports/target.ts';
import { type Palette, visible } from './render.ts';

/** A line a step; below what failed, what to change. */
export function renderSteps(steps: readonly CheckStep[], palette: Palette): string {
  const marks = { ok: palette.good('ok     '), failed: palette.bad('failed '), skipped: palette.dim('skipped') };
  const width = Math.max(0, ...steps.map(({ name }) => name.length));
  const lines = steps.flatMap((step) => [
    `${marks[step.outcome]} ${step.name.padEnd(width)}  ${palette.dim(visible(step.detail))}`,
    ...(step.fix === undefined
      ? []
      : visible(step.fix)
          .split('\n')
          .map((line) => `        ${line}`)),
  ]);
  return `${lines.join('\n')}\n`;
}
