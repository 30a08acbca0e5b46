// What people read. The only importer of chalk. Rules: results go to stdout, everything else to stderr; nothing is
// coloured when the stream is no terminal or NO_COLOR is set; text from agents and targets is escaped before it is shown.
import { Chalk, type ChalkInstance } from 'chalk';
import type { PublicError } from '../core/errors.ts';

export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** Colours for a stream, or none. */
export function paletteFor(stream: { readonly isTTY?: boolean }): Palette {
  const noColor = process.env.NO_COLOR !== undefined && process.env.NO_COLOR !== '';
  const chalk: ChalkInstance = new Chalk({ level: stream.isTTY === true && !noColor ? 1 : 0 });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, warn: chalk.yellow, bad: chalk.red };
}

/** Two lines: what happened, and what to do next. */
export function renderError(error: Pick<PublicError, 'message' | 'hint'>, palette: Palette): string {
  return `${palette.bad('sallyport:')} ${visible(error.message)}\n  ${palette.dim('next:')} ${visible(error.hint)}\n`;
}

/** Columns padded to the widest cell; the last one is left as it is. */
export function renderTable(header: readonly string[], rows: readonly (readonly string[])[], palette: Palette): string {
  const cells = rows.map((row) => row.map(oneLine));
  const widths = header.map((title, i) => Math.max(title.length, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  ');
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

const DECEPTIVE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\u{e0000}-\u{e0fff}]|\p{Cs}/gu;

/** "12 s ago", "in 3 min". */
export function relativeTime(ms: number, nowMs: number): string {
  const seconds = Math.round(Math.abs(ms - nowMs) / 1000);
  const amount = seconds < 90 ? `${seconds} s` : seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  return ms >= nowMs ? `in ${amount}` : `${amount} ago`;
}
