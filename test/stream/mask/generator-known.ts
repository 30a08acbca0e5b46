// What the generator draws of known values: one that the broker was told, in the encodings that programs print.
import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import { expandPieces, type Piece } from '../../../src/lib/stream/mask/examples.ts';
import { whyUnfit } from '../../../src/lib/stream/mask/known/known-fitness.ts';

const VALUES = [
  '${A-Za-z0-9!@#$%^&*+/=?~:20-40}',
  '${alnum:16-32}',
  '${A-Za-z0-9 "\'\\\\<>&:24}',
  '${hex:32}',
  '${alnum:8}-${alnum:8}/${alnum:8}+=',
  '${alnum:10}ß${alnum:8}é',
] as const;

type Encode = (value: string, draw: Draw) => string;

const base64At =
  (alignment: number, encoding: 'base64' | 'base64url'): Encode =>
  (value) =>
    Buffer.concat([Buffer.from('user:'.slice(0, 3 + alignment)), Buffer.from(value), Buffer.from('\n')]).toString(
      encoding,
    );

/** How a value is written, and the least of that text that gives it away. */
export const ENCODINGS: readonly (readonly [name: string, encode: Encode])[] = [
  ['literal', (value) => value],
  ['base64-0', base64At(0, 'base64')],
  ['base64-1', base64At(1, 'base64')],
  ['base64-2', base64At(2, 'base64')],
  ['base64url', base64At(1, 'base64url')],
  ['base64-alone', (value) => Buffer.from(value).toString('base64')],
  ['url', (value) => encodeURIComponent(value)],
  ['url-form', (value) => new URLSearchParams({ v: value }).toString().slice(2)],
  ['json', (value) => JSON.stringify(value).slice(1, -1)],
  ['json-in-json', (value) => JSON.stringify(JSON.stringify(value)).slice(3, -3)],
  ['hex', (value) => Buffer.from(value).toString('hex')],
  ['hex-upper', (value) => Buffer.from(value).toString('hex').toUpperCase()],
  ['shell', (value) => `'${value.replaceAll("'", "'\\''")}'`],
  [
    // As bash does it.
    'shell-printf-q',
    (value) => value.replace(/[ \t'"\\|&;()<>!{}*[\]?^$`,]|^[#~]|(?<=[:=])~/g, '\\$&'),
  ],
];

export interface KnownDrawn {
  readonly value: string;
  readonly context: string;
  readonly pieces: readonly Piece[];
}

const CONTEXTS = ['@', 'value is @ here\nnext', '{"v":"@"}', 'a\n@\nb', 'x=@;y=1', '(@)', '@ @'] as const;

/** Draws a value and a text that shows it in one encoding. */
export function drawKnown(encode: Encode, draw: Draw): KnownDrawn {
  let value = drawValue(draw);
  // By luck it may be one that a load would refuse.
  while (whyUnfit(value) !== undefined) value = drawValue(draw);
  const context = CONTEXTS[draw(CONTEXTS.length)] as string;
  const encoded = encode(value, draw);
  const pieces = context
    .split('@')
    .flatMap((text, index): Piece[] => [
      ...(index === 0 ? [] : [{ text: encoded, role: 'secret' as const }]),
      ...(text === '' ? [] : [{ text, role: 'public' as const }]),
    ]);
  return { value, context, pieces };
}

function drawValue(draw: Draw): string {
  return expandPieces(VALUES[draw(VALUES.length)] as string, draw)
    .map(({ text }) => text)
    .join('')
    .replace(/^ | $/g, '_');
}

/** What must not be there, however it is written around: every encoding, without the ends that neighbours change. */
export function formsOfKnown(value: string, draw: Draw): readonly string[] {
  return ENCODINGS.map(([name, encode]) => {
    const text = encode(value, draw);
    if (name === 'shell') return text.slice(1, -1);
    return name.startsWith('base64') && name !== 'base64-alone' ? text.slice(8, -6) : text;
  });
}
