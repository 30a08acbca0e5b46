// The forced text through the real login shells, without a server: each gets it as sshd would hand it over.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { preludeFor, readState } from '../../src/lib/session/gated/prelude.ts';
import { takeFrames } from '../../src/lib/stream/frames.ts';
import { forcedCommandFor, lineCommandFor } from '../../src/lib/targets/ssh-forced-command.ts';
import { liveClock, OWN, processesWith } from '../helpers/local-program.ts';

const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'fish', 'tcsh', 'csh', 'ksh', 'mksh', 'busybox']
  .map((name) => `/usr/bin/${name}`)
  .filter(existsSync);

function through(shell: string, text: string, env: Record<string, string> = {}, cwd?: string) {
  const args = shell.endsWith('busybox') ? ['sh', '-c'] : ['-c'];
  const { stdout, stderr, status } = spawnSync(shell, [...args, forcedCommandFor(text, cwd)], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/dev/null', ...env },
    input: 'input',
  });
  return { stdout: stdout.toString('latin1'), stderr: stderr.toString(), status };
}

/** Every byte but NUL, quoted for bash alone. */
const EVERY_BYTE = Buffer.from(Uint8Array.from({ length: 255 }, (_, at) => at + 1)).toString('latin1');
const quoted = (words: string) => `'${words.replaceAll("'", `'"'"'`)}'`;

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: bash's own expansions
const TEXTS: readonly (readonly [string, string])[] = [
  ['echo plain', 'plain\n'],
  [
    `printf %s ${quoted('$HOME `id` "x" \\n \\\\ \\\' !! !$ ^a^b ~ * ? [a] {b,c} %s # ; & | < > ( )')}`,
    '$HOME `id` "x" \\n \\\\ \\\' !! !$ ^a^b ~ * ? [a] {b,c} %s # ; & | < > ( )',
  ],
  ["printf %s 'it'\\''s'", "it's"],
  ["printf %s 'a\\'", 'a\\'],
  ['printf %s "\\$x"', '$x'],
  ['printf "%s|" a\nprintf "%s|" b # comment\n\n', 'a|b|'],
  ["cat <<'EOF'\n$x `y` \\\nEOF\n", '$x `y` \\\n'],
  ['echo "${BASH_VERSION:+bash} $0 $#"', 'bash bash 0\n'],
  ['a=(1 2 3); [[ ${#a[@]} = 3 ]] && cat', 'input'],
  ['echo !', '!\n'],
  ['set -- a b; echo "$2"', 'b\n'],
  ['-x', ''],
  ["-c 'echo \\\\ no'", ''],
  [' \t', ''],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: bash's own expansions

test('every login shell hands the text to bash untouched', () => {
  assert.ok(SHELLS.length >= 3, `${SHELLS}`);
  for (const shell of SHELLS) {
    for (const [text, expected] of TEXTS) assert.is(through(shell, text).stdout, expected, `${shell}: ${text}`);
    const utf8 = Buffer.from('ä€😀', 'utf8').toString('latin1');
    assert.is(through(shell, "printf %s 'ä€😀'").stdout, utf8, shell);
    const words = EVERY_BYTE.slice(0, 126);
    assert.is(through(shell, `printf %s ${quoted(words)}`).stdout, words, shell);
  }
});

test('a command of a gated session, what goes before it and what it carries, pass through every login shell', () => {
  const env = new Map([
    ['PLAIN', 'x y'],
    ['HARD', `it's "$HOME" \`id\` \\ !! ~ 'ä'\n\t`],
    ['HOME', null],
  ]);
  for (const shell of SHELLS) {
    for (const carried of [undefined, { folder: '/usr/bin', env: new Map() }, { folder: '/usr/bin', env }]) {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own expansion
      const text = 'pwd; printf "%s|" "$PLAIN" "$HARD" "${HOME-unset}"';
      const [begin, end] = ['<mark:', ':mark>'];
      const command = lineCommandFor(`${preludeFor({ begin, end })}${text}`, '/tmp', carried);
      const args = shell.endsWith('busybox') ? ['sh', '-c'] : ['-c'];
      const { stdout } = spawnSync(shell, [...args, command], { env: { PATH: '/usr/bin:/bin', HOME: '/dev/null' } });
      const frames: string[] = [];
      const stage = takeFrames({ begin, end }, (content) => frames.push(content.toString()));
      const output = Buffer.concat([...stage.push(stdout), ...stage.flush()]).toString();
      const values = carried?.env.size ? `x y|${env.get('HARD')}|unset|` : '||/dev/null|';
      assert.is(output, `${carried?.folder ?? '/tmp'}\n${values}`, shell);
      const told = frames.map((frame) => readState(frame));
      assert.equal([told.length, told[1]?.folder], [2, carried?.folder ?? '/tmp'], shell);
      assert.is(told[1]?.env.get('HARD') ?? null, carried?.env.get('HARD') ?? null, shell);
    }
  }
});

test('text that is not plain ASCII is read as UTF-8 whatever the account says, other text in its own locale', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own expansion
  const show = 'printf %s "${LC_ALL-unset}"';
  const account = { LC_ALL: 'zh_CN.GBK', POSIXLY_CORRECT: '1' };
  assert.is(through('/usr/bin/bash', `${show} 你`, account).stdout.slice(0, 7), 'C.UTF-8');
  assert.is(through('/usr/bin/bash', show, account).stdout, 'zh_CN.GBK');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: bash's own expansion
  assert.is(through('/usr/bin/bash', 'printf %s "${POSIXLY_CORRECT-unset}"', account).stdout, 'unset');
});

test('random texts of the characters shells quarrel about come through', () => {
  const letters = `\\\\\\'''"""!!$$\`\`{}[]()<>|&;*?~#^% \n\t=aä`;
  let seed = 20_261_125;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  for (const shell of SHELLS) {
    for (let round = 0; round < 40; round++) {
      const words = Array.from({ length: 1 + random(30) }, () => letters[random(letters.length)] ?? '').join('');
      const { stdout, stderr } = through(shell, `printf %s ${quoted(words)}`);
      assert.is(Buffer.from(stdout, 'latin1').toString('utf8'), words, `${shell}: ${JSON.stringify(words)} ${stderr}`);
    }
  }
});

test('the exit code and the signal of the text are those of the process sshd started', () => {
  for (const shell of SHELLS) {
    assert.is(through(shell, 'exit 43').status, 43, shell);
    assert.is(through(shell, 'echo "\\n"; exit 44').status, 44, shell);
    assert.is(through(shell, 'kill -9 $$').status, null, shell);
  }
});

test('no variable or exported function of the account changes what the text means', () => {
  const env = {
    BASH_ENV: '/dev/stdin',
    ENV: '/dev/stdin',
    SHELLOPTS: 'noexec:xtrace',
    BASHOPTS: 'extdebug',
    CDPATH: '/',
    GLOBIGNORE: '*',
    'BASH_FUNC_echo%%': '() { printf "hijacked"; }',
    'BASH_FUNC_printf%%': '() { builtin printf hijacked; }',
  };
  for (const shell of SHELLS.filter((path) => !/\/(ba|k|mk)?sh$|busybox/.test(path) || path.endsWith('dash'))) {
    for (const text of ['echo clean; printf "%s" "$BASH_ENV$ENV$CDPATH"', 'echo "cle\\an" | tr -d "\\\\\\\\"']) {
      const { stdout, stderr } = through(shell, text, env);
      assert.match(stdout, /^clean\n/, `${shell} ${stderr}`);
      assert.not.match(stdout, /hijacked/, shell);
    }
  }
});

test('a folder is entered before the text, and nothing runs where that fails', () => {
  for (const shell of SHELLS) {
    assert.is(through(shell, 'pwd', {}, '/usr').stdout, '/usr\n', shell);
    assert.equal(through(shell, 'echo a; echo b', {}, "/no'where").status, 1, shell);
    assert.is(through(shell, 'echo a; echo b', {}, "/no'where").stdout, '', shell);
  }
});

test('a text too long for a certificate is refused with the number', () => {
  try {
    forcedCommandFor('x'.repeat(40_000));
    assert.unreachable();
  } catch (error) {
    assert.ok(error instanceof BrokerError && error.code === 'command-too-long' && error.exit === 64);
    assert.match(error.publicMessage, /"40\d\d\d" bytes/);
  }
});

test('asked for a signal under a parent that is not sshd, the text signals nobody', async () => {
  // The shell between here and the text is what an orphan's new parent would be: its other children must live.
  const mark = `4715.${OWN}01`;
  const forced = forcedCommandFor('echo ran').replaceAll("'", "'\\''");
  const { stdout, status } = spawnSync(
    '/bin/sh',
    ['-c', `setsid sleep ${mark} & sleep 0.1; sh -c '${forced}'; echo "<$?>"; kill -0 $! && echo alive; kill $!`],
    { env: { PATH: '/usr/bin:/bin', SSH_ORIGINAL_COMMAND: 'sallyport:signal:KILL' }, encoding: 'utf8' },
  );
  assert.is(status, 0);
  assert.is(stdout, '<1>\nalive\n');
  await new Promise<void>((resolve) => {
    liveClock.after(100, resolve);
  });
  assert.equal(processesWith(mark), []);
});

test.run();
