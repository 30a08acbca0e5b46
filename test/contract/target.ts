// What every target must do, whatever runs its programs. Each kind's test registers it with a factory of its own.
import { createHash, randomBytes } from 'node:crypto';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError } from '../../src/lib/core/errors.ts';
import type { Program, ProgramSpec, Target } from '../../src/lib/ports/target.ts';
import { reader, readToEnd } from '../helpers/local-program.ts';

export interface TargetUnderTest extends AsyncDisposable {
  readonly target: Target;
  /** Bash source as a spec the target can open, on pipes where `pty` is null. */
  spec(text: string, pty: ProgramSpec['pty']): ProgramSpec;
  /** Mints what `credentialsFor` asks and opens. */
  open(spec: ProgramSpec, signal: AbortSignal): Promise<Program>;
}

const TERMINAL = { size: { cols: 91, rows: 33 }, term: 'xterm-256color' } as const;
const never = new AbortController().signal;
// Letters that name their place show what was lost.
const LETTERS = 'abcdefghijklmnopqrstuvwxyz012345';
const printLetters = (count: number) => `printf '${LETTERS}%.0s' {1..${count}}`;

/** Registers and runs the suite for one kind; `start` is called once a test. */
export function targetContract(kind: string, start: () => Promise<TargetUnderTest>): void {
  const test = suite(`target contract: ${kind}`);
  const promise = (title: string, prove: (under: TargetUnderTest, run: Run) => Promise<void>) =>
    test(title, async () => {
      await using under = await start();
      await prove(under, (text, pty = null) => under.open(under.spec(text, pty), never));
    });
  type Run = (text: string, pty?: ProgramSpec['pty']) => Promise<Program>;

  promise('has a name, a kind, and says what it needs without doing anything', async ({ target, spec }) => {
    assert.ok(target.name.length > 0 && ['shell', 'ssh'].includes(target.kind));
    const asked = spec('true', null);
    assert.equal(target.credentialsFor(asked), target.credentialsFor(asked));
  });

  for (const pty of [null, TERMINAL]) {
    const where = pty === null ? 'on pipes' : 'in a terminal';

    promise(`delivers every byte ${where} to a slow reader that begins after the exit`, async (_, run) => {
      for (const pauseMs of [undefined, 1, 3]) {
        const program = await run(`${printLetters(3000)}; exit 6`, pty);
        await new Promise((resolve) => setTimeout(resolve, pauseMs === undefined ? 0 : 150));
        const { stdout, status } = await readToEnd(program, pauseMs);
        assert.ok(stdout === LETTERS.repeat(3000), `${stdout.length} bytes, ${pauseMs} ms a chunk`);
        assert.equal(status, { kind: 'code', code: 6 });
      }
    });

    promise(`hands the exit code ${where} over as it is`, async (_, run) => {
      for (const code of [0, 1, 64, 77, 126, 127, 128, 137, 255]) {
        assert.equal((await readToEnd(await run(`exit ${code}`, pty))).status, { kind: 'code', code });
      }
    });

    promise(`tells of a program that died of a signal ${where}`, async (_, run) => {
      for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGTERM']) {
        assert.equal((await readToEnd(await run(`kill -${signal} $$`, pty))).status, { kind: 'signal', signal });
      }
    });

    promise(`a program ${where} ends with its disposal, which can be asked for twice`, async (_, run) => {
      const program = await run(`trap '' HUP TERM INT; echo ready; while :; do sleep 0.05; done`, pty);
      await reader(program).waitFor('ready');
      await Promise.all([program[Symbol.asyncDispose](), program[Symbol.asyncDispose]()]);
      await refused(program.write(Buffer.from('x')));
    });

    promise(`refuses input ${where} once the program is gone`, async (_, run) => {
      const program = await run('exit 3', pty);
      await readToEnd(program);
      assert.is((await refused(program.write(Buffer.from('x')))).code, 'program-ended');
      program.endInput();
      program.resize({ cols: 80, rows: 24 });
      program.signal('SIGTERM');
    });

    promise(`refuses a signal that does not exist ${where}`, async (_, run) => {
      await using program = await run('cat', pty);
      assert.throws(
        () => program.signal('SIGNOPE; reboot'),
        (error: unknown) => error instanceof BrokerError && error.code === 'unknown-signal' && error.exit === 64,
      );
    });

    promise(`starts nothing ${where} for a caller that has left`, async (under) => {
      const reason = new Error('left');
      const outcome = under.open(under.spec('true', pty), AbortSignal.abort(reason)).catch((error: unknown) => error);
      assert.is(await outcome, reason);
    });
  }

  promise('keeps stdout and stderr apart on pipes, and has no terminal there', async (_, run) => {
    const { stdout, stderr } = await readToEnd(
      await run('printf out; printf err >&2; [ -t 0 ] || [ -t 1 ] || printf .'),
    );
    assert.equal({ stdout, stderr }, { stdout: 'out.', stderr: 'err' });
  });

  promise('moves binary bytes through pipes both ways, unchanged', async (_, run) => {
    const program = await run('cat');
    const bytes = randomBytes(3_000_017);
    const received = createHash('sha256');
    const reading = (async () => {
      for await (const chunk of program.output) received.update(chunk.bytes);
    })();
    for (let at = 0; at < bytes.length; at += 77_777) await program.write(bytes.subarray(at, at + 77_777));
    program.endInput();
    await reading;
    assert.is(received.digest('hex'), createHash('sha256').update(bytes).digest('hex'));
    await refused(program.write(Buffer.from('after the end')));
    await program[Symbol.asyncDispose]();
  });

  promise('gives a terminal its size, and tells the program of a new one', async (_, run) => {
    const text = `stty size; trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done`;
    await using program = await run(text, TERMINAL);
    const output = reader(program);
    await output.waitFor('ready');
    program.resize({ cols: 120, rows: 40 });
    assert.is(await output.rest(), '33 91\r\nready\r\n40 120\r\n');
  });

  promise('names the terminal to the program', async (_, run) => {
    assert.is((await readToEnd(await run('echo "$TERM"', TERMINAL))).stdout, 'xterm-256color\r\n');
  });

  promise('the end of input ends a program that reads to the end, in a terminal too', async (_, run) => {
    const program = await run('cat; echo done', TERMINAL);
    await program.write(Buffer.from('one\n'));
    program.endInput();
    assert.is((await readToEnd(program)).stdout, 'one\r\none\r\ndone\r\n');
  });

  promise('a signal reaches the program, which may answer it', async (_, run) => {
    for (const pty of [null, TERMINAL]) {
      const program = await run(`trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.01; done`, pty);
      const output = reader(program);
      await output.waitFor('ready');
      program.signal('SIGINT');
      assert.ok((await output.rest()).includes('caught'), output.text());
      assert.equal(await program.exited, { kind: 'code', code: 9 });
      await program[Symbol.asyncDispose]();
    }
  });

  promise('input is never hidden on pipes, and hidden in a terminal that does not echo', async (_, run) => {
    await using piped = await run('cat');
    assert.is(piped.inputIsHidden(), false);
    await using typed = await run('stty -echo; echo ready; cat', TERMINAL);
    await reader(typed).waitFor('ready');
    assert.is(typed.inputIsHidden(), true);
  });

  promise('runs exactly the bash source it was given, with no start-up file', async (_, run) => {
    const text = `printf '%s|' "$0" "$#" "$-" 'a  b' "\\\\" $'\\t'; [[ -o posix ]] || printf bash; shopt -q login_shell || echo .`;
    const { stdout } = await readToEnd(await run(text));
    const [, count, flags, ...rest] = stdout.split('|');
    assert.equal({ count, rest }, { count: '0', rest: ['a  b', '\\', '\t', 'bash.\n'] });
    assert.not.ok(flags?.includes('i'));
  });

  promise('two programs at once keep their bytes apart', async (_, run) => {
    const each = [null, TERMINAL].flatMap((pty) =>
      ['x', 'y'].map(async (letter) => {
        const { stdout } = await readToEnd(await run(`for i in {1..500}; do printf ${letter}; done`, pty), 1);
        return stdout === letter.repeat(500);
      }),
    );
    assert.equal(await Promise.all(each), [true, true, true, true]);
  });

  test.run();
}

/** The BrokerError a promise rejects with; fails where it does anything else. */
async function refused(promise: Promise<unknown>): Promise<BrokerError> {
  const thrown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof BrokerError)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}
