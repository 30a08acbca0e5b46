// The credential provider `ssh-ca`: a fresh key and a certificate for one connection. The private key exists in this
// process's memory only; this file never writes to disk, starts no program and opens no connection.
import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { BrokerError, Bug } from '../core/errors.ts';
import { EXIT } from '../core/exit-codes.ts';
import type {
  CredentialProvider,
  LeasePlan,
  Revocation,
  SshCertificateCredential,
  SshCertificateRequest,
} from '../ports/provider.ts';
import { DestroyableSecret } from './destroyable-secret.ts';
import { formatPrivateKey, generateEd25519 } from './openssh-key-file.ts';
import { type CertificateSigner, encodeUserCertificate } from './ssh-certificate.ts';

// sshd refuses a certificate that starts this very second as "not yet valid"; clocks also differ a little.
const BACKDATE_S = 30;
/** A shorter life could be over before sshd looks. */
export const MIN_TTL_MS = 5_000;
/** One connection needs no more; a longer request is shortened. */
export const MAX_TTL_MS = 3_600_000;
/** What a target asks for where its config does not say. */
export const DEFAULT_TTL_MS = 120_000;

/**
 * `plan` throws `credential-request-refused` (exit 78) where the request is malformed: a life under 5 s, an empty or
 * unprintable principal or key id, an address that is no CIDR. A life over one hour is shortened.
 *
 * `revoke` destroys the private key: neither `privateKey` nor `knownSecrets` of the credential can be revealed any more,
 * and nothing else kept it but the one connection it opened and the session's mask, which the caller ends first. A certificate opens nothing without its key, so
 * from then on the credential is dead although the certificate has not expired. After a restart the key is gone
 * with the process that held it, so the answer is the same. What this does not do: end a connection that is open, or
 * recall a copy made by somebody who read this process's memory; against that stand the minutes of validity, the
 * forced command and the source address.
 */
export function sshCaProvider({
  ca,
  clock,
}: {
  ca: CertificateSigner;
  clock: Clock;
}): CredentialProvider<SshCertificateRequest, SshCertificateCredential> {
  const living = new Map<string, readonly DestroyableSecret[]>();

  return {
    name: 'ssh-ca',

    plan(request: SshCertificateRequest): LeasePlan {
      refuseMalformed(request);
      const issuedAt = clock.now();
      return {
        provider: 'ssh-ca',
        ref: {
          serial: randomBytes(8).readBigUInt64BE().toString(),
          keyId: request.keyId,
          principal: request.principal,
        },
        issuedAt,
        expiresAt: issuedAt + Math.min(request.ttlMs, MAX_TTL_MS),
      };
    },

    async issue(request: SshCertificateRequest, plan: LeasePlan): Promise<SshCertificateCredential> {
      const { serial, keyId, principal } = plan.ref;
      if (serial === undefined || keyId === undefined || principal === undefined)
        throw refused('the plan is incomplete');
      if (living.has(serial)) throw new Bug(`a second credential for the plan with serial ${serial}`);
      const pair = generateEd25519();
      const pem = formatPrivateKey(pair, '');
      const privateKey = new DestroyableSecret(pem, 'ssh key');
      const otherForms = [pem.replace(/-----[^-]*-----|\s/g, ''), pair.seed.toString('base64')];
      const knownSecrets = [pem, ...otherForms].map((value) => new DestroyableSecret(value, 'ssh key'));
      const certificate = encodeUserCertificate(
        {
          publicKey: pair.publicKey,
          serial: BigInt(serial),
          keyId,
          principals: [principal],
          validAfter: BigInt(Math.floor(plan.issuedAt / 1000) - BACKDATE_S),
          // Rounded down: the certificate never outlives what the book says.
          validBefore: BigInt(Math.floor(plan.expiresAt / 1000)),
          criticalOptions: criticalOptions(request),
          extensions: request.extensions,
        },
        ca,
      );
      living.set(serial, [privateKey, ...knownSecrets]);
      return { kind: 'ssh-certificate', username: principal, privateKey, certificate, knownSecrets };
    },

    async revoke(plan: LeasePlan): Promise<Revocation> {
      const serial = plan.ref.serial ?? '';
      for (const secret of living.get(serial) ?? []) secret.destroy();
      living.delete(serial);
      return { deadAt: clock.now(), how: 'key-destroyed' };
    },
  };
}

function criticalOptions(request: SshCertificateRequest): Record<string, string> {
  return {
    ...(request.forceCommand === null ? {} : { 'force-command': request.forceCommand }),
    ...(request.sourceAddress === null ? {} : { 'source-address': request.sourceAddress.join(',') }),
  };
}

function refuseMalformed(request: SshCertificateRequest): void {
  if (!(request.ttlMs >= MIN_TTL_MS))
    throw refused(`the credential's life of "${request.ttlMs}" ms is under ${MIN_TTL_MS}`);
  for (const [what, text] of [
    ['principal', request.principal],
    ['key id', request.keyId],
  ] as const) {
    if (!/^[^\p{C}]+$/u.test(text))
      throw refused(`the ${what} "${JSON.stringify(text).slice(1, -1)}" is empty or not printable`);
  }
  if (request.principal.includes(',')) throw refused(`the principal "${request.principal}" contains a comma`);
  // An empty force-command is not "no command allowed": sshd would run the account's shell.
  if (request.forceCommand !== null && request.forceCommand.trim() === '') throw refused('the forced command is empty');
  if (request.forceCommand?.includes('\0')) throw refused('the forced command contains a nul byte');
  if (request.sourceAddress?.length === 0) throw refused('the list of source addresses is empty');
  for (const address of request.sourceAddress ?? []) {
    if (!/^[0-9a-fA-F:.]+(\/\d{1,3})?$/.test(address))
      throw refused(`the source address "${address}" is not an address or CIDR`);
  }
}

function refused(message: string): BrokerError {
  return new BrokerError({
    code: 'credential-request-refused',
    exit: EXIT.configuration,
    message,
    hint: 'correct the target in sallyport.yaml: sallyport targets check TARGET',
  });
}
