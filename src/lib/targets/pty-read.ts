// Takes what the kernel holds of a terminal's output, many small reads in one chunk: a terminal gives at most 4 KiB a
// read(2), and everything downstream costs by the chunk.
import { readSync } from 'node:fs';

export interface Batch {
  /** Possibly empty; nobody else's memory. */
  readonly bytes: Buffer;
  /** Why it stopped. `silent` and `ended` come only when the kernel has no byte left: it flushes before either. */
  readonly stop: 'full' | 'silent' | 'ended' | { readonly error: unknown };
}

/**
 * Appends to `first`, which was read before, whatever the non-blocking `master` has, up to about 64 KiB. `ended` is a
 * terminal that nobody has open.
 */
export function readBatch(master: number, first?: Uint8Array): Batch {
  const buffer = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let filled = 0;
  if (first !== undefined) {
    buffer.set(first);
    filled = first.byteLength;
  }
  while (filled <= BATCH_BYTES - READ_BYTES) {
    const byteCount = readSome(master, buffer, filled);
    if (typeof byteCount !== 'number') return { bytes: trim(buffer, filled), stop: byteCount };
    filled += byteCount;
  }
  return { bytes: trim(buffer, filled), stop: 'full' };
}

/** Longest read of a terminal (N_TTY_BUF_SIZE of Linux); a read that comes near it has more behind it. */
export const READ_BYTES = 4096;
/** Room for `first`, which may be as long as Node's own reads, and for one read more. */
const BATCH_BYTES = 64 * 1024 + READ_BYTES;

function readSome(master: number, buffer: Buffer, offset: number): number | Exclude<Batch['stop'], 'full'> {
  try {
    return readSync(master, buffer, offset, buffer.byteLength - offset, null) || 'ended';
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EAGAIN') return 'silent';
    if (code === 'EIO') return 'ended';
    return { error };
  }
}

/** A mostly empty buffer would be held whole for as long as somebody holds its few bytes. */
function trim(buffer: Buffer, filled: number): Buffer {
  const bytes = buffer.subarray(0, filled);
  return filled < BATCH_BYTES / 4 ? Buffer.from(bytes) : bytes;
}
