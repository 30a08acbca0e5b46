// What the scanner needs to know of the candidates of a rule, whatever the rule is made of.

export interface Candidates {
  /** An anchor ends at `anchorEnd`, which the byte before it has not ruled out already; false where what stands around it rules it out. */
  add(anchorFrom: number, anchorEnd: number): boolean;
  /** Reads on; `isOver` where nothing more will come. Returns true while something is undecided. */
  advance(isOver: boolean): boolean;
  /** Nothing from here on may be shown yet; Infinity where nothing is open. */
  readonly holdFrom: number;
  /** From here on a deadline must mask; Infinity where it may let go. */
  readonly proofFrom: number;
  readonly kind: string;
  /** Visible bytes before this are not needed; Infinity where nothing is open. */
  readonly begunAt: number;
}
