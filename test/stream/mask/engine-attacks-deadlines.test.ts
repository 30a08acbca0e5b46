// timeout: 180
// Deadlines at any moment: what an anchor or a known value gave away is masked, never let through, and nothing is shown twice.
import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expandExample } from '../../../src/lib/stream/mask/examples.ts';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { knownNeedles } from '../../../src/lib/stream/mask/known/known-values.ts';
import { createMaskStage, type MaskOptions } from '../../../src/lib/stream/mask/mask-stage.ts';
import { isMachineRule } from '../../../src/lib/stream/mask/rule.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { drawDirtyStream, optionsFor, randomCuts } from './engine-attacks-makers.ts';
import { drawFrom } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));
/** Of a secret; a shorter piece may stand elsewhere in the text. */
const TELLING_BYTES = 8;

/** The output where the consumer waited in vain after each chunk. */
function impatient(options: MaskOptions, chunks: readonly Uint8Array[]): string {
  const stage = createMaskStage(options);
  const pieces: Buffer[] = [];
  const take = (given: readonly Uint8Array[]) => pieces.push(...given.map((piece) => Buffer.from(piece)));
  for (const chunk of chunks) {
    take(stage.push(chunk));
    take(stage.expire());
  }
  take(stage.flush());
  return Buffer.concat(pieces).toString('latin1');
}

function shows(output: string, secret: string): boolean {
  for (let at = 0; at + TELLING_BYTES <= secret.length; at++)
    if (output.includes(secret.slice(at, at + TELLING_BYTES))) return true;
  return false;
}

test(`what follows a public prefix is not shown at a deadline, wherever it comes (seed ${SEED})`, () => {
  const draw = drawFrom(SEED);
  let runs = 0;
  for (const rule of RULES) {
    if (isMachineRule(rule) || rule.confirmedByEnd || rule.before !== undefined) continue;
    const options = optionsFor([rule]);
    for (const [index, example] of rule.tests.masks.entries()) {
      const { text, secrets } = expandExample(example, SEED + index);
      const bytes = Buffer.from(text);
      for (let tries = 0; tries < 4; tries++) {
        const output = impatient(options, randomCuts(draw, bytes, 1 + (bytes.length >> tries)));
        runs += 1;
        for (const secret of secrets)
          assert.not.ok(shows(output, secret), `${rule.name}: ${JSON.stringify(output)} shows ${secret}`);
      }
    }
  }
  assert.ok(runs > 500, `only ${runs} runs`);
});

test(`no eight bytes of a known value pass at deadlines after its first eight (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 1);
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  for (let round = 0; round < 200; round++) {
    const value = Array.from({ length: 40 }, () => letters[draw(letters.length)]).join('');
    const known = indexNeedles(knownNeedles([{ name: 'value', value }]));
    const encoded = draw(2) === 0 ? value : Buffer.from(value).toString('hex');
    const before = 'x'.repeat(draw(20));
    const cut = before.length + TELLING_BYTES + draw(encoded.length - TELLING_BYTES);
    const bytes = Buffer.from(`${before}${encoded} and more`);
    const output = impatient(optionsFor([], { known }), [bytes.subarray(0, cut), bytes.subarray(cut)]);
    assert.not.ok(shows(output, encoded), `${JSON.stringify(output)} of ${encoded}, cut at ${cut}`);
    assert.ok(output.endsWith(' and more'));
  }
});

test(`without rules, deadlines change no byte of a dirty stream (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 2);
  for (let round = 0; round < 200; round++) {
    const stream = drawDirtyStream(draw, RULES, SEED + round, round % 2 === 0);
    const size = round % 3 === 0 ? null : { cols: 80, rows: 24 };
    assert.is(impatient(optionsFor([], { size }), randomCuts(draw, stream, 40)), stream.toString('latin1'), `${round}`);
  }
});

test(`with all rules, deadlines on dirty streams throw nothing, and lines that follow are there (seed ${SEED})`, () => {
  const draw = drawFrom(SEED + 3);
  const options = optionsFor(RULES, { size: { cols: 80, rows: 24 } });
  const ending = Buffer.from('\x18\x1b\\\r\n\r\nthe end\r\n');
  for (let round = 0; round < 100; round++) {
    const hasScreens = round % 2 === 0;
    const stream = drawDirtyStream(draw, RULES, SEED + round, hasScreens);
    const output = impatient(options, randomCuts(draw, Buffer.concat([stream, ending]), 60));
    // On a screen the rest of a secret may be painted anywhere.
    assert.ok(hasScreens || output.includes('end\r\n'), `round ${round}: ${JSON.stringify(output.slice(-120))}`);
  }
});

test.run();
