// Code that is given to an interpreter and was not read here.
import type { Field } from '../facts.ts';
import { ANY } from '../unknowns.ts';
import { awkRisk } from './awk.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const CODE_ACTIONS: readonly string[] = ['code.file', 'code.from-input', 'code.inline', 'filter.runs'];

/**
 * `code.from-input`: code that comes through a pipe; `code.inline`: code in an argument; `code.file`: a script;
 * `filter.runs`: a program for sed or awk that may run commands or write files.
 */
export function codeActions({ code, stdin, name, args }: CommandFact): string[] {
  if (code.length === 0) return [];
  const risk = name === 'sed' || name === 'gsed' ? sedRisk : /awk$/.test(name) ? awkRisk : undefined;
  if (risk !== undefined) {
    const runs = code.some(({ text }) => text === undefined || risk(text));
    return runs || (risk === awkRisk && args.some(mayConnect)) ? ['filter.runs'] : [];
  }
  if (code.every(({ text }) => text !== undefined)) return ['code.inline'];
  return stdin.kind === 'pipe' ? ['code.from-input'] : ['code.file'];
}

// gawk connects where a file to read is named `/inet/tcp/0/host/port`.
function mayConnect({ value }: Field): boolean {
  return /^\/inet[46]?\//.test(value) || value.startsWith(ANY);
}

// Only scripts of plain substitutions, deletions and prints are sure neither to run (`e`) nor to write (`w`).
const SED_PLAIN =
  /^\s*(?:(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/)(?:,(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/))?\s*!?\s*)?(?:[pdqDPNnGgHhx=]|s([/|#,:@])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiI\d]*|y\/(?:[^/\\\n]|\\.)*\/(?:[^/\\\n]|\\.)*\/)\s*$/;

function sedRisk(text: string): boolean {
  return !text.split(/[;\n]/).every((part) => part.trim() === '' || SED_PLAIN.test(part));
}
