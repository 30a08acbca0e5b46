import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Bug } from '../../src/lib/core/errors.ts';
import { sshCaProvider } from '../../src/lib/credentials/index.ts';
import type { SshCertificateCredential, SshCertificateRequest } from '../../src/lib/ports/provider.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import { needs } from '../helpers/needs.ts';
import { newCa, refusalOf } from '../helpers/ssh-target.ts';

const START = Date.UTC(2026, 10, 25, 12, 0, 0);
const withKeygen = needs(test, 'ssh-keygen');

const REQUEST: SshCertificateRequest = {
  provider: 'ssh-ca',
  principal: 'deploy',
  keyId: 'sallyport session=s-1 task=nightly',
  forceCommand: 'exec uptime',
  extensions: [],
  sourceAddress: ['192.0.2.7/32', '2001:db8::/64'],
  ttlMs: 120_000,
};

async function room() {
  const clock = fakeClock(START);
  const { ca, line, provider } = await newCa(clock);
  const mint = async (fields: Partial<SshCertificateRequest> = {}) => {
    const request = { ...REQUEST, ...fields };
    const plan = provider.plan(request);
    return { plan, credential: await provider.issue(request, plan) };
  };
  return { clock, ca, line, provider, mint };
}

/** What ssh-keygen -L says, one trimmed line each, times in UTC. */
function shown({ certificate }: SshCertificateCredential): string[] {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'c-cert.pub'), `${certificate}\n`);
    const text = execFileSync('ssh-keygen', ['-L', '-f', join(folder, 'c-cert.pub')], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC' },
    });
    return text.split('\n').map((line) => line.trim());
  });
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cert-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

withKeygen('ssh-keygen reads every field of a certificate as it was asked for', async () => {
  const { mint, line } = await room();
  const { plan, credential } = await mint();
  const lines = shown(credential);
  const caFingerprint = inFolder((folder) => {
    writeFileSync(join(folder, 'ca.pub'), line);
    return execFileSync('ssh-keygen', ['-l', '-f', join(folder, 'ca.pub')], { encoding: 'utf8' }).split(' ')[1];
  });
  for (const expected of [
    'Type: ssh-ed25519-cert-v01@openssh.com user certificate',
    `Signing CA: ED25519 ${caFingerprint} (using ssh-ed25519)`,
    'Key ID: "sallyport session=s-1 task=nightly"',
    `Serial: ${plan.ref.serial}`,
    // From 30 s before it was issued, to the second the book says.
    'Valid: from 2026-11-25T11:59:30 to 2026-11-25T12:02:00',
    'deploy',
    'force-command exec uptime',
    'source-address 192.0.2.7/32,2001:db8::/64',
    'Extensions: (none)',
  ]) {
    assert.ok(lines.includes(expected), `${expected} in ${lines.join('\n')}`);
  }
  assert.is(credential.username, 'deploy');
});

withKeygen('only what was asked for is permitted', async () => {
  const { mint } = await room();
  const free = shown((await mint({ forceCommand: null, sourceAddress: null, extensions: ['permit-pty'] })).credential);
  assert.ok(free.includes('Critical Options: (none)'));
  assert.equal(free.slice(free.indexOf('Extensions:') + 1).filter(Boolean), ['permit-pty']);
  const hop = shown((await mint({ extensions: ['permit-port-forwarding'] })).credential);
  assert.equal(hop.slice(hop.indexOf('Extensions:') + 1).filter(Boolean), ['permit-port-forwarding']);
});

withKeygen('the private key belongs to the certificate, and is new each time', async () => {
  const { mint } = await room();
  const keys = new Set<string>();
  for (let round = 0; round < 5; round++) {
    const { credential } = await mint();
    inFolder((folder) => {
      const key = join(folder, 'key');
      writeFileSync(key, credential.privateKey.reveal(), { mode: 0o600 });
      const derived = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).trim();
      writeFileSync(`${key}.pub`, derived);
      const fingerprint = execFileSync('ssh-keygen', ['-l', '-f', `${key}.pub`], { encoding: 'utf8' }).split(' ')[1];
      assert.ok(shown(credential).includes(`Public key: ED25519-CERT ${fingerprint}`));
      keys.add(derived);
    });
  }
  assert.is(keys.size, 5);
});

test('serials and keys of ten thousand plans are all different', async () => {
  const { provider } = await room();
  const serials = new Set(Array.from({ length: 10_000 }, () => provider.plan(REQUEST).ref.serial));
  assert.is(serials.size, 10_000);
  for (const serial of serials) assert.ok(BigInt(serial ?? -1) >= 0n && BigInt(serial ?? -1) < 2n ** 64n);
});

test('a plan holds no secret, survives JSON, and is shortened to an hour', async () => {
  const { provider, mint } = await room();
  const plan = provider.plan({ ...REQUEST, ttlMs: 86_400_000 });
  assert.is(plan.expiresAt - plan.issuedAt, 3_600_000);
  assert.equal(JSON.parse(JSON.stringify(plan)), plan);
  const { credential, plan: other } = await mint();
  assert.not.ok(JSON.stringify(other).includes(credential.privateKey.reveal().slice(60, 100)));
});

for (const [what, fields] of [
  ['a life under 5 s', { ttlMs: 4_999 }],
  ['a life that is no number', { ttlMs: Number.NaN }],
  ['an empty principal', { principal: '' }],
  ['two principals in one', { principal: 'deploy,root' }],
  ['a principal with a line break', { principal: 'deploy\nroot' }],
  ['an empty key id', { keyId: '' }],
  ['a key id with control characters', { keyId: 'a\u001b[2J' }],
  ['an empty forced command, which would be a shell', { forceCommand: ' \n' }],
  ['a forced command that a NUL would cut', { forceCommand: 'true\0; id' }],
  ['an empty list of addresses, which would be any', { sourceAddress: [] }],
  ['an address that is none', { sourceAddress: ['example.org'] }],
  ['an address that is two', { sourceAddress: ['192.0.2.1,0.0.0.0/0'] }],
] as const) {
  test(`${what} is refused before anything is minted`, async () => {
    const { provider } = await room();
    const error = await refusalOf(
      'credential-request-refused',
      (async () => provider.plan({ ...REQUEST, ...fields }))(),
    );
    assert.is(error.exit, 78);
  });
}

test('a revoked credential reveals nothing any more, in any form, and revoking again changes nothing', async () => {
  const { provider, mint, clock } = await room();
  const { plan, credential } = await mint();
  const other = await mint();
  clock.advance(1_000);
  assert.equal(await provider.revoke(plan), { deadAt: START + 1_000, how: 'key-destroyed' });
  for (const secret of [credential.privateKey, ...credential.knownSecrets]) {
    assert.throws(() => secret.reveal(), /the ssh key of this session was destroyed/);
  }
  await provider.revoke(plan);
  assert.match(other.credential.privateKey.reveal(), /BEGIN OPENSSH PRIVATE KEY/);
});

test('after a restart the plan alone is enough to revoke: the key died with the process', async () => {
  const { ca, clock, mint } = await room();
  const { plan } = await mint();
  const restarted = sshCaProvider({ ca, clock });
  clock.advance(5_000);
  const again = await restarted.revoke(JSON.parse(JSON.stringify(plan)));
  assert.equal(again, { deadAt: START + 5_000, how: 'key-destroyed' });
});

test('a plan is issued once', async () => {
  const { provider, mint } = await room();
  const { plan } = await mint();
  const second = await provider.issue(REQUEST, plan).catch((error: unknown) => error);
  assert.instance(second, Bug);
});

test('a credential shows its key in no print, inspection or JSON', async () => {
  const { mint } = await room();
  const { credential } = await mint();
  const [pem, body, seed] = credential.knownSecrets.map((secret) => secret.reveal());
  assert.ok(pem && body && seed);
  const printed = [
    JSON.stringify(credential),
    inspect(credential, { depth: 9, showHidden: true }),
    `${credential.privateKey}`,
  ];
  for (const text of printed) {
    for (const secret of [pem, body, seed, pem.split('\n')[2] ?? pem]) assert.not.ok(text.includes(secret), text);
  }
});

test.run();
