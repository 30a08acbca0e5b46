// A request that nobody sent: what the policy would say of it. Pure; for the person who writes the policy, and for the agent that wants to know.
import { commandIn } from '../../core/api-request.ts';
import type { CommandInput } from '../../core/command-input.ts';
import type { Decision } from '../../core/decision.ts';
import { quote } from '../language/print.ts';
import type { CompiledPolicy } from '../rules/compile.ts';
import type { RuleContext } from '../rules/rule-scope.ts';
import { decideFacts } from './judge-request.ts';
import { type RequestInput, readRequestInput } from './request-input.ts';
import { wordsOf } from './request-options.ts';

export interface CheckedRequest {
  readonly read: RequestInput;
  readonly decision: Decision;
  /** The request as it was read: `delete pods/web -n default`. */
  readonly printed: string;
  /** What was found out about it, as JSON. */
  readonly facts: () => unknown;
}

/**
 * Judges `VERB KIND[.GROUP][/SUBRESOURCE][/NAME] [-n NAMESPACE]…` or `exec pods/NAME [-i] [-t] -- COMMAND…` as `judgeRequest` does the request.
 * Throws `bad-request-input` (64).
 */
export function checkRequest(policy: CompiledPolicy, input: CommandInput, context: RuleContext): CheckedRequest {
  const read = readRequestInput(input.kind === 'argv' ? input.argv : wordsOf(input.text));
  const { request, facts } = read;
  const asked = { request, object: undefined, isDryRun: facts.isDryRun };
  return {
    read,
    decision: decideFacts(policy, facts, asked, context),
    printed: print(read),
    facts: () => reportOf(read),
  };
}

function print({ request: { subject, query }, facts }: RequestInput): string {
  const { verb, qualified, name, namespace, pods, isDryRun } = facts;
  const command = commandIn(query);
  const isExec = qualified === 'pods/exec' && command.length > 0;
  const named = subject.name === null || typeof name === 'string' ? '' : `/${name.is}`;
  const listed = (option: string, values: readonly string[]) =>
    values.length === 0 ? [] : [`${option}=${values.join(',')}`];
  return [
    isExec ? 'exec' : verb,
    `${isExec ? 'pods' : qualified}${named}`,
    ...(typeof namespace === 'object' ? ['-n', namespace.is] : []),
    ...(isDryRun ? ['--dry-run'] : []),
    ...listed('--pod', pods.traits),
    ...listed('--image', pods.images),
    ...listed(
      '--service-account',
      pods.serviceAccounts.filter((account) => account !== 'default'),
    ),
    ...(query.some(([key]) => key === 'stdin') ? ['-i'] : []),
    ...(query.some(([key]) => key === 'tty') ? ['-t'] : []),
    ...(isExec ? ['--', ...command.map((word) => quote(word))] : []),
  ].join(' ');
}

function reportOf({ request: { query }, facts }: RequestInput): object {
  const { verb, qualified, namespace, name, isDryRun, pods } = facts;
  const part = (of: typeof name) => (typeof of === 'object' ? of.is : of === 'none' ? null : '*');
  const command = commandIn(query);
  const { traits, images, serviceAccounts } = pods;
  return {
    ...{ verb, resource: qualified, namespace: part(namespace), name: part(name) },
    ...(isDryRun ? { dryRun: true } : {}),
    ...(pods.state === 'none' ? {} : { pod: traits, images, serviceAccounts }),
    ...(command.length === 0 ? {} : { command }),
  };
}
