// What the rules for tokens have in common: which characters a token has, that it was drawn and is no example of a
// documentation, and the look-alikes that every prefix has.
import { looksRandom } from '../checks/index.ts';
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
 * The rule of a row. Unless the row says otherwise, the family is `token` and what is masked must have been drawn (see
 * `isDrawn`). A prefix that ends in `_`, `-` or `.` and is followed by twenty characters or more needs no `notBefore`:
 * ordinary text does not contain it.
 */
export function token(facts: TokenFacts): PatternRule {
  const { kind = facts.name, family = 'token', masks, leaves = [], ...rest } = facts;
  return { check: isDrawn, ...rest, kind, family, tests: { masks, leaves: [...leaves, ...lookAlikes(facts)] } };
}

/**
 * A class for `notBefore`: what stands before a prefix that is the middle of a word, and `others`. Missing are the last
 * characters of what stands before words in strings, URLs and colours: `\\n`, `\\r`, `\\t`, `%20`, `%22`, `%3D`, `[0m`.
 */
export const inWord = (others = ''): string => `[G-Za-lo-qsu-z13-9${others}]`;

/**
 * For prefixes of two to five letters that base64 contains by chance: they must not be in the middle of it, nor may it go on
 * behind the token.
 */
export const IN_BASE64 = '[A-Za-z0-9+/_-]';
export const AFTER_BASE64 = '[A-Za-z0-9+/=]';

/** What documentation and code write after a prefix. */
function lookAlikes({ anchors, ignoreCase }: TokenFacts): string[] {
  const anchor = anchors[0] as string;
  const shown = ignoreCase ? anchor.toUpperCase() : anchor;
  return [`${shown}<your-token> begins with ${shown}`, `${shown}${'x'.repeat(48)}`, `"${shown}${'0'.repeat(64)}"`];
}

const SMALLEST_ALPHABET = 6;
const FILLERS = /[xX]{6}|([A-Za-z0-9])\1{7}|[-_]x{3}|x{3}[-_]/;
const WORDS =
  /example|placeholder|redacted|changeme|(?<![a-z0-9])(?:your|my|the)[-_]|[-_](?:here|token|secret|goes|api[-_]?key)/i;

/**
 * False for what stands in for a token: one character over and over, and words such as "example" or "your_token_here".
 * Below 1 in 10,000 of drawn tokens fail: runs are looked for only in what is short enough to have none by chance.
 */
export function isDrawn(secret: string): boolean {
  if (new Set(secret).size < Math.min(SMALLEST_ALPHABET, secret.length / 3)) return false;
  return secret.length > 120 || !(FILLERS.test(secret) || WORDS.test(secret));
}

/** Drawn, and not put together of words, as the names of things are. */
export const isNoName = (secret: string): boolean =>
  isDrawn(secret) && (countDigits(secret) > 1 || looksRandom(secret));

/** The same, with capitals and small letters in it, as 20 random characters or more always have. */
export const isMixed = (secret: string): boolean => hasBothCases(secret) && isNoName(secret);

const countDigits = (text: string): number => text.length - text.replace(/\d/g, '').length;

export const hasBothCases = (secret: string): boolean =>
  /[A-Z]/.test(secret) && /[a-z]/.test(secret) && isDrawn(secret);

export const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
