// Patterns and RegExp must agree on every prefix of random texts.
import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BadPattern,
  compilePattern,
  countStates,
  DEAD,
  type Pattern,
} from '../../../src/lib/stream/mask/pattern/index.ts';
import { type Draw, drawFrom, drawPattern, drawText } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));
const ROUNDS = 4_000;

/** The lengths at which the pattern accepts a beginning of the text; stops where the pattern is dead. */
function acceptedLengths(pattern: Pattern, text: string): number[] {
  const lengths: number[] = [];
  let state = pattern.start;
  if (pattern.accepts(state)) lengths.push(0);
  for (let at = 0; at < text.length; at++) {
    state = pattern.step(state, text.charCodeAt(at));
    if (state === DEAD) break;
    if (pattern.accepts(state)) lengths.push(at + 1);
  }
  return lengths;
}

function lengthsByRegExp(source: string, text: string): number[] {
  const whole = new RegExp(`^(?:${source})$`);
  const lengths: number[] = [];
  // "$" without the flag `m` is the end alone.
  for (let length = 0; length <= text.length; length++) if (whole.test(text.slice(0, length))) lengths.push(length);
  return lengths;
}

/** A text the pattern matches, or the beginning of one: walks where the automaton still lives. */
function walk(pattern: Pattern, draw: Draw): string {
  let text = '';
  let state = pattern.start;
  for (let tries = 0; tries < 60 && text.length < 24; tries++) {
    const letter = drawText(draw, 1);
    const next = pattern.step(state, letter.charCodeAt(0));
    if (next === DEAD) continue;
    state = next;
    text += letter;
  }
  return text;
}

test(`agrees with RegExp on every beginning of random texts (seed ${SEED})`, () => {
  const draw = drawFrom(SEED);
  let matched = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const source = drawPattern(draw);
    const pattern = compileOrSkip(source);
    if (pattern === undefined) continue;
    for (const text of [drawText(draw, 12), walk(pattern, draw) + drawText(draw, 2)]) {
      const expected = lengthsByRegExp(source, text);
      assert.equal(acceptedLengths(pattern, text), expected, `/${source}/ on ${JSON.stringify(text)}`);
      for (const length of expected) {
        assert.ok(length >= pattern.minLength && length <= pattern.maxLength, `lengths of /${source}/`);
        matched += 1;
      }
    }
  }
  assert.ok(matched > ROUNDS, `only ${matched} matches were seen`);
});

test(`the lengths of a pattern are those of its shortest and its longest match (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 1);
  let compared = 0;
  for (let round = 0; round < 1_000; round++) {
    const source = drawPattern(draw, 2);
    const pattern = compileOrSkip(source);
    if (pattern === undefined || pattern.maxLength > 40 || hasTooManyStates(pattern)) continue;
    compared += 1;
    const { shortest, longest } = lengthsBySearch(pattern);
    assert.equal([pattern.minLength, pattern.maxLength], [shortest, longest], `/${source}/`);
  }
  assert.ok(compared > 300, `only ${compared} patterns were compared`);
});

test(`random text is a pattern to us only if it is one to RegExp (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 2);
  const letters = 'ab(|)[]?{}12,\\^-.*+dwsnx:$!=<';
  for (let round = 0; round < 20_000; round++) {
    let source = '';
    for (let count = draw(12); count >= 0; count--) source += letters[draw(letters.length)];
    if (compileOrSkip(source) !== undefined) new RegExp(source);
  }
});

/** Some few that are drawn are such as no load lets pass. */
function hasTooManyStates(pattern: Pattern): boolean {
  try {
    countStates(pattern);
    return false;
  } catch (error) {
    if (error instanceof BadPattern) return true;
    throw error;
  }
}

/** Level by level through the automaton: all states reached after n bytes. */
function lengthsBySearch(pattern: Pattern): { shortest: number; longest: number } {
  let level = new Set([pattern.start]);
  let shortest = Number.NaN;
  let longest = Number.NaN;
  for (let length = 0; level.size > 0; length++) {
    const following = new Set<number>();
    for (const state of level) {
      if (pattern.accepts(state)) {
        if (Number.isNaN(shortest)) shortest = length;
        longest = length;
      }
      for (let byte = 0; byte < 256; byte++) {
        const next = pattern.step(state, byte);
        if (next !== DEAD) following.add(next);
      }
    }
    level = following;
  }
  return { shortest, longest };
}

function compileOrSkip(source: string): Pattern | undefined {
  try {
    return compilePattern(source);
  } catch (error) {
    if (error instanceof BadPattern) return undefined;
    throw error;
  }
}

test.run();
