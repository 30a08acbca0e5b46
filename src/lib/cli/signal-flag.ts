// The name of a signal as people write it.
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import { FORWARDED_SIGNALS } from '../session/signals.ts';

/** `INT`, `sigint` → `SIGINT`. Throws `usage` (64) for one that is not sent to programs. */
export function signalFlag(text: string): (typeof FORWARDED_SIGNALS)[number] {
  const name = text.toUpperCase().replace(/^(?!SIG)/, 'SIG');
  const found = FORWARDED_SIGNALS.find((known) => known === name);
  if (found !== undefined) return found;
  throw new BrokerError({
    code: 'usage',
    exit: EXIT.usage,
    message: `--signal: "${text}" is not one of ${FORWARDED_SIGNALS.map((known) => known.slice(3)).join(', ')}`,
    hint: 'to end the whole session: sallyport session kill ID',
  });
}
