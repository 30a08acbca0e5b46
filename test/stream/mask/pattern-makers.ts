// Random patterns of the subset, and random texts that come close to matching them.
import { seeded } from '../../policy/fuzz/random.ts';

/** A number from 0 to below − 1. */
export type Draw = (below: number) => number;

export const drawFrom = (seed: number): Draw => seeded(seed).below;

const one = <T>(draw: Draw, choices: readonly T[]): T => choices[draw(choices.length)] as T;

const CLASSES = ['[ab]', '[a-c]', '[^a]', '[^b-d\\n]', '\\d', '\\w', '\\W', '.', '[\\d-]', '[-a]', '[a\\]b]', '[^\\w]'];
const LITERALS = ['a', 'b', 'c', 'd', '-', '1', '\\.', '\\x41', '\\-', '\\/', '"', '}', ']', '\\n'];
const COUNTS = ['?', '{2}', '{0,2}', '{1,3}', '{0}', '{2,4}', '{3}', '{0,1}'];

/** A pattern of the subset in which every counter is small enough to be exact. */
export function drawPattern(draw: Draw, depth = 3): string {
  let pattern = '';
  for (let parts = draw(4); parts >= 0; parts--) pattern += drawPart(draw, depth);
  return pattern;
}

function drawPart(draw: Draw, depth: number): string {
  const isGroup = depth > 0 && draw(3) === 0;
  const atom = isGroup
    ? `(${draw(2) === 0 ? '?:' : ''}${drawAlternatives(draw, depth - 1)})`
    : one(draw, draw(3) === 0 ? CLASSES : LITERALS);
  return draw(3) === 0 ? atom + one(draw, COUNTS) : atom;
}

function drawAlternatives(draw: Draw, depth: number): string {
  const alternatives: string[] = [];
  for (let count = draw(3); count >= 0; count--) alternatives.push(draw(6) === 0 ? '' : drawPattern(draw, depth));
  return alternatives.join('|');
}

const LETTERS = [...'aabbccdd-1A."}]\\/ \n\r\u00e9\u0000Z_'];

export function drawText(draw: Draw, length: number): string {
  let text = '';
  for (let count = 0; count < length; count++) text += one(draw, LETTERS);
  return text;
}
