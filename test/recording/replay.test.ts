import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../src/lib/core/clock.ts';
import type { CastEvent } from '../../src/lib/recording/read.ts';
import { createTimeline, type ReplayEnd, type ReplayPace, replay } from '../../src/lib/recording/replay.ts';
import { type FakeClock, fakeClock } from '../helpers/fake-clock.ts';
import { eventsOf, input, output, recordSample, shown } from './samples.ts';

const at = (atMs: number, text: string): CastEvent => ({
  kind: 'output',
  atMs,
  stream: 'stdout',
  text,
  original: text,
});
const mark = (atMs: number, name: string): CastEvent => ({ kind: 'marker', atMs, name, data: {}, label: name });
const PACE: ReplayPace = { speed: 1, idleLimitMs: null, wait: true };

async function* stream(events: readonly CastEvent[]): AsyncGenerator<CastEvent> {
  yield* events;
}

/** Lets everything run that does not wait for the clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

interface Playing {
  readonly clock: FakeClock;
  readonly shown: () => string;
  readonly type: (keys: string) => Promise<void>;
  readonly advance: (ms: number) => Promise<void>;
  readonly end: Promise<ReplayEnd>;
  readonly listening: () => boolean;
}

function play(events: readonly CastEvent[], pace: Partial<ReplayPace> = {}): Playing {
  const clock = fakeClock();
  let [text, listener]: [string, ((typed: string) => void) | null] = ['', null];
  const end = replay({
    events: stream(events),
    sink: (part) => {
      text += part;
    },
    keys: (listen) => {
      listener = listen;
      return () => {
        listener = null;
      };
    },
    onMarker: (marker) => {
      text += `<${marker.name}>`;
    },
    pace: { ...PACE, ...pace },
    clock,
    signal: new AbortController().signal,
  });
  return {
    clock,
    end,
    shown: () => text,
    listening: () => listener !== null,
    type: async (keys) => {
      listener?.(keys);
      await settle();
    },
    advance: async (ms) => {
      await settle();
      clock.advance(ms);
      await settle();
    },
  };
}

const due = (pace: Pick<ReplayPace, 'speed' | 'idleLimitMs'>, times: readonly number[]) =>
  times.map(createTimeline(pace));

test('the timeline keeps recorded times at speed 1', () => {
  assert.equal(due({ speed: 1, idleLimitMs: null }, [0, 10, 10, 2500]), [0, 10, 10, 2500]);
});

test('the timeline divides by the speed', () => {
  assert.equal(due({ speed: 2, idleLimitMs: null }, [100, 300]), [50, 150]);
  assert.equal(due({ speed: 0.5, idleLimitMs: null }, [100, 300]), [200, 600]);
});

test('the timeline shortens silences before it divides', () => {
  assert.equal(due({ speed: 2, idleLimitMs: 1000 }, [5000, 5100, 60_000]), [500, 550, 1050]);
});

test('the timeline never goes backwards, whatever a foreign file says', () => {
  assert.equal(due({ speed: 1, idleLimitMs: null }, [100, 50, 60]), [100, 100, 110]);
});

for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`a speed of ${speed} is refused`, () => {
    assert.throws(() => createTimeline({ speed, idleLimitMs: null }), /cannot run at speed/);
  });
}

test('output comes when its time comes, not before', async () => {
  const player = play([at(100, 'a'), at(300, 'b')]);
  await player.advance(99);
  assert.is(player.shown(), '');
  await player.advance(1);
  assert.is(player.shown(), 'a');
  await player.advance(199);
  assert.is(player.shown(), 'a');
  await player.advance(1);
  assert.is(player.shown(), 'ab');
  assert.equal(await player.end, { by: 'end', cut: false });
  assert.is(player.listening(), false, 'it stops listening to the keys');
});

test('a pause holds the time, and the space bar goes on where it stopped', async () => {
  const player = play([at(100, 'a'), at(200, 'b')]);
  await player.advance(150);
  await player.type(' ');
  await player.advance(10 * 60_000);
  assert.is(player.shown(), 'a');
  await player.type(' ');
  await player.advance(49);
  assert.is(player.shown(), 'a');
  await player.advance(1);
  assert.is(player.shown(), 'ab');
  await player.end;
});

for (const key of [']', 'n']) {
  test(`"${key}" shows everything up to the next marker at once, then goes on in time`, async () => {
    const player = play([at(1000, 'a'), at(5000, 'b'), mark(9000, 'm1'), at(9100, 'c'), mark(20_000, 'm2')]);
    await player.advance(10);
    await player.type(key);
    assert.is(player.shown(), 'ab<m1>');
    await player.advance(99);
    assert.is(player.shown(), 'ab<m1>');
    await player.advance(1);
    assert.is(player.shown(), 'ab<m1>c');
    await player.type(key);
    assert.is(player.shown(), 'ab<m1>c<m2>');
    await player.end;
  });
}

test('with no marker left the jump goes to the end', async () => {
  const player = play([at(1000, 'a'), at(5000, 'b')]);
  await player.type(']');
  assert.is(player.shown(), 'ab');
  await player.end;
});

test('a jump ends a pause', async () => {
  const player = play([at(1000, 'a'), mark(2000, 'm'), at(2100, 'b')]);
  await player.type(' ');
  await player.type('n');
  assert.is(player.shown(), 'a<m>');
  await player.advance(100);
  assert.is(player.shown(), 'a<m>b');
  await player.end;
});

for (const [name, key] of [
  ['q', 'q'],
  ['^C', '\u0003'],
] as const) {
  test(`${name} ends it, also in a pause`, async () => {
    const player = play([at(1000, 'a')]);
    await player.type(` ${key}`);
    assert.equal(await player.end, { by: 'key', cut: false });
    assert.is(player.shown(), '');
    assert.is(player.listening(), false);
  });
}

test('without waiting everything is printed at once', async () => {
  const player = play([at(1000, 'a'), mark(2000, 'm'), at(60 * 60_000, 'b')], { wait: false });
  assert.equal(await player.end, { by: 'end', cut: false });
  assert.is(player.shown(), 'a<m>b');
});

test('a recording that was cut plays to the cut and says so', async () => {
  const player = play([at(10, 'a'), { kind: 'cut', atMs: 10, bytes: 5 }], { wait: false });
  assert.equal(await player.end, { by: 'end', cut: true });
  assert.is(player.shown(), 'a');
});

test('aborting ends it with the signal’s reason', async () => {
  const controller = new AbortController();
  const playing = replay({
    events: stream([at(60_000, 'a')]),
    sink: () => assert.unreachable(),
    keys: null,
    pace: PACE,
    clock: systemClock,
    signal: controller.signal,
  });
  await settle();
  controller.abort(new Error('enough'));
  try {
    await playing;
    assert.unreachable();
  } catch (error) {
    assert.match(String(error), 'enough');
  }
});

test('a slow sink is waited for', async () => {
  const order: string[] = [];
  await replay({
    events: stream([at(0, 'a'), at(0, 'b')]),
    sink: async (text) => {
      order.push(`${text} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${text} ends`);
    },
    keys: null,
    pace: { ...PACE, wait: false },
    clock: systemClock,
    signal: new AbortController().signal,
  });
  assert.equal(order, ['a begins', 'a ends', 'b begins', 'b ends']);
});

test('only what the program printed reaches the sink: no title, no marker, no input, no resize', async () => {
  const { archive, session } = await recordSample(
    [
      { kind: 'marker', name: 'command.judged', data: { verdict: 'allow', reason: '\u001b]0;forged\u0007' } },
      output('a'),
      input('typed'),
      { kind: 'resize', size: { cols: 10, rows: 10 } },
      { kind: 'hidden-input', byteCount: 3 },
      output('b'),
    ],
    { command: '\u001b]0;forged\u0007' },
  );
  const events = await eventsOf(archive, session);
  let text = '';
  await replay({
    events: stream(events),
    sink: (part) => {
      text += part;
    },
    keys: null,
    pace: { ...PACE, wait: false },
    clock: systemClock,
    signal: new AbortController().signal,
  });
  assert.is(text, 'ab');
  assert.is(text, shown(events));
});

test('hostile output, cut between two events, asks nothing of the terminal and changes nothing but the screen', async () => {
  const parts = ['\u001b[31mred\u001b]52;c;cm0', 'gLXJm\u0007\u001b[6', 'n\u001b[?1003h end\u001b[0m\u001b]0;t'];
  const player = play(
    parts.map((text, index) => at(index, text)),
    { wait: false },
  );
  await player.end;
  assert.is(player.shown(), '\u001b[31mred end\u001b[0m');
});

test('keys are heard while much is printed at once', async () => {
  const many = Array.from({ length: 100_000 }, () => at(0, 'x'));
  const player = play(many, { wait: false });
  await player.type('q');
  assert.equal(await player.end, { by: 'key', cut: false });
  assert.ok(player.shown().length < many.length);
});

test.run();
