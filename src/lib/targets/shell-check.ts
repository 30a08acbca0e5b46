// `targets check` for a shell target: from the interpreter to a program that ran. It runs `true` and nothing else.
import { asBrokerError, BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type { CheckStep, Program } from '../ports/target.ts';
import { findBash } from './interpreter.ts';
import { resolveRunAs } from './os-user.ts';
import { describeSandbox } from './sandbox/check.ts';
import type { ShellStart, ShellTargetDeps, ShellTargetOptions } from './shell.ts';

export interface ShellCheck {
  readonly name: string;
  readonly options: ShellTargetOptions;
  readonly deps: ShellTargetDeps;
  readonly start: (spec: ShellStart, signal: AbortSignal) => Promise<Program>;
  readonly signal: AbortSignal;
}

/** Yields a line a step and stops after the first that failed. */
export async function* checkShell(check: ShellCheck): AsyncGenerator<CheckStep, void, undefined> {
  const { name, options, deps } = check;
  const { sandbox } = options;
  const steps: readonly (readonly [string, () => string | Promise<string>])[] = [
    ['bash', findBash],
    [
      'user',
      () => {
        const uids = { broker: deps.brokerUid, caller: deps.brokerUid };
        const { kind, account } = resolveRunAs(name, options.user, uids);
        const user = account?.name ?? String(deps.brokerUid);
        return kind === 'switch' ? `switches to "${user}"` : `runs as the broker's own user "${user}"`;
      },
    ],
    ...(sandbox === undefined ? [] : [['sandbox', () => describeSandbox(name, sandbox)] as const]),
    ['run', () => runTrue(check)],
  ];
  for (const [step, perform] of steps) {
    try {
      yield { name: step, outcome: 'ok', detail: await perform() };
    } catch (thrown) {
      const { publicMessage, hint } = asBrokerError(thrown);
      yield { name: step, outcome: 'failed', detail: publicMessage, fix: hint };
      return;
    }
  }
}

async function runTrue({ start, options, deps, signal }: ShellCheck): Promise<string> {
  const work = { kind: 'command', text: 'true' } as const;
  const spec = { work, pty: null, cwd: undefined, env: {}, callerUid: deps.brokerUid, place: undefined };
  await using program = await start(spec, signal);
  for await (const _ of program.output);
  const status = await program.exited;
  if (status.kind === 'code' && status.code === 0) {
    return `a command ran in ${options.cwd === undefined ? 'the home folder' : `"${options.cwd}"`}`;
  }
  const how = status.kind === 'code' ? `code ${status.code}` : status.signal;
  throw new BrokerError({
    code: 'cannot-start',
    exit: EXIT.unavailable,
    message: `the command "true" ended with ${how}`,
    hint: 'run it by hand as that user and in that folder',
  });
}
