// What the broker itself looks up in a session, such as paths for a person's editor: judged as the caller's own would be,
// run as the session's account, and kept out of its output.
import { BrokerError } from '../../core/errors.ts';
import type { Program } from '../../ports/target.ts';
import { judgeContext } from '../judge-context.ts';
import { programSpec } from '../program-spec.ts';
import { commandEntry } from './command-entry.ts';
import type { Shared } from './run-command.ts';

/** The policy's answer alone: nothing is counted or noted down. What the parser refuses is not allowed. */
export function wouldAllow({ opening, entry, state, key }: Shared, text: string): boolean {
  const { invocation, client, deps } = opening;
  const now = commandEntry(entry, invocation.cwd, state.carried, key).entry;
  const context = judgeContext(now, state.carried.folder ?? invocation.cwd, client.principal, deps);
  try {
    return deps.judge.command({ kind: 'text', text }, context).decision.verdict === 'allow';
  } catch (error) {
    if (error instanceof BrokerError) return false;
    throw error;
  }
}

/** Starts bash source as the session's next command would start. */
export function startUnseen(
  { opening, entry, line, state }: Shared,
  text: string,
  signal: AbortSignal,
): Promise<Program> {
  const { invocation, client } = opening;
  const { carried } = state;
  const callerUid = client.principal.proof.uid;
  const place = entry.target.placeOf({ cwd: invocation.cwd ?? undefined, callerUid, carried });
  const spec = programSpec(opening, { command: text, placeDigest: place.digest });
  return line.start({ ...spec, pty: null, carried }, signal);
}
