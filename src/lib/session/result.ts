// The one shape in which a session ends, whether the child or the broker ended it.
import type { Decision } from '../core/decision.ts';
import type { PublicError } from '../core/errors.ts';

/** Answer to an invocation. `exitCode` is the child's, verbatim, where `origin` is `child`. */
export interface SessionResult {
  readonly session: string;
  readonly target: string;
  readonly origin: 'child' | 'broker';
  readonly exitCode: number;
  /** The signal the child died of, such as `SIGKILL`. */
  readonly signal: string | null;
  readonly decision: Pick<Decision, 'verdict' | 'rule' | 'reason' | 'guidance'> | null;
  /** Values masked in the output. */
  readonly masked: number;
  readonly lease: LeaseSummary | null;
  /** Where the recording is, or null where nothing ran. */
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
