// Anchors that were found and wait for their turn, first in, first out. Kept as numbers in one list: there may be thousands of them, and
// an object for each was a tenth of what the mask allocated.

/** Numbers of one anchor. */
const STRIDE = 3;
/** A longer list is given back once it is empty: hostile text made it. */
const MOST_KEPT = 64 * STRIDE;

export class WaitingAnchors {
  private numbers: number[] = [];
  private count = 0;
  private taken = 0;

  get isEmpty(): boolean {
    return this.taken === this.count;
  }

  /** `begin`: where what is secret begins if the anchor, or what stands before it, belongs to it. */
  add(from: number, end: number, begin: number): void {
    const { numbers, count } = this;
    numbers[count] = from;
    numbers[count + 1] = end;
    numbers[count + 2] = begin;
    this.count = count + STRIDE;
  }

  /** Of the first one; there must be one. */
  get from(): number {
    return this.numbers[this.taken] as number;
  }

  get end(): number {
    return this.numbers[this.taken + 1] as number;
  }

  get begin(): number {
    return this.numbers[this.taken + 2] as number;
  }

  /** Drops the first one. */
  drop(): void {
    this.taken += STRIDE;
    if (this.taken < this.count) return;
    this.taken = 0;
    this.count = 0;
    if (this.numbers.length > MOST_KEPT) this.numbers = [];
  }
}
