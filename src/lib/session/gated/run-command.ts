// One command of a gated session, from the judge to its settled end: the steps of a one-shot, on the session's line and
// recording. Orders that never change are the same: judge, audit, ask, record, run, settle, audit.
import { randomBytes } from 'node:crypto';
import { asBrokerError } from '../../core/errors.ts';
import type { ExitStatus } from '../../core/events.ts';
import { raceAbort } from '../../core/race-abort.ts';
import type { Line, Program } from '../../ports/target.ts';
import { inSequence, takeFrames } from '../../stream/frames.ts';
import { pumpOutput } from '../../stream/pump.ts';
import type { Invocation, SessionClient } from '../client.ts';
import type { TargetEntry } from '../deps.ts';
import { judgeInvocation } from '../judge-invocation.ts';
import { startTimeout } from '../limits.ts';
import { logFailure } from '../log-failure.ts';
import { typedRecord } from '../masking/masked-record.ts';
import type { MaskedStreams } from '../masking/session-mask.ts';
import type { Opening } from '../opening.ts';
import { permit } from '../permit.ts';
import { programSpec } from '../program-spec.ts';
import { markApproved, markJudged, type SessionRecording } from '../record-session.ts';
import { exitCodeOf } from '../result.ts';
import { deadlines } from '../run-program.ts';
import { END_PROGRAM_LIMIT_MS, settleFailed, settlement } from '../settlement.ts';
import type { CarriedState } from './carried-state.ts';
import { commandEntry } from './command-entry.ts';
import type { OutputLog } from './output-log.ts';
import { frameMarks, preludeFor, readState, type ToldState } from './prelude.ts';
import type { RunningCommand } from './running-command.ts';
import { watchForInput } from './watch-for-input.ts';

/** What the commands of one session share. */
export interface Shared {
  readonly opening: Opening;
  readonly entry: TargetEntry;
  readonly line: Line;
  readonly recording: SessionRecording;
  readonly state: CarriedState;
  readonly log: OutputLog;
  /** Of this session; see command-entry.ts. */
  readonly key: Uint8Array;
  readonly touch: () => void;
}

/** Never rejects: how it ended is in `running.progress`. When it resolves, nothing of the command runs any more. */
export async function runCommand(
  shared: Shared,
  running: RunningCommand,
  invocation: Invocation,
  client: SessionClient,
): Promise<void> {
  const { progress } = running;
  const { deps, mask } = shared.opening;
  const end = settlement(deps.clock);
  try {
    await walk(shared, running, invocation, client, end);
  } catch (error) {
    progress.error = mask.error(asBrokerError(error));
  }
  const unsettled = await end.settle();
  if (unsettled.length > 0) progress.error ??= mask.error(settleFailed(unsettled));
  try {
    await noteEnd(shared, running, client);
  } catch (error) {
    progress.error = mask.error(asBrokerError(error));
  }
  logFailure(progress, deps);
}

async function walk(
  shared: Shared,
  running: RunningCommand,
  invocation: Invocation,
  client: SessionClient,
  end: ReturnType<typeof settlement>,
): Promise<void> {
  const { opening, line, recording, state } = shared;
  const { id, deps, mask } = opening;
  const { controller, progress } = running;
  const { signal } = controller;
  const carried = state.carried;
  const { cwd } = opening.invocation;
  const { entry, targetDigest } = commandEntry(shared.entry, cwd, carried, shared.key);
  const first = await judgeInvocation(id, invocation, { principal: client.principal, mask }, entry, deps);
  running.printed = first.subject.command;
  progress.decision = first.decision;
  await markJudged(recording, first);
  const { judged, approval } = await permit({ id, invocation, client, controller, progress, deps, mask }, entry, first);
  signal.throwIfAborted();
  await markApproved(recording, approval);

  const { command, placeDigest } = judged.runs;
  if (command === null) throw new TypeError('a gated command has a text');
  await recording.mark('command.started', { command: running.number, text: judged.subject.command });
  progress.opened = true;
  const marks = frameMarks(randomBytes(16).toString('hex'));
  const place = targetDigest(placeDigest);
  if (place === undefined) throw new TypeError('a place was judged that the target did not name');
  const spec = {
    ...programSpec({ id, invocation, client }, { command, placeDigest: place }),
    work: { kind: 'command', text: command, prelude: preludeFor(marks) },
    cwd: cwd ?? undefined,
    carried,
  } as const;
  const cancelTimeout = startTimeout(invocation.timeoutMs, controller, deps.clock);
  end.onEnd('stop the time limit', async () => cancelTimeout());
  const program = await line.start(spec, signal);
  // Looked at below, where the program still runs then; a rejection nobody looks at would end the broker.
  program.exited.catch(() => undefined);
  end.onEnd('end the program', () => program[Symbol.asyncDispose](), END_PROGRAM_LIMIT_MS);
  if (program.leader !== null) await deps.sessions.noteLeader(id, program.leader);
  signal.throwIfAborted();
  const output = mask.streams(invocation.pty?.size ?? null);
  const typed = typedRecord(recording.record, mask, output.resize);
  running.recordInput = typed.record;
  end.onEnd('record the rest of the input', () => typed.end());
  running.begin(program, (audience) => audience.notify({ kind: 'opened', session: id }));
  const told: ToldState[] = [];
  try {
    progress.status = await pump(shared, running, program, invocation, output, marks, (content) => {
      const said = readState(content.toString('utf8'));
      if (said !== undefined) told.push(said);
    });
  } finally {
    state.take(told);
  }
  // Its first word is missing, although it ended by itself: the folder could not be entered.
  if (told.length === 0) state.leaveFolder();
}

async function pump(
  { opening, recording, log, touch }: Shared,
  running: RunningCommand,
  program: Program,
  invocation: Invocation,
  output: MaskedStreams,
  marks: ReturnType<typeof frameMarks>,
  onFrame: (content: Buffer) => void,
): Promise<ExitStatus> {
  const { clock } = opening.deps;
  const { stdout, stderr } = output.stages;
  const stages = { stdout: inSequence(takeFrames(marks, onFrame), stdout), stderr };
  const waiting = watchForInput({ program, running, log, clock, hasTerminal: invocation.pty !== null });
  running.touch = waiting.touch;
  const onActivity = () => {
    touch();
    waiting.outputCame();
  };
  try {
    const ended = pumpOutput({
      program,
      stages,
      record: recording.record,
      async send(chunk) {
        log.push(chunk.bytes);
        await running.send(chunk);
      },
      clock,
      ...deadlines(invocation.pty !== null),
      onActivity,
      onDelivered: waiting.outputDelivered,
    }).then(() => program.exited);
    return await raceAbort(ended, running.controller.signal);
  } finally {
    waiting.stop();
    running.progress.masked = output.count();
  }
}

/** Recording, then audit log. A command that was not judged leaves nothing to say. */
async function noteEnd(
  { opening, recording }: Shared,
  { number, printed, progress }: RunningCommand,
  client: SessionClient,
): Promise<void> {
  if (printed === null) return;
  const { status, error, masked } = progress;
  const facts = { command: number, status, error: error?.code ?? null, exitCode: exitCodeOf(status, error) };
  await recording.mark('command.ended', masked.total === 0 ? facts : { ...facts, masked });
  await opening.deps.audit.append({
    type: 'command.ended',
    actor: client.principal.name,
    session: opening.id,
    data: { ...facts, text: printed, ran: progress.opened, masked, why: error?.publicMessage ?? null },
  });
}
