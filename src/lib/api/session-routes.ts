// Sessions over HTTP: the list, the kill, and what opens an endpoint. Opening one is the attach socket's.
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

/** For clients of the endpoint that the caller opened. Throws `no-endpoint` (64) for every other session, whoever's it is. */
export async function endpointCredential(call: Call, deps: RouteDeps): Promise<unknown> {
  const id = param(call, 'id');
  const session = deps.session.live.list().find((live) => live.id === id);
  if (session?.endpointToken === undefined || session.principal !== call.principal.name) {
    throw refusal(
      'no-endpoint',
      EXIT.usage,
      `no endpoint of yours belongs to a session "${id}" that runs`,
      'open one: sallyport kubectl TARGET --kubeconfig FILE',
    );
  }
  return { token: session.endpointToken.reveal() };
}
