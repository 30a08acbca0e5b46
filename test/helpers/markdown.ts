// Reads our Markdown pages as a reader does: fenced blocks by language, tables, links, code in sentences.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export interface Page {
  readonly text: string;
  /** Between the heading with this text and the next one of its rank or above. Throws where there is none. */
  section(heading: string): Page;
  /** Contents of the fenced blocks of a language, in order. */
  blocks(language: string): readonly string[];
  /** The cells of every table row below the first cell's heading. */
  rows(firstHeading: string): readonly (readonly string[])[];
  /** Targets of links and pictures, without what is after "#". */
  links(): readonly string[];
  /** Every piece of code: fenced lines, and what stands between backticks. */
  code(): readonly string[];
}

/** `path` from the root of the repository. */
export function readPage(path: string): Page {
  return page(readFileSync(join(ROOT, path), 'utf8'));
}

function page(text: string): Page {
  const fences = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)];
  const prose = text.replace(/^```\w*\n[\s\S]*?^```$/gm, '');
  return {
    text,
    section(heading) {
      const lines = text.split('\n');
      const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
      if (start === -1) throw new Error(`there is no section "${heading}"`);
      const rank = (lines[start] ?? '').indexOf(' ');
      const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= rank);
      return page(lines.slice(start, length === -1 ? undefined : start + 1 + length).join('\n'));
    },
    blocks: (language) => fences.filter((fence) => fence[1] === language).map((fence) => fence[2] ?? ''),
    rows(firstHeading) {
      const lines = text.split('\n');
      const start = lines.findIndex((line) => line.startsWith(`| ${firstHeading} |`));
      if (start === -1) throw new Error(`there is no table that begins with "${firstHeading}"`);
      const rest = lines.slice(start + 2);
      const length = rest.findIndex((line) => !line.startsWith('|'));
      return rest.slice(0, length === -1 ? undefined : length).map((line) =>
        line
          .slice(1, -1)
          .split(' | ')
          .map((cell) => cell.trim()),
      );
    },
    links: () => [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map((link) => link[1] ?? ''),
    code: () => [
      ...fences.flatMap((fence) => (fence[2] ?? '').split('\n')),
      ...[...prose.matchAll(/`([^`]+)`/g)].map((piece) => piece[1] ?? ''),
    ],
  };
}
