// Credentials in the files of tools, and what stands in the same places and is none.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FILE_RULES } from '../../../src/lib/stream/mask/rules/files-secrets.ts';
import { provesExamples } from '../../helpers/reference-mask.ts';

for (const rule of FILE_RULES) {
  test(`the examples of "${rule.name}" hold`, () => {
    for (let seed = 1; seed <= 20; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test.run();
