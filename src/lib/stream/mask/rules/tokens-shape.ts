// What the rules for tokens have in common: which characters a token has, that it was drawn and is no example of a
// documentation, and the look-alikes that every prefix has.
import { looksRandom } from '../checks/index.ts';
import type { PatternRule } from '../rule.ts';

/** A row of a table of tokens; what it leaves open is the same for all. */
export interface TokenFacts extends Omit<PatternRule, 'kind' | 'family' | 'tests'> {
  /** The rule's name where it is not given. */
  readonly kind?: string;
  readonly family?: 'token' | 'url';
  /** The prefix begins a word, and in strings and URLs a word also begins after `\n` or `%3D`. */
  readonly beginsWord?: true;
  readonly masks: readonly string[];
  readonly leaves?: readonly string[];
}

/**
 * The rules of a row: one, or two where `beginsWord` asks for a second one that looks behind `\n` and the like. Unless the
 * row says otherwise, the family is `token` and what is masked must have been drawn (see `isDrawn`). A prefix that ends in
 * `_`, `-` or `.` and is followed by twenty characters or more needs neither `notBefore` nor `beginsWord`: ordinary text
 * does not contain it.
 */
export function token(facts: TokenFacts): readonly PatternRule[] {
  const { kind = facts.name, family = 'token', beginsWord, masks, leaves = [], ...rest } = facts;
  const rule: PatternRule = {
    check: isDrawn,
    ...rest,
    kind,
    family,
    tests: { masks, leaves: [...leaves, ...lookAlikes(facts)] },
  };
  return beginsWord ? [rule, behindEscapes(rule)] : [rule];
}

/** What ends in a letter or digit that is no part of the word behind it. */
const WORD_STARTS = ['\\n', '\\r', '\\t', '%20', '%22', '%3A', '%3D'];

function behindEscapes({ notBefore: _, ...rule }: PatternRule): PatternRule {
  const first = rule.anchors[0] as string;
  const mask = rule.tests.masks.find((text) => text.includes(first)) ?? first;
  return {
    ...rule,
    name: `${rule.name}-behind-escape`,
    anchors: rule.anchors.flatMap((anchor) => WORD_STARTS.map((start) => start + anchor)),
    tests: {
      masks: WORD_STARTS.map((start) => mask.replace(first, `x${start}${first}`)),
      leaves: WORD_STARTS.map((start) => `x${start}${first}<your-token>`),
    },
  };
}

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
