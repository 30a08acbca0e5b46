// What this machine can run, tried out with a target of its own: for people who set up a broker, before they rely on it.
import { systemClock } from '../core/clock.ts';
import type { CheckStep, Target } from '../ports/target.ts';
import { shellTarget } from '../targets/shell.ts';

/** Runs a command here, plainly and then in a sandbox without anything writable. Changes nothing. */
export async function* checkMachine(uid: number, signal: AbortSignal): AsyncGenerator<CheckStep, void, undefined> {
  const deps = { clock: systemClock, brokerUid: uid };
  const options = { cwd: '/', env: [] };
  const sandbox = { preset: 'read-only', workspace: [], hide: [], network: 'none' } as const;
  yield* stepsOf(shellTarget('doctor', options, deps), signal);
  for await (const step of stepsOf(shellTarget('doctor', { ...options, sandbox }, deps), signal)) {
    if (step.name === 'sandbox') yield step;
    if (step.name === 'run') yield { ...step, name: 'run in a sandbox' };
  }
}

function stepsOf(target: Target, signal: AbortSignal): AsyncIterable<CheckStep> {
  return target.check(() => Promise.reject(new Error('a shell needs no credential')), signal);
}
