// A session needs no disk, no agent and no file of the person who runs the broker.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSshCa } from '../../src/lib/credentials/index.ts';
import { needs } from '../helpers/needs.ts';
import { newCa, run, runOn, targetOn } from '../helpers/ssh-target.ts';
import { startSshd } from '../helpers/sshd.ts';

const CLIENT = fileURLToPath(new URL('../helpers/ssh-one-shot.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

needs(
  test,
  'sshd',
  'ssh-keygen',
  'bwrap',
)('a session works where nothing can be written to any disk', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-state-'));
  try {
    const ca = await openSshCa(folder);
    await using sshd = await startSshd({ trustedUserCa: ca.publicKeyLine() });
    const before = readdirSync(folder);
    const what = JSON.stringify({
      folder,
      host: sshd.host,
      port: sshd.port,
      user: sshd.user,
      hostKeyFingerprint: sshd.hostKeyFingerprint,
    });
    const mounts = ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--die-with-parent'];
    const env = { TSX_DISABLE_CACHE: '1', HOME: '/nonexistent', TMPDIR: '/nonexistent' };
    const { stdout, stderr, status } = await run(
      'bwrap',
      [...mounts, '--chdir', ROOT, process.execPath, '--import', 'tsx', CLIENT, what],
      { limitMs: 30_000, env },
    );
    assert.equal({ stdout, status }, { stdout: 'through\nread-only\n', status: 0 }, stderr);
    assert.equal(readdirSync(folder), before);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

needs(
  test,
  'sshd',
  'ssh-keygen',
)('neither an agent nor ~/.ssh of the caller is touched', async () => {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'));
  const socket = join(home, 'agent.sock');
  let visits = 0;
  const agent = createServer((visitor) => {
    visits++;
    visitor.destroy();
  });
  await new Promise<void>((resolve) => agent.listen(socket, resolve));
  mkdirSync(join(home, '.ssh'));
  const canary = join(home, 'canary');
  // Every one of these runs a local program where OpenSSH's client reads it.
  const config = `Host *\nProxyCommand touch ${canary}\nKnownHostsCommand /usr/bin/touch ${canary}\nLocalCommand touch ${canary}\nPermitLocalCommand yes\n`;
  writeFileSync(join(home, '.ssh', 'config'), config);
  const saved = { ...process.env };
  Object.assign(process.env, { HOME: home, SSH_AUTH_SOCK: socket, SSH_ASKPASS: `touch ${canary}` });
  try {
    const { line, provider } = await newCa();
    await using sshd = await startSshd({ trustedUserCa: line });
    const { stdout } = await runOn(targetOn(sshd), provider, 'echo "<$SSH_AUTH_SOCK>"');
    assert.is(stdout, '<>\n');
    assert.is(visits, 0);
    assert.not.ok(existsSync(canary));
    assert.equal(readdirSync(join(home, '.ssh')), ['config']);
  } finally {
    process.env = saved;
    agent.close();
    rmSync(home, { recursive: true });
  }
});

needs(
  test,
  'sshd',
  'ssh-keygen',
)('no local program is started', async () => {
  const { line, provider } = await newCa();
  await using sshd = await startSshd({ trustedUserCa: line });
  const children = () =>
    new Promise<string>((resolve) => {
      let text = '';
      const ps = spawn('ps', ['--ppid', `${process.pid}`, '-o', 'comm=']);
      ps.stdout.on('data', (bytes) => {
        text += bytes;
      });
      ps.once('close', () => resolve(text));
    });
  const before = await children();
  const target = targetOn(sshd);
  const running = runOn(target, provider, 'sleep 0.5');
  await new Promise((resolve) => setTimeout(resolve, 250));
  const during = await children();
  await running;
  assert.is(during, before);
});

test.run();
