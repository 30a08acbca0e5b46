// How a result is told: as the JSON of the CLI contract, or to people.
import { timestamp } from '../core/timestamp.ts';
import type { SessionResult } from '../session/result.ts';
import { readPage } from '../stream/plain-page.ts';
import type { OutputCapture } from './capture-output.ts';
import { guidanceLines } from './guidance.ts';
import { contractError, type Palette, renderError } from './render.ts';

/** The one-shot result, its fields in the order of the documentation, the output as text; `more` stands before the error. Times as ISO 8601. */
export function resultJson(result: SessionResult, capture: OutputCapture, more: object = {}): object {
  const { session, target, origin, exitCode, signal, decision, masked, lease, recording, durationMs, error } = result;
  const iso = (ms: number | null) => (ms === null ? null : timestamp(ms));
  return {
    session,
    target,
    origin,
    exitCode,
    signal,
    decision,
    output: readPage(capture.text('stdout'), 'agent'),
    stderr: readPage(capture.text('stderr'), 'agent'),
    truncated: capture.isTruncated,
    masked,
    lease:
      lease === null
        ? null
        : {
            provider: lease.provider,
            issuedAt: iso(lease.issuedAt),
            expiresAt: iso(lease.expiresAt),
            revokedAt: iso(lease.revokedAt),
          },
    recording,
    durationMs,
    ...more,
    ...(error === null ? {} : { error: contractError(error) }),
  };
}

/** Why the broker ended it or did not begin it, and below a denial what JSON says of that; nothing for a child's own end. */
export function renderFailure({ error, decision }: SessionResult, palette: Palette): string {
  if (error === null) return '';
  const guidance = decision?.verdict === 'deny' ? decision.guidance : null;
  return renderError(error, palette) + (guidance === null ? '' : guidanceLines(guidance, palette, error.hint));
}
