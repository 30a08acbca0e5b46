import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExitStatus } from '../../src/lib/core/events.ts';
import type { Program } from '../../src/lib/ports/target.ts';
import { OWN, processesWith, reader, readToEnd } from '../helpers/local-program.ts';
import { needs } from '../helpers/needs.ts';
import { newCa, openOn, refusalOf, specOf, TERMINAL, targetOn } from '../helpers/ssh-target.ts';
import { startSshd } from '../helpers/sshd.ts';

const it = needs(test, 'sshd', 'ssh-keygen', 'bash');

async function server(config: readonly string[] = []) {
  const { line, provider } = await newCa();
  const sshd = await startSshd({ trustedUserCa: line, config });
  const target = targetOn(sshd);
  return {
    sshd,
    inTerminal: (text: string | null) => openOn(target, provider, specOf(text, { pty: TERMINAL })),
    onPipes: (text: string) => openOn(target, provider, specOf(text)),
  };
}

it('a terminal has the size and the kind that were asked for, and follows the window', async () => {
  const { sshd, inTerminal } = await server();
  await using _ = sshd;
  const program = await inTerminal(
    `trap 'stty size' WINCH; stty size; echo "$TERM"; tty; while :; do sleep 0.05; printf .; done`,
  );
  const output = reader(program);
  await output.waitFor('24 80');
  await output.waitFor('xterm-256color');
  await output.waitFor('/dev/pts/');
  program.resize({ cols: 132, rows: 50 });
  // The dot is printed outside the trap: bash forgets a signal that comes while its trap runs.
  await output.waitFor('50 132\r\n.');
  program.resize({ cols: 1, rows: 1 });
  await output.waitFor('1 1');
  assert.is(program.inputIsHidden(), true);
  await program[Symbol.asyncDispose]();
  program.resize({ cols: 80, rows: 24 });
});

it('without a terminal there is none, and the certificate would not give one', async () => {
  const { sshd, onPipes } = await server();
  await using _ = sshd;
  const program = await onPipes('tty; [[ -t 0 || -t 1 || -t 2 ]] && echo terminal; true < /dev/tty');
  assert.is(program.inputIsHidden(), false);
  program.resize({ cols: 80, rows: 24 });
  program.endInput();
  assert.is((await readToEnd(program)).stdout, 'not a tty\n');
});

it('end of input on a terminal is ^D, and what is typed reaches the program', async () => {
  const { sshd, inTerminal } = await server();
  await using _ = sshd;
  const program = await inTerminal('cat; echo "after $?"');
  const output = reader(program);
  await program.write(Buffer.from('typed\n'));
  await output.waitFor('typed\r\ntyped\r\n');
  program.endInput();
  await output.waitFor('after 0');
  await output.rest();
  assert.equal(await program.exited, { kind: 'code', code: 0 });
  await program[Symbol.asyncDispose]();
});

async function signalled(program: Program, name: string): Promise<{ status: ExitStatus; text: string }> {
  const output = reader(program);
  await output.waitFor('ready');
  program.signal(name);
  const text = await output.rest();
  const status = await program.exited;
  program.signal(name);
  await program[Symbol.asyncDispose]();
  return { status, text };
}

/** The forced command that delivered a signal may still look through /proc for a moment. */
async function untilGone(mark: string): Promise<void> {
  for (let turn = 0; processesWith(mark).length > 0; turn++) {
    assert.ok(turn < 100, `${processesWith(mark)} still run`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGUSR1']) {
  it(`${name} reaches the whole process group, on pipes and in a terminal`, async () => {
    const { sshd, onPipes, inTerminal } = await server();
    await using _ = sshd;
    // The sleep is a child of the program's shell: it only dies with the group.
    const mark = `4713.${name.length}${name.charCodeAt(3)}`;
    const text = `echo ready; sleep ${mark}; echo never`;
    for (const open of [onPipes, inTerminal]) {
      const { status, text: printed } = await signalled(await open(text), name);
      assert.equal(status, { kind: 'signal', signal: name });
      assert.not.match(printed, /never/);
    }
    await untilGone(mark);
  });
}

it('a program can catch a signal and end as it likes', async () => {
  const { sshd, onPipes, inTerminal } = await server();
  await using _ = sshd;
  const text = `trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.05; done`;
  for (const open of [onPipes, inTerminal]) {
    const { status, text: printed } = await signalled(await open(text), 'SIGTERM');
    assert.equal(status, { kind: 'code', code: 7 });
    assert.match(printed, /caught/);
  }
});

it('signals arrive in the order they were sent, and an unknown one is refused', async () => {
  const { sshd, onPipes } = await server();
  await using _ = sshd;
  const program = await onPipes(
    `trap 'printf 1' USR1; trap 'printf 2' USR2; trap 'exit 0' TERM; echo ready; while :; do :; done`,
  );
  const output = reader(program);
  await output.waitFor('ready');
  assert.throws(() => program.signal('SIGNONSENSE'), /unknown signal "SIGNONSENSE"/);
  for (const [name, mark] of [
    ['SIGUSR1', '1'],
    ['SIGUSR2', '12'],
    ['SIGUSR1', '121'],
  ] as const) {
    program.signal(name);
    await output.waitFor(mark);
  }
  program.signal('SIGUSR2');
  program.signal('SIGTERM');
  await output.rest();
  assert.match(output.text(), /1212$/);
  await program[Symbol.asyncDispose]();
});

it('a signal reaches this connection alone, not another session of the same account', async () => {
  const { sshd, onPipes } = await server();
  await using _ = sshd;
  const [one, other] = [await onPipes('echo ready; sleep 30'), await onPipes('echo ready; read -r word; echo "$word"')];
  const output = reader(other);
  await output.waitFor('ready');
  assert.equal((await signalled(one, 'SIGTERM')).status, { kind: 'signal', signal: 'SIGTERM' });
  await other.write(Buffer.from('alive\n'));
  await output.waitFor('alive');
  await other[Symbol.asyncDispose]();
});

it('disposal ends what ignores the hang-up, on pipes and in a terminal', async () => {
  const { sshd, onPipes, inTerminal } = await server();
  await using _ = sshd;
  for (const [open, mark] of [
    [onPipes, `4714.${OWN}01`],
    [inTerminal, `4714.${OWN}02`],
  ] as const) {
    const program = await open(`trap '' HUP TERM INT; sleep ${mark} & echo ready; while :; do sleep 0.1; done`);
    await reader(program).waitFor('ready');
    await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
    assert.equal(await program.exited, { kind: 'signal', signal: 'SIGKILL' });
    await untilGone(mark);
  }
});

it('where the server allows one session a connection, ^C is typed, and a kill that did not happen is told', async () => {
  const { sshd, onPipes, inTerminal } = await server(['MaxSessions 1']);
  await using _ = sshd;
  const interrupted = await signalled(await inTerminal('echo ready; sleep 30; echo never'), 'SIGINT');
  assert.equal(interrupted.status, { kind: 'signal', signal: 'SIGINT' });
  const program = await onPipes(`echo ready; exec sleep 4714.${OWN}03`);
  await reader(program).waitFor('ready');
  const error = await refusalOf('program-left-running', program[Symbol.asyncDispose]());
  assert.match(error.hint, /MaxSessions 2/);
  for (const pid of processesWith(`sleep\x004714.${OWN}03`)) process.kill(pid, 'SIGKILL');
});

it('a free terminal is the login shell of the account, which no certificate forces', async () => {
  const { sshd, inTerminal } = await server();
  await using _ = sshd;
  const program = await inTerminal(null);
  const output = reader(program);
  // What is typed is echoed, so no line holds what it makes the shell print. The child speaks once it is in the foreground,
  // the prompt comes when the interrupt has emptied what was typed ahead.
  await program.write(Buffer.from(`PS1=ne''xt:; sh -c 'echo "shell $((40+2)) $1"; exec sleep 30' - "$0"\n`));
  await output.waitFor('shell 42 -');
  program.resize({ cols: 100, rows: 30 });
  program.signal('SIGINT');
  await output.waitFor('^C');
  await output.waitFor('next:');
  await program.write(Buffer.from('stty size; exit 5\n'));
  await output.waitFor('30 100');
  await output.rest();
  assert.equal(await program.exited, { kind: 'code', code: 5 });
  await program[Symbol.asyncDispose]();
  assert.match(sshd.log(), /Starting session: shell on /);
});

it('a server that grants no terminal is a refusal that names the line', async () => {
  const { sshd, inTerminal } = await server(['PermitTTY no']);
  await using _ = sshd;
  const error = await refusalOf('pty-refused', inTerminal('true'));
  assert.match(error.hint, /PermitTTY yes/);
});

test.run();
