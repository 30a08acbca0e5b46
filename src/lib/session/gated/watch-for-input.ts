// Notices that a program waits for input.
import type { Clock } from '../../core/clock.ts';
import type { Program } from '../../ports/target.ts';
import type { OutputLog } from './output-log.ts';
import type { RunningCommand } from './running-command.ts';

export interface InputWatch {
  /** Something was written or typed: what was seen before counts no more. */
  touch(): void;
  stop(): void;
}

export function watchForInput(_program: Program, _running: RunningCommand, _log: OutputLog, _clock: Clock): InputWatch {
  return { touch() {}, stop() {} };
}
