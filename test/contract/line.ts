// What the line of a gated session must do, whatever it leads to. Each kind's test registers it with a factory of its own.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Carried, Line, Program, ProgramSpec } from '../../src/lib/ports/target.ts';
import { reader, readToEnd } from '../helpers/local-program.ts';

export interface LineUnderTest extends AsyncDisposable {
  readonly line: Line;
  spec(text: string, pty: ProgramSpec['pty']): ProgramSpec;
}

const TERMINAL = { size: { cols: 91, rows: 33 }, term: 'xterm-256color' } as const;
const never = new AbortController().signal;

/** Registers and runs the suite for one kind; `start` is called once a test. */
export function lineContract(kind: string, start: () => Promise<LineUnderTest>): void {
  const test = suite(`line contract: ${kind}`);
  type Run = (text: string, over?: Partial<ProgramSpec>) => Promise<Program>;
  const promise = (title: string, prove: (run: Run, line: Line, spec: ProgramSpec) => Promise<void>) =>
    test(title, async () => {
      await using under = await start();
      const { line } = under;
      await prove(
        (text, over = {}) => line.start({ ...under.spec(text, over.pty ?? null), ...over }, never),
        line,
        under.spec('true', null),
      );
    });

  promise('many commands run over it, one after the other, on pipes and terminals, to the last byte', async (run) => {
    for (let n = 0; n < 24; n++) {
      const pty = n % 2 === 0 ? null : TERMINAL;
      const { stdout, status } = await readToEnd(await run(`printf '%s,' {1..2000}; exit ${n}`, { pty }));
      assert.is(stdout.split(',').length, 2001);
      assert.equal(status, { kind: 'code', code: n });
    }
  });

  promise('a command starts in the folder and with the variables that are carried', async (run) => {
    const env: Carried['env'] = new Map([
      ['PLAIN', 'x'],
      ['HARD', ` '"$\`\\!\n\té `],
      ['HOME', null],
    ]);
    const text = `pwd; printf '%s|' "$PLAIN" "$HARD" "\${HOME-unset}"`;
    const { stdout } = await readToEnd(await run(text, { carried: { folder: '/usr/bin', env } }));
    assert.is(stdout, `/usr/bin\nx| '"$\`\\!\n\té |unset|`);
    assert.is(
      (await readToEnd(await run('pwd', { carried: { folder: undefined, env: new Map() } }))).status.kind,
      'code',
    );
  });

  for (const pty of [null, TERMINAL]) {
    const where = pty === null ? 'on pipes' : 'in a terminal';
    promise(`a command that is disposed of ${where} ends, and the line goes on`, async (run, line) => {
      const program = await run(`trap '' HUP TERM INT; echo ready; while :; do sleep 0.05; done`, { pty });
      await reader(program).waitFor('ready');
      await program[Symbol.asyncDispose]();
      assert.is((await readToEnd(await run('echo on', { pty }))).stdout.trim(), 'on');
      assert.not.ok(line.lost.aborted);
    });

    promise(`a signal reaches the command ${where} and no later one`, async (run) => {
      for (const code of [9, 8]) {
        const program = await run(`trap 'echo caught; exit ${code}' TERM; echo ready; while :; do sleep 0.01; done`, {
          pty,
        });
        const output = reader(program);
        await output.waitFor('ready');
        program.signal('SIGTERM');
        assert.match(await output.rest(), /caught/);
        assert.equal(await program.exited, { kind: 'code', code });
        await program[Symbol.asyncDispose]();
      }
    });
  }

  promise('what still runs ends with the line', async (run, line) => {
    const program = await run('echo ready; sleep 600');
    await reader(program).waitFor('ready');
    await line[Symbol.asyncDispose]();
    await program.exited.catch(() => undefined);
    await program[Symbol.asyncDispose]().catch(() => undefined);
    assert.not.ok(line.lost.aborted);
  });

  promise('nothing starts for a caller that has left', async (_, line, spec) => {
    const reason = new Error('left');
    const outcome = line.start(spec, AbortSignal.abort(reason)).catch((error: unknown) => error);
    assert.is(await outcome, reason);
  });

  test.run();
}
