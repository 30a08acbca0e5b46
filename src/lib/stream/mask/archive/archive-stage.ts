// The mask of a tar archive: as many bytes come out as go in, each at its place, so that the archive arrives whole. Every byte is read as the
// linear mask reads output; what the archive's own structure is for is to say where one text ends and the next begins: a value at the end of
// a file does not go on in the next file's header.
import type { MaskLabels } from '../emitter.ts';
import type { CompiledRules } from '../finding/compiled-rules.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { KnownIndex } from '../known/known-finder.ts';
import { LinearMask } from '../linear-mask.ts';
import { MaskCounts } from '../mask-counts.ts';
import type { MaskStage } from '../mask-stage.ts';
import { BLOCK_BYTES, maskTarHeader, readTarHeader } from './tar-header.ts';

export interface ArchiveMaskOptions {
  readonly rules: CompiledRules;
  readonly known: KnownIndex;
  readonly fingerprint: Fingerprint;
}

/**
 * A mask is written over what it hides: `[kind:3f2a]****` where that fits, else `****`. What is no archive, or is none any more, is one text
 * from there on. Nothing is let go at a deadline: nobody reads an archive before it has come. Throws a `Bug` where it could not keep the
 * length, and what `createMaskStage` throws.
 */
export function createArchiveMaskStage({ rules, known, fingerprint }: ArchiveMaskOptions): MaskStage {
  const labels = new MaskCounts(fingerprint, undefined);
  const begin = () => beginText(rules, known, labels);
  /** What has come of the next header. */
  const block = Buffer.alloc(BLOCK_BYTES);
  let filled = 0;
  let text: LinearMask | undefined;
  /** Bytes of it that are still to come. */
  let left = 0;

  function push(bytes: Uint8Array): readonly Uint8Array[] {
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const count = Math.min(bytes.length - at, text === undefined ? BLOCK_BYTES - filled : left);
      const next = bytes.subarray(at, at + count);
      at += count;
      if (text === undefined) pushHeader(next, pieces);
      else pushText(text, next, pieces);
    }
    return pieces;
  }

  function pushText(mask: LinearMask, bytes: Uint8Array, pieces: Uint8Array[]): void {
    pieces.push(...mask.push(bytes));
    left -= bytes.length;
    if (left > 0) return;
    pieces.push(...mask.flush());
    text = undefined;
  }

  function pushHeader(bytes: Uint8Array, pieces: Uint8Array[]): void {
    block.set(bytes, filled);
    filled += bytes.length;
    if (filled < BLOCK_BYTES) return;
    filled = 0;
    const header = readTarHeader(block);
    if (header !== null) {
      pieces.push(maskTarHeader(block, maskAll));
      left = header.contentBytes;
      if (left > 0) text = begin();
    } else if (block.every((byte) => byte === 0)) {
      // Two of them end an archive.
      pieces.push(Buffer.from(block));
    } else {
      text = begin();
      left = Number.POSITIVE_INFINITY;
      pieces.push(...text.push(Buffer.from(block)));
    }
  }

  function maskAll(bytes: Uint8Array): Uint8Array {
    const mask = begin();
    return Buffer.concat([...mask.push(bytes), ...mask.flush()]);
  }

  return {
    push,
    get counts() {
      return labels.counts;
    },
    get holding() {
      return filled > 0 || text?.holding === true;
    },
    get holdsSecret() {
      return text?.holdsSecret === true;
    },
    expire: () => [],
    flush: () => (text === undefined ? [maskAll(block.subarray(0, filled))] : text.flush()),
    resize() {},
  };
}

function beginText(rules: CompiledRules, known: KnownIndex, labels: MaskLabels): LinearMask {
  return new LinearMask({ rules, known, labels, width: 0, hasScreen: false, keepsLength: true, origin: 0 });
}
