// Personal data: every kind in the forms people write it, and numbers and names that only look like it.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PERSONAL_RULES } from '../../../src/lib/stream/mask/rules/personal.ts';
import { provesExamples } from '../../helpers/reference-mask.ts';

for (const rule of PERSONAL_RULES) {
  test(`the examples of "${rule.name}" hold`, () => {
    for (let seed = 1; seed <= 10; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test.run();
