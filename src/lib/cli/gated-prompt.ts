// The prompt of a gated shell: how the last command ended, the target, its folder. All of it may come from a target.
import { cellsOf, type Prompt } from './editor/view.ts';
import { windowSize } from './forward-input.ts';
import { type Palette, visible } from './render.ts';

/** A longer folder shows its end. */
const MAX_FOLDER = 40;

/** `[77] web:/srv/app$ `; `cwd` is null for a folder nobody knows yet, which is the account's home. */
export function promptOf(target: string, cwd: string | null, last: number, palette: Palette): Prompt {
  const failed = last === 0 ? '' : `[${last}] `;
  const whole = visible(cwd ?? '~');
  const folder = whole.length > MAX_FOLDER ? `…${whole.slice(1 - MAX_FOLDER)}` : whole;
  const cells = [...`${failed}${target}:${folder}$ `].reduce((sum, character) => sum + cellsOf(character), 0);
  return { text: `${failed === '' ? '' : palette.bad(failed)}${palette.bold(target)}:${folder}$ `, cells };
}

/**
 * Goes to the first column, below what a program left unfinished. Nobody knows where the cursor is; so a mark, and as
 * many blanks as make a row with it: they end in the next row, unless the mark stood in the first column, where the
 * prompt is then written over it.
 */
export function freshLine(palette: Palette): void {
  if (process.stdout.isTTY !== true) return;
  process.stderr.write(`${palette.dim('⏎')}${' '.repeat(windowSize().cols - 1)}\r`);
}
