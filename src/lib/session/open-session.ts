// The use-case: one opening of a target, from the request to the settled end. The steps stand here in their order;
// each has a file of its own. Orders that never change: record before forward, book before hand-out, settle always.
import { asBrokerError } from '../core/errors.ts';
import { newSessionId } from '../core/ids.ts';
import type { Program } from '../ports/target.ts';
import { bookEnd, bookOpening } from './book-session.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { issueCredentials } from './issue-credentials.ts';
import { judgeInvocation } from './judge-invocation.ts';
import { startTimeLimits } from './limits.ts';
import { logFailure } from './log-failure.ts';
import { typedRecord } from './masking/masked-record.ts';
import { SessionMask } from './masking/session-mask.ts';
import { noProgress, type Opening } from './opening.ts';
import { permit } from './permit.ts';
import { plainWords } from './plain-words.ts';
import { programSpec } from './program-spec.ts';
import { recordSession, type SessionRecording } from './record-session.ts';
import { resolveTarget } from './resolve-target.ts';
import { resultOf, type SessionResult } from './result.ts';
import { clientGone, runProgram } from './run-program.ts';
import { END_PROGRAM_LIMIT_MS, settleFailed, settlement } from './settlement.ts';

/**
 * Runs one invocation. Never rejects: every failure is in the result. When it resolves, the program is gone, its
 * leases are closed, the recording is complete and the audit log says how it ended; where one of these could not be
 * done, the result is a failure (`settle-failed`, or what the audit log or the store failed with).
 */
export async function openSession(
  invocation: Invocation,
  client: SessionClient,
  deps: SessionDeps,
): Promise<SessionResult> {
  const id = newSessionId();
  const startedAt = deps.clock.monotonic();
  const controller = new AbortController();
  const progress = noProgress();
  const { target, kind } = invocation;
  const mask = new SessionMask(deps.masking, { target, kind, principal: client.principal.name });
  const opening: Opening = { id, invocation, client, deps, controller, end: settlement(deps.clock), progress, mask };
  const onGone = () => controller.abort(clientGone());
  client.gone.addEventListener('abort', onGone, { once: true });
  if (client.gone.aborted) onGone();
  let announceSettled = () => {};
  const settled = new Promise<void>((resolve) => {
    announceSettled = resolve;
  });
  deps.live.add({
    id,
    target: invocation.target,
    principal: client.principal.name,
    startedAt: deps.clock.now(),
    controller,
    settled,
  });
  try {
    await walk(opening);
  } catch (error) {
    progress.error = mask.error(asBrokerError(error));
  }
  const unsettled = await opening.end.settle();
  if (unsettled.length > 0) progress.error ??= mask.error(settleFailed(unsettled));
  await bookEnd(opening, unsettled);
  logFailure(progress, deps);
  client.gone.removeEventListener('abort', onGone);
  deps.live.remove(id);
  announceSettled();
  return resultOf(id, invocation.target, progress, deps.clock.monotonic() - startedAt);
}

/** What has to be true before anything runs. */
async function walk(asked: Opening): Promise<void> {
  const { client, deps, controller, progress, mask } = asked;
  const { signal } = controller;
  const invocation = { ...asked.invocation, ...plainWords(asked.invocation, mask) };
  const opening = { ...asked, invocation };
  const entry = resolveTarget(invocation, deps);
  const first = await judgeInvocation(opening.id, invocation, { principal: client.principal, mask }, entry, deps);
  const { judged, approval } = await permit(opening, entry, first);
  const { subject, runs } = judged;
  signal.throwIfAborted();

  const recording = await recordSession(opening, judged, approval);
  progress.opened = true;
  await bookOpening(opening, { ...subject, mode: subject.command === null ? 'free' : 'one-shot' }, approval);

  const spec = programSpec(opening, runs);
  const issued = await issueCredentials(opening, entry.target.credentialsFor(spec), recording);
  const limits = startTimeLimits({ ...entry.limits, timeoutMs: invocation.timeoutMs }, controller, deps.clock);
  opening.end.onEnd('stop the time limits', async () => limits.stop());
  signal.throwIfAborted();
  const program = await entry.target.open(spec, issued.credentials, signal);
  // Looked at below, where the program still runs then; a rejection nobody looks at would end the broker.
  program.exited.catch(() => undefined);
  opening.end.onEnd('end the program', () => program[Symbol.asyncDispose](), END_PROGRAM_LIMIT_MS);
  if (program.leader !== null) await deps.sessions.noteLeader(opening.id, program.leader);
  signal.throwIfAborted();
  client.notify({ kind: 'opened', session: opening.id });
  await runAndMask(opening, program, recording, limits.touch);
}

async function runAndMask(
  { invocation, client, deps, controller, progress, mask, end }: Opening,
  program: Program,
  recording: SessionRecording,
  touch: () => void,
): Promise<void> {
  const output = mask.streams(invocation.pty?.size ?? null);
  const typed = typedRecord(recording.record, mask, output.resize);
  end.onEnd('record the rest of the input', () => typed.end());
  try {
    progress.status = await runProgram({
      program,
      client,
      stages: output.stages,
      hasTerminal: invocation.pty !== null,
      record: recording.record,
      recordInput: typed.record,
      touch,
      controller,
      clock: deps.clock,
    });
  } finally {
    progress.masked = output.count();
  }
}
