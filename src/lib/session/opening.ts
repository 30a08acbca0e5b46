// One opening of a target as its steps see it: who asked for what, how it can be ended, and what is known so far.
import type { Decision } from '../core/decision.ts';
import type { BrokerError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import type { SessionId } from '../core/ids.ts';
import type { Seal } from '../recording/manifest.ts';
import type { Invocation, SessionClient } from './client.ts';
import type { SessionDeps } from './deps.ts';
import { type MaskCount, NOTHING_MASKED, type SessionMask } from './masking/session-mask.ts';
import type { LeaseSummary } from './result.ts';
import type { Settlement } from './settlement.ts';

export interface Opening {
  readonly id: SessionId;
  readonly invocation: Invocation;
  readonly client: SessionClient;
  readonly deps: SessionDeps;
  /** Ends the session; the reason says why. */
  readonly controller: AbortController;
  readonly end: Settlement;
  readonly progress: Progress;
  readonly mask: SessionMask;
}

/** The result and the last audit entry are made of it, whichever step was the last. */
export interface Progress {
  decision: Decision | null;
  /** True from the moment on in which the session may have a row in the store. */
  booked: boolean;
  /** True once it is recorded: its end is on record as one, and not as a refusal. */
  opened: boolean;
  /** Where the recording is. */
  recording: string | null;
  /** The finished recording, byte for byte: its digest in the audit log binds the two together. */
  sealed: Seal | null;
  lease: LeaseSummary | null;
  masked: MaskCount;
  status: ExitStatus | null;
  error: BrokerError | null;
}

export function noProgress(): Progress {
  return {
    decision: null,
    booked: false,
    opened: false,
    recording: null,
    sealed: null,
    lease: null,
    masked: NOTHING_MASKED,
    status: null,
    error: null,
  };
}
