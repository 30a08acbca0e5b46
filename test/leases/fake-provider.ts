// A credential provider whose credentials are files: one exists exactly as long as it is alive, also across processes.
// A test makes any of its steps fail.
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../src/lib/core/clock.ts';
import { Secret } from '../../src/lib/core/secret.ts';
import type {
  CredentialProvider,
  SshCertificateCredential,
  SshCertificateRequest,
} from '../../src/lib/ports/provider.ts';

export const REQUEST: SshCertificateRequest = {
  // The port knows only the providers that there are.
  provider: 'fake' as 'ssh-ca',
  principal: 'deploy',
  keyId: 'sallyport session=s-1',
  forceCommand: 'id',
  extensions: [],
  sourceAddress: null,
  ttlMs: 60_000,
};

export interface FakeProvider extends CredentialProvider<SshCertificateRequest, SshCertificateCredential> {
  /** What each step does before its work: wait, or throw. */
  readonly before: { plan: () => void; issue: () => Promise<void>; revoke: () => Promise<void> };
  /** Fails after the credential exists. */
  afterIssue: () => Promise<void>;
  alive(): readonly string[];
  revocations: number;
}

export function fakeProvider(folder: string, clock: Clock): FakeProvider {
  let count = 0;
  const fake: FakeProvider = {
    name: 'fake',
    before: { plan: () => {}, issue: async () => {}, revoke: async () => {} },
    afterIssue: async () => {},
    revocations: 0,
    alive: () => readdirSync(folder).filter((name) => name.startsWith('credential-')),
    plan(request) {
      fake.before.plan();
      const issuedAt = clock.now();
      const serial = `${process.pid}-${++count}`;
      return { provider: 'fake', ref: { serial }, issuedAt, expiresAt: issuedAt + request.ttlMs };
    },
    async issue(request, plan) {
      await fake.before.issue();
      writeFileSync(join(folder, `credential-${plan.ref.serial}`), '', { flag: 'wx' });
      await fake.afterIssue();
      const privateKey = new Secret('a private key of no use');
      const { principal: username } = request;
      return { kind: 'ssh-certificate', username, privateKey, certificate: 'c', knownSecrets: [privateKey] };
    },
    async revoke(plan) {
      await fake.before.revoke();
      const file = join(folder, `credential-${plan.ref.serial}`);
      const how = existsSync(file) ? 'deleted' : 'never-issued';
      rmSync(file, { force: true });
      fake.revocations++;
      return { deadAt: clock.now(), how };
    },
  };
  return fake;
}
