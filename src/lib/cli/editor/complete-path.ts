// Completion of the path before the cursor: which part of the line is one, and what to put in its place. Pure; which
// files there are is asked of the target.
import { insert, type Line } from './line.ts';

export interface PathWord {
  /** Index of its first character in the text. */
  readonly start: number;
  /** As the file is named, quotes and backslashes taken out. */
  readonly path: string;
}

/** The word that ends at the cursor; undefined where it is empty, or where bash would expand something in it. */
export function pathWord({ text, cursor }: Line): PathWord | undefined {
  const [word = ''] = /(?:\\.|'[^']*(?:'|$)|"[^"]*(?:"|$)|[^\s\\'"|&;<>()])*$/s.exec(text.slice(0, cursor)) ?? [];
  const start = cursor - word.length;
  if (word === '' || /^"[^"]*[$`\\]|[$`*?[\]{}!]/.test(word.replace(/\\.|'[^']*(?:'|$)/gs, ''))) return undefined;
  const path = word.replace(/\\(.)|'([^']*)(?:'|$)|"([^"]*)(?:"|$)/gs, (_, escaped, single, double) =>
    String(escaped ?? single ?? double ?? ''),
  );
  return { start, path };
}

export interface Completion {
  readonly line: Line;
  /** More than one: to be shown, since the line cannot tell them apart. */
  readonly candidates: readonly string[];
}

/** The line with what all `names` have in common; `names` are whole paths that begin with the word's, folders with "/". */
export function completeWith(line: Line, word: PathWord, names: readonly string[]): Completion {
  const fitting = names.filter((name) => name.startsWith(word.path) && !/\p{Cc}/u.test(name));
  const [only] = fitting;
  const common = fitting.reduce(commonPrefix, only ?? word.path);
  const isWhole = fitting.length === 1 && !common.endsWith('/');
  const quoted = quotePath(common) + (isWhole ? ' ' : '');
  const rest = line.text.slice(line.cursor);
  const cutOff = { text: line.text.slice(0, word.start) + rest, cursor: word.start };
  const completed = common === word.path && !isWhole ? line : insert(cutOff, quoted);
  return { line: completed, candidates: fitting.length > 1 && common === word.path ? fitting : [] };
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  // Never half of a surrogate pair.
  return a.slice(0, length).replace(/[\ud800-\udbff]$/, '');
}

/** A leading "~/" stays what it is. */
function quotePath(path: string): string {
  return path.replace(/[^\p{L}\p{N}\p{M}_\-./,:@%+~=]/gu, '\\$&').replace(/(?<=.)~/g, '\\~');
}
