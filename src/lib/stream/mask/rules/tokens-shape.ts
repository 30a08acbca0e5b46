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

/** How many different characters there are at least, by length: one in 30,000 drawn hexadecimal texts has fewer. */
const SMALLEST_ALPHABETS: readonly (readonly [length: number, count: number])[] = [
  [40, 10],
  [30, 9],
  [20, 7],
  [12, 4],
  [0, 2],
];
const LONGEST_RUN = 7;
const FILLERS = /[xX]{6}|[-_]x{3}|x{3}[-_]/;
const WORDS =
  /example|placeholder|redacted|changeme|(?<![a-z0-9])(?:your|my|the)[-_]|[-_](?:here|token|secret|goes|api[-_]?key)/i;
/** Longer texts have any of these by chance. */
const LONGEST_WITHOUT_WORDS = 120;

/**
 * False for what stands in for a token: few characters over and over, and words such as "example" or "your_token_here".
 * Fewer than 1 in 10,000 drawn tokens fail.
 */
export function isDrawn(secret: string): boolean {
  const { characters, longestRun } = censusOf(secret);
  const smallest = SMALLEST_ALPHABETS.find(([length]) => secret.length >= length)?.[1] ?? 0;
  if (characters < smallest) return false;
  if (secret.length > LONGEST_WITHOUT_WORDS) return true;
  return longestRun <= LONGEST_RUN && !FILLERS.test(secret) && !WORDS.test(secret);
}

/** Drawn, and not put together of words, as the names of things are. */
export const isNoName = (secret: string): boolean =>
  isDrawn(secret) && (censusOf(secret).digits > 1 || looksRandom(secret));

/** The same, with capitals and small letters in it, as 20 random characters or more always have. */
export const isMixed = (secret: string): boolean => hasBothCases(secret) && isNoName(secret);

export const hasBothCases = (secret: string): boolean =>
  /[A-Z]/.test(secret) && /[a-z]/.test(secret) && isDrawn(secret);

interface Census {
  readonly characters: number;
  readonly digits: number;
  readonly longestRun: number;
}

/** One pass, since a hostile stream can ask thousands of times. */
function censusOf(text: string): Census {
  const seen = new Uint8Array(256);
  let characters = 0;
  let digits = 0;
  let run = 0;
  let longestRun = 0;
  let previous = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at) & 0xff;
    if (seen[code] === 0) {
      seen[code] = 1;
      characters += 1;
    }
    if (code >= 0x30 && code <= 0x39) digits += 1;
    run = code === previous ? run + 1 : 1;
    if (run > longestRun) longestRun = run;
    previous = code;
  }
  return { characters, digits, longestRun };
}

export const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';
