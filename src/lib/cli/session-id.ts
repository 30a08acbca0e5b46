// The id of a session as people write it: the beginning of one is enough.
import type { ApiClient } from '../api/client.ts';
import { BrokerError } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';

const WHOLE = /^s-[0-9a-z]{12}$/;
/** All that can run at once, and more. */
const MAX_LISTED = 10_000;

/** The whole id of a session that runs; what begins none is left to the broker. Throws `ambiguous-session` (64). */
export async function wholeSessionId(client: ApiClient, text: string): Promise<string> {
  if (WHOLE.test(text) || text === '') return text;
  const { sessions } = await client.get<{ sessions: { id: string }[] }>(`/sessions?state=open&limit=${MAX_LISTED}`);
  const found = sessions.map(({ id }) => id).filter((id) => id.startsWith(text) || id.startsWith(`s-${text}`));
  if (found.length > 1) {
    throw new BrokerError({
      code: 'ambiguous-session',
      exit: EXIT.usage,
      message: `"${text}" is the beginning of ${found.length} sessions`,
      hint: `write more of it: ${found.slice(0, 5).join(', ')}`,
    });
  }
  return found[0] ?? text;
}
