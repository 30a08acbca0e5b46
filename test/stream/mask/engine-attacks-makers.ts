// What the engine is attacked with: random rules, streams full of what terminals and broken programs send, ways to cut them.

import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { compileRules } from '../../../src/lib/stream/mask/finding/compiled-rules.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { createMaskStage, type MaskOptions } from '../../../src/lib/stream/mask/mask-stage.ts';
import { BadPattern, compilePattern } from '../../../src/lib/stream/mask/pattern/index.ts';
import type { PatternRule, Rule } from '../../../src/lib/stream/mask/rule.ts';
import { type Draw, drawPattern } from './pattern-makers.ts';

export const one = <T>(draw: Draw, choices: readonly T[]): T => choices[draw(choices.length)] as T;

/** A stage for plain rules that knows no value, unless told. */
export function optionsFor(rules: readonly Rule[], more: Partial<MaskOptions> = {}): MaskOptions {
  return { rules: compileRules(rules), known: indexNeedles([]), size: null, fingerprint: () => '0000', ...more };
}

/** The output for one way of cutting the input; buffers are overwritten as a reader of a socket does it. */
export function outputOf(options: MaskOptions, chunks: readonly Uint8Array[]): string {
  const stage = createMaskStage(options);
  const pieces: Buffer[] = [];
  for (const chunk of chunks) {
    const input = Uint8Array.from(chunk);
    for (const piece of stage.push(input)) pieces.push(Buffer.from(piece));
    input.fill(0x58);
  }
  for (const piece of stage.flush()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('latin1');
}

export const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

export function randomCuts(draw: Draw, bytes: Uint8Array, longest: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const to = at + 1 + draw(longest);
    chunks.push(bytes.subarray(at, to));
    at = to;
  }
  return chunks;
}

const CLASSES = ['[ab]', '[^a]', '[cd]', '\\w', '[a-d1-]', '[\\n ]'];
const ANCHORS = ['ab', 'ba', 'c-', 'aa', 'cd', 'd1'];
const TAILS = ['d', '-', '[ab]', 'aa', '[cd]{2}'];

/** A rule that meets its anchors all the time; undefined where the draw is none that could be used. */
export function drawRule(draw: Draw, name: string): PatternRule | undefined {
  const maybe = (odds: number) => draw(odds) === 0;
  const counted = `${one(draw, CLASSES)}{${1 + draw(4)},${5 + draw(80)}}`;
  const secret = one(draw, [drawPattern(draw, 2), drawPattern(draw, 2), counted]);
  const rule: PatternRule = {
    name,
    kind: name,
    family: 'token',
    anchors: maybe(2) ? [one(draw, ANCHORS)] : ANCHORS.slice(draw(3), 3 + draw(3)),
    secret,
    ...(maybe(3) && { ignoreCase: true }),
    ...(maybe(3) && { notBefore: one(draw, CLASSES) }),
    ...(maybe(3) && { notAfter: one(draw, CLASSES) }),
    ...(maybe(3) && { lead: drawPattern(draw, 1) }),
    ...(maybe(4) && { tail: one(draw, TAILS) }),
    ...(maybe(4) && { hidesAnchor: true }),
    ...(maybe(5) && { before: { class: one(draw, CLASSES), min: draw(3), max: 3 + draw(6) } }),
    ...(maybe(5) && { check: (found: string) => found.length % 2 === 0 }),
    ...(maybe(5) && { keep: maybe(2) ? { first: 1 } : { last: 1 } }),
    ...(maybe(4) && { confirmedByEnd: true }),
    tests: { masks: [], leaves: [] },
  };
  return isUsable(rule) ? rule : undefined;
}

function isUsable({ lead = '', secret, tail = '', keep }: PatternRule): boolean {
  try {
    compilePattern(lead);
    const { minLength } = compilePattern(secret);
    return minLength > (keep === undefined ? 0 : 1) && compilePattern(`(?:${secret})(?:${tail})`).maxLength < 2_000;
  } catch (error) {
    if (error instanceof BadPattern) return false;
    throw error;
  }
}

/** Sequences whole, cut and cancelled; C1 controls; what is no UTF-8; characters nobody sees. */
const DIRT = [
  ...['\x1b[31m', '\x1b[0m', '\x1b[K', '\x1b]0;title\x07', '\x1b]8;;http://h/\x1b\\', '\x1bPq#0\x1b\\', '\x1b[?25l'],
  ...['\x1b', '\x1b[', '\x1b[1', '\x1b]2;', '\x1b]52;c;', '\x1b(B', '\x1bc', '\x18', '\x1a', '\x1b_', '\x1b^x\x1b\\'],
  ...['\xc2\x9b1m', '\xc2\x9d0;', '\xc2', '\x9b', '\xff', '\xc3', '\xe2\x80', '\xf4\x90\x80\x80', '\xf5\x80\x80\x80'],
  ...['\xe2\x80\x8b', '\xf3\xa0\x81\x81', '\xef\xbb\xbf', '\xcc\x81', '\xf0\x9f\x98\x80', '\xed\xa0\x80', '\xc0\xaf'],
  ...['\x00', '\x07', '\x7f', '\b', '\x0b', '\x0c', '\x0e'],
];
const SCREEN_DIRT = ['\x1b[2J', '\x1b[H', '\x1b[5;10H', '\x1b[A', '\x1b[2C', '\x1b[?1049h', '\x1b[?1049l', '\x1b[3G'];
const BREAKS = ['\n', '\r\n', '\r', '\n\n', ' ', '\t', '  '];

/** Secrets and look-alikes with dirt in them. */
export function drawDirtyStream(draw: Draw, rules: readonly Rule[], seed: number, hasScreens: boolean): Buffer {
  let stream = '';
  for (let parts = 1 + draw(6); parts > 0; parts--) {
    let part = drawPart(draw, rules, seed + parts);
    for (let dirt = draw(5); dirt > 0; dirt--)
      part = insert(draw, part, one(draw, hasScreens && draw(4) === 0 ? SCREEN_DIRT : DIRT));
    if (draw(3) === 0) part = insert(draw, part, one(draw, BREAKS));
    if (draw(6) === 0) part = part.replace(/[\s\S]{80}/g, '$&\r\n');
    stream += part + (draw(2) === 0 ? '' : one(draw, BREAKS));
  }
  return Buffer.from(stream.slice(0, 1_500), 'latin1');
}

function drawPart(draw: Draw, rules: readonly Rule[], seed: number): string {
  const { anchors, tests } = one(draw, rules);
  const examples = [...tests.masks, ...tests.leaves];
  switch (draw(6)) {
    case 0:
      return one(draw, anchors);
    case 1:
      return 'x'.repeat(draw(90));
    case 2:
      return Buffer.from(Array.from({ length: draw(30) }, () => draw(256))).toString('latin1');
    default:
      return examples.length === 0 ? '' : Buffer.from(expandExample(one(draw, examples), seed).text).toString('latin1');
  }
}

function insert(draw: Draw, text: string, piece: string): string {
  const at = draw(text.length + 1);
  return text.slice(0, at) + piece + text.slice(at);
}
