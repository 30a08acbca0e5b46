// Feeds texts to the mask whole, in random pieces and byte by byte, and tells whether all three gave the same.

import type { Draw } from '../../../src/lib/stream/mask/example-makers.ts';
import { type CompiledRules, compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { makeFingerprint } from '../../../src/lib/stream/mask/fingerprint.ts';
import { indexNeedles, type KnownIndex } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { type KnownValue, knownNeedles } from '../../../src/lib/stream/mask/known/known-values.ts';
import { createMaskStage } from '../../../src/lib/stream/mask/mask-stage.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';

const SIZE = { cols: 80, rows: 24 };
const fingerprint = makeFingerprint(Buffer.alloc(16, 7));

export interface Masker {
  readonly rules: CompiledRules;
  readonly known: KnownIndex;
}

const rules = compileRules(RULES);

/** Every rule, and these values. */
export function makeMasker(values: readonly KnownValue[] = []): Masker {
  return { rules, known: indexNeedles(knownNeedles(values)) };
}

/** What comes out where the stream is cut at `cuts`, ascending offsets of bytes. */
export function maskedAt({ rules, known }: Masker, bytes: Uint8Array, cuts: Iterable<number>): Buffer {
  const stage = createMaskStage({ rules, known, size: SIZE, fingerprint });
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const cut of cuts) {
    pieces.push(...copies(stage.push(bytes.slice(from, cut))));
    from = cut;
  }
  pieces.push(...copies(stage.push(bytes.slice(from))), ...copies(stage.flush()));
  return Buffer.concat(pieces);
}

const copies = (pieces: readonly Uint8Array[]) => pieces.map((piece) => Buffer.from(piece));

export interface Masked {
  readonly whole: Buffer;
  readonly isSameForAllSplits: boolean;
}

export function maskedInEverySplit(masker: Masker, bytes: Uint8Array, draw: Draw): Masked {
  const whole = maskedAt(masker, bytes, []);
  const random = maskedAt(masker, bytes, randomCuts(bytes.length, draw));
  const single = maskedAt(masker, bytes, singleCuts(bytes.length));
  return { whole, isSameForAllSplits: whole.equals(random) && whole.equals(single) };
}

function* randomCuts(length: number, draw: Draw): Generator<number> {
  for (let cut = 1 + draw(64); cut < length; cut += 1 + draw(64)) yield cut;
}

function* singleCuts(length: number): Generator<number> {
  for (let cut = 1; cut < length; cut++) yield cut;
}
