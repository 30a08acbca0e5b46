// The tests that a pack brings along: what it must stop, and what it must leave alone. Pure.
import { BrokerError } from '../../core/errors.ts';
import { EXIT } from '../../core/exit-codes.ts';
import { isAboutRequests, type Pack, type Place } from '../../core/policy-document.ts';
import { badPolicy } from '../rules/bad-policy.ts';
import { type CompiledPolicy, compileTested } from '../rules/compile.ts';
import type { Lists } from '../rules/lists.ts';
import { sayOf } from './test-input.ts';

export interface FailedPackTest {
  readonly input: string;
  /** `deny or ask`, `allow`, … */
  readonly expected: string;
  /** The verdict and its rule. */
  readonly got: string;
  /** Of the input, in the pack's file; undefined for a shipped pack. */
  readonly at: Place | undefined;
}

const HERE = { target: 'test', kind: 'shell', principal: 'test', cwd: '/srv/app', home: '/home/somebody' } as const;

/**
 * The pack's own tests that it fails, with this pack alone and `/srv/app` as workspace; a pack that allows is tested where
 * everything else is asked. `lists`: what its rules may name.
 */
export function failedPackTests(pack: Pack, lists: Lists = new Map()): readonly FailedPackTest[] {
  const policy = compileTested(pack, lists);
  const isRequest = pack.rules.some(isAboutRequests);
  const { attacks, lookAlikes, source } = pack;
  return [
    ...attacks.flatMap((input, index) =>
      failure({ policy, isRequest }, input, 'deny or ask', (verdict) => verdict !== 'allow', source?.attacks[index]),
    ),
    ...lookAlikes.flatMap((input, index) =>
      failure({ policy, isRequest }, input, 'allow', (verdict) => verdict === 'allow', source?.lookAlikes[index]),
    ),
    ...pack.rules.flatMap((rule) =>
      (rule.tests ?? []).flatMap(({ input, verdict }) =>
        failure({ policy, isRequest }, input, verdict, (got) => got === verdict, rule.at),
      ),
    ),
  ];
}

function failure(
  { policy, isRequest }: { readonly policy: CompiledPolicy; readonly isRequest: boolean },
  input: string,
  expected: string,
  isRight: (verdict: string) => boolean,
  at: Place | undefined,
): FailedPackTest[] {
  try {
    const { verdict, rule } = sayOf(policy, input, { ...HERE, isRequest });
    return isRight(verdict) ? [] : [{ input, expected, got: `${verdict} (${rule})`, at }];
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    // It would not run, as a denial.
    return isRight('deny') ? [] : [{ input, expected, got: `"${error.publicMessage}"`, at }];
  }
}

const SHOWN_MAX = 20;

/** Throws `failed-pack` (78), with the place of every test that failed, and `bad-policy` (78) for a pack of both kinds of rules. */
export function refuseFailingPack(pack: Pack, lists: Lists): void {
  if (pack.rules.some(isAboutRequests) && !pack.rules.every(isAboutRequests)) {
    const message = `pack "${pack.name}" has rules for commands and rules for requests`;
    throw badPolicy(message, 'make two packs of it: what it is tested with is either');
  }
  const failed = failedPackTests(pack, lists);
  if (failed.length === 0) return;
  const file = pack.source?.file ?? pack.name;
  const lines = failed.slice(0, SHOWN_MAX).map(({ input, expected, got, at }) => {
    const place = at === undefined ? file : `${file}:${at.line}:${at.column}`;
    return `${place}: pack "${pack.name}": expected ${expected} for ${JSON.stringify(input)}, got ${got}`;
  });
  if (failed.length > SHOWN_MAX) lines.push(`and ${failed.length - SHOWN_MAX} more`);
  throw new BrokerError({
    code: 'failed-pack',
    exit: EXIT.configuration,
    message: lines.join('\n'),
    hint: 'correct the rules of the pack, or what it expects of them',
  });
}
