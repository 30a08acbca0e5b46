// The one shape in which a session ends, whether the child or the broker ended it.
import type { Decision } from '../core/decision.ts';
import type { BrokerError, PublicError } from '../core/errors.ts';
import type { ExitStatus } from '../core/events.ts';
import { EXIT, exitCodeOfSignal } from '../core/exit-codes.ts';
import type { MaskCount } from './masking/session-mask.ts';
import type { Progress } from './opening.ts';
import { signalNumber } from './signals.ts';

/** Answer to an invocation. `exitCode` is the child's, verbatim, where `origin` is `child`. */
export interface SessionResult {
  readonly session: string;
  readonly target: string;
  readonly origin: 'child' | 'broker';
  readonly exitCode: number;
  /** The signal the child died of, such as `SIGKILL`. */
  readonly signal: string | null;
  readonly decision: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'guidance'> | null;
  /** Values masked in the output, by kind. */
  readonly masked: MaskCount;
  readonly lease: LeaseSummary | null;
  /** Where the recording is, or null where none was begun. */
  readonly recording: string | null;
  readonly durationMs: number;
  /** Only where `origin` is `broker`. */
  readonly error: PublicError | null;
}

/** Times in ms since 1970. `revokedAt` is null while nobody confirmed the end. */
export interface LeaseSummary {
  readonly provider: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}

/** The result of what is known at the end. */
export function resultOf(session: string, target: string, progress: Progress, durationMs: number): SessionResult {
  const { decision, error, status, masked, lease, recording } = progress;
  return {
    session,
    target,
    origin: error === null ? 'child' : 'broker',
    exitCode: exitCodeOf(status, error),
    signal: status?.kind === 'signal' ? status.signal : null,
    decision: decision === null ? null : shown(decision),
    masked,
    lease,
    recording,
    durationMs: Math.round(durationMs),
    error: error?.toPublic() ?? null,
  };
}

/** The broker's code where the broker ended it; else the child's, with a signal as a shell shows it. */
export function exitCodeOf(status: ExitStatus | null, error: BrokerError | null): number {
  if (error !== null || status === null) return error?.exit ?? EXIT.bug;
  return status.kind === 'code' ? status.code : exitCodeOfSignal(signalNumber(status.signal));
}

function shown({ verdict, rule, reason, guidance }: Decision) {
  return { verdict, rule, reason, guidance };
}
