// timeout: 180
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { shellTarget } from '../../src/lib/targets/shell.ts';
import { liveClock, OWN, processesWith, reader } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { createUser, runShell, shellSpec, TERMINAL, type ThrowAwayUser } from '../helpers/shell-target.ts';

async function refusalOf(promise: Promise<unknown>): Promise<BrokerError> {
  const error = await promise.then(
    () => new Error('not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof BrokerError)) throw error;
  return error;
}

const asRoot = needs(test, 'root');
/** One user is enough for all: nothing here changes it. Removed by the last test. */
let shared: ThrowAwayUser | undefined;
const user = () => {
  shared ??= createUser();
  return shared;
};

for (const pty of [null, TERMINAL]) {
  const where = pty === null ? 'on pipes' : 'in a terminal';

  asRoot(`a program ${where} is that user in every id, with its groups and without a capability`, async () => {
    const { account, extraGid } = user();
    const { stdout } = await runShell({ user: account.name }, 'exec cat /proc/self/status', { pty, cwd: '/' });
    const field = (name: string) => new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(stdout)?.[1];
    assert.is(field('Uid'), Array(4).fill(account.uid).join('\t'));
    assert.is(field('Gid'), Array(4).fill(account.gid).join('\t'));
    assert.equal(field('Groups')?.split(' ').map(Number).sort(), [account.gid, extraGid].sort());
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.is(field(set), '0000000000000000', set);
    // Node ignores SIGPIPE and blocks for its threads; none of that is the program's.
    assert.is(field('SigBlk'), '0000000000000000');
    assert.is(field('SigIgn'), '0000000000000000');
  });

  asRoot(`a program ${where} of another user has its home, name and shell`, async () => {
    const { name, home } = user().account;
    const env = { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/evil', PATH: '/evil', OLDPWD: '/root' };
    const text = 'echo "$HOME $USER $LOGNAME $SHELL $PATH $PWD [$OLDPWD]"; pwd; id -un';
    const { stdout } = await runShell({ user: name, env: ['*'] }, text, { pty, cwd: undefined, env });
    const expected = `${home} ${name} ${name} /bin/bash /usr/local/bin:/usr/bin:/bin ${home} []\n${home}\n${name}\n`;
    assert.is(stdout.replaceAll('\r', ''), expected);
  });

  asRoot(`a program ${where} of another user holds three descriptors and can open its own again`, async () => {
    const text = 'for fd in /proc/$$/fd/*; do readlink $fd; done; echo again >/dev/stdout; echo err 2>&1 >/dev/stderr';
    await using other = await shellTarget('o', { env: [] }, { clock: liveClock, brokerUid: 0 }).open(
      shellSpec('sleep 1000', { pty: TERMINAL }),
      [],
      new AbortController().signal,
    );
    const ended = await runShell({ user: user().account.name }, text, { pty, cwd: '/' });
    const lines = ended.stdout.replaceAll('\r', '').trim().split('\n');
    const held = lines.filter((line) => line !== 'again' && line !== 'err');
    const kind = pty === null ? 'pipe:' : '/dev/pts/';
    assert.ok(held.length >= 3 && held.every((line) => line.startsWith(kind)), ended.stdout);
    if (pty !== null) assert.is(new Set(held).size, 1);
    assert.ok(ended.stdout.includes('again'));
    assert.ok(`${ended.stdout}${ended.stderr}`.includes('err'), ended.stderr);
    assert.ok(other);
  });

  asRoot(`tells the end of another user's program ${where} as it was`, async () => {
    const options = { user: user().account.name };
    assert.equal((await runShell(options, 'exit 255', { pty })).status, { kind: 'code', code: 255 });
    const killed = await runShell(options, 'kill -SEGV $$', { pty });
    assert.equal(killed.status, { kind: 'signal', signal: 'SIGSEGV' });
  });

  asRoot(`ends another user's program ${where} that ignores every signal it can`, async () => {
    const target = shellTarget('t', { user: user().account.name, env: [] }, { clock: liveClock, brokerUid: 0 });
    const text = `trap '' HUP TERM INT QUIT; setsid sleep 4713.${OWN}01 & sleep 4713.${OWN}01 & echo ready; while :; do sleep 0.1; done`;
    const program = await target.open(shellSpec(text, { pty }), [], new AbortController().signal);
    await reader(program).waitFor('ready');
    program.signal('SIGTERM');
    await program[Symbol.asyncDispose]();
    assert.equal(processesWith(`4713.${OWN}01`), []);
  });
}

asRoot('no rights of root are left to be had back', async () => {
  const text = 'cat /etc/shadow || cat /root/.bashrc || ls /proc/$PPID/fd || kill -0 $PPID || echo nothing';
  const { stdout } = await runShell({ user: user().account.name }, text, { cwd: '/' });
  assert.is(stdout, 'nothing\n');
});

asRoot('the working folder is entered with the rights of that user', async () => {
  const { account } = user();
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cwd-'));
  try {
    chmodSync(folder, 0o755);
    for (const [name, mode] of [
      ['open', 0o755],
      ['closed', 0o700],
    ] as const) {
      mkdirSync(join(folder, name), { mode });
    }
    writeFileSync(join(folder, 'file'), '', { mode: 0o777 });
    const open = join(folder, 'open');
    assert.is((await runShell({ user: account.name, cwd: open }, 'pwd')).stdout, `${open}\n`);
    symlinkSync(open, join(folder, 'link'));
    assert.is((await runShell({ user: account.name, cwd: join(folder, 'link') }, 'pwd')).stdout, `${open}\n`);
    for (const cwd of [join(folder, 'link'), `${folder}/closed/..`, `${folder}/open/.`]) {
      const byCaller = await refusalOf(runShell({ user: account.name }, 'pwd', { cwd }));
      assert.equal([byCaller.code, byCaller.exit], ['bad-working-folder', 64], cwd);
    }
    for (const cwd of [join(folder, 'closed'), join(folder, 'file'), join(folder, 'missing')]) {
      const byTarget = await refusalOf(runShell({ user: account.name, cwd }, 'pwd'));
      assert.equal([byTarget.code, byTarget.exit], ['bad-working-folder', 78], cwd);
      const byCaller = await refusalOf(runShell({ user: account.name }, 'pwd', { cwd }));
      assert.equal([byCaller.code, byCaller.exit], ['bad-working-folder', 64], cwd);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

asRoot('a free terminal is the login shell of that user, or the one the target names', async () => {
  const { account } = user();
  for (const [options, name] of [
    [{}, 'bash'],
    [{ shell: '/bin/sh' }, 'sh'],
  ] as const) {
    const target = shellTarget('t', { user: account.name, env: [], ...options }, { clock: liveClock, brokerUid: 0 });
    const program = await target.open(
      shellSpec(null, { pty: TERMINAL, cwd: undefined }),
      [],
      new AbortController().signal,
    );
    const output = reader(program);
    await program.write(Buffer.from(`cat /proc/$$/comm; id -un; tty; stty -a </dev/tty | head -1\nexit 4\n`));
    const text = await output.rest();
    assert.ok(text.includes(`${name}\r\n`) && text.includes(`\n${account.name}\r\n`), text);
    assert.ok(text.includes('/dev/pts/') && text.includes('rows 24; columns 80'), text);
    assert.equal(await program.exited, { kind: 'code', code: 4 });
    await program[Symbol.asyncDispose]();
  }
});

asRoot('a login shell that cannot be executed is an error, not an exit code', async () => {
  const options = { user: user().account.name, env: [], shell: '/etc/passwd' };
  const target = shellTarget('t', options, { clock: liveClock, brokerUid: 0 });
  const opening = target.open(shellSpec(null, { pty: TERMINAL }), [], new AbortController().signal);
  assert.is((await refusalOf(opening)).code, 'no-shell');
});

asRoot('the terminal of another user belongs to that user', async () => {
  const { account } = user();
  const target = shellTarget('t', { user: account.name, env: [] }, { clock: liveClock, brokerUid: 0 });
  const spec = shellSpec('tty; echo ready; sleep 1000', { pty: TERMINAL });
  await using program = await target.open(spec, [], new AbortController().signal);
  const output = reader(program);
  await output.waitFor('ready');
  const path = /\/dev\/pts\/\d+/.exec(output.text())?.[0] ?? '';
  assert.is(statSync(path).uid, account.uid);
  assert.is(statSync(path).mode & 0o007, 0, 'nobody else may open it');
});

asRoot('a broker that is not root refuses to switch, and serves its own user', async () => {
  const { account } = user();
  // The real thing: a process of that user that opens targets, from this test's own sources.
  const script = `
    import { shellTarget } from ${JSON.stringify(new URL('../../src/lib/targets/shell.ts', import.meta.url).href)};
    import { systemClock } from ${JSON.stringify(new URL('../../src/lib/core/clock.ts', import.meta.url).href)};
    process.setgroups([${account.gid}]); process.setgid(${account.gid}); process.setuid(${account.uid});
    const brokerUid = process.getuid();
    setInterval(() => {}, 1000);
    for (const user of [undefined, 'daemon', 'root', ${JSON.stringify(account.name)}]) {
      const target = shellTarget('t', { env: [], ...(user && { user }) }, { clock: systemClock, brokerUid });
      const work = { kind: 'command', text: 'id -u' };
      try {
        const spec = { session: 's-x', task: undefined, work, pty: null, cwd: '/', env: {}, callerUid: brokerUid };
        const program = await target.open(spec, [], new AbortController().signal);
        let text = '';
        for await (const { bytes } of program.output) text += Buffer.from(bytes);
        console.log(text.trim());
        await program[Symbol.asyncDispose]();
      } catch (error) { console.log(error.code); }
    }
    process.exit(0);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (bytes) => {
    text += bytes;
  });
  await once(child, 'close');
  assert.is(text, `${account.uid}\ncannot-switch-user\ncannot-switch-user\n${account.uid}\n`);
});

asRoot('removes the user the tests ran programs as', () => {
  shared?.[Symbol.dispose]();
  assert.equal(processesWith(`4713.${OWN}`), []);
});

test.run();
