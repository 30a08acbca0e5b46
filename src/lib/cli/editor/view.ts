// How a line looks on a terminal: rows of cells, and the cell of the cursor. What shows is what would be sent: a character
// that could deceive is spelled out. Pure.
import { visible } from '../render.ts';
import type { Line } from './line.ts';

export interface View {
  /** Each at most as wide as the terminal; the first begins with the prompt. */
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number };
}

export interface Screen {
  readonly columns: number;
  readonly rows: number;
}

export interface Prompt {
  /** May hold colours; what counts is `cells`. */
  readonly text: string;
  readonly cells: number;
}

const CONTINUATION = '> ';
const TAB_STOP = 8;

/** The part of a line that a screen can show: all of it, or the rows up to the one with the cursor. */
export function viewOf(prompt: Prompt, { text, cursor }: Line, screen: Screen): View {
  const rows: string[] = [prompt.text];
  let column = prompt.cells;
  let at = { row: 0, column };
  let index = 0;
  const startRow = (begin: string) => {
    rows.push(begin);
    column = begin.length;
  };
  const put = (shown: string, cells: number) => {
    if (column + cells > screen.columns) startRow('');
    rows[rows.length - 1] += shown;
    column += cells;
  };
  const mark = () => {
    if (index !== cursor) return;
    if (column >= screen.columns) startRow('');
    at = { row: rows.length - 1, column };
  };
  for (const character of text) {
    mark();
    if (character === '\n') startRow(CONTINUATION);
    else if (character === '\t') for (let cells = TAB_STOP - (column % TAB_STOP); cells > 0; cells--) put(' ', 1);
    else {
      const shown = visible(character);
      if (shown === character) put(character, cellsOf(character));
      else for (const letter of shown) put(letter, 1);
    }
    index += character.length;
  }
  mark();
  return fit(rows, at, screen.rows);
}

/** Cells that a terminal gives a character: two for wide ones, none for marks that stand on the one before. */
export function cellsOf(character: string): 0 | 1 | 2 {
  if (/^\p{M}/u.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

// Unicode Standard Annex 11, as far as properties that JavaScript knows tell it.
const WIDE =
  /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Yi}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

function fit(rows: readonly string[], cursor: View['cursor'], height: number): View {
  const first = Math.max(0, Math.min(cursor.row - height + 1, rows.length - height));
  return { rows: rows.slice(first, first + height), cursor: { ...cursor, row: cursor.row - first } };
}
