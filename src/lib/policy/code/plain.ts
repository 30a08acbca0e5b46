// What a proof about code is: that it only computes, prints, and uses the files it names. Whatever cannot be shown is
// not said: a proof has no "probably".

/** Code that was read to the end and does nothing but compute, print, and use these files. */
export interface Plain {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** It touches no file. */
export const PLAIN: Plain = { reads: [], writes: [] };

/** Longer code is for people to read: what is written on a command line is shorter. */
export const MAX_CODE = 8192;

/** Thrown inside a reader where it meets what it cannot prove; never leaves `provePlain`. */
export class Unproven extends Error {}

export function unproven(): never {
  throw new Unproven();
}
