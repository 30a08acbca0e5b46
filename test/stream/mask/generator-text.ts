// From a template to a text with roles: what is secret in it, what must survive, and what stands around it.
import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import { expandPieces, type Piece } from '../../../src/lib/stream/mask/examples.ts';
import type { SecretKind } from './generator-kinds.ts';

/** Where a text puts a word. `@` stands for it. */
const WORD_CONTEXTS: readonly (readonly [name: string, template: string])[] = [
  ['alone', '@'],
  ['line', 'first line\n@\nlast line'],
  ['log', '2026-11-25T10:00:00Z INFO deploy[42]: using @ for the upload'],
  ['json', '{"id":7,"value":"@","ok":true}'],
  ['yaml', 'steps:\n  - run: upload\n    with: "@"\n    retries: 3'],
  ['shell', "$ upload --to eu-west-1 '@' && echo done\ndone"],
  ['prose', 'Please keep this one: @, it is the only one that we have.'],
  ['brackets', 'found (@) and [@] in <notes.txt>'],
  ['backticks', 'See `@` in the wiki.'],
  ['table', '| name   | value | since |\n| ci | @ | 2026 |'],
  ['diff', '@@ -1,2 +1,2 @@\n-const value = "@";\n+const value = read();'],
  ['comma', 'one,@,three'],
  ['tab', 'ci\t@\t2026-11-25'],
  ['two', '@ @'],
  ['lines', '@\n@\n@'],
  ['equals', 'X=@'],
  ['arrow', 'old -> @ -> new'],
  ['unicode', 'für größere Züge 🚂 → @ ← schön ✓ 日本語'],
  ['long', `${'lorem ipsum dolor sit amet '.repeat(4)}@ consectetur adipiscing elit`],
];

/** Log prefixes and the like, before a line that is no word. */
const LINE_CONTEXTS: readonly (readonly [name: string, template: string])[] = [
  ['alone', '@'],
  ['between', 'first line\n@\nlast line'],
  ['after-command', '$ cat settings\n@\n$ '],
  ['log', '2026-11-25 10:00:00,123 DEBUG app.config - @'],
  ['compose', 'web-1  | @\nweb-1  | ready'],
  ['added', ' unchanged\n+@\n unchanged'],
  ['indented', 'x:\n    @\n'],
  ['twice', '@\n\n@'],
];

const BLOCK_CONTEXTS: readonly (readonly [name: string, template: string])[] = [
  ['alone', '@'],
  ['after-command', '$ cat file\n@\n$ echo done\ndone'],
  ['newline', '@\n'],
];

export interface Drawn {
  readonly context: string;
  readonly pieces: readonly Piece[];
}

/** Draws one text of the kind. */
export function drawText(kind: SecretKind, draw: Draw): Drawn {
  const template = kind.templates[draw(kind.templates.length)] as string;
  const isMultiline = kind.shape !== 'word' && template.includes('\n');
  const contexts = kind.shape === 'word' ? WORD_CONTEXTS : isMultiline ? BLOCK_CONTEXTS : LINE_CONTEXTS;
  const [context, text] = contexts[draw(contexts.length)] as (typeof contexts)[number];
  const parts = context === 'diff' ? text.split(/(?<=")@(?=")/) : text.split('@');
  const pieces: Piece[] = [];
  for (const [index, part] of parts.entries()) {
    if (part !== '') pieces.push({ text: part, role: 'public' });
    if (index < parts.length - 1) pieces.push(...drawCore(kind, template, draw));
  }
  return { context, pieces };
}

/** Within a word what stands between the random parts belongs to it and may go. */
function drawCore(kind: SecretKind, template: string, draw: Draw): readonly Piece[] {
  const pieces = expandPieces(template, draw);
  if (kind.shape !== 'word') return pieces;
  return pieces.map((piece) =>
    piece.role === 'public' && !isKept(kind, piece.text) ? { text: piece.text, role: 'free' } : piece,
  );
}

/** Of a token, where it is sent; of a card, the last four digits. */
function isKept({ name }: SecretKind, text: string): boolean {
  return text.startsWith('http') || (name.startsWith('card') && /^\d{4}$/.test(text));
}

/** What must not be readable: the random parts, line by line. */
export function secretsOf(pieces: readonly Piece[]): readonly string[] {
  return pieces
    .filter(({ role }) => role === 'secret')
    .flatMap(({ text }) => text.split(/\\{1,2}n|\n/))
    .filter((text) => text.length >= 4);
}

/** What must be there: public text, line by line. */
export function survivorsOf(pieces: readonly Piece[]): readonly string[] {
  return pieces
    .filter(({ role }) => role === 'public')
    .flatMap(({ text }) => text.split('\n'))
    .filter((text) => text.replace(/\s/g, '').length >= 2);
}
