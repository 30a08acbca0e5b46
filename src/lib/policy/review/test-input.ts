// One input of a test → what a policy says of it: a command, or, where the rules are about requests, a request. Pure.

import { type CommandContext, judgeCommand } from '../judge.ts';
import { decideByRules } from '../requests/decide-request.ts';
import { readRequestInput } from '../requests/request-input.ts';
import { wordsOf } from '../requests/request-options.ts';
import type { CompiledPolicy } from '../rules/compile.ts';

export interface Said {
  readonly verdict: string;
  readonly rule: string;
}

/** Throws what the parser refuses, and `bad-request-input`; both 64. */
export function sayOf(
  policy: CompiledPolicy,
  input: string,
  context: CommandContext & { readonly isRequest: boolean },
): Said {
  if (!context.isRequest) return judgeCommand(policy, { kind: 'text', text: input }, context).decision;
  const { facts } = readRequestInput(wordsOf(input));
  // The rules alone: what holds without them is not theirs to promise.
  return (
    decideByRules(policy.requests, facts, { ...context, kind: 'kubectl' }) ?? {
      verdict: policy.default,
      rule: 'default',
    }
  );
}
