// Draws a line on a terminal, over what it drew before.
import { type Line, lineOf } from './line.ts';
import { type Prompt, viewOf } from './view.ts';

export interface LineScreen {
  draw(line: Line): void;
  /** Leaves the line on the screen as it is, with `mark` at its end, and goes below it. */
  leave(line: Line, mark: string): void;
  /** What stands above belongs to somebody else now, so the next draw begins at the row of the cursor. */
  forget(): void;
  clear(): void;
  beep(): void;
}

export function lineScreen(output: NodeJS.WriteStream, prompt: Prompt): LineScreen {
  let cursorRow = 0;

  function draw(line: Line): void {
    const { rows, cursor } = viewOf(prompt, line, { columns: output.columns || 80, rows: output.rows || 24 });
    const back = `${upBy(rows.length - 1 - cursor.row)}\r${rightBy(cursor.column)}`;
    output.write(`${upBy(cursorRow)}\r${ERASE_BELOW}${rows.join('\r\n')}${back}`);
    cursorRow = cursor.row;
  }

  return {
    draw,
    leave(line, mark) {
      draw(lineOf(line.text));
      output.write(`${mark}\r\n`);
      cursorRow = 0;
    },
    forget() {
      cursorRow = 0;
    },
    clear() {
      output.write('\u001b[H\u001b[2J');
      cursorRow = 0;
    },
    beep: () => void output.write('\u0007'),
  };
}

const ERASE_BELOW = '\u001b[J';

function upBy(rows: number): string {
  return rows > 0 ? `\u001b[${rows}A` : '';
}

function rightBy(columns: number): string {
  return columns > 0 ? `\u001b[${columns}C` : '';
}
