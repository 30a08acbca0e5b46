// Gated sessions over HTTP: opening, reading, signalling, closing. Commands go over the attach socket. A session is its
// owner's: to everybody else it is unknown, but the broker's owner may read and end it.
import { complete } from '../session/gated/complete.ts';
import { findGated, isOwnedBy } from '../session/gated/find-gated.ts';
import type { GatedSession } from '../session/gated/gated-session.ts';
import { openGated } from '../session/gated/open-gated.ts';
import { type Call, param, parseWith, type RouteDeps, wholeNumber } from './route.ts';
import { completeBody, gatedBody, signalBody } from './schemas.ts';

/** Longest text of one answer; a reader asks again. */
const MAX_PAGE_BYTES = 1024 * 1024;
const DEFAULT_PAGE_BYTES = 64 * 1024;
const MAX_WAIT_MS = 60_000;

/** Throws what `openGated` rejects with. Where the caller did not wait for the answer, nobody knows it: it is closed. */
export async function openGatedSession(call: Call, deps: RouteDeps): Promise<unknown> {
  const session = await openGated(parseWith(gatedBody, call.body), call.principal, deps.session);
  if (call.signal.aborted) await session.close();
  return { ...summaryOf(session), recording: deps.archive.locate(session.id) };
}

/** The caller's own, oldest first; to the broker's owner, all. */
export async function listGatedSessions(call: Call, deps: RouteDeps): Promise<unknown> {
  const all = [...deps.session.gated.values()].filter((session) => call.isOwner || isOwnedBy(session, call.principal));
  return { sessions: all.map(summaryOf) };
}

/** Throws `unknown-session` (64), `bad-request` (64). */
export async function readOutput(call: Call, deps: RouteDeps): Promise<unknown> {
  const session = sessionOf(call, deps, call.isOwner);
  const cursor = wholeNumber(call, 'cursor', 0, Number.MAX_SAFE_INTEGER, 0);
  // A character has four bytes at most: less would never get past it.
  const limit = wholeNumber(call, 'limit', 4, MAX_PAGE_BYTES, DEFAULT_PAGE_BYTES);
  const waitMs = wholeNumber(call, 'waitMs', 0, MAX_WAIT_MS, 0);
  return session.read(cursor, limit, waitMs, call.signal);
}

/** Throws `unknown-session` (64), `nothing-runs` (69). */
export async function signalCommand(call: Call, deps: RouteDeps): Promise<unknown> {
  const { name } = parseWith(signalBody, call.body);
  const session = sessionOf(call, deps, false);
  await session.signal(name);
  return { session: session.id, signal: name };
}

/** Answers once the session has settled. Throws `unknown-session` (64). */
export async function closeGatedSession(call: Call, deps: RouteDeps): Promise<unknown> {
  return sessionOf(call, deps, false).close();
}

/** Paths on the target that begin with a text; none where policy would not let the caller list them. */
export async function completePath(call: Call, deps: RouteDeps): Promise<unknown> {
  const { text } = parseWith(completeBody, call.body);
  return { names: await complete(sessionOf(call, deps, false), text, call.signal) };
}

function sessionOf(call: Call, deps: RouteDeps, mayBeAnyones: boolean): GatedSession {
  return findGated(param(call, 'id'), call.principal, deps.session, mayBeAnyones);
}

function summaryOf(session: GatedSession) {
  const { id, target, owner, cwd, state } = session;
  return { session: id, target, principal: owner.name, cwd, state };
}
