// The ways in which a text reaches a terminal: plain, with escapes in it, wrapped, redrawn. Each turns text with roles into
// characters as a program would print them.
import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import type { Piece } from '../../../src/lib/stream/mask/examples.ts';
import { SCREEN_VARIANTS } from './generator-variants-screen.ts';

/** One visible character. */
export interface Mark {
  readonly text: string;
  readonly isSecret: boolean;
}

export interface Variant {
  readonly name: string;
  /** Null where the variant cannot show this text. */
  readonly print: (marks: readonly Mark[], draw: Draw) => string | null;
}

export function marksOf(pieces: readonly Piece[]): readonly Mark[] {
  return pieces.flatMap(({ text, role }) =>
    [...text].map((character) => ({ text: character, isSecret: role !== 'public' })),
  );
}

const WIDTH = 80;
const textOf = (marks: readonly Mark[]) => marks.map(({ text }) => text).join('');
const isInside = (marks: readonly Mark[], at: number) =>
  marks[at]?.isSecret === true && marks[at - 1]?.isSecret === true;

/** As colours, cursors, titles and links come between two characters without moving anything. */
const TRANSPARENT = [
  '\u001b[0m',
  '\u001b[31m',
  '\u001b[1;38;5;208m',
  '\u001b[38;2;1;22;255m',
  '\u001b[m',
  '\u001b[K',
  '\u001b[0K',
  '\u001b[?25l',
  '\u001b[?25h',
  '\u001b]0;a title\u0007',
  '\u001b]8;;https://example.com/x\u001b\\',
  '\u001b]8;;\u0007',
  '\u001b(B',
  '\u001b)0',
  '\u001b=',
  '\u001b>',
  '\u0007',
  '\u0000',
  '\u001b[?2004h',
  '\u001b[?1h',
  '\u001b[38:2::1:2:3m',
  '\u001b[4:3m',
  '\u009b1m',
  '\u001bP+q544e\u001b\\',
  '\u001b_note\u001b\\',
  '\u001b[>4;1m',
  '\u200b',
  '\u2060',
  '\ufeff',
  '\u000f',
] as const;
const SGR = TRANSPARENT.slice(0, 5);

/** Puts escapes at random places within secrets. */
function sprinkle(marks: readonly Mark[], escapes: readonly string[], oneIn: number, draw: Draw): string {
  return marks
    .map(({ text }, at) =>
      isInside(marks, at) && draw(oneIn) === 0 ? `${escapes[draw(escapes.length)]}${text}` : text,
    )
    .join('');
}

/** Ends rows where the terminal's last column is full. `ends` gives what a program writes there. */
export function wrapped(marks: readonly Mark[], draw: Draw, ends: (draw: Draw) => string, newline: string): string {
  let output = '';
  let column = 0;
  for (const [index, { text }] of marks.entries()) {
    if (text === '\n') {
      output += newline;
      column = 0;
      continue;
    }
    output += text;
    column += 1;
    const next = marks[index + 1];
    if (column === WIDTH && next !== undefined && next.text !== '\n') {
      output += ends(draw);
      column = 0;
    }
  }
  return output;
}

/** Moves the first secret so that it crosses the last column. */
function pushedToEdge(marks: readonly Mark[], draw: Draw): readonly Mark[] {
  const first = marks.findIndex(({ isSecret }) => isSecret);
  // Filler within a key or a file would make it another text.
  if (first === -1 || textOf(marks.slice(0, first)).split('\n').length > 2 || textOf(marks).split('\n').length > 5)
    return marks;
  let end = first;
  while (end < marks.length && marks[end]?.isSecret && marks[end]?.text !== '\n') end += 1;
  const lineStart = textOf(marks.slice(0, first)).lastIndexOf('\n') + 1;
  const column = (first - lineStart) % WIDTH;
  const crossing = 1 + draw(Math.max(1, Math.min(end - first - 1, WIDTH - 1)));
  const padding = (WIDTH - crossing - column + WIDTH) % WIDTH;
  const filler = `${'at 10:00 step of the job '.repeat(4).slice(0, Math.max(0, padding - 1))} `.slice(0, padding);
  // Text before the line, then filler, so that indentation and markers of the line stay at its beginning.
  const marksOfFiller = [...filler].map((text) => ({ text, isSecret: false }));
  const isPlainLine = /^[\w$]/.test(marks[lineStart]?.text ?? '');
  return isPlainLine || lineStart === first
    ? [...marks.slice(0, lineStart), ...marksOfFiller, ...marks.slice(lineStart)]
    : marks;
}

const hasWide = (marks: readonly Mark[]) => marks.some(({ text }) => /[^\u0020-\u007e\n]/.test(text));

const wrapping = (name: string, ends: (draw: Draw) => string, newline: string): Variant => ({
  name,
  print: (marks, draw) => (hasWide(marks) ? null : wrapped(pushedToEdge(marks, draw), draw, ends, newline)),
});

const LINEAR_VARIANTS: readonly Variant[] = [
  { name: 'plain', print: textOf },
  { name: 'crlf', print: (marks) => textOf(marks).replaceAll('\n', '\r\n') },
  { name: 'sgr-inside', print: (marks, draw) => sprinkle(marks, SGR, 6, draw) },
  { name: 'escapes-inside', print: (marks, draw) => sprinkle(marks, TRANSPARENT, 5, draw) },
  {
    name: 'colour-each',
    print: (marks) =>
      marks
        .map(({ text, isSecret }, at) =>
          isSecret && text !== '\n' ? `\u001b[38;5;${at % 256}m${text}\u001b[0m` : text,
        )
        .join(''),
  },
  {
    name: 'grep-colour',
    print: (marks, draw) => {
      const first = marks.findIndex(({ isSecret }) => isSecret);
      const from = first + draw(4);
      const to = from + 2 + draw(10);
      return marks
        .map(
          ({ text }, at) =>
            `${at === from ? '\u001b[01;31m\u001b[K' : ''}${text}${at === to ? '\u001b[m\u001b[K' : ''}`,
        )
        .join('')
        .replaceAll('\n', '\r\n');
    },
  },
  {
    name: 'highlighted',
    print: (marks) =>
      textOf(marks).replace(/[\w.]+|["'=:{}]/g, (word) => `\u001b[3${word.length % 8}m${word}\u001b[39m`),
  },
  wrapping('wrap-crlf', () => '\r\n', '\r\n'),
  wrapping('wrap-lf', () => '\n', '\n'),
  wrapping('wrap-space-cr', () => ' \r', '\r\n'),
  wrapping('wrap-sgr', (draw) => (draw(2) === 0 ? '\u001b[0m\r\n\u001b[32m' : '\u001b[K\r\n'), '\r\n'),
  {
    name: 'wrap-sgr-inside',
    print: (marks, draw) => {
      if (hasWide(marks)) return null;
      const coloured = pushedToEdge(marks, draw).map((mark, at, all) => ({
        ...mark,
        lead: isInside(all, at) && draw(5) === 0 ? SGR[draw(5)] : '',
      }));
      let output = '';
      let column = 0;
      for (const [index, { text, lead }] of coloured.entries()) {
        if (text === '\n') {
          output += '\r\n';
          column = 0;
          continue;
        }
        output += `${lead}${text}`;
        column += 1;
        if (column === WIDTH && coloured[index + 1] !== undefined && coloured[index + 1]?.text !== '\n') {
          output += '\r\n';
          column = 0;
        }
      }
      return output;
    },
  },
  {
    name: 'after-progress',
    print: (marks, draw) => {
      const steps = Array.from(
        { length: 3 + draw(5) },
        (_, step) => `Downloading [${'#'.repeat(step + 1)}${' '.repeat(9 - step)}] ${step * 10}%`,
      );
      return `${steps.join('\r')}\r\u001b[K${textOf(marks).replaceAll('\n', '\r\n')}`;
    },
  },
  {
    name: 'after-progress-no-erase',
    print: (marks, draw) =>
      `${Array.from({ length: 2 + draw(6) }, (_, step) => `${step * 9}%`).join('\r')}\r${textOf(marks).replaceAll('\n', '\r\n')}`,
  },
  {
    name: 'progress-between',
    print: (marks) =>
      `${textOf(marks).replaceAll('\n', '\r\n')}\r\n 10% [>    ]\r 60% [===> ]\r100% [=====]\r\ndone\r\n`,
  },
  {
    name: 'after-spinner',
    print: (marks, draw) => `${'|\b/\b-\b\\\b'.repeat(1 + draw(4))} \b${textOf(marks).replaceAll('\n', '\r\n')}`,
  },
  {
    name: 'erase-line',
    print: (marks) =>
      textOf(marks)
        .split('\n')
        .map((row) => `waiting…\r\u001b[2K${row}`)
        .join('\r\n'),
  },
  {
    name: 'printed-twice-cr',
    print: (marks) =>
      textOf(marks).includes('\n') || marks.length > WIDTH ? null : `${textOf(marks)}\r${textOf(marks)}\r\nok\r\n`,
  },
  {
    name: 'title',
    print: (marks) =>
      hasWide(marks) || textOf(marks).includes('\n') ? null : `a\u001b]0;${textOf(marks)}\u0007b\r\n${textOf(marks)}`,
  },
  {
    name: 'link',
    print: (marks) =>
      textOf(marks).includes('\n') || hasWide(marks)
        ? null
        : `\u001b]8;id=1;https://example.com/\u001b\\${textOf(marks)}\u001b]8;;\u001b\\ end`,
  },
  {
    name: 'prompt',
    print: (marks) =>
      `\u001b[?2004h\u001b]0;app@web: ~\u0007\u001b[01;32mapp@web\u001b[00m:\u001b[01;34m~\u001b[00m$ cat x\r\n\u001b[?2004l${textOf(marks).replaceAll('\n', '\r\n')}\r\n\u001b[?2004h$ `,
  },
];

export const VARIANTS: readonly Variant[] = [...LINEAR_VARIANTS, ...SCREEN_VARIANTS];
