// timeout: 300
// The engine against its reference and against itself: random rules over random text, and the mask's own rules over streams
// full of dirt, cut in every way. MASK_SEED repeats a run.
import { randomInt } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { indexNeedles } from '../../../src/lib/stream/mask/known/known-finder.ts';
import { knownNeedles } from '../../../src/lib/stream/mask/known/known-values.ts';
import { RULES } from '../../../src/lib/stream/mask/rules/index.ts';
import { maskByReference } from '../../helpers/reference-mask.ts';
import { bytewise, drawDirtyStream, drawRule, one, optionsFor, outputOf, randomCuts } from './engine-attacks-makers.ts';
import { drawFrom } from './pattern-makers.ts';

const SEED = Number(process.env.MASK_SEED ?? randomInt(2 ** 31));
const LETTERS = [...'aaabbbccdd-1 A\n'];

/** Which rule names a mask that several could name is not the reference's to say. */
const anyMask = (text: string) => text.replace(/\[r\d(?::0000)?\]/g, '[*]');

test(`random rules find what the reference finds, wherever the text is cut (seed ${SEED})`, () => {
  let masked = 0;
  for (let round = 0; round < 3_000; round++) {
    const draw = drawFrom(SEED + round);
    const rules = Array.from({ length: 1 + draw(3) }, (_, index) => drawRule(draw, `r${index}`)).flatMap(
      (rule) => rule ?? [],
    );
    const text = Array.from({ length: 5 + draw(40) }, () => one(draw, LETTERS)).join('');
    const bytes = Buffer.from(text, 'latin1');
    const options = optionsFor(rules);
    const whole = outputOf(options, [bytes]);
    const what = () => `round ${round}: ${JSON.stringify(rules)} on ${JSON.stringify(text)}`;
    assert.is(anyMask(whole), anyMask(maskByReference(rules, text)), what());
    if (whole === text) continue;
    masked += 1;
    assert.is(outputOf(options, bytewise(bytes)), whole, `${what()}, byte by byte`);
    for (let at = 1; at < bytes.length; at++)
      assert.is(outputOf(options, [bytes.subarray(0, at), bytes.subarray(at)]), whole, `${what()}, cut at ${at}`);
  }
  assert.ok(masked > 100, `only ${masked} texts had a secret`);
});

const VALUE = 'correct horse battery';
const OWN = optionsFor(RULES);
const known = indexNeedles(knownNeedles([{ name: 'passphrase', value: VALUE }]));
const forms = [VALUE, Buffer.from(VALUE).toString('base64'), Buffer.from(VALUE).toString('hex')];

for (const hasScreens of [false, true]) {
  test(`dirty streams ${hasScreens ? 'with screens ' : ''}come out the same in whatever cuts (seed ${SEED})`, () => {
    for (let round = 0; round < 150; round++) {
      const draw = drawFrom(SEED + round);
      const stream = Buffer.concat([
        drawDirtyStream(draw, RULES, SEED + round, hasScreens),
        Buffer.from(one(draw, forms)),
      ]);
      const size = draw(3) === 0 ? null : { cols: one(draw, [80, 40, 20]), rows: 24 };
      const options = { ...OWN, known, size };
      const whole = outputOf(options, [stream]);
      const what = `round ${round}, ${JSON.stringify(size)}, ${JSON.stringify(stream.toString('latin1'))}`;
      assert.is(outputOf(options, bytewise(stream)), whole, `${what}, byte by byte`);
      for (const longest of [stream.length, 20, 5])
        assert.is(outputOf(options, randomCuts(draw, stream, longest)), whole, `${what}, at random`);
    }
  });
}

test(`text without a secret arrives byte for byte, however dirty (seed ${SEED})`, () => {
  const options = optionsFor([]);
  for (let round = 0; round < 300; round++) {
    const draw = drawFrom(SEED + round);
    const stream = drawDirtyStream(draw, RULES, SEED + round, round % 2 === 0);
    const width = draw(2) === 0 ? null : { cols: 80, rows: 24 };
    assert.is(
      outputOf({ ...options, size: width }, randomCuts(draw, stream, 50)),
      stream.toString('latin1'),
      `round ${round}`,
    );
  }
});

test.run();
