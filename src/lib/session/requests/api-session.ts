// Step: what a target that is an API gets of its session: a token for the endpoint that no mask lets through, the gate, and new
// credentials for old.
import { randomBytes } from 'node:crypto';
import { Secret } from '../../core/secret.ts';
import type { ApiSession } from '../../ports/api-gate.ts';
import type { IssuedCredentials } from '../issue-credentials.ts';
import type { Opening } from '../opening.ts';
import { apiGate, type GateDeps } from './api-gate.ts';

/** Throws `cannot-mask` (74). */
export function apiSession(
  opening: Opening,
  gate: GateDeps,
  issued: Pick<IssuedCredentials, 'issueAgain'>,
): ApiSession {
  const token = new Secret(randomBytes(32).toString('base64url'));
  opening.mask.learn([{ name: 'the token of the session', kind: 'session-token', value: token.reveal() }]);
  return { gate: apiGate(opening, gate), token, renew: issued.issueAgain };
}
