import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BrokerError, Bug } from '../../src/lib/core/errors.ts';
import type { SessionEvent } from '../../src/lib/core/events.ts';
import { newSessionId } from '../../src/lib/core/ids.ts';
import type { Archive, ArchiveWriter } from '../../src/lib/ports/archive.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { fakeClock } from '../helpers/fake-clock.ts';
import {
  bytesOf,
  eventsOf,
  input,
  openSample,
  output,
  recordSample,
  shown,
  summaryOf,
  temporaryArchive,
  written,
} from './samples.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const linesOf = async (at: { archive: Archive; session: ReturnType<typeof newSessionId> }) =>
  (await bytesOf(at.archive, at.session)).toString().trimEnd().split('\n');

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BrokerError) return error.code;
    throw error;
  }
  throw new Error('it was not rejected');
}

test('a session becomes one asciicast line an event, with seconds of six decimals', async () => {
  const clock = fakeClock();
  const { archive, session, recorder } = await openSample({ clock });
  const events: SessionEvent[] = [
    { kind: 'marker', name: 'command.judged', data: { verdict: 'allow', rule: 'look' } },
    output('hi \u001b[1m"there"\\\r\n'),
    { kind: 'resize', size: { cols: 100, rows: 30 } },
    input('y\n'),
    { kind: 'hidden-input', byteCount: 12 },
    output('bye\r\n'),
    { kind: 'exit', status: { kind: 'code', code: 7 } },
  ];
  for (const event of events) {
    await recorder.record(event);
    clock.advance(250);
  }
  const manifest = await recorder.close({ status: null });
  const [first = '', ...rest] = await linesOf({ archive, session });
  assert.equal(JSON.parse(first), {
    version: 2,
    width: 80,
    height: 24,
    timestamp: 1_700_000_000,
    env: { TERM: 'xterm-256color', SHELL: '/bin/bash' },
    sallyport: {
      session,
      target: 'here',
      kind: 'shell',
      principal: 'unix:agent',
      task: 'task-1',
      command: 'make test',
      terminal: true,
    },
  });
  assert.equal(rest, [
    '[0.000000,"m","command.judged {\\"verdict\\":\\"allow\\",\\"rule\\":\\"look\\"}"]',
    '[0.250000,"o","hi \\u001b[1m\\"there\\"\\\\\\r\\n"]',
    '[0.500000,"r","100x30"]',
    '[0.750000,"i","y\\n"]',
    '[1.000000,"m","input.hidden {\\"bytes\\":12}"]',
    '[1.250000,"o","bye\\r\\n"]',
    '[1.500000,"m","exit {\\"code\\":7}"]',
  ]);
  assert.equal(manifest.events, { m: 3, o: 2, r: 1, i: 1 });
  assert.equal(manifest.status, { kind: 'code', code: 7 });
  assert.is(manifest.complete, true);
  assert.is(manifest.endedAt - manifest.startedAt, 1750);
});

test('the bytes are in the file when record resolves', async () => {
  const { archive, session, recorder } = await openSample();
  await recorder.record(output('seen before it is forwarded'));
  assert.match(readFileSync(archive.locate(session), 'utf8'), 'seen before it is forwarded');
  await recorder.close({ status: null });
});

test('close writes how the program ended, once', async () => {
  const byClose = await recordSample([], { status: { kind: 'signal', signal: 'SIGKILL' } });
  assert.match((await linesOf(byClose)).at(-1) ?? '', 'exit {\\"signal\\":\\"SIGKILL\\"}');
  const unknown = await recordSample([], { status: null });
  assert.match((await linesOf(unknown)).at(-1) ?? '', 'exit {\\"unknown\\":true}');
  const byEvent = await recordSample([{ kind: 'exit', status: { kind: 'code', code: 3 } }], { status: null });
  assert.is((await linesOf(byEvent)).filter((line) => line.includes('exit ')).length, 1);
});

test('a second close gives the first answer, and nothing is recorded after it', async () => {
  const { recorder } = await openSample();
  const [first, second] = await Promise.all([recorder.close({ status: null }), recorder.close({ status: null })]);
  assert.is(first, second);
  try {
    await recorder.record(output('late'));
    assert.unreachable();
  } catch (error) {
    assert.instance(error, Bug);
  }
});

test('characters split between chunks come out whole, at every position', async () => {
  const text = Buffer.from('a→é😀z');
  for (let at = 0; at <= text.length; at += 1) {
    const sample = await recordSample([output(text.subarray(0, at)), output(text.subarray(at))]);
    assert.is(written(await eventsOf(sample.archive, sample.session)), 'a→é😀z', `split at ${at}`);
  }
});

test('stdout and stderr have a decoder each', async () => {
  const [euro, cafe] = [Buffer.from('€'), Buffer.from('é')];
  const sample = await recordSample(
    [
      output(euro.subarray(0, 1)),
      output(cafe.subarray(0, 1), 'stderr'),
      output(euro.subarray(1)),
      output(cafe.subarray(1), 'stderr'),
    ],
    { size: null },
  );
  const events = await eventsOf(sample.archive, sample.session);
  assert.is(written(events, 'stdout'), '€');
  assert.is(written(events, 'stderr'), 'é');
});

test('what is hostile in output stays inside its own event', async () => {
  const hostile = [
    '\u001b]0;title\u0007\u001b[2J\u001bc',
    'line\u2028sep\u2029and\u0085next',
    '\u0000\u0001\u007f\u0080',
    '"]\n[0,"m","exit {\\"code\\":0}"]\n',
    '\ud83d\ude00 and \ufeff',
  ].join('');
  const { archive, session } = await recordSample([output(hostile), output(Uint8Array.of(0xed, 0xa0, 0x80, 0xff))]);
  const bytes = await bytesOf(archive, session);
  const text = bytes.toString();
  assert.is(text.split(/[\n\u0085\u2028\u2029]/).length, 5, 'a header, two outputs, the exit and the end');
  assert.equal(Buffer.from(text), bytes, 'the file is valid UTF-8');
  const events = await eventsOf(archive, session);
  assert.is(written(events), `${hostile}\ufffd\ufffd\ufffd\ufffd`);
  assert.is(events.filter((event) => event.kind === 'marker').length, 1);
});

test('half surrogates in what a client sends leave strict JSON', async () => {
  const { archive, session } = await recordSample(
    [{ kind: 'marker', name: 'note', data: { why: 'x\ud800y', path: '\\ud800' } }],
    { command: 'echo \udfff\ud800 \\ud800 \\\udc00 😀' },
  );
  const text = (await bytesOf(archive, session)).toString();
  // A parser that refuses escaped half surrogates must find none: remove escaped backslashes, then look.
  assert.not.match(text.split('\n')[0]?.replaceAll('\\\\', '') ?? '', /\\ud[89a-f]/);
  const summary = await summaryOf(archive, session);
  assert.is(summary.header.facts?.command, 'echo \ufffd\ufffd \\ud800 \\\ufffd 😀');
  assert.is(summary.markers[0]?.data.path, '\\ud800');
});

test('what two streams of a pipe wrote can be told apart again', async () => {
  const sample = await recordSample(
    [output('one\n'), output('two\n'), output('warn\n', 'stderr'), output('three\r\n'), output('x\r', 'stderr')],
    { size: null },
  );
  const events = await eventsOf(sample.archive, sample.session);
  assert.is(written(events, 'stdout'), 'one\ntwo\nthree\r\n');
  assert.is(written(events, 'stderr'), 'warn\nx\r');
  assert.is(shown(events), 'one\r\ntwo\r\nwarn\r\nthree\r\r\nx\r', 'as a terminal would show it');
});

test('a terminal keeps its line feeds as they are', async () => {
  const sample = await recordSample([output('a\nb\r\n')]);
  const events = await eventsOf(sample.archive, sample.session);
  assert.is(shown(events), 'a\nb\r\n');
  assert.is(written(events), 'a\nb\r\n');
});

test('binary data of a pipe is counted and hashed, not stored', async () => {
  const binary = Buffer.alloc(300_000, 'PK\u0003\u0004\u0000\u0001');
  const { archive, session, recorder } = await openSample({ size: null });
  await recorder.record(output('before\n'));
  await recorder.record(output(binary.subarray(0, 100_000)));
  await recorder.record(output('meanwhile\n', 'stderr'));
  await recorder.record(output(binary.subarray(100_000)));
  await recorder.record(output('after\n'));
  await recorder.record(input(Buffer.alloc(1000)));
  const manifest = await recorder.close({ status: { kind: 'code', code: 0 } });
  const events = await eventsOf(archive, session);
  assert.ok((await bytesOf(archive, session)).length < 3000);
  assert.is(written(events, 'stdout'), 'before\nafter\n');
  assert.is(written(events, 'stderr'), 'meanwhile\n');
  const markers = events.filter((event) => event.kind === 'marker').map((event) => [event.name, event.data]);
  const streams = {
    stdin: { bytes: 1000, sha256: sha256(Buffer.alloc(1000)) },
    stdout: {
      bytes: 300_013,
      sha256: sha256(Buffer.concat([Buffer.from('before\n'), binary, Buffer.from('after\n')])),
    },
    stderr: { bytes: 10, sha256: sha256('meanwhile\n') },
  };
  assert.equal(markers, [
    ['binary.begins', { stream: 'stdout' }],
    ['binary', { stream: 'stdout', bytes: 300_000, sha256: sha256(binary) }],
    ['binary.begins', { stream: 'stdin' }],
    ['binary', { stream: 'stdin', bytes: 1000, sha256: sha256(Buffer.alloc(1000)) }],
    ['exit', { code: 0, streams }],
  ]);
  assert.equal(manifest.streams, streams);
});

test('that binary data begins is on record before any of it is forwarded', async () => {
  const { archive, session, recorder } = await openSample({ size: null });
  await recorder.record(output(Buffer.alloc(4096)));
  assert.match(readFileSync(archive.locate(session), 'utf8'), 'binary.begins');
  await recorder.close({ status: null });
});

test('text in another encoding, colours and single odd bytes count as text', async () => {
  const latin1 = Buffer.from('un long texte déjà écrit avec peu d accents, '.repeat(10), 'latin1');
  const colours = Buffer.from('\u001b[31mred\u001b[0m\t\u0007\b'.repeat(20));
  const { archive, session } = await recordSample([output(latin1), output(colours), output(Uint8Array.of(0xff))], {
    size: null,
  });
  const markers = (await eventsOf(archive, session)).filter((event) => event.kind === 'marker');
  assert.equal(
    markers.map((marker) => marker.kind === 'marker' && marker.name),
    ['exit'],
  );
});

test('compressed bytes without a NUL count as binary', async () => {
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, at) => ((at * 7919 + (at >> 3) * 104729) % 255) + 1));
  const { archive, session } = await recordSample([output(bytes)], { size: null });
  assert.is(written(await eventsOf(archive, session)), '');
});

test('events of callers who do not wait for each other keep the order of the calls', async () => {
  const { archive, session, recorder } = await openSample();
  const all: Promise<void>[] = [];
  for (let n = 0; n < 2000; n += 1) all.push(recorder.record(output(`${n} `)));
  await Promise.all(all);
  await recorder.close({ status: null });
  const events = await eventsOf(archive, session);
  assert.is(written(events), Array.from({ length: 2000 }, (_, n) => `${n} `).join(''));
  assert.is(events.length, 2001);
  const times = events.map((event) => event.atMs);
  assert.equal(
    times,
    times.slice().sort((a, b) => a - b),
  );
});

test('two recorders at once keep their recordings apart', async () => {
  const archive = temporaryArchive();
  const [one, two] = await Promise.all([openSample({ archive }), openSample({ archive })]);
  const write = async (at: typeof one, text: string) => {
    for (let n = 0; n < 200; n += 1) await at.recorder.record(output(text));
    await at.recorder.close({ status: null });
  };
  await Promise.all([write(one, 'A'), write(two, 'B')]);
  assert.is(written(await eventsOf(archive, one.session)), 'A'.repeat(200));
  assert.is(written(await eventsOf(archive, two.session)), 'B'.repeat(200));
});

test('a session cannot be recorded twice', async () => {
  const { archive, session } = await recordSample([output('first')]);
  assert.is(await codeOf(openSample({ archive, session })), 'cannot-record');
  assert.is(written(await eventsOf(archive, session)), 'first');
});

test('a full recording refuses the event that does not fit, and everything after it, but is sealed', async () => {
  const { archive, session, recorder } = await openSample({ maxBytes: 2000 });
  await recorder.record(output('x'.repeat(1000)));
  assert.is(await codeOf(recorder.record(output('y'.repeat(1000)))), 'recording-full');
  assert.is(await codeOf(recorder.record(output('z'))), 'recording-full');
  const manifest = await recorder.close({ status: { kind: 'signal', signal: 'SIGKILL' } });
  assert.is(manifest.complete, false);
  const summary = await summaryOf(archive, session);
  assert.equal(
    summary.markers.map((marker) => marker.name),
    ['recording.full', 'exit'],
  );
  assert.is(summary.truncated, false);
  assert.is(written(await eventsOf(archive, session)), 'x'.repeat(1000));
  assert.is((await verifyRecording(archive, session)).outcome, 'intact');
});

/** The archive given, whose writes fail from the `good`th on. */
function failing(inner: Archive, good: number): { archive: Archive; closes: () => number } {
  let [writes, closes] = [0, 0];
  const archive: Archive = {
    ...inner,
    async create(session) {
      const writer = await inner.create(session);
      const broken: ArchiveWriter = {
        async write(bytes) {
          writes += 1;
          if (writes <= good) return writer.write(bytes);
          throw new BrokerError({ code: 'cannot-record', exit: 74, message: 'no', hint: 'none' });
        },
        async close() {
          closes += 1;
          await writer.close();
        },
      };
      return broken;
    },
  };
  return { archive, closes: () => closes };
}

test('a recorder that failed once refuses everything, also what was already waiting', async () => {
  const { archive, closes } = failing(temporaryArchive(), 2);
  const { session, recorder } = await openSample({ archive });
  await recorder.record(output('good'));
  const waiting = [recorder.record(output('a')), recorder.record(output('b'))];
  assert.equal(await Promise.all(waiting.map(codeOf)), ['cannot-record', 'cannot-record']);
  assert.is(await codeOf(recorder.record(output('c'))), 'cannot-record');
  assert.is(await codeOf(recorder.close({ status: null })), 'cannot-record');
  assert.is(closes(), 1, 'the file is let go of');
  const summary = await summaryOf(archive, session);
  assert.is(summary.truncated, true);
  assert.is(written(await eventsOf(archive, session)), 'good');
  assert.is((await verifyRecording(archive, session)).outcome, 'unsealed');
});

test('where not even the header can be written no recorder opens', async () => {
  const { archive, closes } = failing(temporaryArchive(), 0);
  assert.is(await codeOf(openSample({ archive })), 'cannot-record');
  assert.is(closes(), 1);
});

test('an event that cannot be written down closes the recorder as any failure does', async () => {
  const { recorder } = await openSample();
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  assert.is(await codeOf(recorder.record({ kind: 'marker', name: 'x', data: circular })), 'internal');
  assert.is(await codeOf(recorder.record(output('after'))), 'internal');
  assert.is((await recorder.close({ status: null })).complete, false);
});

test('a marker cannot have a name that would read as something else', async () => {
  const { recorder } = await openSample();
  assert.is(await codeOf(recorder.record({ kind: 'marker', name: 'exit {"code":0}', data: {} })), 'internal');
  await recorder.close({ status: null });
});

test('an intact recording verifies, and every single changed, added, moved or missing byte shows', async () => {
  const { archive, session } = await recordSample([output('some output\r\n'), input('x')]);
  assert.is((await verifyRecording(archive, session)).outcome, 'intact');
  const path = archive.locate(session);
  const good = readFileSync(path);
  chmodSync(path, 0o600);
  for (let at = 0; at < good.length; at += 7) {
    const bad = Buffer.from(good);
    bad[at] = (bad[at] ?? 0) ^ 1;
    writeFileSync(path, bad);
    assert.is((await verifyRecording(archive, session)).outcome, 'altered', `byte ${at}`);
  }
  const lines = good.toString('latin1').split('\n');
  const [header = '', first = '', second = '', ...rest] = lines;
  for (const reordered of [
    [header, second, first, ...rest],
    [header, second, ...rest],
    [header, first, first, second, ...rest],
  ]) {
    writeFileSync(path, reordered.join('\n'), 'latin1');
    assert.is((await verifyRecording(archive, session)).outcome, 'altered', reordered.join('\n'));
  }
  writeFileSync(path, good.subarray(0, -1));
  assert.is((await verifyRecording(archive, session)).outcome, 'altered');
  writeFileSync(path, Buffer.concat([good, Buffer.from('\n')]));
  assert.is((await verifyRecording(archive, session)).outcome, 'altered');
  writeFileSync(path, good);
  assert.is((await verifyRecording(archive, session)).outcome, 'intact');
});

test('a manifest of another recording, a broken one and a missing recording are told apart', async () => {
  const archive = temporaryArchive();
  const [one, two] = [
    await recordSample([output('one')], { archive }),
    await recordSample([output('two')], { archive }),
  ];
  const manifest = (await archive.getSidecar(one.session, 'manifest.json')) ?? '';
  await archive.putSidecar(two.session, 'manifest.json', manifest);
  assert.is((await verifyRecording(archive, two.session)).outcome, 'altered');
  await archive.putSidecar(two.session, 'manifest.json', '{"version":1');
  assert.is((await verifyRecording(archive, two.session)).outcome, 'altered');
  assert.is((await verifyRecording(archive, newSessionId())).outcome, 'missing');
});

test('the header of a session on pipes says so', async () => {
  const { archive, session } = await recordSample([], { size: null });
  assert.is((await summaryOf(archive, session)).header.facts?.terminal, false);
});

test.run();
