// Proves that commands of editors, calculators and debuggers only look or compute. Each has a short list of commands
// that do; every command of the text must be one of them.
import { PLAIN, type Plain, unproven } from './plain.ts';

function proveLines(lines: readonly string[], known: RegExp): Plain {
  if (!lines.every((line) => line.trim() === '' || known.test(line.trim()))) return unproven();
  return PLAIN;
}

const VIM =
  /^:*(?:\d+|\$|q!?|qa!?|wq!?|wa|wqa|w|x|xa|noh|syntax (?:on|off)|[%\d,$]*(?:[dpyj><]|retab)|sort(?: u)?|set (?:no)?(?:nu|number|relativenumber|rnu|hlsearch|hls|ic|ignorecase|wrap|list|paste|et|expandtab|ro|readonly|cursorline|spell)|set (?:ts|tabstop|sw|shiftwidth|ft|filetype|ff|fileformat|tw|fenc)=\w+|\/[^\\|]*|[%\d,$]*s([/#,])(?:(?!\1)[^\\]|\\[\s\S])*\1(?:(?!\1)[^\\])*\1[gicI]*|g\/[^/\\|]*\/d)$/;

/** Commands of vi and its kin, as `-c` and `+` take them. */
export function proveVim(text: string): Plain {
  return proveLines(text.split(/[|\n]/), VIM);
}

const ED =
  /^(?:[\d,$.;+-]*(?:[pnldj=]|s([/#,])(?:(?!\1)[^\\]|\\[\s\S])*\1(?:(?!\1)[^\\]|\\[\s\S])*\1[gpln\d]*)?|w|wq|q|Q|H|h|P)$/;

/** A script for ed: text that is put in ends with a dot alone. */
export function proveEd(text: string): Plain {
  const commands = text.replace(/^[\d,$.;+-]*[aic]\n(?:(?!\.$)[^\n]*\n)*\.$/gm, '');
  return proveLines(commands.split('\n'), ED);
}

/** bc knows no other programs, but a line that begins with `!` runs one in some of its kind. */
export function proveBc(text: string): Plain {
  return proveLines(text.split('\n'), /^[\w\s+\-*/%^().;=<>&|,"{}[\]]*(?:#.*)?$/);
}

/** dc runs a program with `!`, except before a comparison, and text may become a macro. */
export function proveDc(text: string): Plain {
  if (/!(?![<>=])|[xa?]/.test(text)) return unproven();
  return PLAIN;
}

const GDB =
  /^(?:bt(?: full)?|backtrace|quit|q|list|where|info (?:registers|threads|locals|args|frame|sharedlibrary|line|source)|thread apply all bt(?: full)?|set (?:pagination|confirm|width|height) \w+|disassemble(?: \w+)?|frame \d+|up|down)$/;

/** Commands of gdb that look at where a program stands. */
export function proveGdb(text: string): Plain {
  return proveLines(text.split('\n'), GDB);
}

/** sed, awk and jq have readers of their own; SQL is judged by what its statements do. */
export function proveElsewhere(): Plain {
  return PLAIN;
}
