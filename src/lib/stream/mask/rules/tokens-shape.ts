// What the rules for tokens have in common: which characters a token has, that it was drawn and is no example of a
// documentation, and the look-alikes that every prefix has.
import { looksRandom } from '../checks/index.ts';
import { compilePattern } from '../pattern/index.ts';
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

/** How many different characters there are at least, by length: one in 30,000 drawn hexadecimal texts has fewer. */
function smallestAlphabet(length: number): number {
  if (length >= 40) return 10;
  if (length >= 30) return 9;
  if (length >= 20) return 7;
  return length >= 12 ? 4 : 2;
}

const LONGEST_RUN = 7;
/** Longer texts have any of these by chance. */
const LONGEST_WITHOUT_WORDS = 120;
const inAnyCase = (pattern: string): string => pattern.replace(/[a-z]/g, (c) => `[${c}${c.toUpperCase()}]`);
/** What somebody fills in, anywhere in a text: run as one pattern, since every token of a stream is looked through. */
const STAND_IN = compilePattern(
  `[\\x00-\\xff]{0,${LONGEST_WITHOUT_WORDS}}(?:${[
    '[xX]{6}|[-_]x{3}|x{3}[-_]',
    inAnyCase('example|placeholder|redacted|changeme'),
    `[^A-Za-z0-9](?:${inAnyCase('your|my|the')})[-_]`,
    `[-_](?:${inAnyCase('here|token|secret|goes')}|${inAnyCase('api')}[-_]?${inAnyCase('key')})`,
  ].join('|')})`,
);
/** Words at the begin of the text are there as well. */
const AFTER_NO_LETTER = STAND_IN.step(STAND_IN.start, 0);

/**
 * False for what stands in for a token: few characters over and over, and words such as "example" or "your_token_here".
 * Fewer than 1 in 10,000 drawn tokens fail.
 */
export function isDrawn(secret: string): boolean {
  if (!hasCharacters(secret, smallestAlphabet(secret.length))) return false;
  return secret.length > LONGEST_WITHOUT_WORDS || !standsIn(secret);
}

/** Drawn, and not put together of words, as the names of things are. */
export const isNoName = (secret: string): boolean =>
  isDrawn(secret) && (/[0-9].*[0-9]/s.test(secret) || looksRandom(secret));

/** The same, with capitals and small letters in it, as 20 random characters or more always have. */
export const isMixed = (secret: string): boolean => hasCases(secret) && isNoName(secret);

export const hasBothCases = (secret: string): boolean => hasCases(secret) && isDrawn(secret);

const hasCases = (secret: string): boolean => /[A-Z]/.test(secret) && /[a-z]/.test(secret);

/** True once so many different ones were seen, which takes a glance. A bit for each character of ASCII that is no control. */
function hasCharacters(text: string, enough: number): boolean {
  let count = 0;
  let signs = 0;
  let capitals = 0;
  let letters = 0;
  for (let at = 0; at < text.length && count < enough; at++) {
    const code = text.charCodeAt(at);
    const bit = 1 << (code & 31);
    if (code >> 5 === 1) {
      if ((signs & bit) === 0) count += 1;
      signs |= bit;
    } else if (code >> 5 === 2) {
      if ((capitals & bit) === 0) count += 1;
      capitals |= bit;
    } else if (code >> 5 === 3) {
      if ((letters & bit) === 0) count += 1;
      letters |= bit;
    } else {
      return new Set(text).size >= enough;
    }
  }
  return count >= enough;
}

/** One character eight times in a row, or what somebody fills in. */
function standsIn(text: string): boolean {
  let state = AFTER_NO_LETTER;
  let run = 0;
  let previous = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    run = code === previous ? run + 1 : 1;
    if (run > LONGEST_RUN) return true;
    previous = code;
    state = STAND_IN.step(state, code);
    if (STAND_IN.accepts(state)) return true;
  }
  return false;
}

export const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
