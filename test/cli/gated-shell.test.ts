// timeout: 240
// A person's gated session on a real terminal: what is typed, pasted, typed too early and pushed into the terminal never
// becomes a command that was not entered, and the terminal is as before on every way out.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { plainScreen } from '../helpers/plain-screen.ts';
import { startSshd } from '../helpers/sshd.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';

const test = suite('gated shell');

/** What must not run is "touch", so that a file shows whether it did. */
const POLICY = `
policy:
  rules:
    - { id: no-touch, match: { command: touch }, verdict: deny, reason: "nothing is touched here" }
    - { id: no-shells, match: { command: [bash, sh] }, verdict: deny, reason: "every command is judged here" }
    - { id: terminal, match: { terminal: free }, verdict: allow }
  default: allow
`;
const LOCAL = `targets:\n  local: { kind: shell }\n${POLICY}`;

/** A mark and blanks to the next row, the exit code of the last command, the target and its folder. */
const PROMPT = /(?:⏎ +)?(?:\[\d+\] )?(?:local|web):[^\n]*\$ $/;

interface GatedShell {
  readonly world: CliWorld;
  readonly terminal: Terminal;
  /** Types it and resolves at the next prompt, with everything between. */
  run(line: string): Promise<string>;
  /** Enters it, waits until the program wrote `up`, types and resolves at the next prompt. */
  during(line: string, typed: string, up?: RegExp): Promise<string>;
  /** A path in the test's folder, as a word for bash. */
  path(name: string): string;
}

/** A gated session at its first prompt; leaves with `exit 9` and compares the terminal's settings. */
async function inShell(
  world: CliWorld,
  command: string,
  body: (shell: GatedShell) => Promise<void>,
  leave = { keys: 'exit 9\r', code: 9 },
): Promise<void> {
  using terminal = openTerminal(world);
  const before = await terminal.run('stty -a');
  const screen = plainScreen(terminal);
  const enter = async (keys: string, pattern: RegExp) => {
    const from = screen.text().length;
    terminal.type(keys);
    return screen.reads(pattern, from);
  };
  await enter(`${command}; echo "left $?"\r`, PROMPT);
  await body({
    world,
    terminal,
    run: (line) => enter(`${line}\r`, /⏎ +(?:\[\d+\] )?(?:local|web):[^\n]*\$ $/),
    async during(line, typed, up = /\nup\n/) {
      const from = screen.text().length;
      await enter(`${line}\r`, up);
      terminal.type(typed);
      return screen.reads(/⏎ +(?:\[\d+\] )?(?:local|web):[^\n]*\$ $/, from);
    },
    path: (name) => join(world.folder, name),
  });
  terminal.type(leave.keys);
  await terminal.sees(new RegExp(`left ${leave.code}\\r\\n`));
  assert.is(await terminal.run('stty -a'), before);
}

/** Everything an attacker at the keyboard, in a paste or in a program can try to get "touch" to run. */
async function attack({ run, during, path, world }: GatedShell): Promise<void> {
  const evil = path('evil');
  const untouched = (how: string) => assert.not(existsSync(evil), how);
  const touch = `touch ${evil}\r`;

  assert.match(await run(`touch ${evil}`), /denied by rule "no-touch": nothing is touched here[\s\S]*\[77\] /);
  untouched('entered');
  await during('echo up; sleep 1', touch);
  untouched('typed ahead of a program that reads nothing');
  assert.match(await during('echo up; read -r x; echo "got $x"', `one\r${touch}${touch}`), /got one\n/);
  untouched('typed ahead behind a line that was read');
  await during('echo up; cat', `\u0004${touch}`);
  untouched('behind ^D in one write');
  await during('echo up; cat', `\u0003${touch}`);
  untouched('behind ^C in one write');
  await during('echo up; stty raw -echo; head -c 1 >/dev/null', `x${touch}`);
  untouched('behind the one key that a raw program reads');

  writeFileSync(
    join(world.folder, 'push.py'),
    "import fcntl, sys, termios\nfor c in sys.argv[1] + '\\n': fcntl.ioctl(0, termios.TIOCSTI, c.encode())\n",
  );
  const pushed = await run(`python3 ${path('push.py')} 'touch ${evil}'; echo "pushed $?"`);
  assert.match(pushed, /pushed [01]\n/);
  await run('true');
  untouched('pushed into the terminal by a program (TIOCSTI)');

  for (const nested of ['bash', 'exec sh', 'nice env bash']) {
    assert.match(await run(nested), /denied by rule "no-shells"/, nested);
  }
  await during(`echo up; python3 -c 'import os; os.execvp("sh", ["sh"])'`, `exit\r${touch}`);
  untouched('behind the end of a shell that was not named as one');
}

/** Pastes of several lines, marked as such by the terminal. */
async function paste({ terminal, run, path }: GatedShell): Promise<void> {
  const screen = plainScreen(terminal);
  terminal.type(`\u001b[200~echo first > ${path('first')}\ntouch ${path('evil')}\n\u001b[201~`);
  await screen.shows(`touch ${path('evil')}\n> `);
  await delay(300);
  assert.not(existsSync(path('first')), 'no line of it runs by itself');
  assert.match(await run(''), /denied by rule "no-touch"/);
  assert.not(existsSync(path('first')), 'what is denied is denied as a whole');
  assert.not(existsSync(path('evil')));
  terminal.type("\u001b[200~cat <<'E'\n  two  words\nE\n\u001b[201~");
  await screen.shows('> E\n> ');
  await delay(100);
  assert.match(await run(''), /\n {2}two {2}words\n/);
}

/** What bash would make of `!` at its prompt. */
async function expandNothing({ run }: GatedShell): Promise<void> {
  await run('echo one');
  assert.match(await run('echo !! !$ ^one^two^'), /\n!! !\$ \^one\^two\^\n/);
  assert.match(await run('!-2'), /a command name that may not be one[\s\S]*\[77\] /);
  assert.match(await run('\u001b[A\u001b[A\u001b[A'), /\none\n/);
}

test('runs nothing but what was entered, on a local shell', async () => {
  await using world = cliWorld(LOCAL);
  await inShell(world, 'sallyport shell local', attack);
});

needs(
  test,
  'sshd',
  'ssh-keygen',
)('runs nothing but what was entered, over ssh', async () => {
  await using world = cliWorld(LOCAL);
  const trustedUserCa = (await world.run(['ssh-ca', 'public-key'])).stdout.trim();
  await world.run(['broker', 'stop']);
  await using sshd = await startSshd({ trustedUserCa });
  world.configure(
    `targets:\n  web: { kind: ssh, host: 127.0.0.1, port: ${sshd.port}, user: ${sshd.user}, hostKey: "${sshd.hostKeyFingerprint}" }\n${POLICY}`,
  );
  await inShell(world, 'sallyport ssh web', async (shell) => {
    await attack(shell);
    await paste(shell);
    await expandNothing(shell);
    assert.match(await shell.run('cd /usr; export A="b c"'), /web:\/usr\$ $/);
    assert.match(await shell.run('echo "$A $PWD"; tty'), /b c \/usr\n\/dev\/pts\/\d+\n/);
    shell.terminal.resize(100, 30);
    await delay(300);
    assert.match(await shell.run('stty size'), /30 100\n/);
    shell.terminal.resize(80, 24);
    assert.is(sshd.log().match(/Accepted publickey/g)?.length, 1, 'one connection for all of it');
  });
});

test('takes a paste for text until Enter, and judges all of it as one command', async () => {
  await using world = cliWorld(LOCAL);
  await inShell(world, 'sallyport shell local', paste);
});

test('has no expansion of its own, keeps folder and variables, and speaks every script', async () => {
  await using world = cliWorld(LOCAL);
  await inShell(world, 'sallyport shell local', async (shell) => {
    const { terminal, run, during, path } = shell;
    await expandNothing(shell);
    assert.match(await run('mkdir 漢字; cd 漢字; export A="ü 😀"'), /漢字\$ $/);
    assert.match(await run('echo "$A"; printf half'), /\nü 😀\nhalf⏎ +local:/);
    assert.match(await run('(exit 3)'), /\[3\] local:/);
    await run('cd ..; echo x > 漢字/x');
    terminal.type('ls 漢\t');
    await plainScreen(terminal).shows('$ ls 漢字/');
    assert.match(await run(''), /\nx\n/);
    assert.match(await run('cat <<E\rx $((1+1))\rE'), /\nx 2\n/);
    await during(`vim -u NONE -n -i NONE ${path('notes')}`, 'ihello\u001b:wq\r', /~ +~/);
    assert.is(readFileSync(path('notes'), 'utf8'), 'hello\n');
    terminal.resize(100, 30);
    await delay(300);
    assert.match(await run('stty size'), /30 100\n/);
    terminal.resize(80, 24);
  });
});

test('gives keys and windows to the program while it runs: Ctrl-C, Ctrl-Z, sizes, full screens', async () => {
  await using world = cliWorld(LOCAL);
  await inShell(world, 'sallyport shell local', async ({ terminal, run, during, path }) => {
    assert.match(await during('echo up; sleep 60', '\u0003'), /\[130\] local:/);
    assert.match(
      await during('stty -icanon -isig -echo; echo up; head -c 3 | od -An -tx1', '\u0003\u001a\u0004'),
      /03 1a 04/,
    );
    assert.match(await during('echo up; cat; echo "end $?"', 'abc\r\u0004'), /abc\nabc\nend 0\n/);
    const resized = during('trap "stty size; exit 5" WINCH; echo up; while :; do sleep 0.1; done', '');
    await delay(1000);
    terminal.resize(90, 20);
    assert.match(await resized, /20 90\n⏎ +\[5\] local:/);
    terminal.resize(80, 24);
    writeFileSync(path('long'), Array.from({ length: 100 }, (_, at) => `row ${at}\n`).join(''));
    assert.match(await during(`less ${path('long')}`, 'Gq', /row 20\n/), /row 99/);
    await run('true');
  });
});

test('leaves at ^D with the code of the last command, and closes the session', async () => {
  await using world = cliWorld(LOCAL);
  await inShell(world, 'sallyport shell local', async ({ run }) => void (await run('(exit 4)')), {
    keys: '\u0004',
    code: 4,
  });
  assert.equal((await world.run(['session', 'list', '--json'])).json.sessions, []);
});

test('leaves where the session is killed, where the broker is, and where the terminal hangs up', async () => {
  await using world = cliWorld(LOCAL);
  const running = async () => (await world.run(['session', 'list', '--json'])).json.sessions;
  await inShell(
    world,
    'sallyport shell local',
    async ({ run, terminal }) => {
      await run('true');
      await world.run(['session', 'kill', (await running())[0].id]);
      terminal.type('echo on\r');
      await plainScreen(terminal).reads(/note: it ended before: session-killed\n/, 0);
    },
    { keys: '', code: 79 },
  );
  await inShell(world, 'sallyport shell local', () => world.killBrokers(), { keys: 'echo on\r', code: 69 });
  for (const line of ['', 'trap "" HUP; echo up; sleep 2\r']) {
    {
      using terminal = openTerminal(world);
      await terminal.run('true');
      terminal.type('sallyport shell local\r');
      await plainScreen(terminal).reads(PROMPT, 0);
      terminal.type(line);
      if (line !== '') await plainScreen(terminal).reads(/\nup\n/, 0);
      assert.is((await running()).length, 1);
    }
    await until(async () => (await running()).length === 0, `closed, although the terminal hung up: ${line}`);
  }
});

test('waits for an approval, lets Ctrl-C end the wait, and goes on', async () => {
  await using world = cliWorld(
    'targets:\n  local: { kind: shell }\napprovers: { ann: { keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ"] } }\npolicy:\n  rules: [{ id: ask-touch, match: { command: touch }, verdict: ask }]\n  default: allow\n',
  );
  await inShell(world, 'sallyport shell local', async ({ during, run, path }) => {
    const ended = await during(`touch ${path('x')}`, '\u0003', /waiting: [\s\S]*next: sallyport approve r-/);
    assert.match(ended, /SIGINT ended the wait for "local"[\s\S]*\[75\] local:/);
    assert.match(await run('echo on'), /\non\n/);
  });
});

test.run();
