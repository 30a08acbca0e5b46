// Step: what a target needs → credentials with leases in the book, and their end in the settlement.
import type { Credential, CredentialRequest, Revocation } from '../ports/provider.ts';
import type { KnownValue } from '../stream/mask/known/known-values.ts';
import type { Opening } from './opening.ts';
import type { SessionRecording } from './record-session.ts';

export interface IssuedCredentials {
  /** One for each request, in their order. The session's mask knows their secrets by now. */
  readonly credentials: readonly Credential[];
  /** Another one, later, with the same care. The newest two stay: what was just sent off may still carry the one before. */
  issueAgain(request: CredentialRequest): Promise<Credential>;
  /** Revokes them now: what they opened stays open, and they open nothing more. Rejects with what the book does. */
  revoke(): Promise<void>;
}

/**
 * Issues all, or rejects with what the book or the provider failed with. Every lease that was opened is revoked by
 * the settlement, also after a rejection half-way. The result of the session shows the last hop's lease.
 */
export async function issueCredentials(
  { id, deps, end, progress, mask }: Opening,
  requests: readonly CredentialRequest[],
  { mark }: Pick<SessionRecording, 'mark'>,
): Promise<IssuedCredentials> {
  const revocations: (() => Promise<void>)[] = [];
  async function issue(request: CredentialRequest): Promise<Credential> {
    const { lease, credential } = await deps.leases.issue(id, request);
    const { provider, issuedAt, expiresAt } = lease.plan;
    const issued = { provider, issuedAt, expiresAt, revokedAt: null };
    progress.lease = issued;
    let revocation: Revocation | undefined;
    end.onEnd('mark the revocation', async () => {
      if (revocation !== undefined) await mark('credential.revoked', { provider, ...revocation });
    });
    const revoke = async () => {
      if (revocation !== undefined) return;
      revocation = await deps.leases.revoke(lease.id);
      if (progress.lease === issued) progress.lease = { ...issued, revokedAt: revocation.deadAt };
    };
    revocations.push(revoke);
    end.onEnd('revoke the lease', revoke);
    mask.learn(knownOf(credential, provider));
    await mark('credential.issued', { ...issued });
    return credential;
  }
  const credentials: Credential[] = [];
  for (const request of requests) credentials.push(await issue(request));
  return {
    credentials,
    async issueAgain(request) {
      const credential = await issue(request);
      // What fails here is tried again when the session ends.
      for (const revoke of revocations.splice(0, revocations.length - 2)) await revoke().catch(() => undefined);
      return credential;
    },
    async revoke() {
      for (const revoke of revocations) await revoke();
    },
  };
}

/** For a mask, before anything can use it. What masks carry says nothing but that the broker issued it. */
export function knownOf({ knownSecrets }: Credential, provider: string): readonly KnownValue[] {
  return knownSecrets.map((secret) => ({ name: provider, kind: 'issued-credential', value: secret.reveal() }));
}
