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

export interface KubeTokenRequest {
  readonly provider: 'kube-token';
  /** A cluster by the name the broker knows it by. */
  readonly cluster: string;
  /** Of the service account; the Secret that carries the token's life is beside it. */
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Which session it is for; people of the cluster read it at the Secret. */
  readonly session: string;
  /** API servers grant no less than ten minutes: a shorter life ends by revocation. */
  readonly ttlMs: number;
}

export type CredentialRequest = SshCertificateRequest | KubeTokenRequest;

/** What the lease book writes down before anything is issued; enough to revoke after a crash. JSON, no secret. */
export interface LeasePlan {
  readonly provider: string;
  /** The provider's own words for what will exist, e.g. `{ serial, keyId, principal }`. */
  readonly ref: Readonly<Record<string, string>>;
  /** ms since 1970. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

interface IssuedCredential {
  /** Every value that must never reach client or recording; registered with the mask before use. */
  readonly knownSecrets: readonly Secret<string>[];
}

export interface SshCertificateCredential extends IssuedCredential {
  readonly kind: 'ssh-certificate';
  readonly username: string;
  /** OpenSSH private key text (PEM). */
  readonly privateKey: Secret<string>;
  /** `ssh-ed25519-cert-v01@openssh.com AAAA…`; public. */
  readonly certificate: string;
}

export interface KubeTokenCredential extends IssuedCredential {
  readonly kind: 'kube-token';
  /** A bearer token of the service account; it cannot be revealed any more once revocation began. */
  readonly token: Secret<string>;
  /** ms since 1970, as granted: where a session goes on, it needs another one by then. */
  readonly expiresAt: number;
}

export type Credential = SshCertificateCredential | KubeTokenCredential;

export interface Revocation {
  /** ms since 1970; by when the credential cannot open anything any more. May lie some seconds ahead, never minutes. */
  readonly deadAt: number;
  /** How that is known: `key-destroyed`, `deleted` (then `deadAt` is the latest), `deleted-and-probed`, `expired`. */
  readonly how: string;
}

/** Asked only for what names it as its `provider`. */
export interface CredentialProvider<
  Request extends CredentialRequest = CredentialRequest,
  Issued extends Credential = Credential,
> {
  readonly name: string;
  /** Decides serial, validity and limits; mints nothing. */
  plan(request: Request): LeasePlan;
  /** Mints what `plan` says. Called once a plan, after the plan is in the book. */
  issue(request: Request, plan: LeasePlan): Promise<Issued>;
  /**
   * Takes the credential back from whoever holds it and ends it; idempotent, and works from the plan alone after a restart. Resolves
   * once the end is certain, though it may be some seconds ahead. Rejects where that could not be confirmed: the lease then stays open
   * in the book.
   */
  revoke(plan: LeasePlan): Promise<Revocation>;
  /**
   * Of providers whose credentials live on for a moment: after `revoke`, in the background, waits until this one opens nothing any more
   * and says since when. Rejects with `credential-alive` (69) where it still does after the moment that `revoke` named, and else with why
   * that cannot be seen, such as the signal's reason: what `revoke` said then stands. Keeps no secret once it has settled.
   */
  confirmDeath?(plan: LeasePlan, signal: AbortSignal): Promise<Revocation>;
}
