// Notices that the program of a command waits for input: by its state where that can be seen, else by its silence on an
// unfinished line, which is said to be a heuristic.
import type { Clock } from '../../core/clock.ts';
import type { InputLook, Program } from '../../ports/target.ts';
import { neutralise } from '../../stream/neutralise.ts';
import type { NeedsInput } from './exec.ts';
import type { OutputLog } from './output-log.ts';
import type { RunningCommand } from './running-command.ts';

export interface InputWatch {
  /** Something was written or typed: what was seen before counts no more. */
  touch(): void;
  /** The program wrote something; until `outputDelivered` it is not in the log, and nothing is said. */
  outputCame(): void;
  outputDelivered(): void;
  stop(): void;
}

/** Between two looks; the second must say the same, since a program is blocked for a moment before its input arrives. */
const LOOK_MS = 50;
/** While nothing changes, looks become rarer: each one reads the process table. */
const MAX_LOOK_MS = 1_000;
/** A program that is silent for so long on an unfinished line asks something, more often than not. */
const SILENCE_MS = 1_500;
const LAST_LINE_BYTES = 1_024;

export function watchForInput({
  program,
  running,
  log,
  clock,
  hasTerminal,
}: {
  readonly program: Program;
  readonly running: RunningCommand;
  readonly log: OutputLog;
  readonly clock: Clock;
  readonly hasTerminal: boolean;
}): InputWatch {
  let touchedAt = clock.monotonic();
  let wasWaiting = false;
  let isDelivered = true;
  let waitMs = LOOK_MS;
  let cancel = clock.after(waitMs, look);

  function look(): void {
    const silentMs = clock.monotonic() - touchedAt;
    if (silentMs < LOOK_MS) {
      next(LOOK_MS - silentMs);
      return;
    }
    const isTold = running.needsInput !== null;
    const seen = running.isFed || isTold || !isDelivered ? undefined : whatIsSeen(silentMs);
    if (seen !== undefined) running.tell(seen);
    waitMs = wasWaiting ? LOOK_MS : Math.min(waitMs * 2, MAX_LOOK_MS);
    next(waitMs);
  }

  function next(ms: number): void {
    cancel = clock.after(ms, look);
  }

  function whatIsSeen(silentMs: number): NeedsInput | undefined {
    const { state, hidden } = program.lookAtInput();
    const isSure = state === 'waiting' && wasWaiting;
    wasWaiting = state === 'waiting';
    if (isSure) return { lastLine: lastLine(log), hidden, from: hasTerminal ? 'terminal' : 'pipe' };
    return isGuess(state, silentMs) ? { lastLine: lastLine(log), hidden, from: 'heuristic' } : undefined;
  }

  function isGuess(state: InputLook['state'], silentMs: number): boolean {
    return (state === 'maybe' || state === 'unknown') && silentMs >= SILENCE_MS && log.lastLine(LAST_LINE_BYTES) !== '';
  }

  function touch(): void {
    touchedAt = clock.monotonic();
    wasWaiting = false;
    if (running.needsInput !== null) running.tell(null);
    if (waitMs === LOOK_MS) return;
    waitMs = LOOK_MS;
    cancel();
    next(waitMs);
  }

  return {
    touch,
    outputCame() {
      isDelivered = false;
      touch();
    },
    outputDelivered() {
      isDelivered = true;
      touchedAt = clock.monotonic();
    },
    stop: () => cancel(),
  };
}

/** As a person may see it: without colours, and with what an overwritten line shows last. */
function lastLine(log: OutputLog): string {
  const text = neutralise()(log.lastLine(LAST_LINE_BYTES));
  const plain = text.replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b[ -/]*[0-~]/g, '');
  return (plain.split('\r').findLast((part) => part !== '') ?? '').replace(/\p{Cc}/gu, '');
}
