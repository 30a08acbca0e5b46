// Sessions over HTTP: the list and the kill. Opening one is the attach socket's.
import { EXIT } from '../core/exit-codes.ts';
import { type Call, param, type RouteDeps, refusal, wholeNumber } from './route.ts';

/** Newest first; `commandState` is that of the newest command of a gated session. */
export async function listSessions(call: Call, deps: RouteDeps): Promise<unknown> {
  const isOpen = call.query.get('state') === 'open';
  const limit = wholeNumber(call, 'limit', 1, 10_000, 50);
  const rows = await deps.store.sessions.list({ limit, ...(isOpen ? { state: 'open' } : {}) });
  const { gated } = deps.session;
  return { sessions: rows.map((row) => ({ ...row, commandState: gated.get(row.id)?.state ?? null })) };
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
