// What a target is asked to run: the printed form that was judged and approved, never the caller's own bytes.
import type { RequestSubject } from '../ports/store.ts';
import type { ProgramSpec } from '../ports/target.ts';
import type { Opening } from './opening.ts';

export function programSpec(
  { id, invocation, client }: Pick<Opening, 'id' | 'invocation' | 'client'>,
  { command, placeDigest }: Pick<RequestSubject, 'command' | 'placeDigest'>,
): ProgramSpec {
  return {
    session: id,
    task: invocation.task ?? undefined,
    work: command === null ? { kind: 'free-terminal' } : { kind: 'command', text: command },
    pty: invocation.pty,
    cwd: invocation.cwd ?? undefined,
    env: invocation.env,
    callerUid: client.principal.proof.uid,
    place: placeDigest,
  };
}
