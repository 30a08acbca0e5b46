// timeout: 180
// Machines of rules under random distortion: what they once let out they must never call secret, and they read no further
// than they say. The engine shows what is before `holdFrom`, so a machine that takes it back leaks, or splits differ.
import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { isMachineRule, type Machine, type MachineRule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { type Draw, drawFrom } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));
const TEXTS = 1_500;
const LONGEST_LINE_BEFORE = 200;

const machines = RULES.filter(isMachineRule);
const examples = machines.flatMap(({ tests }) => [...tests.masks, ...tests.leaves]);
const JUNK = [...' \n"\'\\=:<>[{\t\r-x$#,;}', '  ', '\\n', '"\n'];

/** An example with some characters put in, or replaced. */
function distorted(draw: Draw, seed: number): string {
  const example = examples[draw(examples.length)] as string;
  let text = Buffer.from(expandExample(example, seed).text).toString('latin1');
  for (let changes = draw(4); changes > 0; changes--) {
    const at = draw(text.length + 1);
    text = text.slice(0, at) + (JUNK[draw(JUNK.length)] as string) + text.slice(at + (draw(3) === 0 ? draw(3) : 0));
  }
  return text;
}

function* anchorsIn(rule: MachineRule, text: string): Generator<{ at: number; anchor: string }> {
  const fold = (raw: string) => (rule.ignoreCase ? raw.toLowerCase() : raw);
  const haystack = fold(text);
  for (const anchor of rule.anchors) {
    for (let at = haystack.indexOf(fold(anchor)); at !== -1; at = haystack.indexOf(fold(anchor), at + 1))
      yield { at, anchor: text.slice(at, at + anchor.length) };
  }
}

interface Place {
  readonly text: string;
  readonly at: number;
  readonly anchor: string;
}

function beginAt(rule: MachineRule, { text, at, anchor }: Place): { machine: Machine; rest: string } {
  const lineFrom = Math.max(text.lastIndexOf('\n', at - 1) + 1, at - LONGEST_LINE_BEFORE);
  const begin = at + anchor.length;
  return {
    machine: rule.begin({ before: text.slice(lineFrom, at), anchor }),
    rest: text.slice(begin, begin + rule.maxLength),
  };
}

/** Reads on from an anchor, as the engine does; says what is wrong. */
function problemOf(rule: MachineRule, place: Place): string | undefined {
  const { machine, rest } = beginAt(rule, place);
  let shown = 0;
  let read = 0;
  for (let wantsMore = true; wantsMore && read < rest.length; read++) {
    wantsMore = machine.push(rest.charCodeAt(read));
    if (wantsMore) shown = Math.max(shown, Math.min(read + 1, machine.holdFrom));
  }
  let last = 0;
  for (const { from, to } of machine.spans(false)) {
    if (to > from && from < shown) return `calls ${from}–${to} secret after it had let ${shown} out`;
    if (from < last || to > read) return 'its spans overlap, or end beyond what it read';
    last = to;
  }
  return undefined;
}

/** Every byte that is secret in the end, where a deadline came after `deadline` bytes; none came where it is negative. */
function secretBytes(rule: MachineRule, place: Place, deadline: number): string {
  const { machine, rest } = beginAt(rule, place);
  for (let read = 0; read < rest.length; read++) {
    if (read === deadline) machine.spans(true);
    if (!machine.push(rest.charCodeAt(read))) break;
  }
  const marks = new Uint8Array(rest.length);
  for (const { from, to } of machine.spans(false)) marks.fill(1, from, to);
  return marks.join('');
}

test(`no machine lets out what it calls secret later (seed ${SEED})`, () => {
  const draw = drawFrom(SEED);
  const problems = new Map<string, string>();
  let runs = 0;
  for (let round = 0; round < TEXTS; round++) {
    const text = distorted(draw, SEED + round);
    for (const rule of machines) {
      for (const { at, anchor } of anchorsIn(rule, text)) {
        runs += 1;
        const problem = problemOf(rule, { text, at, anchor });
        if (problem !== undefined) problems.set(rule.name, `${problem}: ${JSON.stringify(text.slice(at, at + 80))}`);
      }
    }
  }
  assert.ok(runs > TEXTS, `only ${runs} machines ran`);
  assert.equal([...problems], []);
});

test(`a deadline changes nothing that a machine says afterwards (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 1);
  const changed = new Map<string, string>();
  for (const rule of machines) {
    for (const [index, example] of rule.tests.masks.entries()) {
      const text = Buffer.from(expandExample(example, SEED + index).text).toString('latin1');
      for (const { at, anchor } of anchorsIn(rule, text)) {
        const place = { text, at, anchor };
        const expected = secretBytes(rule, place, -1);
        for (let tries = 0; tries < 12; tries++) {
          const deadline = draw(Math.min(rule.maxLength, text.length - at));
          if (secretBytes(rule, place, deadline) !== expected)
            changed.set(rule.name, `${JSON.stringify(text.slice(at, at + 60))} after ${deadline} bytes`);
        }
      }
    }
  }
  assert.equal([...changed], []);
});

test.run();
