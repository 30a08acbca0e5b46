// What a rule of the mask is: data that says where a secret begins, what it looks like and what of it may be shown.
// Rules see *visible text*: escape sequences, soft wraps and characters of no width are gone, a line ends in one "\n"
// (a lone carriage return is "\r"), everything else is the stream's bytes. Nothing here reads a stream.

/** What a rule finds; masks carry it: `[github-token:3f2a]`. Policy and configuration switch rules by it or by family. */
export type Kind = string;

export const FAMILIES = ['token', 'key', 'url', 'header', 'named', 'kubernetes', 'personal', 'own', 'known'] as const;
export type Family = (typeof FAMILIES)[number];

interface Common {
  /** Unique, kebab-case. */
  readonly name: string;
  readonly kind: Kind;
  readonly family: Family;
  /**
   * Literal ASCII texts, any of which begins a candidate. An automaton finds all rules' anchors in one pass: they
   * should be rare in ordinary text, and at least two characters but for a few.
   */
  readonly anchors: readonly string[];
  /** The anchors' letters match in either case. */
  readonly ignoreCase?: true;
  /** A class such as `[A-Za-z0-9_]`: none of it may stand right before the anchor (before `before`, where there is one). */
  readonly notBefore?: string;
  readonly tests: Examples;
}

/**
 * Texts that show what a rule does. `${CLASS:LENGTH}` and `${maker:…}` stand for fresh random text (see examples.ts), so
 * that no text here looks like a live secret.
 */
export interface Examples {
  /** Everything that `${…}` stands for is gone from the output, and all other text is still there, unchanged. */
  readonly masks: readonly string[];
  /** The rule finds nothing in these. */
  readonly leaves: readonly string[];
}

/**
 * A secret as a sequence of patterns: `before` ANCHOR `lead` `secret` `tail`. Each pattern takes the longest text it can and
 * what follows begins where it ended; there is no going back, so write `lead` such that it cannot eat into `secret`.
 * Patterns are a subset of regular expressions (see pattern/): every repetition is bounded, and no assertion, reference or
 * capture exists.
 */
export interface PatternRule extends Common {
  /** What of the secret stands before the anchor: a class and how many of it. An e-mail address is one. */
  readonly before?: { readonly class: string; readonly min: number; readonly max: number };
  /** The anchor is masked with the secret; otherwise it is public and shown. */
  readonly hidesAnchor?: true;
  /** Public text between anchor and secret. */
  readonly lead?: string;
  readonly secret: string;
  /** Must follow the secret, is shown, and matches texts of one length only. */
  readonly tail?: string;
  /** A class: none of it may follow the secret (the tail, where there is one). The end of the stream is fine. */
  readonly notAfter?: string;
  /** Judges what would be masked (without `keep`): pure, fast, bounded by the pattern. Gets bytes as Latin-1. */
  readonly check?: (secret: string) => boolean;
  /**
   * Judges the visible line before the secret, its last 200 bytes as Latin-1: false where it can be none there. `mayBeginLine`: a line
   * end that was left out stands right before the secret, so that it may be the first of its line after all.
   */
  readonly isAmong?: (before: string, mayBeginLine: boolean) => boolean;
  /** How many characters at the secret's ends stay readable. */
  readonly keep?: { readonly first?: number; readonly last?: number };
  /**
   * Only its end shows that it is a secret (a card's check digit, the "@" after a password): it is held back whole for as
   * long as the consumer waits, and then shown. Without this, anchor and lead are proof enough: what follows them is
   * masked at a deadline, never shown.
   */
  readonly confirmedByEnd?: true;
}

/** A secret whose shape needs memory, such as the data of a Kubernetes Secret: a small machine reads on from the anchor. */
export interface MachineRule extends Common {
  /** Bytes after the anchor at which the machine is stopped. At most 64 KiB. */
  readonly maxLength: number;
  readonly begin: (beginning: Beginning) => Machine;
}

/** Where a machine begins. Its texts are made whenever they are asked for: nearly all machines stop before they need any. */
export interface Beginning {
  /** The visible line up to the anchor, its last 200 bytes as Latin-1. There for as long as the machine reads. */
  readonly before: string;
  /** The text found. */
  readonly anchor: string;
}

/** Reads visible bytes one by one. Offsets count from the byte after the anchor. */
export interface Machine {
  /** Takes the next byte; false once it needs no more (that byte was taken all the same). */
  push(byte: number): boolean;
  /** From here on nothing may be shown yet; Infinity while nothing is open. Never moves back. */
  readonly holdFrom: number;
  /**
   * What is secret of all that was pushed, ascending, not overlapping. Asked for once the machine needs no more, at `maxLength` and
   * at the end of the stream; and, with `early`, at a deadline, where more may come and what is undecided counts as secret.
   */
  spans(early: boolean): readonly Span[];
}

/** Half open, in bytes of visible text. `kind` where it differs from the rule's. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind?: Kind;
}

export type Rule = PatternRule | MachineRule;

export const isMachineRule = (rule: Rule): rule is MachineRule => 'begin' in rule;
