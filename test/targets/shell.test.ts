import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { CheckStep, ProgramSpec } from '../../src/lib/ports/target.ts';
import { type ShellTargetOptions, shellTarget } from '../../src/lib/targets/shell.ts';
import { liveClock, reader } from '../helpers/local-program.ts';
import { OWN_UID, runShell, shellSpec, TERMINAL } from '../helpers/shell-target.ts';

const local = (options: Partial<ShellTargetOptions> = {}) =>
  shellTarget('local', { env: ['PATH'], ...options }, { clock: liveClock, brokerUid: OWN_UID });
const never = new AbortController().signal;

async function refusal(options: Partial<ShellTargetOptions>, spec: Partial<ProgramSpec>, text = 'true') {
  const error = await local(options)
    .open(shellSpec(text, spec), [], never)
    .then(() => new Error('not refused'))
    .catch((thrown: unknown) => thrown);
  if (!(error instanceof BrokerError)) throw error;
  assert.match(error.publicMessage, /^[a-z"]/);
  return `${error.code} ${error.exit}`;
}

async function steps(options: Partial<ShellTargetOptions>): Promise<CheckStep[]> {
  const found: CheckStep[] = [];
  for await (const step of local(options).check(() => Promise.reject(new Error('no credential is needed')), never))
    found.push(step);
  return found;
}

for (const pty of [null, TERMINAL]) {
  test(`the text reaches bash as one argument, exactly as it was printed, ${pty === null ? 'on pipes' : 'in a terminal'}`, async () => {
    const text = `cat /proc/$$/cmdline; : 'é 🛡  two  blanks' "$(echo '\\n')" \\\n  --flag; exit 0`;
    const { stdout } = await runShell({}, text, { pty: pty === null ? null : { ...TERMINAL, term: 'dumb' } });
    const shown = stdout.replaceAll('\r\n', '\n');
    assert.equal(shown.split('\0'), ['/bin/bash', '--noprofile', '--norc', '-c', '--', text, '']);
  });
}

for (const text of ['-c', '--version', '-i', '--', '+x', ' ', '#']) {
  test(`the text "${text}" is a command, never an option`, async () => {
    const { stdout, status } = await runShell({}, text);
    assert.is(stdout, '');
    assert.equal(status, { kind: 'code', code: ['--', '-c', '-i', '--version', '+x'].includes(text) ? 127 : 0 });
  });
}

test('no start-up file is read, of whoever it is', async () => {
  const home = mkdtempSync(join(tmpdir(), 'sallyport-home-'));
  try {
    for (const file of ['.bashrc', '.bash_profile', '.profile', '.bash_login', '.inputrc']) {
      writeFileSync(join(home, file), `echo read ${file}\n`);
    }
    for (const pty of [null, TERMINAL]) {
      const { stdout } = await runShell({ env: ['HOME'] }, 'echo "$HOME"', { env: { HOME: home }, pty });
      assert.is(stdout.trim(), home);
    }
  } finally {
    rmSync(home, { recursive: true });
  }
});

test("a program starts in the target's folder, else in the caller's", async () => {
  assert.is((await runShell({}, 'pwd', { cwd: '/usr' })).stdout, '/usr\n');
  assert.is((await runShell({ cwd: '/etc' }, 'pwd', { cwd: '/usr' })).stdout, '/etc\n');
});

test('refuses a working folder that is none, and says whose it is', async () => {
  for (const cwd of ['/no/such/folder', '/etc/passwd', 'relative', '', '/tmp\0/x', '/etc/passwd/..']) {
    assert.is(await refusal({ cwd }, {}), 'bad-working-folder 78', JSON.stringify(cwd));
    assert.is(await refusal({}, { cwd }), 'bad-working-folder 64', JSON.stringify(cwd));
    assert.is(await refusal({}, { cwd, pty: TERMINAL }), 'bad-working-folder 64', JSON.stringify(cwd));
  }
});

test("a symbolic link in the config leads to a folder, and one in the caller's path is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-link-'));
  const link = join(folder, 'link');
  try {
    symlinkSync('/usr', link);
    for (const pty of [null, TERMINAL]) {
      assert.is((await runShell({ cwd: link }, 'pwd', { pty })).stdout.trim(), '/usr');
      assert.is(await refusal({}, { cwd: link, pty }), 'bad-working-folder 64');
      assert.is(await refusal({}, { cwd: join(link, 'bin'), pty }), 'bad-working-folder 64');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a place is user, folder, shell and environment: each of them changes its digest, and it shows no value', () => {
  const base: ShellTargetOptions = { env: ['PATH', 'HOME'], set: { TOKEN: 'abc' } };
  const placeOf = (options: ShellTargetOptions, cwd = '/tmp') => local(options).placeOf({ cwd, callerUid: OWN_UID });
  const same = placeOf({ env: ['HOME', 'PATH'], set: { TOKEN: 'abc' } });
  assert.equal(same, placeOf(base));
  assert.match(same.summary, / in \/tmp$/);
  const others = [
    placeOf(base, '/usr'),
    placeOf({ ...base, cwd: '/usr', shell: '/bin/sh' }),
    placeOf({ ...base, shell: '/bin/sh' }),
    placeOf({ ...base, env: ['PATH'] }),
    placeOf({ ...base, set: { TOKEN: 'abd' } }),
    placeOf({ ...base, set: {} }),
  ];
  assert.is(new Set([same, ...others].map(({ digest }) => digest)).size, 7);
  assert.not.match(JSON.stringify(others), /ab[cd]"/);
});

test('what was judged for another place does not start, nor in a folder that was swapped since', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-swap-'));
  const [link, inner] = [join(folder, 'link'), join(folder, 'inner')];
  try {
    mkdirSync(inner);
    symlinkSync('/usr', link);
    const linked = local({ cwd: link });
    const judged = linked.placeOf({ cwd: undefined, callerUid: OWN_UID });
    assert.match(judged.summary, / in \/usr$/);
    rmSync(link);
    symlinkSync('/etc', link);
    assert.is(await refusal({ cwd: link }, { place: judged.digest }), 'place-changed 77');

    const placed = local().placeOf({ cwd: inner, callerUid: OWN_UID });
    rmSync(inner, { recursive: true });
    symlinkSync('/etc', inner);
    assert.is(await refusal({}, { cwd: inner, place: placed.digest }), 'bad-working-folder 64');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('refuses before the start what the system would refuse after it', async () => {
  const long = `: ${'x'.repeat(130 * 1024)}`;
  for (const pty of [null, TERMINAL]) {
    assert.is(await refusal({}, { pty }, long), 'bad-command 64');
    assert.is(await refusal({}, { pty }, 'echo a\0; echo b'), 'bad-command 64');
    const env = { BIG: 'x'.repeat(130 * 1024) };
    assert.is(await refusal({ env: ['BIG'] }, { pty, env }), 'environment-too-large 64');
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`V${at}`, 'x'.repeat(100 * 1024)]));
    assert.is(await refusal({ env: ['V*'] }, { pty, env: many }), 'environment-too-large 64');
  }
  assert.is(await refusal({}, { pty: { ...TERMINAL, size: { cols: 0, rows: 1 } } }), 'bad-terminal-size 64');
});

test('runs the longest command and environment that are allowed', async () => {
  const env = Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`V${at}`, 'x'.repeat(100 * 1024)]));
  const text = `: ${'x'.repeat(120 * 1024)}; echo \${#V9}`;
  for (const pty of [null, TERMINAL]) {
    assert.is((await runShell({ env: ['V*'] }, text, { env, pty })).stdout.trim(), String(100 * 1024));
  }
});

test('refuses a caller of another uid where no user is set', async () => {
  assert.is(await refusal({}, { callerUid: OWN_UID + 1 }), 'cannot-run-as-caller 78');
});

test('a free terminal without pipes is a login shell that reads from its terminal', async () => {
  const target = local({ shell: '/bin/sh' });
  await using program = await target.open(shellSpec(null, { pty: TERMINAL }), [], never);
  const output = reader(program);
  await program.write(Buffer.from('echo "<$0>"; exit 3\n'));
  assert.match(await output.rest(), '</bin/sh>');
  assert.equal(await program.exited, { kind: 'code', code: 3 });
});

test('a shell that is missing, a folder or not executable is refused', async () => {
  for (const shell of ['/no/such/shell', '/etc/passwd', '/etc']) {
    const opening = local({ shell }).open(shellSpec(null, { pty: TERMINAL }), [], never);
    const error = await opening.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof BrokerError && error.code === 'no-shell' && error.exit === 69, shell);
  }
});

test('check walks from bash to a program that ran', async () => {
  const found = await steps({ cwd: '/tmp' });
  assert.equal(
    found.map(({ name, outcome }) => `${name} ${outcome}`),
    ['bash ok', 'user ok', 'run ok'],
  );
});

test('check stops at the first step that fails, and says what to change', async () => {
  for (const [options, last] of [
    [{ user: 'no-such-user' }, 'user'],
    [{ cwd: '/no/such/folder' }, 'run'],
  ] as const) {
    const found = await steps(options);
    assert.equal([found.at(-1)?.name, found.at(-1)?.outcome], [last, 'failed']);
    assert.ok((found.at(-1)?.fix ?? '').length > 0);
  }
});

test.run();
