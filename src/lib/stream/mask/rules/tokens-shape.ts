// What the rules for tokens have in common: which characters a token has, that it was drawn and is no example of a
// documentation, and the look-alikes that every prefix has.
import type { PatternRule } from '../rule.ts';

/** A row of a table of tokens; what it leaves open is the same for all. */
export interface TokenFacts extends Omit<PatternRule, 'kind' | 'family' | 'tests'> {
  /** The rule's name where it is not given. */
  readonly kind?: string;
  readonly family?: 'token' | 'url';
  readonly masks: readonly string[];
  readonly leaves?: readonly string[];
}

/**
 * A rule from its row. Unless the row says otherwise, the family is `token` and what is masked must have been drawn (see
 * `isDrawn`). A prefix that ends in `_`, `-` or `.` and is followed by twenty characters or more needs no `notBefore`:
 * ordinary text does not contain it, and what stands before it may be the `n` of a `\n` in a string.
 */
export function token(facts: TokenFacts): PatternRule {
  const { kind = facts.name, family = 'token', masks, leaves = [], ...rest } = facts;
  return { check: isDrawn, ...rest, kind, family, tests: { masks, leaves: [...leaves, ...lookAlikes(facts)] } };
}

/** What documentation and code write after a prefix. */
function lookAlikes({ anchors, ignoreCase }: TokenFacts): string[] {
  const anchor = anchors[0] as string;
  const shown = ignoreCase ? anchor.toUpperCase() : anchor;
  return [`${shown}<your-token> begins with ${shown}`, `${shown}${'x'.repeat(48)}`, `"${shown}${'0'.repeat(64)}"`];
}

const SMALLEST_ALPHABET = 6;
const FILLERS = /[xX]{6}|([A-Za-z0-9])\1{7}|[-_]x{3}|x{3}[-_]/;
const WORDS = /example|placeholder|redacted|changeme|(?:your|my|the)[-_]|[-_](?:here|token|secret|goes|api[-_]?key)/i;

/**
 * False for what stands in for a token: one character over and over, and words such as "example" or "your_token_here".
 * Below 1 in 10,000 of drawn tokens fail: runs are looked for only in what is short enough to have none by chance.
 */
export function isDrawn(secret: string): boolean {
  if (new Set(secret).size < Math.min(SMALLEST_ALPHABET, secret.length / 2)) return false;
  return secret.length > 120 || !(FILLERS.test(secret) || WORDS.test(secret));
}

/** Drawn, with a digit in it, such as words joined by hyphens do not have. */
export const hasDigits = (secret: string): boolean => /\d/.test(secret) && isDrawn(secret);

/** Drawn, with digits, capitals and small letters in it, as 20 random characters or more always have. */
export const isMixed = (secret: string): boolean => hasBothCases(secret) && /\d/.test(secret);

export const hasBothCases = (secret: string): boolean =>
  /[A-Z]/.test(secret) && /[a-z]/.test(secret) && isDrawn(secret);

export const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';

/**
 * A prefix of letters alone must begin a word. In strings and URLs a word also begins after `\n` or `%3D`, whose last letter
 * looks like the word's own: such beginnings are anchors of their own.
 */
export const atWordStart = (...prefixes: readonly string[]): string[] =>
  prefixes.flatMap((prefix) => WORD_STARTS.map((start) => start + prefix));

const WORD_STARTS = ['', '\\n', '\\r', '\\t', '\\u0022', '%0A', '%20', '%22', '%3A', '%3D', '%3d'];
