// Breaks text before the terminal does: what a terminal breaks goes on in its first column, where a stranger's text could
// pass for a line of ours.

/** Lines of at most `columns` cells, broken anywhere; a line end of the text stays one. At least one character a line. */
export function fold(text: string, columns: number): string[] {
  return text.split('\n').flatMap((line) => foldLine(line, columns));
}

function foldLine(line: string, columns: number): string[] {
  const lines: string[] = [];
  let [current, used] = ['', 0];
  for (const character of line) {
    const cells = cellsOf(character);
    if (current !== '' && used + cells > columns) {
      lines.push(current);
      [current, used] = ['', 0];
    }
    current += character;
    used += cells;
  }
  return [...lines, current];
}

/** Never fewer than a terminal takes, so that a line is broken too early rather than too late. */
function cellsOf(character: string): number {
  if (character === '\t') return 8;
  return character >= ' ' && character <= '~' ? 1 : 2;
}
