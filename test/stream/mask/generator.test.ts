// timeout: 300
// Draws fresh texts with a new seed each run, in every variant, and holds the figures that the mask promises. The seed is
// printed; MASK_SEED=… draws the same again, MASK_CASES=… how many of each kind.
import { randomInt } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { benignOutcomes, knownOutcomes, type Outcome, secretOutcomes } from './generator-cases.ts';
import { tableOf } from './generator-report.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(1, 2 ** 31));
const PER_KIND = Number(process.env.MASK_CASES ?? 7);
const BENIGN_PER_KIND = 18;
const KNOWN_PER_ENCODING = 12;

/** Percent of the cases of a group from which nothing secret may be read. */
const FLOORS = { exact: 99.5, named: 98, personal: 98, known: 100 } as const;
const SURVIVE_FLOOR = 99.5;
const TOUCHED_CEILING = 1;

const test = suite('mask generator');
const secret: Outcome[] = [];
const known: Outcome[] = [];
const benign: Outcome[] = [];

test('draws cases of every kind', async () => {
  process.stdout.write(`MASK_SEED=${SEED}\n`);
  for await (const outcome of secretOutcomes(SEED, PER_KIND)) secret.push(outcome);
  for await (const outcome of knownOutcomes(SEED, KNOWN_PER_ENCODING)) known.push(outcome);
  for await (const outcome of benignOutcomes(SEED, BENIGN_PER_KIND)) benign.push(outcome);
  process.stdout.write(`${tableOf([...secret, ...known, ...benign])}\n`);
  assert.ok(secret.length > 1000 && benign.length > 1000);
});

for (const [group, floor] of Object.entries(FLOORS)) {
  test(`masks at least ${floor} % of group "${group}"`, () => {
    const cases = [...secret, ...known].filter((outcome) => outcome.group === group);
    const masked = cases.filter(({ leaked }) => leaked.length === 0).length;
    assert.ok((100 * masked) / cases.length >= floor, `${masked} of ${cases.length} with seed ${SEED}`);
  });
}

test(`lets at least ${SURVIVE_FLOOR} % of what must survive survive`, () => {
  const outcomes = [...secret, ...known];
  const all = outcomes.reduce((sum, { survivors }) => sum + survivors, 0);
  const lost = outcomes.reduce((sum, outcome) => sum + outcome.lost.length, 0);
  assert.ok((100 * (all - lost)) / all >= SURVIVE_FLOOR, `${lost} of ${all} lost with seed ${SEED}`);
});

test(`touches at most ${TOUCHED_CEILING} % of benign texts`, () => {
  const touched = benign.filter(({ isTouched }) => isTouched).length;
  assert.ok((100 * touched) / benign.length <= TOUCHED_CEILING, `${touched} of ${benign.length} with seed ${SEED}`);
});

test('gives the same output whole, in random pieces and byte by byte', () => {
  const differing = [...secret, ...known, ...benign].filter(({ isSameForAllSplits }) => !isSameForAllSplits);
  assert.equal(
    differing.map(({ kind, variant, input }) => ({ kind, variant, input })),
    [],
    `seed ${SEED}`,
  );
});

test.run();
