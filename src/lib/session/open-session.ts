// The use-case: one opening of a target, from the request to the settled end. The steps stand here in their order;
// each has a file of its own. Orders that never change: record before forward, book before hand-out, settle always.
import type { Decision } from '../core/decision.ts';
import { asBrokerError, BrokerError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import { EXIT, exitCodeOfSignal } from '../core/exit-codes.ts';
import { newSessionId, type SessionId } from '../core/ids.ts';
import type { ProgramSpec } from '../ports/target.ts';
import { openRecorder } from '../recording/recorder.ts';
import { askPerson } from './ask-person.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { issueCredentials, type IssuedCredentials } from './issue-credentials.ts';
import { denied, judgeInvocation } from './judge-invocation.ts';
import { startTimeLimits } from './limits.ts';
import { resolveTarget } from './resolve-target.ts';
import type { LeaseSummary, SessionResult } from './result.ts';
import { clientGone, runProgram } from './run-program.ts';
import { settlement } from './settlement.ts';
import { signalNumber } from './signals.ts';

/** What is known so far; the result is made of it whichever step was the last. */
interface Progress {
  decision: Decision | null;
  recording: string | null;
  lease: LeaseSummary | null;
  masked: number;
  status: ExitStatus | null;
  error: BrokerError | null;
}

/**
 * Runs one invocation. Never rejects: every failure is in the result. When it resolves, the program is gone, its
 * leases are closed, the recording is complete and the audit log says how it ended.
 */
export async function openSession(invocation: Invocation, client: SessionClient, deps: SessionDeps): Promise<SessionResult> {
  const id = newSessionId();
  const startedAt = deps.clock.monotonic();
  const progress: Progress = { decision: null, recording: null, lease: null, masked: 0, status: null, error: null };
  const controller = new AbortController();
  const onGone = () => controller.abort(clientGone());
  client.gone.addEventListener('abort', onGone, { once: true });
  if (client.gone.aborted) onGone();
  let announceSettled = () => {};
  deps.live.add({
    id,
    target: invocation.target,
    principal: client.principal.name,
    startedAt: deps.clock.now(),
    controller,
    settled: new Promise((resolve) => {
      announceSettled = resolve;
    }),
  });
  try {
    await walk(id, invocation, client, deps, controller, progress);
  } catch (error) {
    progress.error = asBrokerError(error);
  } finally {
    client.gone.removeEventListener('abort', onGone);
    deps.live.remove(id);
    announceSettled();
  }
  return resultOf(id, invocation, progress, deps.clock.monotonic() - startedAt);
}

async function walk(
  id: SessionId,
  invocation: Invocation,
  client: SessionClient,
  deps: SessionDeps,
  controller: AbortController,
  progress: Progress,
): Promise<void> {
  const { signal } = controller;
  const entry = resolveTarget(invocation, deps);
  const judged = await judgeInvocation(id, invocation, client, entry, deps);
  progress.decision = judged.decision;
  if (judged.decision.verdict === 'deny') throw denied(judged.decision);
  const approval =
    judged.decision.verdict === 'ask' ? await askPerson(judged, invocation, client, signal, deps) : undefined;

  const { subject, decision } = judged;
  const spec: ProgramSpec = {
    session: id,
    task: invocation.task ?? undefined,
    work: subject.command === null ? { kind: 'free-terminal' } : { kind: 'command', text: subject.command },
    pty: invocation.pty,
    cwd: invocation.cwd ?? undefined,
    env: invocation.env,
    callerUid: client.principal.proof.uid,
  };
  const end = settlement();
  let credentials: IssuedCredentials | undefined;
  try {
    const recorder = await openRecorder({
      archive: deps.archive,
      session: id,
      clock: deps.clock,
      maxBytes: deps.maxRecordingBytes,
      header: {
        size: invocation.pty?.size ?? null,
        term: invocation.pty?.term ?? null,
        shell: null,
        title: `${invocation.target}: ${subject.command ?? 'free terminal'}`,
        target: invocation.target,
        kind: invocation.kind,
        principal: client.principal.name,
        task: invocation.task,
        command: subject.command,
      },
    });
    progress.recording = deps.archive.locate(id);
    const mark = (name: string, data: Record<string, unknown>) => recorder.record({ kind: 'marker', name, data });
    end.onEnd('close the recording', async () => {
      await recorder.close({ status: progress.status });
    });
    end.onEnd('mark the end', async () => {
      if (progress.error !== null) await mark('session.ended', { error: progress.error.code });
    });
    await mark('command.judged', { verdict: decision.verdict, rule: decision.rule, reason: decision.reason });
    if (approval !== undefined) {
      await mark('request.approved', { request: approval.id, approvers: approval.votes.map((vote) => vote.approver) });
    }

    await deps.sessions.insert({
      id,
      target: invocation.target,
      kind: invocation.kind,
      principal: client.principal.name,
      task: invocation.task,
      command: subject.command,
      startedAt: deps.clock.now(),
    });
    end.onEnd('finish the session', () => finish(id, progress, client, deps));
    await deps.audit.append({
      type: 'session.opened',
      actor: client.principal.name,
      session: id,
      data: { target: invocation.target, command: subject.command, approval: approval?.id ?? null },
    });

    credentials = await issueCredentials(id, entry.target.credentialsFor(spec), deps, end, async (lease) => {
      progress.lease = lease;
      await mark('credential.issued', { ...lease });
    });
    const limits = startTimeLimits({ ...entry.limits, timeoutMs: invocation.timeoutMs }, controller, deps.clock);
    end.onEnd('stop the time limits', async () => limits.stop());
    const program = await entry.target.open(spec, credentials.credentials, signal);
    end.onEnd('end the program', () => program[Symbol.asyncDispose]());
    signal.throwIfAborted();
    client.notify({ kind: 'opened', session: id });

    const outcome = await runProgram({
      program,
      client,
      hasTerminal: invocation.pty !== null,
      knownSecrets: credentials.knownSecrets,
      record: (event) => recorder.record(event),
      touch: limits.touch,
      controller,
      clock: deps.clock,
    });
    progress.status = outcome.status;
    progress.masked = outcome.maskedCount;
  } catch (error) {
    progress.error = asBrokerError(error);
  } finally {
    const failures = await end.settle();
    if (credentials !== undefined) progress.lease = credentials.summary();
    await reportFailures(id, failures, progress, deps);
  }
}

/** Closes the session's row and says so in the audit log. */
async function finish(id: SessionId, progress: Progress, client: SessionClient, deps: SessionDeps): Promise<void> {
  const { status, error } = progress;
  await deps.sessions.finish(id, {
    state: error === null ? 'child' : 'broker',
    endedAt: deps.clock.now(),
    exitCode: exitCodeOf(status, error),
    reason: error?.code ?? null,
  });
  await deps.audit.append({
    type: 'session.closed',
    actor: client.principal.name,
    session: id,
    data: { status, error: error?.code ?? null, masked: progress.masked },
  });
}

/** A settlement that could not be completed makes the session a failure, whatever the child said. */
async function reportFailures(
  id: SessionId,
  failures: readonly { readonly step: string; readonly error: unknown }[],
  progress: Progress,
  deps: SessionDeps,
): Promise<void> {
  const first = failures[0];
  if (first === undefined) return;
  progress.error ??= new BrokerError({
    code: 'settle-failed',
    exit: first.error instanceof BrokerError ? first.error.exit : EXIT.bug,
    message: `the session ended, but the broker could not ${failures.map((failure) => failure.step).join(' and ')}`,
    hint: 'see broker.log in the state folder; what is left is closed when the broker starts again',
    cause: first.error,
    detail: failures.map((failure) => `${failure.step}: ${String(failure.error)}`).join('; '),
  });
  await deps.audit.append({
    type: 'session.settle-failed',
    actor: 'broker',
    session: id,
    data: { steps: failures.map((failure) => failure.step) },
  });
}

function exitCodeOf(status: ExitStatus | null, error: BrokerError | null): number {
  if (error !== null || status === null) return error?.exit ?? EXIT.bug;
  return status.kind === 'code' ? status.code : exitCodeOfSignal(signalNumber(status.signal));
}

function resultOf(id: SessionId, invocation: Invocation, progress: Progress, durationMs: number): SessionResult {
  const { decision, error, status } = progress;
  return {
    session: id,
    target: invocation.target,
    origin: error === null ? 'child' : 'broker',
    exitCode: exitCodeOf(status, error),
    signal: status?.kind === 'signal' ? status.signal : null,
    decision:
      decision === null
        ? null
        : { verdict: decision.verdict, rule: decision.rule, reason: decision.reason, guidance: decision.guidance },
    masked: progress.masked,
    lease: progress.lease,
    recording: progress.recording,
    durationMs: Math.round(durationMs),
    error: error?.toPublic() ?? null,
  };
}
