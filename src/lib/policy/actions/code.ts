// Code that is given to an interpreter and was not read here.
import { MAX_CODE } from '../code/plain.ts';
import type { CodeFact, Field } from '../facts/facts.ts';
import { ANY } from '../facts/unknowns.ts';
import { awkRisk } from './awk.ts';
import type { CommandFact } from './index.ts';

/** Every action this file names. */
export const CODE_ACTIONS: readonly string[] = [
  'code.file',
  'code.from-input',
  'code.inline',
  'code.typed',
  'code.unproven',
  'filter.runs',
];

/**
 * `code.from-input`: code that comes through a pipe; `code.inline`: code in the text, and `code.unproven` where it is not
 * known to only compute and print; `code.file`: a script; `code.typed`: an interpreter for whoever types; `filter.runs`: a program for sed or awk that may run commands or write files.
 */
export function codeActions({ code, stdin, args }: CommandFact): string[] {
  const found = new Set<string>();
  for (const { language, text, from, plain } of code) {
    const risk = language === 'sed' ? sedRisk : language === 'awk' ? awkRisk : undefined;
    if (risk !== undefined) {
      if (text === undefined || text.length > MAX_CODE || risk(text) || (risk === awkRisk && args.some(mayConnect)))
        found.add('filter.runs');
    } else if (text !== undefined) {
      found.add('code.inline');
      if (!plain) found.add('code.unproven');
    } else if (language === 'sql' || language === 'jq') found.add(unreadAction(from, stdin.kind));
    else if (from === 'argument') found.add('code.inline').add('code.unproven');
    else found.add(unreadAction(from, stdin.kind));
  }
  return [...found];
}

function unreadAction(from: CodeFact['from'], stdin: CommandFact['stdin']['kind']): string {
  if (from === 'argument') return 'code.inline';
  if (from === 'stream' || (from === 'input' && stdin === 'pipe')) return 'code.from-input';
  return from === 'typed' || (from === 'input' && stdin === 'inherit') ? 'code.typed' : 'code.file';
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
