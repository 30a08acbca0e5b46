// Code that is given to an interpreter and was not read here.
import type { CommandFact } from './index.ts';

/**
 * `code.from-input`: code that comes through a pipe; `code.inline`: code in an argument; `code.file`: a script;
 * `filter.runs`: a program for sed or awk that may run commands or write files.
 */
export function codeActions({ code, stdin, name }: CommandFact): string[] {
  if (code.length === 0) return [];
  const risk = name === 'sed' || name === 'gsed' ? sedRisk : /awk$/.test(name) ? awkRisk : undefined;
  if (risk !== undefined) return code.some(({ text }) => text === undefined || risk(text)) ? ['filter.runs'] : [];
  if (code.every(({ text }) => text !== undefined)) return ['code.inline'];
  return stdin.kind === 'pipe' ? ['code.from-input'] : ['code.file'];
}

// Files, commands, other programs' environments, and files put into its own list of arguments.
function awkRisk(text: string): boolean {
  const code = withoutLiterals(text);
  return (
    /\b(system|getline|ENVIRON|ARGV|ARGC)\b|@|\bfflush\b/.test(code) ||
    /(^|[^|])\|([^|]|$)/.test(code) ||
    /\bprintf?\b[^;}\n]*>/.test(code)
  );
}

// Strings, comments and regular expressions taken out of an awk program. A slash begins an expression only where no
// value stands before it.
function withoutLiterals(text: string): string {
  let out = '';
  let before = '';
  LITERAL.lastIndex = 0;
  for (let match = LITERAL.exec(text); match !== null; match = LITERAL.exec(text)) {
    const { value = '', slash, other = '' } = match.groups ?? {};
    const divides = /[\w)\]$."]/.test(before);
    if (slash !== undefined && divides) {
      out += '/';
      before = '/';
      LITERAL.lastIndex = match.index + 1;
    } else if (value !== '' || slash !== undefined) {
      out += '""';
      before = '"';
    } else {
      out += other;
      if (other.trim() !== '') before = other;
    }
  }
  return out;
}

const LITERAL =
  /(?<value>"(?:[^"\\\n]|\\[\s\S])*")|(?<slash>\/(?:[^/\\\n[]|\\.|\[\^?\]?[^\]\n]*\])+\/)|#[^\n]*|(?<other>[\s\S])/g;

// Only scripts of plain substitutions, deletions and prints are sure neither to run (`e`) nor to write (`w`).
const SED_PLAIN =
  /^\s*(?:(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/)(?:,(?:\d+|\$|\/(?:[^/\\\n]|\\.)*\/))?\s*!?\s*)?(?:[pdqDPNnGgHhx=]|s([/|#,:@])(?:(?!\1)[^\\\n]|\\.)*\1(?:(?!\1)[^\\\n]|\\.)*\1[gpiI\d]*|y\/(?:[^/\\\n]|\\.)*\/(?:[^/\\\n]|\\.)*\/)\s*$/;

function sedRisk(text: string): boolean {
  return !text.split(/[;\n]/).every((part) => part.trim() === '' || SED_PLAIN.test(part));
}
