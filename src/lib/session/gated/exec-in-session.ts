// A command for a gated session that a client names: to anybody but its owner the session does not exist.
import { asBrokerError } from '../../core/errors.ts';
import type { SessionClient } from '../client.ts';
import type { SessionDeps } from '../deps.ts';
import { noProgress } from '../opening.ts';
import { resultOf } from '../result.ts';
import type { ExecRequest, ExecResult } from './exec.ts';
import { findGated } from './find-gated.ts';

/** Never rejects: every failure is in the result. */
export async function execInSession(
  asked: ExecRequest,
  client: SessionClient,
  deps: Pick<SessionDeps, 'gated'>,
): Promise<ExecResult> {
  try {
    return await findGated(asked.session, client.principal, deps).exec(asked, client);
  } catch (thrown) {
    const result = resultOf(asked.session, '', { ...noProgress(), error: asBrokerError(thrown) }, 0);
    return { ...result, command: null, state: 'ended', needsInput: null, cwd: null, cursor: 0, warning: null };
  }
}
