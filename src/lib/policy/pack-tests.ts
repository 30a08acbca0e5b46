// The tests that a pack brings along: what it must stop, and what it must leave alone. Pure.
import { BrokerError } from '../core/errors.ts';
import { judgeCommand } from './judge.ts';
import type { Pack } from './packs/index.ts';
import { type CompiledPolicy, compilePolicy } from './rules.ts';

export interface FailedPackTest {
  readonly input: string;
  /** `deny or ask`, `allow`, … */
  readonly expected: string;
  /** The verdict and its rule. */
  readonly got: string;
}

const HERE = { target: 'test', kind: 'shell', principal: 'test', cwd: '/srv/app', home: '/home/somebody' } as const;

/** The pack's own tests that it fails, with this pack alone; a pack that only allows is tested where all else is asked. */
export function failedPackTests(pack: Pack): readonly FailedPackTest[] {
  const onlyAllows = pack.rules.every(({ verdict }) => verdict === 'allow');
  const policy = compilePolicy(
    { packs: [pack.name], rules: [], default: onlyAllows ? 'ask' : 'allow', opaque: 'deny' },
    { approvalTtlMs: 1 },
  );
  return [
    ...pack.attacks.flatMap((input) => failure(policy, input, 'deny or ask', (verdict) => verdict !== 'allow')),
    ...pack.lookAlikes.flatMap((input) => failure(policy, input, 'allow', (verdict) => verdict === 'allow')),
  ];
}

function failure(
  policy: CompiledPolicy,
  input: string,
  expected: string,
  isRight: (verdict: string) => boolean,
): FailedPackTest[] {
  try {
    const { verdict, rule } = judgeCommand(policy, { kind: 'text', text: input }, HERE).decision;
    return isRight(verdict) ? [] : [{ input, expected, got: `${verdict} (${rule})` }];
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    // It would not run, as a denial.
    return isRight('deny') ? [] : [{ input, expected, got: `"${error.publicMessage}"` }];
  }
}
