// What one rule says on its own, everything else being asked: for the `tests:` a rule brings along. Pure.
import { BrokerError } from '../core/errors.ts';
import type { Rule } from '../core/policy-document.ts';
import { compilePolicy } from './compile.ts';
import { judgeCommand } from './judge.ts';

const SOMEWHERE = {
  target: 'test',
  kind: 'shell',
  principal: 'test',
  cwd: '/home/somebody/project',
  home: '/home/somebody',
} as const;

/** The verdict, wherever the rule applies; of an input that the parser refuses, its words in quotes. */
export function verdictAlone(rule: Rule, input: string): string {
  const { on: _, ...anywhere } = rule;
  const document = { packs: [], rules: [anywhere], default: 'ask', opaque: 'deny' } as const;
  try {
    const policy = compilePolicy(document, { approvalTtlMs: 1 });
    return judgeCommand(policy, { kind: 'text', text: input }, SOMEWHERE).decision.verdict;
  } catch (error) {
    if (error instanceof BrokerError) return `"${error.publicMessage}"`;
    throw error;
  }
}
