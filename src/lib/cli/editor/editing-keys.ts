// What each editing key does, as in other shells (Emacs keys). Pure.
import {
  blankBefore,
  charAfter,
  charBefore,
  cutTo,
  insert,
  type Line,
  lineEnd,
  lineStart,
  moveTo,
  type Reach,
  wordAfter,
  wordBefore,
} from './line.ts';

export interface Editing {
  readonly line: Line;
  /** What was cut last, for ^Y. */
  readonly cut: string;
}

const move = (reach: Reach) => (before: Editing) => ({ ...before, line: moveTo(before.line, reach) });
const erase = (reach: Reach) => (before: Editing) => ({ ...before, line: cutTo(before.line, reach).line });
const cut = (reach: Reach) => (before: Editing) => cutTo(before.line, reach);
const yank = (before: Editing) => ({ ...before, line: insert(before.line, before.cut) });

export const EDITING_KEYS: ReadonlyMap<string, (before: Editing) => Editing> = new Map([
  ['left', move(charBefore)],
  ['ctrl+b', move(charBefore)],
  ['right', move(charAfter)],
  ['ctrl+f', move(charAfter)],
  ['home', move(lineStart)],
  ['ctrl+a', move(lineStart)],
  ['end', move(lineEnd)],
  ['ctrl+e', move(lineEnd)],
  ['ctrl+left', move(wordBefore)],
  ['meta+left', move(wordBefore)],
  ['meta+b', move(wordBefore)],
  ['ctrl+right', move(wordAfter)],
  ['meta+right', move(wordAfter)],
  ['meta+f', move(wordAfter)],
  ['backspace', erase(charBefore)],
  ['ctrl+h', erase(charBefore)],
  ['delete', erase(charAfter)],
  ['ctrl+d', erase(charAfter)],
  ['ctrl+k', cut(lineEnd)],
  ['ctrl+u', cut(lineStart)],
  ['ctrl+w', cut(blankBefore)],
  ['meta+backspace', cut(wordBefore)],
  ['meta+d', cut(wordAfter)],
  ['ctrl+y', yank],
]);
