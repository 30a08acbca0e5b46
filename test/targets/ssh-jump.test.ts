import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshCertificateCredential } from '../../src/lib/ports/provider.ts';
import { readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import {
  issue,
  newCa,
  openOn,
  refusalOf,
  runOn,
  specOf,
  stolenSsh,
  TERMINAL,
  targetOn,
} from '../helpers/ssh-target.ts';
import { freePort, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');
const never = new AbortController().signal;

async function twoServers(jumpConfig: readonly string[] = []) {
  const { line, provider } = await newCa();
  const jump = await startSshd({ trustedUserCa: line, config: jumpConfig });
  const inner = await startSshd({ trustedUserCa: line });
  const bastion = targetOn(jump, {}, undefined, 'bastion');
  return {
    provider,
    jump,
    inner,
    bastion,
    target: targetOn(inner, {}, bastion),
    async [Symbol.asyncDispose]() {
      await Promise.all([jump[Symbol.asyncDispose](), inner[Symbol.asyncDispose]()]);
    },
  };
}

it('a command runs through a jump host, with a certificate for each hop', async () => {
  await using net = await twoServers();
  const spec = specOf('cat; exit 9');
  const requests = net.target.credentialsFor(spec);
  assert.equal(
    requests.map(({ extensions }) => extensions),
    [['permit-port-forwarding'], []],
  );
  assert.ok(requests[0]?.keyId.endsWith(' hop=bastion'));
  const program = await net.target.open(spec, await issue(net.provider, requests), never);
  await program.write(Buffer.from('through'));
  program.endInput();
  const { stdout, status } = await readToEnd(program);
  assert.equal({ stdout, status }, { stdout: 'through', status: { kind: 'code', code: 9 } });
  assert.match(net.jump.log(), /ID sallyport session=\S+ task=- hop=bastion \(serial/);
  assert.not.match(net.jump.log(), /Starting session/);
  assert.match(net.inner.log(), /Starting session: forced-command/);
});

it('three hops, a terminal and signals work alike', async () => {
  await using net = await twoServers();
  const { line, provider } = await newCa();
  const third = await startSshd({ trustedUserCa: line });
  await using _ = third;
  const last = targetOn(third, {}, net.target, 'last');
  const spec = specOf('tty; sleep 30', { pty: TERMINAL });
  const requests = last.credentialsFor(spec);
  assert.is(requests.length, 3);
  const credentials: SshCertificateCredential[] = [
    ...(await issue(net.provider, requests.slice(0, 2))),
    ...(await issue(provider, requests.slice(2))),
  ];
  const program = await last.open(spec, credentials, never);
  setTimeout(() => program.signal('SIGINT'), 500);
  const { stdout, status } = await readToEnd(program);
  assert.match(stdout, /^\/dev\/pts/);
  assert.equal(status, { kind: 'signal', signal: 'SIGINT' });
});

it('a host found by its CA is reached through a jump host too', async () => {
  const { line, provider } = await newCa();
  await using jump = await startSshd({ trustedUserCa: line });
  await using inner = await startSshd({ trustedUserCa: line, hostCertificate: { principals: '127.0.0.1' } });
  const target = targetOn(inner, { hostCa: [inner.hostCa] }, targetOn(jump, {}, undefined, 'bastion'));
  assert.is((await runOn(target, provider, 'echo in')).stdout, 'in\n');
});

it('the host key is checked on both hops, and the error names the one that is wrong', async () => {
  await using net = await twoServers();
  const wrong = { hostKey: [`SHA256:${'A'.repeat(43)}`] };
  const behindWrong = targetOn(net.inner, {}, targetOn(net.jump, wrong, undefined, 'bastion'));
  const first = await refusalOf('host-key-mismatch', openOn(behindWrong, net.provider, specOf('true')));
  assert.match(first.publicMessage, /of "bastion"/);
  assert.not.match(net.jump.log(), /publickey/);
  assert.is(net.inner.log().match(/Connection from/g)?.length ?? 0, 1, 'only the probe of its start');
  const second = await refusalOf(
    'host-key-mismatch',
    openOn(targetOn(net.inner, wrong, net.bastion), net.provider, specOf('true')),
  );
  assert.match(second.publicMessage, /of "web"/);
  assert.not.match(net.inner.log(), /publickey/);
});

it('a jump host that refuses to forward, or cannot connect, is an error that names it', async () => {
  await using net = await twoServers(['AllowTcpForwarding no']);
  const error = await refusalOf('target-unreachable', openOn(net.target, net.provider, specOf('true')));
  assert.match(error.publicMessage, /the jump host "bastion" could not connect/);
  assert.match(error.hint, /AllowTcpForwarding/);
  await using other = await twoServers();
  const nowhere = targetOn({ ...other.inner, port: await freePort() }, {}, other.bastion);
  await refusalOf('target-unreachable', openOn(nowhere, other.provider, specOf('true')));
});

it("the jump host's certificate runs nothing and gives no terminal", async () => {
  await using net = await twoServers(['Subsystem sftp internal-sftp']);
  const [hop] = await issue(net.provider, net.target.credentialsFor(specOf('true')));
  assert.ok(hop);
  for (const [options, rest] of [
    [[], ['echo', 'ran']],
    [[], []],
    [['-s'], ['sftp']],
    [['-tt'], ['echo', 'ran']],
  ] as const) {
    const { stdout, status } = await stolenSsh(net.jump, hop, options, rest, { input: 'echo ran\n' });
    assert.is(stdout, '');
    assert.is.not(status, 0);
  }
  assert.not.match(net.jump.log(), /Starting session: (command|shell|subsystem)/);
});

it('a jump host can be held to one way by its own sshd_config, which the certificate cannot do', async () => {
  const { line, provider } = await newCa();
  await using inner = await startSshd({ trustedUserCa: line });
  const config = ['AllowTcpForwarding local', `PermitOpen 127.0.0.1:${inner.port}`, 'AllowStreamLocalForwarding no'];
  await using jump = await startSshd({ trustedUserCa: line, config });
  const bastion = targetOn(jump, {}, undefined, 'bastion');
  const target = targetOn(inner, {}, bastion);
  assert.is((await runOn(target, provider, 'echo in')).stdout, 'in\n');
  const [hop] = await issue(provider, target.credentialsFor(specOf('true')));
  assert.ok(hop);
  const elsewhere = await stolenSsh(jump, hop, ['-W', `127.0.0.1:${jump.port}`]);
  assert.match(elsewhere.stderr, /administratively prohibited/);
  const back = await stolenSsh(jump, hop, ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '0:127.0.0.1:9']);
  assert.match(back.stderr, /remote port forwarding failed/);
});

it('a jump host that is killed is a lost connection', async () => {
  await using net = await twoServers();
  const program = await openOn(net.target, net.provider, specOf('echo before; sleep 30'));
  let text = '';
  for await (const { bytes } of program.output) {
    text += Buffer.from(bytes);
    net.jump.kill();
  }
  assert.is(text, 'before\n');
  await refusalOf('connection-lost', program.exited);
  await program[Symbol.asyncDispose]();
});

test.run();
