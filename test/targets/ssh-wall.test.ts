// What the certificate itself forbids: OpenSSH's own client, with the very key and certificate of a session, asks for
// everything else. A thief could do no more.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SshCertificateCredential } from '../../src/lib/ports/provider.ts';
import { needs } from '../helpers/needs.ts';
import { issue, newCa, type SpecOptions, specOf, stolenSsh, TERMINAL, targetOn } from '../helpers/ssh-target.ts';
import { freePort, type Sshd, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');
const SFTP = 'Subsystem sftp internal-sftp';

async function stolen(text: string, options: SpecOptions = {}, config: readonly string[] = [SFTP]) {
  const { line, provider } = await newCa();
  const sshd = await startSshd({ trustedUserCa: line, config });
  const target = targetOn(sshd);
  const [credential] = await issue(provider, target.credentialsFor(specOf(text, options)));
  assert.ok(credential);
  return { sshd, credential };
}

/** True where a connection to that local port is accepted. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** Runs `ssh OPTIONS -N` for a while: forwarding only. */
async function forwarding(
  sshd: Sshd,
  credential: SshCertificateCredential,
  options: string[],
  during: () => Promise<void>,
) {
  const client = stolenSsh(sshd, credential, ['-N', '-o', 'ExitOnForwardFailure=no', ...options], [], {
    limitMs: 2_500,
  });
  for (let waited = 0; !sshd.log().includes('Accepted publickey') && waited < 100; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  await during();
  return client;
}

it('another command, a shell, sftp, scp and any subsystem run the forced text and nothing else', async () => {
  const { sshd, credential } = await stolen('echo forced');
  await using _ = sshd;
  const canary = join(sshd.folder, 'canary');
  for (const rest of [[`touch ${canary}`], [], ['-s', 'sftp'], ['-s', 'nothing']]) {
    const subsystem = rest[0] === '-s' ? ['-s'] : [];
    const words = subsystem.length > 0 ? rest.slice(1) : rest;
    const { stdout, status } = await stolenSsh(sshd, credential, subsystem, words, { input: `touch ${canary}\n` });
    if (words[0] === 'nothing') assert.is.not(status, 0);
    else assert.is(stdout, 'forced\n', `${rest}`);
  }
  const batch = await stolenSsh(sshd, credential, ['-b', '-'], [`${sshd.user}@${sshd.host}`], {
    program: 'sftp',
    input: `mkdir ${canary}\n`,
  });
  assert.is.not(batch.status, 0);
  writeFileSync(join(sshd.folder, 'payload'), 'x');
  const copied = await stolenSsh(
    sshd,
    credential,
    [],
    [join(sshd.folder, 'payload'), `${sshd.user}@${sshd.host}:${canary}`],
    {
      program: 'scp',
    },
  );
  assert.is.not(copied.status, 0);
  assert.not.ok(existsSync(canary));
  assert.not.match(sshd.log(), /Starting session: (command|shell|subsystem)/);
});

it('what the client asks for reaches the forced text only as a word it does not look at', async () => {
  const { sshd, credential } = await stolen('echo forced');
  await using _ = sshd;
  const canary = join(sshd.folder, 'canary');
  for (const asked of [
    `sallyport:signal:KILL; touch ${canary}`,
    `sallyport:signal:$(touch ${canary})`,
    'sallyport:signal:-1',
    'sallyport:signal:0 -- -1',
    `x"; touch ${canary}; "`,
    `a[$(touch ${canary})]`,
  ]) {
    const { stdout } = await stolenSsh(sshd, credential, [], [asked]);
    assert.is(stdout, asked.startsWith('sallyport:signal:') ? '' : 'forced\n');
  }
  assert.not.ok(existsSync(canary));
});

it('no environment of the client changes what runs, where the server accepts LANG and LC_* as usual', async () => {
  const { sshd, credential } = await stolen('true', {}, ['AcceptEnv LANG LC_*', SFTP]);
  await using _ = sshd;
  const canary = join(sshd.folder, 'canary');
  const file = join(sshd.folder, 'env.sh');
  writeFileSync(file, `touch ${canary}\n`);
  const variables: Record<string, string> = {
    BASH_ENV: file,
    ENV: file,
    SHELLOPTS: 'xtrace',
    PS4: `$(touch ${canary})`,
    'BASH_FUNC_true%%': `() { touch ${canary}; }`,
    'BASH_FUNC_env%%': `() { touch ${canary}; }`,
    SSH_ORIGINAL_COMMAND: 'sallyport:signal:KILL',
  };
  const set = Object.entries(variables).map(([name, value]) => `SetEnv=${name}="${value.replaceAll('"', '\\"')}"`);
  for (const option of set) await stolenSsh(sshd, credential, ['-o', option], ['x']);
  assert.not.ok(existsSync(canary));
});

it('a terminal is refused where the session has none, and granted to the forced text alone where it has', async () => {
  const without = await stolen('tty');
  await using _ = without.sshd;
  const refused = await stolenSsh(without.sshd, without.credential, ['-tt'], ['x']);
  assert.match(refused.stderr, /PTY allocation request failed/);
  const granted = await stolen('tty', { pty: TERMINAL });
  await using __ = granted.sshd;
  const { stdout } = await stolenSsh(granted.sshd, granted.credential, ['-tt'], ['id']);
  assert.match(stdout, /^\/dev\/pts\/\d+\r\n$/);
});

it('no port is forwarded, in either direction, with a terminal or without', async () => {
  for (const options of [{}, { pty: TERMINAL }]) {
    const { sshd, credential } = await stolen('sleep 1', options);
    await using _ = sshd;
    const [local, remote] = [await freePort(), await freePort()];
    const flags = ['-L', `${local}:127.0.0.1:${sshd.port}`, '-R', `${remote}:127.0.0.1:${sshd.port}`];
    const result = await forwarding(sshd, credential, flags, async () => {
      assert.not.ok(await accepts(remote));
      // The client listens; what it forwards is refused.
      await accepts(local);
    });
    assert.match(result.stderr, /open failed: administratively prohibited|remote port forwarding failed/);
    assert.match(sshd.log(), /refused local port forward|port forwarding disabled|Received request .* to connect/i);
    const straight = await stolenSsh(sshd, credential, ['-W', `127.0.0.1:${sshd.port}`]);
    assert.not.match(straight.stdout, /SSH-2\.0/);
  }
});

it('no unix socket is forwarded, and no tunnel device made', async () => {
  const { sshd, credential } = await stolen('sleep 1', {}, ['PermitTunnel yes', 'AllowStreamLocalForwarding yes']);
  await using _ = sshd;
  const remote = join(sshd.folder, 'remote.sock');
  const result = await forwarding(sshd, credential, ['-R', `${remote}:/nowhere`], async () => {
    assert.not.ok(existsSync(remote));
  });
  assert.match(result.stderr, /remote (port|stream-local) forwarding failed|streamlocal|forwarding failed/i);
  const tunnel = await stolenSsh(sshd, credential, ['-w', '9:9'], ['x'], { limitMs: 4_000 });
  assert.match(tunnel.stderr, /Tunnel|tun|open failed|Device/i);
  assert.not.match(sshd.log(), /tun9|channel_new: tun/);
});

needs(
  test,
  'sshd',
  'ssh-keygen',
  'ssh-agent',
)('neither agent nor X11 is forwarded, though the client asks', async () => {
  const { sshd, credential } = await stolen('printf "<%s><%s>" "$SSH_AUTH_SOCK" "$DISPLAY"', {}, ['X11Forwarding yes']);
  await using _ = sshd;
  const socket = join(sshd.folder, 'agent.sock');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  try {
    while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 20));
    const env = { SSH_AUTH_SOCK: socket, DISPLAY: '127.0.0.1:9' };
    const { stdout, stderr } = await stolenSsh(sshd, credential, ['-v', '-A', '-Y'], ['x'], { env });
    assert.match(stderr, /Requesting authentication agent forwarding/);
    assert.match(stderr, /Requesting X11 forwarding/);
    assert.is(stdout, '<><>');
  } finally {
    agent.kill();
  }
});

test.run();
