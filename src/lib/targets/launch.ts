// What it takes to start a program on this machine, and what both ways of starting it (terminal, pipes) share.
import { constants } from 'node:os';
import type { Clock } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';

/** A program to start; everything is decided, nothing is inherited from the broker's environment. */
export interface Launch {
  /** Absolute path of an executable. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of a folder the broker's user can enter. */
  readonly cwd: string;
  /** Who the terminal or the pipes belong to where the program switches user, so that it can reopen `/dev/stderr`. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Descriptors of the broker's that the program has, too, under the same numbers; all others are closed to it. */
  readonly keep?: readonly number[];
  readonly clock: Clock;
}

/** Unread output an adapter holds before it stops reading. */
export const MAX_UNREAD_BYTES = 256 * 1024;

/**
 * How long after the program's exit the output may be silent while something it left running holds the output open.
 * Then what is left is ended: ssh would wait for ever, a broker must not (docs/decisions/0004). Process
 * substitutions and `tee` need a moment.
 */
export const LEFTOVER_QUIET_MS = 1_000;

/** Time between SIGHUP and SIGKILL at the end of a session. */
export const HANGUP_GRACE_MS = 2_000;

/** `code` as it stands, or the signal's name; `SIG34` and up for real-time signals, which have none in Node. */
export function exitStatus(code: number, signalNumber: number): ExitStatus {
  if (signalNumber === 0) return { kind: 'code', code };
  const name = Object.entries(constants.signals).find(([, number]) => number === signalNumber)?.[0];
  return { kind: 'signal', signal: name ?? `SIG${signalNumber}` };
}

/** `name` as a signal of this system; throws BrokerError `unknown-signal` (exit 64). */
export function knownSignal(name: string): NodeJS.Signals {
  if (Object.hasOwn(constants.signals, name)) return name as NodeJS.Signals;
  throw new BrokerError({
    code: 'unknown-signal',
    exit: EXIT.usage,
    message: `unknown signal "${name.slice(0, 40)}"`,
    hint: 'use a name such as SIGINT or SIGTERM',
  });
}

/** What a write is told once the program is gone. */
export function programEnded(): BrokerError {
  return new BrokerError({
    code: 'program-ended',
    exit: EXIT.unavailable,
    message: 'the program has ended and takes no more input',
    hint: 'start it again',
  });
}
