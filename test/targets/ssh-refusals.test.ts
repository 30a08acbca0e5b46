// Logins that must fail: credentials the server must not believe, and servers the broker must not believe.
import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Clock } from '../../src/lib/core/clock.ts';
import type { SshTargetOptions } from '../../src/lib/targets/ssh.ts';
import { sshTarget } from '../../src/lib/targets/ssh.ts';
import { liveClock } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { newCa, openOn, refusalOf, runOn, specOf, type TestCa, targetOn } from '../helpers/ssh-target.ts';
import { type Sshd, type SshdOptions, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');

async function server(options: SshdOptions = {}) {
  const { line, provider } = await newCa();
  return { sshd: await startSshd({ trustedUserCa: line, ...options }), provider, line };
}

function refused(sshd: Sshd, { provider }: Pick<TestCa, 'provider'>, options: Partial<SshTargetOptions> = {}) {
  return refusalOf('credential-refused', openOn(targetOn(sshd, options), provider, specOf('true')));
}

/** The system's clock, that much later. */
function shifted(ms: number): Clock {
  return { ...liveClock, now: () => liveClock.now() + ms };
}

it('a certificate that expired, or is not valid yet, is refused', async () => {
  for (const [shiftMs, logged] of [
    [-3_600_000, /Certificate invalid: expired/],
    [3_600_000, /Certificate invalid: not yet valid/],
  ] as const) {
    const late = await newCa(shifted(shiftMs));
    const sshd = await startSshd({ trustedUserCa: late.line });
    await using _ = sshd;
    await refused(sshd, late);
    assert.match(sshd.log(), logged);
    assert.not.match(sshd.log(), /Starting session/);
  }
});

it('a certificate ends by itself while its session goes on', async () => {
  const { sshd, provider } = await server();
  await using _ = sshd;
  const target = targetOn(sshd, { ttlMs: 5_000 });
  const spec = specOf('sleep 7; echo still');
  const credentials = [];
  for (const request of target.credentialsFor(spec)) {
    credentials.push(await provider.issue(request, provider.plan(request)));
  }
  const program = await target.open(spec, credentials, new AbortController().signal);
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await refusalOf('credential-refused', target.open(spec, credentials, new AbortController().signal));
  let text = '';
  for await (const { bytes } of program.output) text += Buffer.from(bytes);
  assert.is(text, 'still\n');
  await program[Symbol.asyncDispose]();
});

it('a certificate of another CA is refused, and says whose line is missing', async () => {
  const { sshd } = await server();
  await using _ = sshd;
  const error = await refused(sshd, await newCa());
  assert.match(error.hint, /TrustedUserCAKeys \/etc\/ssh\/sallyport_ca\.pub/);
  assert.not.match(sshd.log(), /Accepted/);
});

it('a certificate for one account opens no other', async () => {
  const { sshd, provider } = await server();
  await using _ = sshd;
  const target = targetOn(sshd);
  const spec = specOf('true');
  const [request] = target.credentialsFor(spec);
  assert.ok(request);
  const wrong = { ...request, principal: 'nobody-else' };
  const credential = { ...(await provider.issue(wrong, provider.plan(wrong))), username: sshd.user };
  await refusalOf('credential-refused', target.open(spec, [credential], new AbortController().signal));
  assert.match(sshd.log(), /name is not a listed principal/);
});

it('a certificate for another source address is refused', async () => {
  const { sshd, provider } = await server();
  await using _ = sshd;
  await refused(sshd, { provider }, { sourceAddress: ['192.0.2.0/24'] });
  assert.match(sshd.log(), /not from a permitted source address|source-address/);
  assert.is((await runOn(targetOn(sshd, { sourceAddress: ['127.0.0.0/8'] }), provider, 'echo in')).stdout, 'in\n');
});

it('a server that allows one attempt answers with a refusal too', async () => {
  const { sshd } = await server({ config: ['MaxAuthTries 1'] });
  await using _ = sshd;
  await refused(sshd, await newCa());
});

it('a changed host key is refused before a name or a certificate is sent', async () => {
  const { sshd, provider } = await server();
  await using _ = sshd;
  const pinned = `SHA256:${'A'.repeat(43)}`;
  const error = await refusalOf(
    'host-key-mismatch',
    openOn(targetOn(sshd, { hostKey: [pinned] }), provider, specOf('true')),
  );
  assert.ok(error.publicMessage.includes(sshd.hostKeyFingerprint) && error.publicMessage.includes(pinned));
  assert.ok(error.hint.includes(sshd.hostKeyFingerprint));
  assert.not.match(sshd.log(), /publickey|certificate|session=/i);
  assert.not.ok(sshd.log().includes(`user ${sshd.user}`));
});

it('a target without a way to know its host cannot exist', () => {
  const build = (options: Partial<SshTargetOptions>) => () =>
    sshTarget('web', { host: 'web', user: 'deploy', ...options }, { clock: liveClock });
  assert.throws(build({}), /has neither hostKey nor hostCa/);
  assert.throws(build({ hostCa: ['ssh-ed25519 nonsense'] }), /no ed25519, ecdsa or rsa public key/);
  assert.throws(build({ hostCa: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAAQA='] }), /no ed25519, ecdsa or rsa/);
});

it('a pin is found whatever kind of key it is of, also where the server shows another first', async () => {
  const { sshd, provider } = await server({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
  await using _ = sshd;
  for (const type of ['ed25519', 'ecdsa', 'rsa']) {
    const target = targetOn(sshd, { hostKey: [sshd.fingerprints[type] ?? ''] });
    assert.is((await runOn(target, provider, 'echo in')).stdout, 'in\n', type);
    assert.is((await runOn(target, provider, 'echo again')).stdout, 'again\n', type);
  }
  const error = await refusalOf(
    'host-key-mismatch',
    openOn(targetOn(sshd, { hostKey: ['SHA256:none'] }), provider, specOf('true')),
  );
  for (const fingerprint of Object.values(sshd.fingerprints)) assert.ok(error.publicMessage.includes(fingerprint));
});

const CERTIFIED = { principals: '127.0.0.1,web.example' };

it('a host is believed by its CA, of every kind of key, without a pin', async () => {
  for (const hostKeys of [['ed25519'], ['ecdsa'], ['rsa']] as const) {
    const { sshd, provider } = await server({ hostKeys, hostCertificate: CERTIFIED });
    await using _ = sshd;
    const target = targetOn(sshd, { hostCa: [sshd.hostCa] });
    for (const word of ['first', 'second']) {
      assert.is((await runOn(target, provider, `echo ${word}`)).stdout, `${word}\n`, hostKeys[0]);
    }
  }
});

for (const [what, hostCertificate, expected] of [
  ['for another host', { principals: 'other.example' }, /it is for "other\.example", not for "127\.0\.0\.1"/],
  ['that expired', { ...CERTIFIED, validity: '20200101:20200102' }, /it expired at 2020-01-0/],
  ['that is not valid yet', { ...CERTIFIED, validity: '20400101:20400102' }, /it is not valid before 20(39|40)-/],
] as const) {
  it(`a host certificate ${what} is refused, and says so`, async () => {
    const { sshd, provider } = await server({ hostCertificate });
    await using _ = sshd;
    const opening = openOn(targetOn(sshd, { hostCa: [sshd.hostCa] }), provider, specOf('true'));
    const error = await refusalOf('host-key-mismatch', opening);
    assert.match(error.publicMessage, expected);
    assert.match(error.hint, /HostCertificate \/etc\/ssh\/ssh_host_ed25519_key-cert\.pub/);
    assert.not.match(sshd.log(), /publickey/);
  });
}

it('a host certificate of another CA, and a host without one, are refused', async () => {
  const certified = await server({ hostCertificate: CERTIFIED });
  await using _ = certified.sshd;
  const hostCa = [(await newCa()).line];
  const open = (sshd: Sshd) => openOn(targetOn(sshd, { hostCa }), certified.provider, specOf('true'));
  assert.match((await refusalOf('host-key-mismatch', open(certified.sshd))).publicMessage, /which is not in hostCa/);
  const plain = await server();
  await using __ = plain.sshd;
  assert.match((await refusalOf('host-key-mismatch', open(plain.sshd))).publicMessage, /it has none/);
});

it('what a server proved once is asked again when it changes', async () => {
  const first = await server({ hostCertificate: CERTIFIED });
  const { port, hostCa } = first.sshd;
  const target = targetOn(first.sshd, { hostCa: [hostCa] });
  assert.is((await runOn(target, first.provider, 'echo one')).stdout, 'one\n');
  await first.sshd[Symbol.asyncDispose]();
  // The same address, another key and another CA: what was learnt must not let it in.
  const impostor = await server({ hostCertificate: CERTIFIED, port });
  await using _ = impostor.sshd;
  await refusalOf('host-key-mismatch', openOn(target, impostor.provider, specOf('true')));
  assert.not.match(impostor.sshd.log(), /publickey/);
});

it('a server that is none, or sends nonsense before its key, is an error that says so', async () => {
  const answers: (readonly [Buffer, boolean])[] = [
    [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), true],
    [Buffer.from('SSH-1.5-old\r\n'), true],
    [Buffer.from('SSH-2.0-x\r\n\xff\xff\xff\xff\xff\xff\xff\xff', 'latin1'), false],
    [Buffer.alloc(300_000, 'x\n'), false],
    [Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), Buffer.alloc(64)]), false],
  ];
  const { provider, line } = await newCa();
  for (const [bytes, ends] of answers) {
    const listener = createServer((socket) => {
      socket.on('error', () => {}).resume();
      socket.write(bytes);
      if (ends) socket.end();
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    for (const trust of [{ hostKey: ['SHA256:x'] }, { hostCa: [line] }]) {
      const options = { host: '127.0.0.1', port, user: 'root', connectTimeoutMs: 1_000, ...trust };
      const target = sshTarget('web', options, { clock: liveClock });
      const opening = openOn(target, provider, specOf('true')).then(
        () => 'opened',
        (error: { code?: string }) => error.code,
      );
      assert.ok(
        ['ssh-handshake-failed', 'target-unreachable', 'target-timeout'].includes((await opening) ?? ''),
        `${await opening} for ${bytes.subarray(0, 20)}`,
      );
    }
    await new Promise((resolve) => listener.close(resolve));
  }
});

test.run();
