// Ways of cutting a text into pieces, to show that the mask does not care: whole, in random pieces, byte by byte.

export const SPLITS = ['whole', 'random', 'bytes'] as const;
export type Splits = (typeof SPLITS)[number];

/** Of random pieces; the shortest has one byte. */
const LONGEST_PIECE_BYTES = 64;

/** The pieces in order, views of `bytes`. `seed` draws the random ones: the same for the same seed. */
export function* piecesOf(bytes: Buffer, splits: Splits, seed: number): Generator<Buffer> {
  if (splits === 'whole') {
    yield bytes;
    return;
  }
  const draw = splits === 'bytes' ? () => 1 : drawLengths(seed);
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + draw());
    yield bytes.subarray(from, to);
    from = to;
  }
}

/** A small generator (mulberry32): the pieces need variety, not secrecy. */
function drawLengths(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return 1 + (((mixed ^ (mixed >>> 14)) >>> 0) % LONGEST_PIECE_BYTES);
  };
}
