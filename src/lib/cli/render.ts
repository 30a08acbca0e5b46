// What people read. The only importer of chalk. Rules: results go to stdout, everything else to stderr; nothing is
// coloured when the stream is no terminal or NO_COLOR is set; text from agents and targets is escaped before it is shown.
import { Chalk, type ChalkInstance } from 'chalk';
import { systemClock } from '../core/clock.ts';
import type { PublicError } from '../core/errors.ts';
import { wantsColor } from './environment.ts';

export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** Colours for a stream, or none: no terminal, a dumb one, or NO_COLOR (https://no-color.org). */
export function paletteFor(stream: { readonly isTTY?: boolean }): Palette {
  const chalk: ChalkInstance = new Chalk({ level: stream.isTTY === true && wantsColor() ? 1 : 0 });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, warn: chalk.yellow, bad: chalk.red };
}

/** Two lines: what happened, and what to do next. */
export function renderError(error: Pick<PublicError, 'message' | 'hint'>, palette: Palette): string {
  return `${palette.bad('sallyport:')} ${visible(error.message)}\n  ${palette.dim('next:')} ${visible(error.hint)}\n`;
}

/** An error in JSON: code, message, hint and, where it is about one, the request. The exit code is the process's. */
export function contractError({ exit: _, ...rest }: PublicError): Omit<PublicError, 'exit'> {
  return rest;
}

/** A cell longer than this is cut: a command can have 32 KiB, and `--json` or a `show` has all of it. */
const MAX_CELL_LENGTH = 120;

/** What is left to the last column however narrow the terminal is. */
const MIN_LAST_LENGTH = 20;

/** Columns padded to the widest cell; the last one is not padded, and cut where it would not fit `maxColumns`. */
export function renderTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  palette: Palette,
  maxColumns: number = Number.POSITIVE_INFINITY,
): string {
  const cells = rows.map((row) => row.map(shortLine));
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const lastLength = Math.max(maxColumns - before, MIN_LAST_LENGTH);
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === row.length - 1 ? cut(cell, lastLength) : cell.padEnd(widths[i] ?? 0))).join('  ');
  return `${[palette.dim(line(header)), ...cells.map(line)].join('\n')}\n`;
}

/**
 * Text with everything that could act on a terminal, or deceive its reader, spelled out: control characters,
 * bidirectional and zero-width characters, tags. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replace(DECEPTIVE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same on one line. */
export function oneLine(text: string): string {
  return visible(text).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

// Controls, formats (bidirectional, zero-width), line separators, lone surrogates, private use, and everything that
// Unicode says to show as nothing: fillers, variation selectors, tags.
const DECEPTIVE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

/** The beginning of it, on one line: for lists. */
export function shortLine(text: string): string {
  return cut(oneLine(text), MAX_CELL_LENGTH);
}

function cut(line: string, length: number): string {
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** "12 s ago", "in 3 min", "5 d ago". */
export function relativeTime(ms: number, nowMs: number = systemClock.now()): string {
  const seconds = Math.round(Math.abs(ms - nowMs) / 1000);
  const [unit, name] = UNITS.find(([, , until]) => seconds < until) ?? DAY;
  const amount = `${Math.round(seconds / unit)} ${name}`;
  return ms >= nowMs ? `in ${amount}` : `${amount} ago`;
}

const DAY = [86_400, 'd'] as const;
/** Seconds of a unit, its name, and up to how many seconds it is used. */
const UNITS = [
  [1, 's', 90],
  [60, 'min', 5400],
  [3600, 'h', 172_800],
] as const;
