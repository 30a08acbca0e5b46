// Whose session it is, and which one a few characters of its id mean.
import type { Principal } from '../../core/principal.ts';
import type { SessionDeps } from '../deps.ts';
import { unknownSession } from './gated-errors.ts';
import type { GatedSession } from './gated-session.ts';

/**
 * The session of that id, or of an id that begins so where that is only one. Throws `unknown-session` (64), also for one
 * that belongs to somebody else.
 */
export function findGated(
  id: string,
  principal: Principal,
  { gated }: Pick<SessionDeps, 'gated'>,
  mayBeAnyones = false,
): GatedSession {
  const found = [...gated.values()].filter(
    (session) => (mayBeAnyones || isOwnedBy(session, principal)) && session.id.startsWith(id),
  );
  const [only] = found;
  if (only === undefined || found.length > 1 || id === '') throw unknownSession(id);
  return only;
}

/** A name alone is no proof: of two accounts with one uid, each has its own sessions. */
export function isOwnedBy({ owner }: GatedSession, { name, proof }: Principal): boolean {
  return owner.name === name && owner.proof.uid === proof.uid;
}
