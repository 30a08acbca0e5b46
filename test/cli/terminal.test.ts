// timeout: 180
// The CLI on a real terminal: raw mode and back, keys, window sizes, questions, and what is left when things break.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ALLOW_ALL, type CliWorld, cliWorld, until } from '../helpers/cli.ts';
import { needs } from '../helpers/needs.ts';
import { openTerminal, type Terminal } from '../helpers/terminal.ts';

const test = suite('terminal');

async function onTerminal(yaml: string, body: (terminal: Terminal, world: CliWorld) => Promise<void>): Promise<void> {
  await using world = cliWorld(yaml);
  using terminal = openTerminal(world);
  await body(terminal, world);
}

/** Runs something and compares the terminal's settings before and after. */
async function restores(terminal: Terminal, run: () => Promise<void>): Promise<void> {
  const before = await terminal.run('stty -a');
  await run();
  assert.is(await terminal.run('stty -a'), before);
}

test('gives the command a terminal with -t: raw while it runs, every byte as it is, and everything restored', () =>
  onTerminal(ALLOW_ALL, (terminal) =>
    restores(terminal, async () => {
      terminal.type(
        `sallyport shell local -t -- 'stty size; stty -opost; printf "a\\nb\\n"; stty opost; sleep 60'; echo "left $?"\r`,
      );
      await terminal.sees(/24 80\r\na\nb\n/);
      // Ctrl-C is a byte to the CLI; the program's own terminal makes a signal of it.
      terminal.type('\u0003');
      await terminal.sees(/left 130\r\n/);
    }),
  ));

test('follows the window while the command runs', () =>
  onTerminal(ALLOW_ALL, (terminal) =>
    restores(terminal, async () => {
      terminal.type(
        `sallyport shell local -t -- 'trap "stty size; exit 5" WINCH; echo up; while :; do sleep 0.1; done'; echo "left $?"\r`,
      );
      await terminal.sees(/up\r\n/);
      terminal.resize(100, 30);
      await terminal.sees(/30 100\r\n/);
      await terminal.sees(/left 5\r\n/);
      terminal.resize(80, 24);
    }),
  ));

test('brings every key to the command as it is', () =>
  onTerminal(ALLOW_ALL, async (terminal) => {
    await terminal.run('true');
    terminal.type(`sallyport shell local -t -- 'stty raw -echo; echo go; head -c 6 | od -An -tx1'; echo "left $?"\r`);
    await terminal.sees(/go\r?\n/);
    terminal.type('\u0003\u0004\u001a\u001c\u0011\u007f');
    await terminal.sees(/03 04 1a 1c 11 7f/);
    await terminal.sees(/left 0\r\n/);
  }));

test('opens a free terminal where a rule grants one, and refuses it elsewhere with what to do instead', async () => {
  await onTerminal(ALLOW_ALL, (terminal) =>
    restores(terminal, async () => {
      terminal.type('sallyport shell local --free; echo "left $?"\r');
      await terminal.sees(/[$#] /);
      terminal.type('stty size; tty; exit 9\r');
      await terminal.sees(/24 80\r\n\/dev\/pts\/\d+\r\n/);
      await terminal.sees(/left 9\r\n/);
    }),
  );
  await onTerminal(
    'targets: { local: { kind: shell } }\npolicy: { packs: [read-only], default: deny }\n',
    async (terminal) => {
      const refused = await terminal.run('sallyport shell local --free');
      assert.match(refused, /next:[\s\S]*put it after --[\s\S]*\[77\]$/);
    },
  );
});

test('restores the terminal where the broker is killed under it', () =>
  onTerminal(ALLOW_ALL, (terminal, world) =>
    restores(terminal, async () => {
      terminal.type(`sallyport shell local -t -- 'stty raw -echo; echo up; sleep 60'; echo "left $?"\r`);
      await terminal.sees(/up/);
      await world.killBrokers();
      await terminal.sees(/the broker went away before it answered[\s\S]*left 69\r\n/);
    }),
  ));

test('restores the terminal where the session is killed, and where the CLI gets a SIGTERM', () =>
  onTerminal(ALLOW_ALL, async (terminal, world) => {
    await restores(terminal, async () => {
      terminal.type(`sallyport shell local -t -- 'echo up; sleep 60'; echo "left $?"\r`);
      await terminal.sees(/up/);
      const [{ id }] = (await world.run(['session', 'list', '--json'])).json.sessions;
      assert.is((await world.run(['session', 'kill', id])).stdout, `ended ${id}\n`);
      await terminal.sees(/the session was ended by "unix:[\s\S]*left 79\r\n/);
    });
    await restores(terminal, async () => {
      terminal.type(`sallyport shell local -t -- 'echo up $PPID; exec sleep 60'; echo "left $?"\r`);
      await terminal.sees(/up/);
      const cli = spawnSync('pgrep', ['-f', `${world.home}.*|shell local -t -- echo up`], { encoding: 'utf8' });
      const pids = cli.stdout.split('\n').filter((pid) => pid !== '' && commandOf(pid).includes('exec sleep 60'));
      for (const pid of pids) if (environmentOf(pid).includes(world.home)) process.kill(Number(pid), 'SIGTERM');
      await terminal.sees(/left 143\r\n/);
    });
  }));

function commandOf(pid: string): string {
  return readOr(`/proc/${pid}/cmdline`);
}

function environmentOf(pid: string): string {
  return readOr(`/proc/${pid}/environ`);
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

test('sends Ctrl-C to a command without a terminal, and gives up on one that does not listen at the second', () =>
  onTerminal(ALLOW_ALL, async (terminal) => {
    await terminal.run('true');
    terminal.type(
      `sallyport shell local -- 'trap "echo caught; exit 3" INT; echo up; while :; do sleep 0.1; done'; echo "left $?"\r`,
    );
    await terminal.sees(/up/);
    terminal.type('\u0003');
    await terminal.sees(/caught\r\nleft 3\r\n/);
    terminal.type(
      `sallyport shell local -- 'trap "echo deaf" INT; echo up; while :; do sleep 0.1; done'; echo "left $?"\r`,
    );
    await terminal.sees(/up/);
    terminal.type('\u0003');
    await terminal.sees(/deaf/);
    terminal.type('\u0003');
    await terminal.sees(/SIGINT ended the wait for "local"[\s\S]*left 79\r\n/);
  }));

test('colours for a terminal, and not with NO_COLOR or on a dumb one', () =>
  onTerminal(ALLOW_ALL, async (terminal) => {
    assert.match(await terminal.run('sallyport shell nowhere -- true'), /\u001b\[31msallyport:/);
    assert.not.match(await terminal.run('NO_COLOR=1 sallyport shell nowhere -- true'), /\u001b/);
    assert.not.match(await terminal.run('TERM=dumb sallyport shell nowhere -- true'), /\u001b/);
    assert.not.match(await terminal.run('sallyport session list --all | cat'), /\u001b/);
  }));

needs(test, 'ssh-keygen')(
  'works through the inbox: asks for each, keeps the words of a reason, and ends with Ctrl-D',
  async () => {
    await using world = cliWorld();
    const key = join(world.folder, 'ann.key');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    world.configure(
      `targets: { local: { kind: shell } }\napprovers: { ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] } }\npolicy: { default: ask }\n`,
    );
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      ids.push((await world.run(['shell', 'local', '--no-wait', '--json', '--', 'touch', name])).json.error.request);
    }
    using terminal = openTerminal(world);
    await terminal.run(`export SALLYPORT_APPROVER_KEY=${key}`);
    terminal.type('sallyport approve; echo "left $?"\r');
    await terminal.sees(/touch one[\s\S]*\[a\/d\/S\/q\] /);
    terminal.type('a\r');
    await terminal.sees(new RegExp(`${ids[0]}: approved`));
    await terminal.sees(/touch two[\s\S]*\[a\/d\/S\/q\] /);
    terminal.type('d\r');
    await terminal.sees(/reason for the agent: /);
    terminal.type('Ask Ben in OPS\r');
    await terminal.sees(new RegExp(`${ids[1]}: denied`));
    await terminal.sees(/touch three[\s\S]*\[a\/d\/S\/q\] /);
    await world.run(['requests', 'cancel', ids[2] ?? '']);
    terminal.type('a\r');
    await terminal.sees(/was already cancelled/);
    await terminal.sees(/touch four[\s\S]*\[a\/d\/S\/q\] /);
    terminal.type('\u0004');
    await terminal.sees(/left 0\r\n/);
    const { requests } = (await world.run(['requests', '--all', '--json'])).json;
    assert.equal(
      requests.map(({ state }: { state: string }) => state),
      ['pending', 'cancelled', 'denied', 'approved'],
    );
    assert.is(requests[2].votes[0].reason, 'Ask Ben in OPS');

    terminal.type(`sallyport approve ${ids[3]}; echo "left $?"\r`);
    await terminal.sees(/approve exactly this\? \[y\/N\] /);
    terminal.type('\r');
    await terminal.sees(/nothing was decided\r\nleft 0\r\n/);
    terminal.type(`sallyport approve ${ids[3]}; echo "left $?"\r`);
    await terminal.sees(/approve exactly this\? \[y\/N\] /);
    terminal.type('y\r');
    await terminal.sees(new RegExp(`${ids[3]}: approved\\r\\nleft 0\\r\\n`));
  },
);

test('keeps a wait readable on a terminal, and ends it with Ctrl-C as 75', async () => {
  await using world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  world.configure(
    `targets: { local: { kind: shell } }\napprovers: { ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] } }\npolicy: { default: ask }\n`,
  );
  using terminal = openTerminal(world);
  await restores(terminal, async () => {
    terminal.type('sallyport shell local -t -- touch x; echo "left $?"\r');
    await terminal.sees(/waiting:[\s\S]*next:[\s\S]*sallyport approve r-/);
    terminal.type('\u0003');
    await terminal.sees(/left 75\r\n/);
  });
  await until(async () => (await world.run(['session', 'list', '--json'])).json.sessions.length === 0, 'nothing runs');
});

needs(test, 'ssh-keygen')('counts the seconds of a wait on one line, which goes when the command starts', async () => {
  await using world = cliWorld();
  const key = join(world.folder, 'ann.key');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  world.configure(
    `targets: { local: { kind: shell } }\napprovers: { ann: { keys: ["${readFileSync(`${key}.pub`, 'utf8').trim()}"] } }\npolicy: { default: ask }\n`,
  );
  const inPipe = world.start(['shell', 'local', '--', 'touch', 'x']);
  await inPipe.says(/waiting:/);
  using terminal = openTerminal(world);
  await terminal.run('true');
  terminal.type('sallyport shell local -- printf done; echo " left $?"\r');
  const [, id = ''] = await terminal.sees(/next:[^\n]*sallyport approve (r-\w+)/);
  await terminal.sees(/\r\u001b\[K {2}waited … 5 s\r\u001b\[K {2}waited … 6 s/);
  await world.run(['approve', id, '--key', key]);
  await terminal.sees(/\r\u001b\[K\u001b\[32mapproved:\u001b\[39m request r-\w+ by ann\r\ndone left 0\r\n/);
  inPipe.child.kill('SIGINT');
  assert.not.match((await inPipe.done).stderr, /waited/, 'nothing counts where nobody watches');
});

test.run();
