import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PACKS } from '../../src/lib/policy/index.ts';
import { lintPolicy } from '../../src/lib/policy/review/lint.ts';
import { failedPackTests } from '../../src/lib/policy/review/pack-tests.ts';
import { decide } from './judged.ts';

for (const pack of PACKS) {
  for (const { id, tests = [], verdict } of pack.rules) {
    for (const each of tests) {
      test(`${pack.name}/${id}: ${each.verdict} for ${each.input}`, () => {
        assert.is(decide(each.input).verdict, each.verdict);
        assert.is(each.verdict, verdict);
      });
    }
  }

  test(`the linter has nothing to say of ${pack.name}`, () => {
    assert.equal(lintPolicy({ packs: [pack.name], rules: [], default: 'ask', opaque: 'deny' }, ['local']), []);
  });

  test(`${pack.name} alone stops its attacks and leaves its look-alikes alone, ten of each and more`, () => {
    assert.equal(failedPackTests(pack), []);
    assert.ok(pack.attacks.length >= 10, String(pack.attacks.length));
    assert.ok(pack.lookAlikes.length >= 10, String(pack.lookAlikes.length));
  });

  test(`${pack.name} says for every rule why it is there, and for what it denies what to do instead`, () => {
    assert.ok(pack.description.length > 10);
    for (const rule of pack.rules) {
      assert.ok((rule.reason ?? '').length > 5, rule.id);
      if (rule.verdict === 'deny') assert.ok((rule.suggest ?? '').length > 5, rule.id);
    }
    assert.is(new Set(pack.rules.map(({ id }) => id)).size, pack.rules.length);
  });
}

test.run();
