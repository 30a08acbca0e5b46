// Programs that wait for input, in a gated session with real pipes and terminals: noticed by their state, fed, signalled.
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { gatedStage } from '../helpers/gated-stage.ts';
import { liveClock } from '../helpers/local-program.ts';
import { type Stage, testClient, withStage } from '../helpers/session-stage.ts';

const PTY = { size: { cols: 80, rows: 24 }, term: 'xterm' } as const;
const live = (stage: Stage) => gatedStage(stage, { deps: { clock: liveClock } });

function typing(...texts: readonly string[]) {
  const client = testClient();
  for (const text of texts) client.type({ kind: 'bytes', bytes: Buffer.from(text) });
  client.type({ kind: 'pause' });
  return client;
}

const WAITING: readonly [string, string, typeof PTY | null, string, boolean, string][] = [
  ['bash reads a pipe', `read -p ignored x; echo "got $x"`, null, '', false, 'pipe'],
  ['cat reads a pipe in a pipeline', 'echo first; cat | cat', null, '', false, 'pipe'],
  ['bash asks on a terminal', `read -p 'name? ' x; echo "got $x"`, PTY, 'name? ', false, 'terminal'],
  ['bash asks for a password', `read -s -p 'Password: ' x; echo; echo "got $x"`, PTY, 'Password: ', true, 'terminal'],
  ['python asks', `python3 -c 'print("got", input("\\033[1mwhat?\\033[0m "))'`, PTY, 'what? ', false, 'terminal'],
  ['an editor line is read', `bash --norc -c 'read -e -p "edit> " x; echo "got $x"'`, PTY, 'edit> ', false, 'terminal'],
  ['less waits for a key', 'seq 500 | less', PTY, ':', false, 'terminal'],
];

for (const [what, text, pty, lastLine, hidden, from] of WAITING) {
  test(`needs_input is reported where ${what}`, () =>
    withStage(async (stage) => {
      const { run, close } = await live(stage);
      const { result } = await run(text, { pty });
      assert.equal([result.state, result.exitCode, result.error?.code], ['needs_input', 75, 'needs-input']);
      assert.equal(result.needsInput, { lastLine, hidden, from });
      await close();
    }));
}

test('what a program asked is told with the question, however slowly that is recorded', () =>
  withStage(async (stage) => {
    const { archive } = stage.deps;
    const slow: typeof archive = {
      ...archive,
      async create(session) {
        const writer = await archive.create(session);
        return {
          ...writer,
          async write(bytes) {
            if (Buffer.from(bytes).includes('which one? ')) await delay(600);
            await writer.write(bytes);
          },
        };
      },
    };
    const { run, close } = await gatedStage(stage, { deps: { clock: liveClock, archive: slow } });
    const { result } = await run(`sleep 0.2; printf 'which %s? ' one; read -r x`);
    assert.equal(result.needsInput, { lastLine: 'which one? ', hidden: false, from: 'pipe' });
    await close();
  }));

test('what is sent to a program that waits reaches it, and the next question is reported again', () =>
  withStage(async (stage) => {
    const { run, close } = await live(stage);
    for (const pty of [null, PTY]) {
      const asked = await run(`read a; echo "a=$a"; read b; echo "b=$b"; exit 5`, { pty });
      assert.is(asked.result.state, 'needs_input');
      const more = await run(null, { client: typing('one\n'), stdin: true });
      assert.is(more.result.state, 'needs_input');
      assert.match(more.stdout, /a=one/);
      const last = await run(null, { client: typing('two\n'), stdin: true });
      assert.equal([last.result.state, last.result.exitCode], ['ended', 5]);
      assert.match(last.stdout, /b=two/);
    }
    await close();
  }));

test('the end of input ends a program that reads to the end, and input given at the start is all of it', () =>
  withStage(async (stage) => {
    const { run, close } = await live(stage);
    assert.is((await run('cat')).result.state, 'needs_input');
    const client = testClient();
    client.type({ kind: 'bytes', bytes: Buffer.from('x') });
    client.type({ kind: 'end' });
    const ended = await run(null, { client, stdin: true });
    assert.equal([ended.stdout, ended.result.state, ended.result.exitCode], ['x', 'ended', 0]);
    const given = testClient();
    given.type({ kind: 'bytes', bytes: Buffer.from('abc') });
    given.type({ kind: 'end' });
    assert.is((await run('wc -c', { client: given, stdin: true })).stdout.trim(), '3');
    await close();
  }));

test('a program that works, sleeps, or waits for something else does not need input', () =>
  withStage(async (stage) => {
    const { run, close } = await live(stage);
    for (const pty of [null, PTY]) {
      for (const text of [
        'echo -n working...; sleep 2',
        'timeout 2 sh -c "while :; do :; done" || true',
        'sleep 2 | cat',
        `printf 'Q? '; python3 -c 'import select,os; r,w=os.pipe(); select.select([r],[],[],2)'`,
      ]) {
        const { result } = await run(text, { pty });
        assert.equal([result.state, result.exitCode], ['ended', 0], text);
      }
    }
    await close();
  }));

test('an event loop that would take input is reported as a heuristic, once it is silent on an unfinished line', () =>
  withStage(async (stage) => {
    const { run, close, session } = await live(stage);
    const loop = `python3 -c 'import select,os,sys; r,w=os.pipe(); print("sure? ",end="",flush=True); select.select([r,0],[],[],30); print("got",sys.stdin.readline())'`;
    const asked = await run(loop, { pty: PTY });
    assert.equal(asked.result.needsInput, { lastLine: 'sure? ', hidden: false, from: 'heuristic' });
    assert.is(session.state, 'needs_input');
    assert.match((await run(null, { client: typing('y\n'), stdin: true })).stdout, /got y/);
    await close();
  }));

test('a person at a terminal is never told, but whoever lists the sessions is', () =>
  withStage(async (stage) => {
    const { run, close, session } = await live(stage);
    const client = testClient();
    const running = run('read x', { client, interactive: true, pty: PTY });
    while (session.state !== 'needs_input') await new Promise((resolve) => setTimeout(resolve, 20));
    client.type({ kind: 'bytes', bytes: Buffer.from('x\n') });
    assert.is((await running).result.state, 'ended');
    await close();
  }));

test.run();
