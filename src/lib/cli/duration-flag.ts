// Flags that are a length of time.
import { parseDuration } from '../core/duration.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

/** Longer than any session may last. */
const MAX_MS = 24 * 60 * 60 * 1000;

/** Milliseconds of `30s`. Throws `usage` (64) for another form, nothing, or more than `maxMs`. */
export function durationFlag(flag: string, text: string, maxMs: number = MAX_MS): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0 && ms <= maxMs) return ms;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `${flag}: "${text}" is not a duration of at most ${maxMs === MAX_MS ? '24h' : `${maxMs / 1000}s`}`,
    hint: 'write it as 30s, 5m or 1h',
  });
}
