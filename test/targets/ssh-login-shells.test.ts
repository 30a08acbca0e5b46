// sshd hands the forced command to the account's login shell, whatever that is and whatever its start-up files do.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { newAccount, type OsAccount } from '../helpers/os-account.ts';
import { newCa, openOn, runOn, specOf, TERMINAL, targetOn } from '../helpers/ssh-target.ts';
import { type Sshd, startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'root', 'useradd', 'sshd', 'ssh-keygen', 'bash');
const SHELLS = ['bash', 'dash', 'sh', 'zsh', 'fish', 'tcsh'].map((name) => `/usr/bin/${name}`).filter(existsSync);

async function server(shell: string, config: readonly string[] = []) {
  const { line, provider } = await newCa();
  const sshd = await startSshd({ trustedUserCa: line, ownHome: true, config });
  const account = await newAccount(shell);
  const on = targetOn(sshd, { user: account.name });
  return {
    sshd,
    account,
    provider,
    target: on,
    run: (text: string) => runOn(on, provider, text),
    async [Symbol.asyncDispose]() {
      await sshd[Symbol.asyncDispose]();
      await account[Symbol.asyncDispose]();
    },
  };
}

const AWKWARD = String.raw`printf '%s|' 'it'"'"'s' "\\" '!!' '$x' 'ä' "a
b"; echo "$BASH" "$-"; [[ -o posix ]] || echo not posix; exit 5`;

for (const shell of SHELLS) {
  it(`with ${shell} as login shell the text runs as bash, byte for byte, with its signals`, async () => {
    await using place = await server(shell);
    const { stdout, stderr, status } = await place.run(AWKWARD);
    assert.match(stdout, /^it's\|\\\|!!\|\$x\|ä\|a\nb\|\/(usr\/)?bin\/bash hpBc\nnot posix\n$/);
    assert.equal({ stderr, status }, { stderr: '', status: { kind: 'code', code: 5 } });
    assert.is((await place.run('id -un; pwd')).stdout, `${place.account.name}\n${place.account.home}\n`);
    const killed = await place.run("echo '\\'; kill -TERM $$");
    assert.equal(killed.status, { kind: 'signal', signal: 'SIGTERM' });
    for (const pty of [null, TERMINAL]) {
      const program = await openOn(place.target, place.provider, specOf('sleep 30 | cat; echo never', { pty }));
      setTimeout(() => program.signal('SIGINT'), 300);
      const ended = await readToEnd(program);
      assert.equal(ended.status, { kind: 'signal', signal: 'SIGINT' });
      assert.not.match(ended.stdout, /never/);
    }
  });
}

/** Start-up files of every shell that would change what a bash text means, if bash read them or believed them. */
function makeHostile(account: OsAccount, canary: string): void {
  account.write('.evil.sh', `touch ${canary}\n`);
  const bourne = `
export BASH_ENV="$HOME/.evil.sh" ENV="$HOME/.evil.sh" CDPATH=/ PS4='$(touch ${canary})' SHELLOPTS
echo() { touch ${canary}; }
alias id='touch ${canary}' printf='touch ${canary}'
`;
  account.write('.bashrc', `${bourne}export -f echo\nshopt -s expand_aliases\n`);
  account.write('.bash_profile', bourne);
  account.write('.profile', bourne);
  account.write('.zshenv', bourne.replace(' SHELLOPTS', ''));
  account.write('.config/fish/config.fish', `set -x BASH_ENV $HOME/.evil.sh\nfunction id; touch ${canary}; end\n`);
  account.write('.tcshrc', `setenv BASH_ENV $HOME/.evil.sh\nalias id touch ${canary}\n`);
  account.write('.ssh/rc', `touch ${canary}\n`, 0o755);
  account.write('.ssh/environment', `BASH_ENV=${account.home}/.evil.sh\n`);
}

for (const shell of SHELLS) {
  it(`start-up files of ${shell}, ~/.ssh/rc and BASH_ENV change nothing of the text`, async () => {
    await using place = await server(shell, ['PermitUserRC yes', 'PermitUserEnvironment no']);
    const canary = join(place.account.home, 'canary');
    makeHostile(place.account, canary);
    const { stdout } = await place.run(
      'echo "me: $(id -un)"; printf "%s\\n" "[$BASH_ENV$ENV$CDPATH]"; cd usr 2>/dev/null || echo here',
    );
    assert.is(stdout, `me: ${place.account.name}\n[]\nhere\n`);
    assert.not.ok(existsSync(canary));
  });
}

it('an account whose start-up files print or end the shell runs nothing else in its place', async () => {
  await using place = await server('/bin/bash');
  place.account.write('.bashrc', 'echo noise\n');
  assert.is((await place.run('echo text')).stdout, 'noise\ntext\n');
  place.account.write('.bashrc', 'exit 3\n');
  const { stdout, status } = await place.run('echo text');
  assert.equal({ stdout, status }, { stdout: '', status: { kind: 'code', code: 3 } });
});

it('an account without a login shell runs nothing', async () => {
  await using place = await server('/usr/sbin/nologin');
  const { stdout, status } = await place.run('echo text');
  assert.not.match(stdout, /text/);
  assert.equal(status, { kind: 'code', code: 1 });
});

it('a certificate for one account opens no other one', async () => {
  await using place = await server('/bin/sh');
  const spec = specOf('id -un');
  const [request] = place.target.credentialsFor(spec);
  assert.ok(request);
  const credential = await place.provider.issue(request, place.provider.plan(request));
  const asRoot = targetOn(place.sshd as Sshd);
  const outcome = await asRoot
    .open(spec, [{ ...credential, username: 'root' }], new AbortController().signal)
    .catch((error: { code?: string }) => error.code);
  assert.is(outcome, 'credential-refused');
});

test.run();
