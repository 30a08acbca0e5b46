// Step: what a target needs → credentials with leases in the book, and their end in the settlement.
import type { SessionId } from '../core/ids.ts';
import type { Credential, CredentialRequest } from '../ports/provider.ts';
import type { SessionDeps } from './deps.ts';
import type { LeaseSummary } from './result.ts';
import type { Settlement } from './settlement.ts';

export interface IssuedCredentials {
  /** One for each request, in their order. */
  readonly credentials: readonly Credential[];
  /** For the mask. */
  readonly knownSecrets: readonly string[];
  /** The last hop's lease as it is now. */
  summary(): LeaseSummary | null;
}

/**
 * Issues all, or rejects with what the book or the provider failed with. Every lease that was opened is revoked by
 * the settlement, also after a rejection half-way.
 */
export async function issueCredentials(
  session: SessionId,
  requests: readonly CredentialRequest[],
  deps: Pick<SessionDeps, 'leases'>,
  end: Settlement,
  onIssued: (lease: LeaseSummary) => Promise<void>,
): Promise<IssuedCredentials> {
  const credentials: Credential[] = [];
  let last: LeaseSummary | null = null;
  for (const request of requests) {
    const { lease, credential } = await deps.leases.issue(session, request);
    const summary = {
      provider: lease.plan.provider,
      issuedAt: lease.plan.issuedAt,
      expiresAt: lease.plan.expiresAt,
      revokedAt: null,
    };
    last = summary;
    end.onEnd('revoke the lease', async () => {
      const revocation = await deps.leases.revoke(lease.id);
      if (last === summary) last = { ...summary, revokedAt: revocation.deadAt };
    });
    credentials.push(credential);
    await onIssued(summary);
  }
  return {
    credentials,
    knownSecrets: credentials.flatMap((credential) => credential.knownSecrets.map((secret) => secret.reveal())),
    summary: () => last,
  };
}
