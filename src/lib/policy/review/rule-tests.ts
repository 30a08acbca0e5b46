// What one rule says on its own, everything else being asked: for the `tests:` a rule brings along. Pure.
import { BrokerError } from '../../core/errors.ts';
import { isAboutRequests, type PolicyDocument, type Rule } from '../../core/policy-document.ts';
import { compilePolicy } from '../rules/compile.ts';
import { sayOf } from './test-input.ts';

const SOMEWHERE = {
  target: 'test',
  kind: 'shell',
  principal: 'test',
  cwd: '/home/somebody/project',
  home: '/home/somebody',
} as const;

/** The verdict, wherever the rule applies, with the policy's own lists and workspace; of an input that cannot be read, what refuses it, in quotes. */
export function verdictAlone(
  rule: Rule,
  input: string,
  { lists, workspace }: Pick<PolicyDocument, 'lists' | 'workspace'> = {},
): string {
  const { on: _, ...anywhere } = rule;
  const names = { ...(lists === undefined ? {} : { lists }), ...(workspace === undefined ? {} : { workspace }) };
  const document = { packs: [], rules: [anywhere], default: 'ask', opaque: 'deny', ...names } as const;
  try {
    const policy = compilePolicy(document, { approvalTtlMs: 1 });
    return sayOf(policy, input, { ...SOMEWHERE, isRequest: isAboutRequests(rule) }).verdict;
  } catch (error) {
    if (error instanceof BrokerError) return `"${error.publicMessage}"`;
    throw error;
  }
}
