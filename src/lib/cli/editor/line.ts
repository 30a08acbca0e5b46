// One command while it is written: its text, where the cursor is, and what the editing keys do to both. Pure.

export interface Line {
  readonly text: string;
  /** Index into the text; never inside a character. */
  readonly cursor: number;
}

export const EMPTY: Line = { text: '', cursor: 0 };

/** A line with the cursor at its end. */
export function lineOf(text: string): Line {
  return { text, cursor: text.length };
}

export function insert({ text, cursor }: Line, added: string): Line {
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length };
}

/** Where a movement from the cursor ends. */
export type Reach = (line: Line) => number;

export const lineStart: Reach = ({ text, cursor }) => (cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1);
export const lineEnd: Reach = ({ text, cursor }) => {
  const at = text.indexOf('\n', cursor);
  return at === -1 ? text.length : at;
};
export const charBefore: Reach = ({ text, cursor }) => before(text, cursor, /\P{M}?\p{M}*$/u);
export const charAfter: Reach = ({ text, cursor }) => after(text, cursor, /^(?:\P{M}|\p{M})\p{M}*/u);
export const wordBefore: Reach = ({ text, cursor }) =>
  before(text, cursor, /[\p{L}\p{N}\p{M}_]*[^\p{L}\p{N}\p{M}_]*$/u);
export const wordAfter: Reach = ({ text, cursor }) => after(text, cursor, /^[^\p{L}\p{N}\p{M}_]*[\p{L}\p{N}\p{M}_]*/u);
/** What ^W takes: back to a blank, as terminals do it. */
export const blankBefore: Reach = ({ text, cursor }) => before(text, cursor, /\S*\s*$/u);

export function moveTo(line: Line, reach: Reach): Line {
  return { ...line, cursor: reach(line) };
}

/** Takes out what is between the cursor and there, and says what it was. */
export function cutTo(line: Line, reach: Reach): { readonly line: Line; readonly cut: string } {
  const there = reach(line);
  const [from, to] = there < line.cursor ? [there, line.cursor] : [line.cursor, there];
  const { text } = line;
  return { line: { text: text.slice(0, from) + text.slice(to), cursor: from }, cut: text.slice(from, to) };
}

function before(text: string, cursor: number, pattern: RegExp): number {
  return cursor - (pattern.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function after(text: string, cursor: number, pattern: RegExp): number {
  return cursor + (pattern.exec(text.slice(cursor))?.[0].length ?? 0);
}
