// The two orders that never change, and what happens where one of the parts fails.
import { randomBytes } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OutputStream, SessionEvent } from '../../src/lib/core/events.ts';
import type { OutputChunk, Program } from '../../src/lib/ports/target.ts';
import { type ClientInput, pumpInput, pumpOutput } from '../../src/lib/stream/pump.ts';
import type { Stage } from '../../src/lib/stream/stage.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { knownMask, withOneMask } from '../helpers/known-mask.ts';

const HOLD_MS = 200;

/** A program whose output is written by hand, and that notes what reaches it. */
class HandProgram implements Program {
  readonly leader = null;
  readonly pulled: OutputChunk[] = [];
  readonly received: string[] = [];
  hidden = false;
  takesInput = true;
  readonly exited = new Promise<never>(() => {});
  readonly output: AsyncIterable<OutputChunk>;
  #queue: (OutputChunk | Error | null)[] = [];
  #wake = () => {};

  constructor() {
    const next = () => this.#next();
    const pulled = this.pulled;
    this.output = {
      async *[Symbol.asyncIterator]() {
        for (let item = await next(); item !== null; item = await next()) {
          if (item instanceof Error) throw item;
          pulled.push(item);
          yield item;
        }
      },
    };
  }

  say(text: string, stream: OutputStream = 'stdout'): void {
    this.#put({ stream, bytes: Buffer.from(text) });
  }

  end(): void {
    this.#put(null);
  }

  fail(error: Error): void {
    this.#put(error);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.takesInput) throw new Error('it ended');
    this.received.push(`bytes ${Buffer.from(bytes)}`);
  }

  endInput(): void {
    this.received.push('end');
  }

  resize({ cols, rows }: { cols: number; rows: number }): void {
    this.received.push(`resize ${cols}x${rows}`);
  }

  signal(name: string): void {
    this.received.push(`signal ${name}`);
  }

  lookAtInput() {
    return { state: 'unknown', hidden: false } as const;
  }
  inputIsHidden(): boolean {
    return this.hidden;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #put(item: OutputChunk | Error | null): void {
    this.#queue.push(item);
    this.#wake();
  }

  async #next(): Promise<OutputChunk | Error | null> {
    while (this.#queue.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#queue.shift() ?? null;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Pumping {
  readonly program: HandProgram;
  readonly clock: FakeClock;
  /** `record stdout:…` and `send stdout:…`, in the order they were asked for. */
  readonly log: string[];
  readonly done: Promise<void>;
}

interface PumpParts {
  readonly stages?: Readonly<Record<OutputStream, Stage>>;
  readonly record?: (event: SessionEvent) => Promise<void>;
  readonly send?: (chunk: OutputChunk) => Promise<void>;
}

function pump(parts: PumpParts = {}): Pumping {
  const [program, clock, log] = [new HandProgram(), fakeClock(), [] as string[]];
  const done = pumpOutput({
    program,
    clock,
    holdMs: HOLD_MS,
    stages: parts.stages ?? { stdout: knownMask(), stderr: knownMask() },
    record: async (event) => {
      log.push(event.kind === 'output' ? `record ${event.stream}:${Buffer.from(event.bytes)}` : event.kind);
      await parts.record?.(event);
    },
    send: async (chunk) => {
      log.push(`send ${chunk.stream}:${Buffer.from(chunk.bytes)}`);
      await parts.send?.(chunk);
    },
    onActivity: () => {},
  });
  done.catch(() => undefined);
  return { program, clock, log, done };
}

const masked = (secret: string) => ({ stdout: knownMask(secret), stderr: knownMask(secret) });
const failureOf = (promise: Promise<unknown>) => promise.then(() => 'none', String);

test('every chunk is recorded before it is sent, in order over both streams', async () => {
  const { program, log, done } = pump();
  program.say('a');
  program.say('b', 'stderr');
  program.say('c');
  program.end();
  await done;
  assert.equal(log, [
    'record stdout:a',
    'send stdout:a',
    'record stderr:b',
    'send stderr:b',
    'record stdout:c',
    'send stdout:c',
  ]);
});

test('nothing is sent while it is being recorded', async () => {
  let written = () => {};
  const { program, log } = pump({ record: () => new Promise((resolve) => (written = resolve)) });
  program.say('a');
  await settle();
  assert.equal(log, ['record stdout:a']);
  written();
  await settle();
  assert.equal(log, ['record stdout:a', 'send stdout:a']);
});

test('what could not be recorded is not sent, and ends the pump', async () => {
  const { program, log, done } = pump({ record: () => Promise.reject(new Error('disk full')) });
  program.say('a');
  program.say('b');
  assert.match(await failureOf(done), 'disk full');
  await settle();
  assert.equal(log, ['record stdout:a']);
});

test('a client that takes no more holds the program back at one chunk', async () => {
  const { program, done } = pump({ send: () => new Promise(() => {}) });
  for (let at = 0; at < 100; at += 1) program.say(`${at}`);
  await settle();
  assert.is(program.pulled.length, 1);
  void done;
});

test('a client that went away, a program that failed: the pump ends with that', async () => {
  const gone = pump({ send: () => Promise.reject(new Error('client gone')) });
  gone.program.say('a');
  assert.match(await failureOf(gone.done), 'client gone');
  const lost = pump();
  lost.program.say('last words');
  lost.program.fail(new Error('connection lost'));
  assert.match(await failureOf(lost.done), 'connection lost');
  assert.equal(lost.log, ['record stdout:last words', 'send stdout:last words']);
});

for (const method of ['push', 'expire', 'flush'] as const) {
  test(`a stage whose ${method} fails ends the pump, and none of the bytes get past it`, async () => {
    const broken: Stage = {
      holding: method === 'expire',
      holdsSecret: false,
      resize() {},
      push: (bytes) => (method === 'push' ? fail() : [bytes].slice(1)),
      expire: fail,
      flush: fail,
    };
    const { program, clock, log, done } = pump({ stages: { stdout: broken, stderr: knownMask() } });
    program.say('a secret, perhaps');
    await settle();
    clock.advance(HOLD_MS);
    if (method === 'flush') program.end();
    assert.match(await failureOf(done), 'the stage broke');
    assert.equal(log, []);
  });
}

function fail(): never {
  throw new Error('the stage broke');
}

test('a known value reaches neither record nor client, byte by byte, on stdout and stderr', async () => {
  const secret = randomBytes(30).toString('base64');
  const { program, log, done } = pump({ stages: masked(secret) });
  for (const letter of `key=${secret}.`) {
    program.say(letter);
    program.say(letter, 'stderr');
  }
  program.end();
  await done;
  const seen = (prefix: string) =>
    log
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.slice(prefix.length))
      .join('');
  for (const prefix of ['record stdout:', 'send stdout:', 'record stderr:', 'send stderr:']) {
    assert.is(withOneMask(seen(prefix)), 'key=[masked].', prefix);
  }
});

test('what is held back comes at its deadline, in record and client alike, not before', async () => {
  const secret = randomBytes(30).toString('base64');
  const { program, clock, log } = pump({ stages: masked(secret) });
  program.say(`a${secret.slice(0, 4)}`);
  await settle();
  assert.equal(log, ['record stdout:a', 'send stdout:a']);
  clock.advance(HOLD_MS - 1);
  await settle();
  assert.is(log.length, 2);
  clock.advance(1);
  await settle();
  assert.equal(log.slice(2), [`record stdout:${secret.slice(0, 4)}`, `send stdout:${secret.slice(0, 4)}`]);
});

test('a chatty stderr does not put off the deadline of stdout', async () => {
  const secret = randomBytes(30).toString('base64');
  const { program, clock, log } = pump({ stages: masked(secret) });
  program.say(secret.slice(0, 4));
  await settle();
  for (let at = 0; at < 5; at += 1) {
    clock.advance(HOLD_MS / 4);
    program.say('.', 'stderr');
    await settle();
  }
  assert.ok(log.includes(`send stdout:${secret.slice(0, 4)}`), log.join('\n'));
});

test('what is held back at the end comes out before the pump resolves', async () => {
  const secret = randomBytes(30).toString('base64');
  const { program, log, done } = pump({ stages: masked(secret) });
  program.say(secret.slice(0, 5));
  program.say(secret.slice(0, 20), 'stderr');
  program.end();
  await done;
  assert.equal(log.filter((line) => line.startsWith('send')).map(withOneMask), [
    `send stdout:${secret.slice(0, 5)}`,
    'send stderr:[masked]',
  ]);
});

// ---- input ----

async function* inputs(...items: ClientInput[]): AsyncGenerator<ClientInput> {
  yield* items;
}

const typed = (text: string): ClientInput => ({ kind: 'bytes', bytes: Buffer.from(text) });

test('input, resizes and signals are recorded before the program gets them', async () => {
  const program = new HandProgram();
  const log: string[] = [];
  await pumpInput({
    program,
    input: inputs(
      typed('ls\r'),
      { kind: 'resize', size: { cols: 132, rows: 50 } },
      { kind: 'signal', name: 'SIGINT' },
      { kind: 'end' },
    ),
    record: async (event) => {
      log.push(`${event.kind} after ${program.received.length}`);
    },
    onActivity: () => {},
  });
  assert.equal(log, ['input after 0', 'resize after 1', 'marker after 2']);
  assert.equal(program.received, ['bytes ls\r', 'resize 132x50', 'signal SIGINT', 'end']);
});

test('what is typed while the terminal does not echo is recorded by its length alone', async () => {
  const program = new HandProgram();
  const events: SessionEvent[] = [];
  async function* typing(): AsyncGenerator<ClientInput> {
    yield typed('login\r');
    program.hidden = true;
    yield typed('hunter2\r');
    program.hidden = false;
    yield typed('ls\r');
  }
  await pumpInput({
    program,
    input: typing(),
    record: async (event) => void events.push(event),
    onActivity: () => {},
  });
  assert.equal(program.received, ['bytes login\r', 'bytes hunter2\r', 'bytes ls\r']);
  assert.equal(events, [
    { kind: 'input', bytes: Buffer.from('login\r') },
    { kind: 'hidden-input', byteCount: 8 },
    { kind: 'input', bytes: Buffer.from('ls\r') },
  ]);
});

test('input that cannot be recorded does not reach the program', async () => {
  const program = new HandProgram();
  const done = pumpInput({
    program,
    input: inputs(typed('rm x\r'), { kind: 'signal', name: 'SIGKILL' }),
    record: () => Promise.reject(new Error('disk full')),
    onActivity: () => {},
  });
  assert.match(await failureOf(done), 'disk full');
  assert.equal(program.received, []);
});

test('a program that takes no more ends the input quietly; a client that fails does not', async () => {
  const program = new HandProgram();
  program.takesInput = false;
  const quiet = { program, record: async () => {}, onActivity: () => {} };
  await pumpInput({ ...quiet, input: inputs(typed('a'), typed('b')) });
  async function* broken(): AsyncGenerator<ClientInput> {
    yield { kind: 'end' };
    throw new Error('connection reset');
  }
  assert.match(await failureOf(pumpInput({ ...quiet, input: broken() })), 'connection reset');
});

test.run();
