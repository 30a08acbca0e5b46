// timeout: 120
// A gated session attacked from both sides: by commands that lie about what they leave, and by clients that want more than
// one command at a time, somebody else's session, or to type at an interpreter.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findGated } from '../../src/lib/session/gated/find-gated.ts';
import { decisionOn } from '../helpers/approval-people.ts';
import { type GatedStage, gatedStage } from '../helpers/gated-stage.ts';
import { liveClock, processesWith } from '../helpers/local-program.ts';
import { outputOf, type Stage, testClient, withStage } from '../helpers/session-stage.ts';

const PTY = { size: { cols: 80, rows: 24 }, term: 'xterm' } as const;

const attack = (title: string, prove: (gated: GatedStage, stage: Stage) => Promise<void>) =>
  test(title, () =>
    withStage(async (stage) => {
      await using gated = await gatedStage(stage, { deps: { clock: liveClock } });
      await prove(gated, stage);
    }),
  );

/** Bash source that forges a state as only the interpreter should tell it. */
const forge = (lines: string) =>
  `n=\${BASH_EXECUTION_STRING#*<sallyport-}; n=\${n%%:*}; printf '<sallyport-%s:%s:sallyport-%s>' "$n" "${lines}" "$n"; kill -9 $$`;

attack('a command that forges its state carries only what a command could have left', async ({ run, session }) => {
  const env = [
    'LD_PRELOAD=/tmp/evil.so',
    'BASH_ENV=/tmp/evil',
    'PS4=x',
    'SALLYPORT_SOCKET=/tmp/s',
    'LC_ALL=zh_CN.GBK',
    'GOOD=yes',
  ];
  const lines = env.map((each) => `declare -x ${each.replace('=', '=\\"')}\\"\n`).join('');
  await run(forge(`declare -- PWD=\\"/usr\\"\n${lines}`));
  assert.is(session.cwd, '/usr');
  const names = 'LD_PRELOAD BASH_ENV PS4 SALLYPORT_SOCKET LC_ALL GOOD';
  const { stdout } = await run(`for n in ${names}; do printenv "$n" && echo "$n"; done`);
  assert.is(stdout, 'yes\nGOOD\n');
});

attack(
  'a forged folder that is none, or none that people could be shown, changes nothing',
  async ({ run, session }) => {
    for (const path of ['relative', '', '/a\\$(id)', '/tmp/\u202egpj', '/x\\\\', '/a\u0007b']) {
      await run(forge(`declare -- PWD=\\"${path}\\"\n`));
      assert.is(session.cwd, '/tmp', path);
    }
    await run(forge('declare -- PWD=\\"/nowhere/at/all\\"\n'));
    assert.is((await run('pwd')).result.error?.code, 'bad-working-folder');
    assert.is((await run('pwd')).stdout, '/tmp\n');
  },
);

attack('whatever a command does to its own interpreter, only its output comes out', async ({ run }) => {
  const rows: readonly [string, string, number][] = [
    ['set -x; set -u -e; echo a; false', 'a\n', 1],
    [`trap 'echo bye' EXIT; echo b`, 'b\nbye\n', 0],
    ['set -o posix; export P=1; echo c', 'c\n', 0],
    ['exec 187>&-; echo d', 'd\n', 0],
    ['exec >/dev/null; echo e', '', 0],
    ['exec echo f', 'f\n', 0],
    ['printf() { :; }; export() { :; }; declare() { :; }; echo g', 'g\n', 0],
    ['(exit 7)', '', 7],
    ['cat <<X\nh\nX\n', 'h\n', 0],
    ['echo i # exit', 'i\n', 0],
    ['kill -9 $$', '', 137],
    ['kill -TERM $$', '', 143],
    ['readonly PWD OLDPWD; cd / 2>/dev/null; echo j', 'j\n', 0],
    ['f() { exit 4; }; f', '', 4],
  ];
  for (const pty of [null, PTY]) {
    for (const [text, output, code] of rows) {
      const { stdout, stderr, result } = await run(text, { pty });
      const untraced = stdout.replaceAll('\r', '').replace(/^\+ .*\n/gm, '');
      assert.equal([untraced, result.exitCode], [output, code], text);
      assert.not.match(stdout + stderr, /sallyport/, text);
    }
  }
});

attack('variables that take too much room are not carried, and the ones before stay', async ({ run }) => {
  await run('export A=1');
  await run(`export A=2 B="$(printf 'x%.0s' {1..70000})"`);
  assert.is((await run(`echo "$A\${B-none}"`)).stdout, '1none\n');
});

attack('a name such as __proto__ is a variable as any other', async ({ run }) => {
  await run('export __proto__=p constructor=c');
  assert.is((await run('echo "$__proto__$constructor"')).stdout, 'pc\n');
});

attack('what is typed ahead, with and without an end of file, never becomes a command', async ({ run }) => {
  const folder = mkdtempSync(join(tmpdir(), 'sp-ahead-'));
  try {
    for (const typed of [
      'touch one\n',
      '\u0004touch two\n',
      '\u0003touch three\n',
      'exit\ntouch four\n',
      '\r\u0004\u0004!!\n',
    ]) {
      const client = testClient();
      const running = run(`cd '${folder}'; echo on; sleep 0.5`, { client, interactive: true, pty: PTY });
      client.type({ kind: 'bytes', bytes: Buffer.from(typed) });
      await running;
      assert.is((await run('echo next', { interactive: true, pty: PTY })).stdout, 'next\r\n', JSON.stringify(typed));
    }
    assert.equal(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

attack('a program that pushes characters into its terminal (TIOCSTI) pushes them to nobody', async ({ run }) => {
  const push = `python3 -c 'import fcntl,termios
for c in b"touch /tmp/sp-tiocsti\\n":
    try: fcntl.ioctl(0, termios.TIOCSTI, bytes([c]))
    except OSError: pass'`;
  await run(push, { pty: PTY, interactive: true });
  assert.is((await run('echo next; ls /tmp/sp-tiocsti 2>/dev/null', { pty: PTY })).stdout, 'next\r\n');
});

attack(
  'of two commands at once one is refused, and so is a second one while a person is asked',
  async ({ run }, stage) => {
    const both = await Promise.all([run('sleep 0.3; echo a'), run('echo b')]);
    assert.equal(
      both.map(({ result, stdout }) => [result.error?.code ?? null, stdout]),
      [
        [null, 'a\n'],
        ['session-busy', ''],
      ],
    );
    const client = testClient();
    const asking = run('echo asked #ask', { client });
    const { request } = await client.notice('waiting');
    assert.is((await run('echo c')).result.error?.code, 'session-busy');
    await stage.desk.decide(decisionOn(await stage.desk.get(request)));
    assert.is((await asking).stdout, 'asked\n');
  },
);

attack(
  'an approval in one folder, or with some variables, is none in another or with others',
  async ({ run }, stage) => {
    const pending = async () => {
      const { result } = await run('restart #ask', { wait: false });
      assert.is(result.error?.code, 'approval-pending');
      return stage.desk.get(result.error?.request ?? '');
    };
    const first = await pending();
    await run('cd /usr');
    const second = await pending();
    await run('export TOKEN=secret-value-1');
    const third = await pending();
    await run('export TOKEN=secret-value-2');
    const fourth = await pending();
    assert.is(new Set([first, second, third, fourth].map(({ digest }) => digest)).size, 4);
    assert.match(third.subject.place, / in \/usr with TOKEN set$/);
    assert.is(third.subject.cwd, '/usr');
    assert.not.match(JSON.stringify([third, fourth]), /secret-value/);
  },
);

attack(
  'a client that goes away ends its command, not the session; one that was let go ends nothing',
  async ({ run, session }) => {
    const mark = `sp-gone-${process.pid}`;
    const client = testClient();
    const running = run(`exec -a ${mark} sleep 300`, { client });
    while (processesWith(mark).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    client.leave();
    assert.is((await running).result.error?.code, 'client-gone');
    assert.equal(processesWith(mark), []);
    const other = testClient();
    await run('sleep 0.5; echo through', { client: other, detach: true });
    other.leave();
    assert.is((await run(null, { interactive: true })).stdout, 'through\n');
    assert.is(session.state, 'ended');
  },
);

attack('a session is found by its owner alone', async ({ session }, stage) => {
  const stranger = { name: 'unix:other', proof: { method: 'unix-peer', uid: 12345, gid: 1, pid: 1 } } as const;
  const renamed = { ...session.owner, name: 'unix:other' };
  for (const principal of [stranger, renamed]) {
    assert.throws(() => findGated(session.id, principal, stage.deps), /you have no open session/);
  }
  assert.is(findGated(session.id.slice(0, 5), session.owner, stage.deps), session);
  for (const id of ['', 's-nothing']) assert.throws(() => findGated(id, session.owner, stage.deps), /no open session/);
});

attack('what a command leaves running ends with it', async ({ run }) => {
  const mark = `sp-left-${process.pid}`;
  await run(`bash -c 'exec -a ${mark} sleep 300' >/dev/null 2>&1 & disown; sleep 0.2; echo`);
  assert.equal(processesWith(mark), []);
});

attack(
  'output is counted from the first byte, and what is no longer kept is said to be skipped',
  async ({ run, session }, stage) => {
    const { result } = await run(`head -c 3000000 /dev/zero | tr '\\0' x; echo é`);
    assert.is(result.cursor, 3_000_003);
    const never = new AbortController().signal;
    const page = await session.read(0, 1000, 0, never);
    assert.equal(
      [page.skipped, page.from, page.next],
      [3_000_003 - 1_048_576, 3_000_003 - 1_048_576, 3_000_003 - 1_047_576],
    );
    assert.is((await session.read(3_000_000, 4, 0, never)).text, 'é\n');
    assert.is((await session.read(3_000_001, 100, 0, never)).text.endsWith('\n'), true);
    assert.is((await session.read(9_999_999, 100, 0, never)).text, '');
    assert.ok(outputOf(await stage.recorded({ ...result })).length > 3_000_000);
  },
);

test.run();
