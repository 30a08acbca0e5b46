// Kubernetes Secrets in every form that they are printed in, and what looks like one and is none.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KUBERNETES_RULES } from '../../../src/lib/stream/mask/rules/kubernetes.ts';
import { provesExamples } from '../../helpers/reference-mask.ts';

for (const rule of KUBERNETES_RULES) {
  test(`the examples of "${rule.name}" hold`, () => {
    for (let seed = 1; seed <= 20; seed++) assert.equal(provesExamples(rule, seed), []);
  });
}

test.run();
