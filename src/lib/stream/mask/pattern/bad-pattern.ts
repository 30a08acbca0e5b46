// Why a pattern is refused, and where. Authors of rules read these messages: they say what to write instead.

/** The limits a pattern keeps. Whatever is past one of them is refused when it is compiled, never while it runs. */
export const PATTERN_LIMITS = {
  /** Characters of the pattern. */
  source: 2_000,
  /** Groups within groups. */
  nesting: 50,
  /** States of the automaton before it is made deterministic: one for each character a match may need. */
  parts: 4_000,
  /** Bytes a match may have. */
  matchLength: 65_536,
  /** States of the deterministic automaton. */
  states: 5_000,
} as const;

/** The pattern cannot be used. `position` is an index into its text. */
export class BadPattern extends Error {
  readonly position: number;

  constructor(reason: string, position: number) {
    super(`${reason} (at character ${position + 1})`);
    this.name = 'BadPattern';
    this.position = position;
  }
}
