// The use-case: a gated session, from the request to its settled end. Opening runs nothing: it makes a recording, books
// the session, has the credentials issued and connects. What runs in it is judged command by command.
import { randomBytes } from 'node:crypto';
import { asBrokerError } from '../../core/errors.ts';
import { newSessionId } from '../../core/ids.ts';
import type { Principal } from '../../core/principal.ts';
import { bookEnd, bookOpening, bookRow } from '../book-session.ts';
import type { SessionClient } from '../client.ts';
import type { SessionDeps } from '../deps.ts';
import { issueCredentials } from '../issue-credentials.ts';
import { startTimeLimits } from '../limits.ts';
import { logFailure } from '../log-failure.ts';
import { SessionMask } from '../masking/session-mask.ts';
import { noProgress, type Opening } from '../opening.ts';
import { plainWords } from '../plain-words.ts';
import { programSpec } from '../program-spec.ts';
import { beginRecording } from '../record-session.ts';
import { resolveTarget } from '../resolve-target.ts';
import { resultOf, type SessionResult } from '../result.ts';
import { settleFailed, settlement } from '../settlement.ts';
import { CarriedState } from './carried-state.ts';
import type { GatedRequest } from './exec.ts';
import { noGatedCluster, tooManySessions } from './gated-errors.ts';
import { GatedSession } from './gated-session.ts';
import { OutputLog } from './output-log.ts';
import type { Shared } from './run-command.ts';

/** How long a line may take to close, what runs on it included. */
const END_LINE_LIMIT_MS = 20_000;

/** Each holds a recording and perhaps a connection, whether a client is there or not. */
export const MAX_SESSIONS_PER_PRINCIPAL = 64;

/**
 * Opens a session and puts it into `deps.gated`, where it stays until it has settled. Rejects with what a one-shot fails
 * with before its program runs (`unknown-target`, `cannot-record`, `target-unreachable`, …), and with `too-many-sessions`
 * (69); nothing is left open then.
 */
export async function openGated(asked: GatedRequest, principal: Principal, deps: SessionDeps): Promise<GatedSession> {
  const open = deps.live.list().filter((live) => live.principal === principal.name && live.isGated === true);
  if (open.length >= MAX_SESSIONS_PER_PRINCIPAL) throw tooManySessions(MAX_SESSIONS_PER_PRINCIPAL);
  const id = newSessionId();
  const startedAt = deps.clock.monotonic();
  const controller = new AbortController();
  const progress = noProgress();
  const mask = new SessionMask(deps.masking, { target: asked.target, kind: asked.kind, principal: principal.name });
  const invocation = { ...asked, ...plainWords(asked, mask), command: null, wait: false, timeoutMs: null };
  const client = nobody(principal);
  const opening: Opening = { id, invocation, client, deps, controller, end: settlement(deps.clock), progress, mask };
  let announceSettled = () => {};
  const settled = new Promise<void>((resolve) => {
    announceSettled = resolve;
  });
  deps.live.add({
    id,
    target: asked.target,
    principal: principal.name,
    startedAt: deps.clock.now(),
    controller,
    settled,
    isGated: true,
  });

  async function settle(): Promise<SessionResult> {
    const unsettled = await opening.end.settle();
    if (unsettled.length > 0) progress.error ??= mask.error(settleFailed(unsettled));
    await bookEnd(opening, unsettled);
    logFailure(progress, deps);
    deps.gated.delete(id);
    deps.live.remove(id);
    announceSettled();
    return resultOf(id, asked.target, progress, deps.clock.monotonic() - startedAt);
  }

  try {
    const parts = await begin(opening);
    const limits = startTimeLimits(
      { ...parts.entry.limits, timeoutMs: null },
      controller,
      deps.clock,
      () => session.isAsking,
    );
    opening.end.onEnd('stop the time limits', async () => limits.stop());
    const session: GatedSession = new GatedSession(
      { ...parts, touch: limits.touch },
      untilAborted(controller.signal).then(async (reason) => {
        const error = asBrokerError(reason);
        // Closing is how a session ends well.
        if (error.code === 'session-closed') progress.status = { kind: 'code', code: 0 };
        else progress.error = mask.error(error);
        await session.settled;
        return settle();
      }),
    );
    deps.gated.set(id, session);
    return session;
  } catch (error) {
    progress.error = mask.error(asBrokerError(error));
    await settle();
    throw progress.error;
  }
}

/** What has to be true before a command can be asked for. */
async function begin(opening: Opening): Promise<Omit<Shared, 'touch'>> {
  const { invocation, client, deps, controller, end } = opening;
  const { signal } = controller;
  const { target: name, kind, task } = invocation;
  const entry = resolveTarget(invocation, deps);
  if (kind === 'kubectl') throw noGatedCluster(name);
  const place = entry.target.placeOf({ cwd: invocation.cwd ?? undefined, callerUid: client.principal.proof.uid });
  const opened = { mode: 'gated', target: name, kind, principal: client.principal.name, task, command: null } as const;
  await bookRow(opening, opened);
  const recording = await beginRecording(opening, null, 'gated session');
  await bookOpening(opening, opened, undefined);

  const spec = {
    ...programSpec(opening, { command: null, placeDigest: place.digest }),
    work: { kind: 'gated' },
  } as const;
  const issued = await issueCredentials(opening, entry.target.credentialsFor(spec), recording);
  signal.throwIfAborted();
  const line = await entry.target.connect(spec, issued.credentials, signal);
  end.onEnd('close the line', () => Promise.resolve(line[Symbol.asyncDispose]()), END_LINE_LIMIT_MS);
  line.lost.addEventListener('abort', () => controller.abort(line.lost.reason), { once: true });
  if (line.lost.aborted) throw line.lost.reason;
  // A session may last for hours: what logged it in need not.
  await issued.revoke();
  signal.throwIfAborted();
  return {
    opening,
    entry,
    line,
    recording,
    state: new CarriedState(place.startFolder),
    log: new OutputLog(),
    key: randomBytes(32),
  };
}

/** Whoever opens a session does not stay; clients come with the commands. */
function nobody(principal: Principal): SessionClient {
  return {
    principal,
    input: (async function* () {})(),
    notify() {},
    async send() {},
    gone: new AbortController().signal,
  };
}

function untilAborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}
