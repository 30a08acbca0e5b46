import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CredentialRequest } from '../../src/lib/ports/provider.ts';
import type { CheckStep } from '../../src/lib/ports/target.ts';
import { type SshTarget, sshTarget } from '../../src/lib/targets/ssh.ts';
import { liveClock } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { newAccount } from '../helpers/os-account.ts';
import { issue, newCa, type TestCa, targetOn } from '../helpers/ssh-target.ts';
import { freePort, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');

async function check(target: SshTarget, { provider }: Pick<TestCa, 'provider'>): Promise<CheckStep[]> {
  const steps: CheckStep[] = [];
  const mint = async (request: CredentialRequest) => {
    if (request.provider !== 'ssh-ca') throw new Error(request.provider);
    const [credential] = await issue(provider, [request]);
    assert.ok(credential);
    return credential;
  };
  for await (const step of target.check(mint, new AbortController().signal)) steps.push(step);
  return steps;
}

/** The last step, which failed; everything before it did not. */
function failure(steps: readonly CheckStep[], name: string): { detail: string; fix: string } {
  const last = steps.at(-1);
  assert.equal([last?.name, last?.outcome], [name, 'failed'], JSON.stringify(steps, null, 1));
  assert.ok(steps.slice(0, -1).every(({ outcome }) => outcome === 'ok'));
  return { detail: last?.detail ?? '', fix: last?.fix ?? '' };
}

it('a server that is set up passes every step', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line });
  const steps = await check(targetOn(sshd), ca);
  assert.equal(
    steps.map(({ name, outcome }) => `${name}: ${outcome}`),
    ['name resolves', 'tcp connects', 'ssh banner', 'host key', 'certificate', 'forced command', 'terminal'].map(
      (name) => `${name}: ok`,
    ),
  );
  assert.match(steps[2]?.detail ?? '', /^SSH-2\.0-OpenSSH/);
  assert.ok(steps[3]?.detail.includes(sshd.hostKeyFingerprint));
});

it('a name that does not resolve, a closed port and another service are told apart', async () => {
  const ca = await newCa();
  const at = (host: string, port: number) =>
    sshTarget(
      'web',
      { host, port, user: 'root', hostKey: ['SHA256:x'], connectTimeoutMs: 1_000 },
      { clock: liveClock },
    );
  assert.match(failure(await check(at('host.invalid', 22), ca), 'name resolves').fix, /targets\.web\.host/);
  const closed = failure(await check(at('127.0.0.1', await freePort()), ca), 'tcp connects');
  assert.match(closed.detail, /connection refused/);
  assert.match(closed.fix, /systemctl enable --now ssh/);
  for (const answer of ['HTTP/1.1 400 Bad Request\r\n\r\n', '']) {
    const server = createServer((socket) => socket.on('error', () => {}).write(answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { fix, detail } = failure(await check(at('127.0.0.1', port), ca), 'ssh banner');
    assert.match(fix, /targets\.web\.port/);
    assert.ok(detail.length > 0);
    server.close();
  }
});

it('a wrong pin shows both keys and the line of the config', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line });
  const { detail, fix } = failure(await check(targetOn(sshd, { hostKey: ['SHA256:old'] }), ca), 'host key');
  assert.ok(detail.includes(sshd.hostKeyFingerprint) && detail.includes('SHA256:old'));
  assert.ok(fix.includes(`targets.web.hostKey: "${sshd.hostKeyFingerprint}"`));
});

it('a host without a certificate is told the HostCertificate line', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line });
  const { fix } = failure(await check(targetOn(sshd, { hostCa: [ca.line] }), ca), 'host key');
  assert.match(fix, /HostCertificate \/etc\/ssh\/ssh_host_ed25519_key-cert\.pub/);
});

it('a server without the CA is told its very line, and where it belongs', async () => {
  const ca = await newCa();
  for (const trustedUserCa of [undefined, (await newCa()).line]) {
    await using sshd = await startSshd(trustedUserCa === undefined ? {} : { trustedUserCa });
    const { fix } = failure(await check(targetOn(sshd), ca), 'certificate');
    assert.ok(fix.includes(ca.line), fix);
    assert.match(fix, /TrustedUserCAKeys \/etc\/ssh\/sallyport_ca\.pub/);
    assert.match(fix, /AuthorizedPrincipalsFile/);
  }
});

it('an account that may not log in is a refused certificate too', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line, config: ['AllowUsers somebody'] });
  assert.match(failure(await check(targetOn(sshd), ca), 'certificate').fix, /AllowUsers/);
});

it('a server that grants no terminal is told its line', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line, config: ['PermitTTY no'] });
  const { fix } = failure(await check(targetOn(sshd), ca), 'terminal');
  assert.match(fix, /PermitTTY yes/);
});

needs(
  test,
  'root',
  'useradd',
  'sshd',
  'ssh-keygen',
)('an account that cannot run bash, or whose start-up files speak, is told so', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line, ownHome: true });
  await using noLogin = await newAccount('/usr/sbin/nologin');
  const blocked = failure(await check(targetOn(sshd, { user: noLogin.name }), ca), 'forced command');
  assert.match(blocked.fix, /login shell that runs commands/);
  await using noisy = await newAccount('/bin/bash');
  noisy.write('.bashrc', 'printf "welcome\\033[2J"\n');
  const { detail } = failure(await check(targetOn(sshd, { user: noisy.name }), ca), 'forced command');
  assert.is(detail, 'it printed "welcome?[2Jsallyport-check"');
});

it('behind a jump host, the hop that fails is the one that is named', async () => {
  const ca = await newCa();
  await using jump = await startSshd({ trustedUserCa: ca.line });
  await using inner = await startSshd({ trustedUserCa: ca.line });
  await using stranger = await startSshd();
  const bastion = targetOn(jump, {}, undefined, 'bastion');
  const steps = await check(targetOn(inner, {}, bastion), ca);
  assert.equal(
    steps.map(({ name, outcome }) => `${name}: ${outcome}`),
    ['jump host', 'ssh banner', 'host key', 'certificate', 'forced command', 'terminal'].map((name) => `${name}: ok`),
  );
  const untrusted = targetOn(inner, {}, targetOn(stranger, {}, undefined, 'bastion'));
  const first = failure(await check(untrusted, ca), 'jump host');
  assert.match(`${first.detail} ${first.fix}`, /"bastion" refused the certificate.*targets check bastion/);
  const second = failure(await check(targetOn({ ...inner, port: await freePort() }, {}, bastion), ca), 'jump host');
  assert.match(second.detail, /the jump host "bastion" could not connect to 127\.0\.0\.1/);
  assert.match(failure(await check(targetOn(stranger, {}, bastion), ca), 'certificate').fix, /TrustedUserCAKeys/);
});

it('a check changes nothing on the server and leaves no connection', async () => {
  const ca = await newCa();
  await using sshd = await startSshd({ trustedUserCa: ca.line });
  await check(targetOn(sshd), ca);
  for (let turn = 0; turn < 100 && !/Disconnected from user/.test(sshd.log()); turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.match(sshd.log(), /Disconnected from user/);
  const started = sshd.log().match(/Starting session: .*/g) ?? [];
  assert.ok(
    started.length === 2 && started.every((line) => line.includes('printf sallyport-check')),
    started.join('\n'),
  );
});

test.run();
