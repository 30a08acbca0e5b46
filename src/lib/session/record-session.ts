// Step: a recording that exists before anything runs. What cannot be recorded does not run.
import type { RequestRow } from '../ports/store.ts';
import { sealOf } from '../recording/manifest.ts';
import { openRecorder, type Recorder } from '../recording/recorder.ts';
import type { Judged } from './judge-invocation.ts';
import { maskMarkers } from './masking/masked-record.ts';
import type { Opening } from './opening.ts';

export interface SessionRecording {
  readonly record: Recorder['record'];
  /** A control event; `data` is JSON, and its texts are masked. */
  readonly mark: (name: string, data: Record<string, unknown>) => Promise<void>;
}

/**
 * Creates the recording, with its header and how the command was judged. The settlement marks the end and seals it.
 * Rejects with `cannot-record` (74).
 */
export async function recordSession(
  opening: Opening,
  judged: Judged,
  approval: RequestRow | undefined,
): Promise<SessionRecording> {
  const { command } = judged.subject;
  const withoutCommand = opening.invocation.kind === 'kubectl' ? 'request by request' : 'free terminal';
  const recording = await beginRecording(opening, command, command ?? withoutCommand);
  await markJudged(recording, judged);
  await markApproved(recording, approval);
  return recording;
}

/** How a command was judged. */
export async function markJudged({ mark }: Pick<SessionRecording, 'mark'>, { decision }: Judged): Promise<void> {
  await mark('command.judged', { verdict: decision.verdict, rule: decision.rule, reason: decision.reason });
}

/** Who approved it, where it took somebody. */
export async function markApproved(
  { mark }: Pick<SessionRecording, 'mark'>,
  approval: RequestRow | undefined,
): Promise<void> {
  if (approval === undefined) return;
  await mark('request.approved', { request: approval.id, approvers: approval.votes.map((vote) => vote.approver) });
}

/** Creates the recording with its header; as `recordSession` otherwise. `title` is what comes after the target's name. */
export async function beginRecording(
  { id, invocation, client, deps, end, progress, mask }: Opening,
  command: string | null,
  title: string,
): Promise<SessionRecording> {
  const { target, kind, pty, task } = invocation;
  const recorder = await openRecorder({
    archive: deps.archive,
    session: id,
    clock: deps.clock,
    maxBytes: deps.maxRecordingBytes,
    header: {
      size: pty?.size ?? null,
      term: pty?.term ?? null,
      shell: null,
      title: `${target}: ${title}`,
      target,
      kind,
      principal: client.principal.name,
      task,
      command,
    },
  });
  progress.recording = deps.archive.locate(id);
  const record = maskMarkers((event) => recorder.record(event), mask);
  const mark: SessionRecording['mark'] = (name, data) => record({ kind: 'marker', name, data });
  end.onEnd('close the recording', async () => {
    progress.sealed = sealOf(await recorder.close({ status: progress.status }));
  });
  end.onEnd('mark the end', async () => {
    if (progress.masked.total > 0) await mark('output.masked', { ...progress.masked });
    if (progress.error !== null) await mark('session.ended', { error: progress.error.code });
  });
  return { record, mark };
}
