// Runs the tests that a policy brings along: those of its own rules, each rule alone, and those of the shipped packs. Pure.
import type { PolicyDocument } from '../core/policy-document.ts';
import { failedPackTests } from './pack-tests.ts';
import { PACKS } from './packs/index.ts';
import { verdictAlone } from './rule-tests.ts';

export interface TestedPart {
  readonly kind: 'rule' | 'pack';
  readonly name: string;
  /** Where the rule stands in its file, both from 1; null for a pack. */
  readonly line: number | null;
  readonly column: number | null;
  readonly passed: number;
  readonly failures: readonly FailedTest[];
}

export interface FailedTest {
  readonly input: string;
  readonly expected: string;
  readonly got: string;
}

/** What each rule with tests and each pack came to: rules in file order, then packs. */
export function runPolicyTests(document: PolicyDocument): readonly TestedPart[] {
  const rules = document.rules.flatMap((rule): TestedPart[] => {
    const tests = rule.tests ?? [];
    if (tests.length === 0) return [];
    const failures = tests.flatMap(({ input, verdict: expected }) => {
      const got = verdictAlone(rule, input);
      return got === expected ? [] : [{ input, expected, got }];
    });
    const { line = null, column = null } = rule.at ?? {};
    return [{ kind: 'rule', name: rule.id, line, column, passed: tests.length - failures.length, failures }];
  });
  const packs = PACKS.map((pack): TestedPart => {
    const failures = failedPackTests(pack);
    const count = pack.attacks.length + pack.lookAlikes.length;
    return { kind: 'pack', name: pack.name, line: null, column: null, passed: count - failures.length, failures };
  });
  return [...rules, ...packs];
}
