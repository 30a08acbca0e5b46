// How much one rule may read again and again of what it has read already. Text that is made to be slow has thousands of candidates that
// each look at the same bytes; beyond a measure that no other text comes near, nobody looks any more, and what is in doubt is masked.

/** For each visible byte of the stream so far, and at the begin: bytes that may be looked at again. */
const PER_BYTE = 8;
const AT_BEGIN = 64 * 1024;

export class Effort {
  private spent = 0;

  spend(bytes: number): void {
    this.spent += bytes;
  }

  /** The stream has come to `position`. Depends on bytes alone, not on time. */
  isTooMuch(position: number): boolean {
    return this.spent > AT_BEGIN + PER_BYTE * position;
  }
}
