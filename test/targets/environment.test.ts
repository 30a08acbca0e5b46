import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Account } from '../../src/lib/os/accounts.ts';
import { buildEnvironment, NO_PAGER, requireHarmless } from '../../src/lib/targets/environment.ts';
import { runShell, TERMINAL } from '../helpers/shell-target.ts';

const EVERYTHING = ['*'];
const agent: Account = { name: 'agent', uid: 1234, gid: 1234, home: '/home/agent', shell: '/bin/zsh' };

/** Runs code, prints code at prompts, loads code, or changes how bash reads what was judged. */
const NEVER_PASSED: Readonly<Record<string, string>> = {
  BASH_ENV: '/tmp/evil',
  ENV: '/tmp/evil',
  SHELLOPTS: 'xtrace',
  BASHOPTS: 'expand_aliases',
  BASH_XTRACEFD: '3',
  BASH_LOADABLES_PATH: '/tmp',
  BASH_COMPAT: '3.1',
  'BASH_FUNC_ls%%': '() { echo evil; }',
  'BASH_FUNC_ls()': '() { echo evil; }',
  PROMPT_COMMAND: 'echo evil',
  PS0: '$(evil)',
  PS4: '$(evil)',
  POSIXLY_CORRECT: '1',
  CDPATH: '/usr',
  GLOBIGNORE: '*',
  EXECIGNORE: '*',
  LD_PRELOAD: '/tmp/evil.so',
  LD_LIBRARY_PATH: '/tmp',
  LD_AUDIT: '/tmp/evil.so',
  GLIBC_TUNABLES: 'glibc.malloc.check=3',
  GCONV_PATH: '/tmp',
  LOCPATH: '/tmp',
  LANG: 'zh_CN.GBK',
  LC_ALL: 'en_US',
  LC_CTYPE: 'ja_JP.SJIS',
  SALLYPORT_TASK_TOKEN: 'secret',
  SSH_AUTH_SOCK: '/tmp/agent',
  'A=B': 'x',
  'a b': 'x',
  '': 'x',
  NUL: 'a\0LD_PRELOAD=/tmp/evil.so',
};

for (const [name, value] of Object.entries(NEVER_PASSED)) {
  test(`never passes ${JSON.stringify(name)}, even where everything is allowed`, () => {
    const env = buildEnvironment({ [name]: value, KEPT: 'yes' }, { allow: EVERYTHING, set: {} }, undefined, undefined);
    assert.equal(Object.keys(env).sort(), ['KEPT', 'PATH']);
  });
  if (name === 'SSH_AUTH_SOCK') continue;
  test(`refuses a target that sets ${JSON.stringify(name)}`, () => {
    assert.throws(
      () => requireHarmless('local', { GOOD: '1', [name]: value }),
      (error: unknown) => error instanceof BrokerError && error.code === 'bad-environment' && error.exit === 78,
    );
  });
}

test('naming a dangerous variable in full does not make it pass', () => {
  const env = buildEnvironment(
    { ...NEVER_PASSED },
    { allow: Object.keys(NEVER_PASSED), set: {} },
    undefined,
    undefined,
  );
  assert.equal({ ...env }, { SSH_AUTH_SOCK: '/tmp/agent', PATH: env.PATH });
});

for (const [pattern, name, passes] of [
  ['LC_*', 'LC_TIME', true],
  ['LC_*', 'XLC_TIME', false],
  ['LC_*', 'LC_', true],
  ['A?C', 'ABC', true],
  ['A?C', 'AC', false],
  ['A?C', 'ABBC', false],
  ['*_URL', 'A_URL', true],
  ['*_URL', 'A_URLS', false],
  ['*a*b*c*', 'xaybzc', true],
  ['*a*b*c*', 'xcybza', false],
  ['.*', 'HOME', false],
  ['HOM[E]', 'HOME', false],
  ['home', 'HOME', false],
  ['', 'HOME', false],
] as const) {
  test(`"${pattern}" ${passes ? 'passes' : 'does not pass'} ${name}`, () => {
    const env = buildEnvironment({ [name]: 'C' }, { allow: [pattern], set: {} }, undefined, undefined);
    assert.is(name in env, passes);
  });
}

test('a pattern made to be slow is not', () => {
  const started = performance.now();
  const allow = [`${'*a'.repeat(60)}b`];
  buildEnvironment({ ['a'.repeat(4000)]: '1' }, { allow, set: {} }, undefined, undefined);
  assert.ok(performance.now() - started < 2_000);
});

for (const value of ['C', 'POSIX', '', 'C.UTF-8', 'C.utf8', 'de_DE.UTF-8', 'sr_RS.UTF-8@latin']) {
  test(`passes the locale "${value}"`, () => {
    assert.is(buildEnvironment({ LANG: value }, { allow: ['LANG'], set: {} }, undefined, undefined).LANG, value);
  });
}

test('a program of another user has that user in its environment, not the caller', () => {
  const caller = { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh', PATH: '/evil', TZ: 'UTC' };
  const env = buildEnvironment(caller, { allow: EVERYTHING, set: {} }, agent, 'xterm');
  assert.equal(
    { ...env },
    {
      HOME: '/home/agent',
      USER: 'agent',
      LOGNAME: 'agent',
      SHELL: '/bin/zsh',
      PATH: '/usr/local/bin:/usr/bin:/bin',
      TZ: 'UTC',
      TERM: 'xterm',
    },
  );
});

test('what the target sets wins over the caller and the account', () => {
  const env = buildEnvironment({ A: 'caller' }, { allow: ['A'], set: { A: 'set', PATH: '/opt' } }, agent, 'xterm');
  assert.is(env.A, 'set');
  assert.is(env.PATH, '/opt');
});

test('a variable called __proto__ is a variable', () => {
  const caller = JSON.parse('{"__proto__": "x", "constructor": "y"}');
  const env = buildEnvironment(caller, { allow: EVERYTHING, set: {} }, undefined, undefined);
  assert.equal(Object.entries(env).slice(0, 2), [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

for (const pty of [null, TERMINAL]) {
  test(`a program ${pty === null ? 'on pipes' : 'in a terminal'} sees what it was given and nothing of the broker`, async () => {
    process.env.BROKER_ONLY = 'secret of the broker';
    const env = { ...NEVER_PASSED, ALLOWED: 'a\nb', OTHER: 'no' };
    const options = { env: ['ALLOWED', 'BASH_*', 'LD_*'], set: { SET: 'by target' } };
    // The program that bash replaces itself with, so that what bash adds for itself is in it, too.
    const { stdout } = await runShell(options, 'exec env -0', { env, pty });
    const seen = stdout.split('\0').filter((entry) => entry !== '' && !/^(PWD|SHLVL|_)=/.test(entry));
    const expected = ['ALLOWED=a\nb', 'PATH=/usr/local/bin:/usr/bin:/bin', 'SET=by target'];
    expected.push(...Object.entries(NO_PAGER).map(([name, value]) => `${name}=${value}`));
    if (pty !== null) expected.push('TERM=xterm-256color');
    assert.equal(seen.map((entry) => entry.replace('\r', '')).sort(), expected.sort());
  });
}

test('git opens no pager on a terminal, whatever caller and repository say, unless the target sets one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pager-'));
  try {
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
    git('init', '-q');
    git('-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '-q', '--allow-empty', '-m', 'first');
    git('config', 'core.pager', 'echo paged');
    const log = `git -C ${folder} -c safe.directory='*' log --format=%s`;
    const given = { env: { PAGER: 'echo paged', GIT_PAGER: 'echo paged' }, pty: TERMINAL };
    assert.match((await runShell({ env: EVERYTHING }, log, given)).stdout, /first/);
    assert.match((await runShell({ set: { GIT_PAGER: 'echo paged' } }, log, given)).stdout, /paged/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('bash reads a command as UTF-8 was judged, whatever the locale of the caller', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-locale-'));
  try {
    // In GBK the last byte of the first character takes the backslash, and what follows is a command of its own.
    execFileSync('localedef', ['-i', 'zh_CN', '-f', 'GBK', join(folder, 'zh_CN.GBK')], { stdio: 'ignore' });
    const touched = join(folder, 'touched');
    const text = `echo 你\\; touch ${touched}`;
    const env = { LOCPATH: folder, LC_ALL: 'zh_CN.GBK', LANG: 'zh_CN.GBK' };
    const { stdout } = await runShell({ env: EVERYTHING }, text, { env });
    assert.is(stdout, `你; touch ${touched}\n`);
    assert.is(existsSync(touched), false);
    // The attack is real: by hand it does what the title says it must not.
    execFileSync('bash', ['--noprofile', '--norc', '-c', '--', text], {
      env: { ...env, PATH: '/usr/bin:/bin' },
      stdio: 'ignore',
    });
    assert.is(existsSync(touched), true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
