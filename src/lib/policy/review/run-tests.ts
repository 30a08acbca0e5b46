// Runs the tests that a policy brings along: those of its own rules, each rule alone, those of its own packs, and those of
// the shipped ones. Pure.
import type { Pack, Place, PolicyDocument } from '../../core/policy-document.ts';
import { PACKS } from '../packs/index.ts';
import { failedPackTests } from './pack-tests.ts';
import { verdictAlone } from './rule-tests.ts';

export interface TestedPart {
  readonly kind: 'rule' | 'pack';
  readonly name: string;
  /** Of a pack that somebody wrote; null for a rule of the policy itself, and for a shipped pack. */
  readonly file: string | null;
  /** Where a rule stands in its file; null for a pack. */
  readonly at: Place | null;
  readonly passed: number;
  readonly failures: readonly FailedTest[];
}

export interface FailedTest {
  /** Of the test, as far as it is known: else of its rule; null in a shipped pack. */
  readonly at: Place | null;
  readonly input: string;
  readonly expected: string;
  readonly got: string;
}

/** What each rule with tests and each pack came to: rules in file order, then packs. */
export function runPolicyTests(document: PolicyDocument): readonly TestedPart[] {
  const rules = document.rules.flatMap((rule): TestedPart[] => {
    const { tests = [], at = null } = rule;
    if (tests.length === 0) return [];
    const failures = tests.flatMap(({ input, verdict: expected }): FailedTest[] => {
      const got = verdictAlone(rule, input, document);
      return got === expected ? [] : [{ at, input, expected, got }];
    });
    return [{ kind: 'rule', name: rule.id, file: null, at, passed: tests.length - failures.length, failures }];
  });
  return [...rules, ...[...(document.ownPacks ?? []), ...PACKS].map((pack) => testPack(pack, document))];
}

function testPack(pack: Pack, { lists }: PolicyDocument): TestedPart {
  const failures = failedPackTests(pack, lists).map(({ at = null, ...failed }): FailedTest => ({ at, ...failed }));
  const count =
    pack.attacks.length + pack.lookAlikes.length + pack.rules.reduce((sum, { tests = [] }) => sum + tests.length, 0);
  const file = pack.source?.file ?? null;
  return { kind: 'pack', name: pack.name, file, at: null, passed: count - failures.length, failures };
}
