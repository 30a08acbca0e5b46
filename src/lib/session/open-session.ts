// The use-case: one opening of a target, from the request to the settled end. The steps stand here in their order;
// each has a file of its own. Orders that never change: record before forward, book before hand-out, settle always.
import { asBrokerError } from '../core/errors.ts';
import { newSessionId } from '../core/ids.ts';
import type { SessionRow } from '../ports/store.ts';
import type { Program, ProgramSpec } from '../ports/target.ts';
import { bookEnd, bookOpening, bookRow } from './book-session.ts';
import type { Invocation, OfferedEndpoint, SessionClient } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { type IssuedCredentials, issueCredentials } from './issue-credentials.ts';
import { judgeInvocation } from './judge-invocation.ts';
import { startTimeLimits } from './limits.ts';
import { logFailure } from './log-failure.ts';
import { typedRecord } from './masking/masked-record.ts';
import { type MaskCount, SessionMask } from './masking/session-mask.ts';
import { noProgress, type Opening, type Progress } from './opening.ts';
import { permit } from './permit.ts';
import { plainWords } from './plain-words.ts';
import { programSpec } from './program-spec.ts';
import { recordSession, type SessionRecording } from './record-session.ts';
import type { GateDeps } from './requests/api-gate.ts';
import { apiSession } from './requests/api-session.ts';
import { type RequestTally, requestTally } from './requests/request-tally.ts';
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
async function walk(unread: Opening): Promise<void> {
  const { client, deps, controller, progress, mask } = unread;
  const { signal } = controller;
  const invocation = { ...unread.invocation, ...plainWords(unread.invocation, mask) };
  const opening = { ...unread, invocation };
  const entry = resolveTarget(invocation, deps);
  const first = await judgeInvocation(opening.id, invocation, { principal: client.principal, mask }, entry, deps);
  const { judged, approval } = await permit(opening, entry, first);
  const { subject, runs } = judged;
  signal.throwIfAborted();

  const opened = { ...subject, mode: modeOf(invocation) };
  await bookRow(opening, opened);
  const recording = await recordSession(opening, judged, approval);
  await bookOpening(opening, opened, approval);

  const asked = programSpec(opening, runs);
  const issued = await issueCredentials(opening, entry.target.credentialsFor(asked), recording);
  const tally = requestTally();
  const timeLimits = { ...entry.limits, timeoutMs: invocation.timeoutMs };
  const limits = startTimeLimits(timeLimits, controller, deps.clock, tally.isWaiting);
  opening.end.onEnd('stop the time limits', async () => limits.stop());
  signal.throwIfAborted();
  const place = { summary: subject.place, digest: subject.placeDigest };
  const gate = { context: judged.context, place, recording, tally, touch: limits.touch };
  const spec = entry.quota === undefined ? asked : withApi(opening, asked, { ...gate, quota: entry.quota }, issued);
  const program = await entry.target.open(spec, issued.credentials, signal);
  // Looked at below, where the program still runs then; a rejection nobody looks at would end the broker.
  program.exited.catch(() => undefined);
  opening.end.onEnd('end the program', () => program[Symbol.asyncDispose](), END_PROGRAM_LIMIT_MS);
  if (program.leader !== null) await deps.sessions.noteLeader(opening.id, program.leader);
  signal.throwIfAborted();
  client.notify({ kind: 'opened', session: opening.id, ...endpointOf(program, spec) });
  await runAndMask(opening, program, recording, { touch: limits.touch, tally });
  endWithRefusal(progress, tally);
}

const modeOf = ({ kind, command }: Invocation): SessionRow['mode'] =>
  command !== null ? 'one-shot' : kind === 'kubectl' ? 'gated' : 'free';

function withApi(opening: Opening, spec: ProgramSpec, gate: GateDeps, issued: IssuedCredentials): ProgramSpec {
  return { ...spec, api: apiSession(opening, gate, issued) };
}

/** For clients that somebody else starts: of all that is said to the client who opened the session, the one thing that is secret. */
function endpointOf({ endpoint }: Program, { api }: ProgramSpec): { endpoint?: OfferedEndpoint } {
  return endpoint === undefined || api === undefined ? {} : { endpoint: { ...endpoint, token: api.token.reveal() } };
}

/** A client that failed after a request of its own was refused failed because of that, as far as anybody can tell. */
function endWithRefusal(progress: Progress, tally: RequestTally): void {
  const refusal = tally.firstRefusal();
  const { status } = progress;
  if (refusal === undefined || (status?.kind === 'code' && status.code === 0)) return;
  progress.decision = refusal.decision ?? progress.decision;
  progress.error = refusal.error;
}

async function runAndMask(
  { invocation, client, deps, controller, progress, mask, end }: Opening,
  program: Program,
  recording: SessionRecording,
  { touch, tally }: { readonly touch: () => void; readonly tally: RequestTally },
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
    progress.masked = sumOf(output.count(), tally.count());
  }
}

function sumOf(a: MaskCount, b: MaskCount): MaskCount {
  const kinds = [...new Set([...Object.keys(a.kinds), ...Object.keys(b.kinds)])];
  return {
    total: a.total + b.total,
    kinds: Object.fromEntries(kinds.map((kind) => [kind, (a.kinds[kind] ?? 0) + (b.kinds[kind] ?? 0)])),
  };
}
