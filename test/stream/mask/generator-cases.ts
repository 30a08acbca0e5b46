// Draws cases, runs them through the mask in every split, and gathers what went wrong.
import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import { drawFrom, expandPieces, type Piece } from '../../../src/lib/stream/mask/examples.ts';
import { BENIGN_KINDS } from './generator-benign.ts';
import { judge } from './generator-judge.ts';
import { KEY_KINDS, URL_KINDS } from './generator-keys.ts';
import type { SecretKind } from './generator-kinds.ts';
import { drawKnown, ENCODINGS, formsOfKnown } from './generator-known.ts';
import { KUBERNETES_KINDS } from './generator-kubernetes.ts';
import { BENIGN_MATRIX, MATRIX_KINDS } from './generator-matrix.ts';
import { NAMED_KINDS } from './generator-named.ts';
import { PERSONAL_KINDS } from './generator-personal.ts';
import { type Masker, makeMasker, maskedInEverySplit } from './generator-run.ts';
import { drawText, secretsOf, survivorsOf } from './generator-text.ts';
import { TOKEN_KINDS } from './generator-tokens.ts';
import { VARIANTS as EVERY_VARIANT, marksOf, type Variant } from './generator-variants.ts';

/** MASK_VARIANTS=crlf,title: only those whose name has one of these in it. */
const WANTED = (process.env.MASK_VARIANTS ?? '').split(',');
const VARIANTS = EVERY_VARIANT.filter(({ name }) => WANTED.some((part) => name.includes(part)));

export const SECRET_KINDS: readonly SecretKind[] = [
  ...TOKEN_KINDS,
  ...KEY_KINDS,
  ...URL_KINDS,
  ...NAMED_KINDS,
  ...MATRIX_KINDS,
  ...KUBERNETES_KINDS,
  ...PERSONAL_KINDS,
];

export interface Outcome {
  readonly group: string;
  readonly kind: string;
  readonly variant: string;
  readonly context: string;
  readonly input: string;
  readonly output: string;
  readonly leaked: readonly string[];
  readonly survivors: number;
  readonly lost: readonly string[];
  readonly isSameForAllSplits: boolean;
  /** The output differs from the input; for benign text a miss. */
  readonly isTouched: boolean;
}

const masker = makeMasker();

/** Cases with a secret, `perKind` of each, each in another variant. */
export async function* secretOutcomes(seed: number, perKind: number, only: readonly SecretKind[] = SECRET_KINDS) {
  const draw = drawFrom(seed);
  for (const kind of only) {
    const first = draw(VARIANTS.length);
    for (let round = 0; round < perKind; round++) {
      const { context, pieces } = drawText(kind, draw);
      const variant = VARIANTS[(first + round * 7) % VARIANTS.length] as Variant;
      yield await outcomeOf(
        { ...kind, kind: kind.name, context, pieces, variant, secrets: secretsOf(pieces) },
        masker,
        draw,
      );
    }
  }
}

/** Cases with a known value, `perEncoding` of each. */
export async function* knownOutcomes(seed: number, perEncoding: number) {
  const draw = drawFrom(seed);
  for (const [kind, encode] of ENCODINGS) {
    const first = draw(VARIANTS.length);
    for (let round = 0; round < perEncoding; round++) {
      const { value, context, pieces } = drawKnown(encode, draw);
      const variant = VARIANTS[(first + round * 7) % VARIANTS.length] as Variant;
      const secrets = [...secretsOf(pieces), ...formsOfKnown(value, draw)];
      yield await outcomeOf(
        { group: 'known', kind, context, pieces, variant, secrets },
        makeMasker([{ name: 'v', value }]),
        draw,
      );
    }
  }
}

/** Benign cases, `perKind` of each: half of them plain. */
export async function* benignOutcomes(seed: number, perKind: number) {
  const draw = drawFrom(seed);
  for (const kind of [...BENIGN_KINDS, ...BENIGN_MATRIX]) {
    const first = draw(kind.templates.length);
    // As many of a kind as its templates deserve.
    const rounds = kind.templates.length > 100 ? 4 * perKind : perKind;
    for (let round = 0; round < rounds; round++) {
      const template = kind.templates[(first + round) % kind.templates.length] as string;
      const pieces = expandPieces(template, draw).map(
        ({ text }, index): Piece => ({ text, role: index % 2 === 0 ? 'public' : 'free' }),
      );
      const variant = VARIANTS[draw(2) === 0 ? 0 : draw(VARIANTS.length)] as Variant;
      yield await outcomeOf(
        { group: 'benign', kind: kind.name, context: 'alone', pieces, variant, secrets: [] },
        masker,
        draw,
      );
    }
  }
}

interface Case {
  readonly group: string;
  readonly kind: string;
  readonly context: string;
  readonly pieces: readonly Piece[];
  readonly variant: Variant;
  readonly secrets: readonly string[];
}

async function outcomeOf(drawn: Case, masker: Masker, draw: Draw): Promise<Outcome> {
  const { group, kind, context, pieces } = drawn;
  const marks = marksOf(pieces);
  const printed = drawn.variant.print(marks, draw);
  const input = printed ?? marks.map(({ text }) => text).join('');
  const bytes = Buffer.from(input);
  const { whole, isSameForAllSplits } = maskedInEverySplit(masker, bytes, draw);
  const output = whole.toString();
  const isTouched = !whole.equals(bytes);
  const survivors = survivorsOf(pieces);
  const verdict =
    group === 'benign' ? { leaked: [], lost: [] } : await judge({ input, output, secrets: drawn.secrets, survivors });
  return {
    ...{ group, kind, context, input, output, isSameForAllSplits, isTouched },
    ...{ variant: printed === null ? 'plain' : drawn.variant.name, survivors: survivors.length, ...verdict },
  };
}
