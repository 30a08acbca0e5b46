// Rules of a configuration: whether one can be used, and what it is for the mask. A rule has to be bounded, to say where
// it begins, to leave ordinary text alone and to do what its own tests say; nothing here runs on a stream.
import { Bug } from '../../../core/errors.ts';
import type { OwnMaskRule, OwnRuleCheck } from '../../../core/masking-document.ts';
import { entropyPerCharacter, isBase64, isIban, isJwtHeader, isLuhn, looksRandom } from '../checks/index.ts';
import { BadPattern, compileClass, compilePattern, countStates, type Pattern } from '../pattern/index.ts';
import type { PatternRule } from '../rule.ts';
import { ordinaryShare, tryExamples } from './own-rule-trial.ts';

export interface OwnRuleProblem {
  /** Inside the rule: `['anchors', 0]`. */
  readonly path: readonly (string | number)[];
  /** What would be right. */
  readonly expected: string;
  /** What is there instead; never a text that could be secret. */
  readonly got?: string;
}

const SHORTEST_ANCHOR = 3;
const MOST_ANCHORS = 200;
const LONGEST_LEAD = 1_000;
const LONGEST_TAIL = 200;
/** Rules of this breadth are mistakes such as a space for an anchor; the broadest built-in one masks nothing there. */
const LARGEST_ORDINARY_SHARE = 0.05;

const CHECKS: Readonly<Record<OwnRuleCheck, (secret: string) => boolean>> = {
  luhn: isLuhn,
  iban: isIban,
  base64: isBase64,
  jwt: (secret) => isJwtHeader(secret.split('.', 1)[0] as string),
  random: looksRandom,
};

/**
 * Everything that is wrong with a rule whose fields have the right types; empty where it can be used. Takes some
 * milliseconds for an ordinary rule, and up to a second for one that is refused because it cannot run.
 */
export function checkOwnRule(rule: OwnMaskRule): readonly OwnRuleProblem[] {
  const problems = [...problemsOfAnchors(rule), ...problemsOfClasses(rule), ...problemsOfPatterns(rule)];
  if (problems.length > 0) return problems;
  const ready = asPatternRule(rule);
  return [...problemsOfBreadth(ready), ...tryExamples(ready)];
}

/** The rule as the mask runs it. Throws a `Bug` where `checkOwnRule` finds something: ask it first. */
export function toRule(rule: OwnMaskRule): PatternRule {
  const [problem] = checkOwnRule(rule);
  if (problem !== undefined) throw new Bug(`rule "${rule.name}" was not checked: expected ${problem.expected}`);
  return asPatternRule(rule);
}

function asPatternRule(rule: OwnMaskRule): PatternRule {
  const { name, kind = name, anchors, secret, notBefore, notAfter, lead, tail, keep, tests } = rule;
  const check = checkOf(rule);
  return {
    name,
    kind,
    family: 'own',
    anchors,
    secret,
    ...(rule.ignoreCase === true && { ignoreCase: true }),
    ...(rule.hidesAnchor === true && { hidesAnchor: true }),
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
    ...(lead !== undefined && { lead }),
    ...(tail !== undefined && { tail }),
    ...(keep !== undefined && { keep }),
    ...(check !== undefined && { check }),
    tests: { masks: tests?.masks ?? [], leaves: tests?.leaves ?? [] },
  };
}

function checkOf({ check, minEntropy = 0 }: OwnMaskRule): ((secret: string) => boolean) | undefined {
  const passes = check === undefined ? undefined : CHECKS[check];
  if (minEntropy === 0) return passes;
  return (secret) => entropyPerCharacter(secret) >= minEntropy && passes?.(secret) !== false;
}

function* problemsOfAnchors({ anchors, ignoreCase }: OwnMaskRule): Generator<OwnRuleProblem> {
  if (anchors.length === 0) yield { path: ['anchors'], expected: 'at least one text with which the secret begins' };
  if (anchors.length > MOST_ANCHORS)
    yield { path: ['anchors'], expected: `at most ${MOST_ANCHORS}`, got: String(anchors.length) };
  const seen = new Set<string>();
  for (const [index, anchor] of anchors.entries()) {
    const path = ['anchors', index];
    if (/[^\x20-\x7e]/.test(anchor)) yield { path, expected: 'printable ASCII' };
    if (anchor.length < SHORTEST_ANCHOR || /^[ ]*$/.test(anchor))
      yield { path, expected: 'at least three characters, not all blank', got: String(anchor.length) };
    const folded = ignoreCase === true ? anchor.toLowerCase() : anchor;
    if (seen.has(folded)) yield { path, expected: 'each anchor once' };
    seen.add(folded);
  }
}

function* problemsOfClasses(rule: OwnMaskRule): Generator<OwnRuleProblem> {
  for (const field of ['notBefore', 'notAfter'] as const) {
    const source = rule[field];
    if (source === undefined) continue;
    const members = orProblem(() => compileClass(source), field);
    if ('expected' in members) yield members;
    else if (!members.includes(0)) yield { path: [field], expected: 'a class that leaves something over' };
  }
}

function* problemsOfPatterns(rule: OwnMaskRule): Generator<OwnRuleProblem> {
  const secret = runnable(rule.secret, 'secret');
  if ('expected' in secret) yield secret;
  else yield* problemsOfSecret(rule, secret);
  const lead = runnable(rule.lead ?? '', 'lead');
  if ('expected' in lead) yield lead;
  else if (lead.maxLength > LONGEST_LEAD) yield tooLong('lead', LONGEST_LEAD, lead);
  if (rule.tail === undefined) return;
  const tail = runnable(rule.tail, 'tail');
  if ('expected' in tail) {
    yield tail;
    return;
  }
  if (tail.minLength !== tail.maxLength || tail.minLength === 0) {
    const got = `${tail.minLength} to ${tail.maxLength} characters`;
    yield { path: ['tail'], expected: 'matches of one length, not empty', got };
  } else if (tail.maxLength > LONGEST_TAIL) {
    yield tooLong('tail', LONGEST_TAIL, tail);
  } else if (!('expected' in secret)) {
    const whole = runnable(`(?:${rule.secret})(?:${rule.tail})`, 'tail');
    if ('expected' in whole) yield whole;
  }
}

function* problemsOfSecret(rule: OwnMaskRule, secret: Pattern): Generator<OwnRuleProblem> {
  if (secret.minLength === 0) {
    yield { path: ['secret'], expected: 'at least one character', got: 'a pattern that matches the empty text' };
    return;
  }
  const anchorLength = rule.hidesAnchor === true ? Math.min(...rule.anchors.map(({ length }) => length)) : 0;
  const shortest = anchorLength + secret.minLength;
  const shown = (rule.keep?.first ?? 0) + (rule.keep?.last ?? 0);
  if (shown >= shortest)
    yield { path: ['keep'], expected: `less than the shortest secret, which has ${shortest}`, got: String(shown) };
  const { minEntropy = 0 } = rule;
  const mostBits = Math.log2(Math.min(secret.maxLength, 256));
  if (rule.hidesAnchor !== true && minEntropy > mostBits)
    yield {
      path: ['minEntropy'],
      expected: `at most ${Math.floor(mostBits * 100) / 100}, which a secret of ${secret.maxLength} characters can have`,
      got: String(minEntropy),
    };
}

function problemsOfBreadth(rule: PatternRule): OwnRuleProblem[] {
  const share = ordinaryShare(rule);
  if (share <= LARGEST_ORDINARY_SHARE) return [];
  return [
    {
      path: ['secret'],
      expected: 'a rule that leaves ordinary text alone',
      got: `one that masks ${Math.round(share * 100)} % of a sample of logs, listings and prose`,
    },
  ];
}

/** Compiled and proven to stay small whatever it reads. */
function runnable(source: string, field: string): Pattern | OwnRuleProblem {
  return orProblem(() => {
    const pattern = compilePattern(source);
    countStates(pattern);
    return pattern;
  }, field);
}

function orProblem<T extends object>(compile: () => T, field: string): T | OwnRuleProblem {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    return { path: [field], expected: `a pattern that can run: ${error.message}` };
  }
}

const tooLong = (field: string, most: number, { maxLength }: Pattern): OwnRuleProblem => ({
  path: [field],
  expected: `matches of at most ${most} characters`,
  got: String(maxLength),
});
