// timeout: 300
// The worst 64 KiB that were thought of, through every rule at once: 40 ms of a free core. Machines that run tests are busy, so the
// budget grows with what a loop of known cost takes at the same time; what was quadratic took fifty times the budget and more.
import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createMaskStage } from '../../../src/lib/stream/mask/mask-stage.ts';
import { compilePattern, DEAD } from '../../../src/lib/stream/mask/pattern/index.ts';
import { isMachineRule, type PatternRule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { one, optionsFor } from './engine-attacks-makers.ts';
import { type Draw, drawFrom } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));
const SIZE = 64 * 1024;
const BUDGET_MS = 40;
/** What the loop below takes on a free core of a machine of 2024. */
const LOOP_MS = 12;
/** Other processes take caches as well as time. */
const LENIENCY = 4;

const options = optionsFor(RULES);

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function loop(): void {
  let sum = 0;
  for (let count = 0; count < 2e7; count++) sum = (sum + count) | 0;
  assert.type(sum, 'number');
}

function feed(bytes: Uint8Array): void {
  const stage = createMaskStage(options);
  stage.push(bytes);
  stage.flush();
}

const repeated = (unit: string): Buffer =>
  Buffer.from(unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE), 'latin1');

/** The best of some tries, each judged by the loop that ran beside it: how many budgets it takes. */
function budgetsOf(unit: string): number {
  const bytes = repeated(unit);
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 6 && least > 0.8; tries++) {
    const slowness = Math.max(cpuMs(loop) / LOOP_MS, 1);
    least = Math.min(least, cpuMs(() => feed(bytes)) / (BUDGET_MS * slowness * LENIENCY));
  }
  return least;
}

const UNITS = [
  ...['a', 'A', '0', '4', '/', '=', '@', ':', '-', '.', '"', "'", ' ', '\n', '\r', '\\', '+', '{', '[', '\t', '\b'],
  ...[
    '\x1b',
    '\x1b[',
    '\x1b[1m',
    '\x1b]0;',
    '\xc2',
    '\xe2\x80',
    '\x00',
    'a.',
    '@a.',
    'a@a.',
    'aA',
    '- ',
    '\n ',
    'k: v\n',
  ],
  ...['"a":"b",', '://', 'a://a:b@', '+1 ', '12 ', '4111 ', '411-', '-----BEGIN ', '-----BEGIN RSA PRIVATE KEY-----\n'],
  ...[
    'eyJ',
    'eyJ.',
    'AKIA',
    'password',
    'password=',
    'PASSWORD: "',
    'token ',
    '--token  ',
    'key=',
    'secret="',
    '_auth=',
  ],
  ...[
    '_auth: ',
    'client-key-data=',
    '"value"',
    '\\"value\\"',
    'data:',
    'data:\n  ',
    'kind: Secret\n',
    '<Pass: ',
    'machine a ',
  ],
  ...['mysql -p ', 'docker login ', 'curl -u ', "-H '", '\\n', 'a b c d ', 'Authorization: ', 'Cookie: a=b; ', 'ghp_'],
];

test('hostile repetitions stay within the budget', () => {
  feed(repeated('warm-up of everything that a first stream compiles: password=x\n'));
  const over = UNITS.map((unit) => [unit, budgetsOf(unit)] as const).filter(([, budgets]) => budgets > 1);
  assert.equal(over, []);
});

/** The rule's anchor and what keeps its automata alive longest, then something that lets it die. */
function livingUnit(draw: Draw, rule: PatternRule): string {
  const lead = livingText(draw, rule.lead ?? '', 500);
  return (
    one(draw, rule.anchors) +
    lead +
    livingText(draw, rule.secret, one(draw, [1, 10, 100, 5_000])) +
    one(draw, ['', ' ', '\n'])
  );
}

function livingText(draw: Draw, source: string, longest: number): string {
  const pattern = compilePattern(source);
  let state = pattern.start;
  let text = '';
  for (let tries = 0; tries < longest * 8 && text.length < Math.min(longest, pattern.maxLength); tries++) {
    const byte = 32 + draw(95);
    const next = pattern.step(state, byte);
    if (next === DEAD) continue;
    state = next;
    text += String.fromCharCode(byte);
  }
  return text;
}

test(`candidates that live long and find nothing stay within the budget (seed ${SEED})`, () => {
  const draw = drawFrom(SEED);
  const patternRules = RULES.filter((rule): rule is PatternRule => !isMachineRule(rule));
  const units = Array.from({ length: 25 }, () => livingUnit(draw, one(draw, patternRules)));
  units.push(
    ...Array.from(
      { length: 25 },
      () => one(draw, one(draw, RULES).anchors) + one(draw, ['', ' ', '=', ': "', '\n', 'a']),
    ),
  );
  const over = units.map((unit) => [unit.slice(0, 80), budgetsOf(unit)] as const).filter(([, budgets]) => budgets > 1);
  assert.equal(over, []);
});

test('ten thousand candidates open in a row take the budget, and are forgotten', () => {
  const bytes = Buffer.concat([repeated('acme_ghp_eyJ'), repeated('password='), repeated('a@')]);
  const stage = createMaskStage(options);
  const slowness = Math.max(cpuMs(loop) / LOOP_MS, 1);
  const took = cpuMs(() => {
    stage.push(bytes);
    stage.flush();
  });
  assert.ok(took < 3 * BUDGET_MS * slowness * LENIENCY, `${took} ms, ${slowness} times slower than a free core`);
  assert.is(stage.holding, false);
});

test.run();
