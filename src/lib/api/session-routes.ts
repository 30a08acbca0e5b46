// Sessions over HTTP: the list and the kill. Opening one is the attach socket's.
import { EXIT } from '../core/exit-codes.ts';
import { type Call, param, type RouteDeps, refusal, wholeNumber } from './route.ts';

/** Newest first. */
export async function listSessions(call: Call, deps: RouteDeps): Promise<unknown> {
  const isOpen = call.query.get('state') === 'open';
  const limit = wholeNumber(call, 'limit', 1, 10_000, 50);
  return { sessions: await deps.store.sessions.list({ limit, ...(isOpen ? { state: 'open' } : {}) }) };
}

/** Answers once the session has settled. Throws `unknown-session` (64). */
export async function killSession(call: Call, deps: RouteDeps): Promise<unknown> {
  const id = param(call, 'id');
  const killed = await deps.session.live.kill(id, call.principal.name);
  if (!killed) {
    throw refusal('unknown-session', EXIT.usage, `no session "${id}" runs`, 'see: sallyport session list');
  }
  return { session: id, killed };
}
