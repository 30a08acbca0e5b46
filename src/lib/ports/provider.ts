// A credential provider mints a credential for one invocation and knows how to end it.
import type { Secret } from '../core/secret.ts';

/** What a target needs. The provider may refuse or shorten, never widen. */
export interface SshCertificateRequest {
  readonly provider: 'ssh-ca';
  /** The account on the target. */
  readonly principal: string;
  /** Who, what for: `sallyport session=… task=…`; shows in sshd's log. */
  readonly keyId: string;
  /** The whole text sshd will run whatever the client asks; null only for free terminals. */
  readonly forceCommand: string | null;
  /** Extensions; everything not listed is cleared. */
  readonly extensions: readonly ('permit-pty' | 'permit-port-forwarding')[];
  /** CIDR list, or null where the address the server will see is not known. */
  readonly sourceAddress: readonly string[] | null;
  readonly ttlMs: number;
}

export type CredentialRequest = SshCertificateRequest;

/** What the lease book writes down before anything is issued; enough to revoke after a crash. JSON, no secret. */
export interface LeasePlan {
  readonly provider: string;
  /** The provider's own words for what will exist, e.g. `{ serial, keyId, principal }`. */
  readonly ref: Readonly<Record<string, string>>;
  /** ms since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface SshCertificateCredential {
  readonly kind: 'ssh-certificate';
  readonly username: string;
  /** OpenSSH private key text (PEM). */
  readonly privateKey: Secret<string>;
  /** `ssh-ed25519-cert-v01@openssh.com AAAA…`; public. */
  readonly certificate: string;
}

export type Credential = SshCertificateCredential & {
  /** Every value that must never reach client or recording; registered with the mask before use. */
  readonly knownSecrets: readonly Secret<string>[];
};

export interface Revocation {
  /** ms since 1970; when the credential could no longer open anything. */
  readonly deadAt: number;
  /** How that is known: `key-destroyed`, `deleted-and-probed`, `expired`. */
  readonly how: string;
}

export interface CredentialProvider {
  readonly name: string;
  /** Decides serial, validity and limits; mints nothing. */
  plan(request: CredentialRequest): LeasePlan;
  /** Mints what `plan` says. Called once a plan, after the plan is in the book. */
  issue(request: CredentialRequest, plan: LeasePlan): Promise<Credential>;
  /**
   * Makes the credential useless; idempotent, and works from the plan alone after a restart.
   * Rejects where that could not be confirmed: the lease then stays open in the book.
   */
  revoke(plan: LeasePlan): Promise<Revocation>;
}
