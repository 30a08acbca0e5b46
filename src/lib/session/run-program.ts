// Step: a program that runs → how it ended. Pumps both ways under one controller whose reason is typed.
import type { Clock } from '../core/clock.ts';
import { BrokerError } from '../core/errors.ts';
import type { ExitStatus, OutputStream, SessionEvent } from '../core/events.ts';
import { EXIT } from '../core/exit-codes.ts';
import { raceAbort } from '../core/race-abort.ts';
import type { Program } from '../ports/target.ts';
import { pumpInput, pumpOutput } from '../stream/pump.ts';
import type { Stage } from '../stream/stage.ts';
import type { SessionClient } from './client.ts';

/** How long a beginning of a secret may be held back: a person who types sees it, an agent does not mind. */
const HOLD_MS = { person: 30, agent: 200 } as const;
/** The same where it would be shown after all: what a person types is echoed at once. */
const DOUBT_MS = { person: 10, agent: 200 } as const;

/** For the pump of output that goes to a terminal, or to a program. */
export function deadlines(hasTerminal: boolean): { readonly holdMs: number; readonly doubtMs: number } {
  const consumer = hasTerminal ? 'person' : 'agent';
  return { holdMs: HOLD_MS[consumer], doubtMs: DOUBT_MS[consumer] };
}

export interface RunOptions {
  readonly program: Program;
  readonly client: SessionClient;
  readonly hasTerminal: boolean;
  /** The masks, one a stream. */
  readonly stages: Readonly<Record<OutputStream, Stage>>;
  readonly record: (event: SessionEvent) => Promise<void>;
  /** The same for what the client sends. */
  readonly recordInput: (event: SessionEvent) => Promise<void>;
  readonly touch: () => void;
  readonly controller: AbortController;
  readonly clock: Clock;
}

/**
 * Resolves after the child ended and its last byte was recorded and sent. Rejects with the controller's reason as
 * soon as it is aborted, with `connection-lost` (69) or with `cannot-record` (74). The program may still run after
 * a rejection: disposing it is for the caller's settlement.
 */
export async function runProgram(options: RunOptions): Promise<ExitStatus> {
  const { program, client, stages, record, recordInput, touch, controller, clock } = options;
  pumpInput({ program, input: client.input, record: recordInput, onActivity: touch }).catch((error: unknown) =>
    controller.abort(error),
  );
  const ended = pumpOutput({
    program,
    stages,
    record,
    send: (chunk) => client.send(chunk),
    clock,
    ...deadlines(options.hasTerminal),
    onActivity: touch,
  }).then(() => program.exited);
  return raceAbort(ended, controller.signal);
}

/** The reason of a session whose client has gone. */
export function clientGone(): BrokerError {
  return new BrokerError({
    code: 'client-gone',
    exit: EXIT.ended,
    message: 'the client disconnected before the session ended',
    hint: 'run the command again',
  });
}
