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
  const renewals = new Set<Promise<unknown>>();
  // Before the leases that are known by now are ended, and after the program is: what was asked for meanwhile is ended, too.
  opening.end.onEnd('wait for new credentials', async () => void (await Promise.allSettled(renewals)));
  const token = new Secret(randomBytes(32).toString('base64url'));
  opening.mask.learn([{ name: 'the token of the session', kind: 'session-token', value: token.reveal() }]);
  return {
    gate: apiGate(opening, gate),
    token,
    renew(request) {
      const renewal = issued.issueAgain(request);
      renewals.add(renewal);
      return renewal.finally(() => renewals.delete(renewal));
    },
  };
}
