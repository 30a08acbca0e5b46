// What a target is asked to run: the printed form that was judged and approved, never the caller's own bytes.
import type { RequestSubject } from '../ports/store.ts';
import type { ProgramSpec } from '../ports/target.ts';
import type { Opening } from './opening.ts';

export function programSpec(
  { id, invocation, client }: Pick<Opening, 'id' | 'invocation' | 'client'>,
  { command, placeDigest }: Pick<RequestSubject, 'command' | 'placeDigest'>,
): ProgramSpec {
  const withoutCommand =
    invocation.kind === 'kubectl' ? ({ kind: 'endpoint' } as const) : ({ kind: 'free-terminal' } as const);
  return {
    session: id,
    task: invocation.task ?? undefined,
    work: command === null ? withoutCommand : { kind: 'command', text: command },
    pty: invocation.pty,
    cwd: invocation.cwd ?? undefined,
    env: invocation.env,
    callerUid: client.principal.proof.uid,
    place: placeDigest,
  };
}
