import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localDirectoryArchive } from '../../src/lib/archive/local-directory.ts';
import { BrokerError } from '../../src/lib/core/errors.ts';
import { verifyRecording } from '../../src/lib/recording/manifest.ts';
import { openCast, summarise } from '../../src/lib/recording/read.ts';
import {
  bytesOf,
  castEvents,
  chunked,
  eventsOf,
  input,
  output,
  recordSample,
  summaryOf,
  temporaryFolder,
  written,
} from './samples.ts';

const HEADER = '{"version":2,"width":80,"height":24}\n';
const cast = (...lines: string[]) => chunked(Buffer.from(HEADER + lines.join('\n')), 1 << 16);

async function damage(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    assert.is(error.code, 'recording-damaged');
    assert.is(error.exit, 69);
    return error.message;
  }
  throw new Error('it was read');
}

test('a recording reads the same whatever the size of the chunks', async () => {
  const { archive, session } = await recordSample([output('é→😀\r\n'), input('y'), output('more\u2028')]);
  const bytes = await bytesOf(archive, session);
  const whole = await castEvents(chunked(bytes, bytes.length));
  assert.is(whole.length, 4);
  for (const size of [1, 2, 3, 7, 64]) assert.equal(await castEvents(chunked(bytes, size)), whole, `${size} bytes`);
});

test('cut anywhere, a recording reads up to its last whole event and says that the end is missing', async () => {
  const { archive, session } = await recordSample([output('one'), output('two'), output('three')]);
  const bytes = await bytesOf(archive, session);
  const headerEnd = bytes.indexOf(0x0a) + 1;
  for (let length = headerEnd; length < bytes.length - 1; length += 1) {
    const part = bytes.subarray(0, length);
    const wholeLines = part.toString('latin1').split('\n').length - 2;
    const summary = await summarise(chunked(part, 1 << 16));
    assert.is(summary.truncated, true, `cut at ${length}`);
    // A last line that only lacks its newline is an event all the same.
    assert.ok(summary.eventCount === wholeLines || bytes[length] === 0x0a, `cut at ${length}`);
    assert.is(summary.bytes, length);
  }
});

test('the last thing read from a cut recording is the cut', async () => {
  const events = await castEvents(cast('[0.5,"o","a"]', '[0.9,"o","hal'));
  assert.equal(events.at(-1), { kind: 'cut', atMs: 500, bytes: 13 });
});

test('a summary says how long, how large, which markers and how it ended', async () => {
  const summary = await summarise(
    cast('[0.5,"o","a"]', '[1,"m","command.judged {\\"verdict\\":\\"ask\\"}"]', '[2.25,"m","exit {\\"code\\":7}"]', ''),
  );
  assert.is(summary.durationMs, 2250);
  assert.equal(summary.exit, { kind: 'code', code: 7 });
  assert.equal(
    summary.markers.map(({ atMs, name, data }) => [atMs, name, data]),
    [
      [1000, 'command.judged', { verdict: 'ask' }],
      [2250, 'exit', { code: 7 }],
    ],
  );
  assert.is(summary.truncated, false);
});

test('a recording of another program is read, its own markers and unknown events included', async () => {
  const { header, events } = await openCast(
    cast('[0.1, "o", "hi\\n"]', '[0.2, "m", "a label"]', '[0.3, "z", "later version"]', '[0.4, "i", "x"]'),
  );
  assert.is(header.facts, null);
  const read = [];
  for await (const event of events) read.push(event);
  assert.equal(read, [
    { kind: 'output', atMs: 100, stream: 'stdout', text: 'hi\n', original: 'hi\n' },
    { kind: 'marker', atMs: 200, name: '', data: {}, label: 'a label' },
    { kind: 'input', atMs: 400, text: 'x' },
  ]);
  assert.is((await summarise(cast('[0.1, "o", "hi"]', ''))).truncated, false, 'an exit is ours, not everybody’s');
});

for (const [what, text] of [
  ['nothing', ''],
  ['no JSON', 'hello\n'],
  ['version 1', '{"version":1,"width":80,"height":24,"stdout":[]}\n'],
  ['version 3', '{"version":3,"term":{"cols":80,"rows":24}}\n'],
  ['a header without a size', '{"version":2}\n'],
  ['an array', '[1,2,3]\n'],
] as const) {
  test(`${what} in place of the header is refused`, async () => {
    assert.match(await damage(openCast(chunked(Buffer.from(text), 8))), 'no asciicast v2 header');
  });
}

for (const line of [
  'nonsense',
  '{"a":1}',
  '[1,"o"]',
  '[1,"o","x",2]',
  '["1","o","x"]',
  '[-1,"o","x"]',
  '[1e308,"o","x"]',
  '[1,"o",7]',
  `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
]) {
  test(`a line like ${line.slice(0, 20)} is told with its number`, async () => {
    assert.match(await damage(castEvents(cast('[0.1,"o","a"]', line, '[0.2,"o","b"]', ''))), 'line 3 is no event');
  });
}

test('a size that is none is refused', async () => {
  assert.match(await damage(castEvents(cast('[0.1,"r","99999999x1"]', ''))), 'line 2 is no terminal size');
});

test('a line longer than the limit is refused without reading it all', async () => {
  let taken = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(HEADER);
    for (;;) {
      taken += 1;
      yield Buffer.alloc(1000, 'x');
    }
  }
  const { events } = await openCast(endless(), { maxLineBytes: 10_000 });
  assert.match(
    await damage(
      (async () => {
        for await (const _ of events) assert.unreachable();
      })(),
    ),
    'longer than 10000',
  );
  assert.ok(taken < 13);
});

test('a process killed while it records leaves everything it had been told was recorded', async () => {
  const folder = join(temporaryFolder(), 'recordings');
  const writer = fileURLToPath(new URL('./endless-writer.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (chunk) => {
    told += chunk;
    if (told.length > 20_000) child.kill('SIGKILL');
  });
  await once(child, 'close');
  assert.is(child.signalCode, 'SIGKILL');
  const archive = localDirectoryArchive(folder);
  const session = (await archive.list())[0]?.session;
  if (session === undefined) throw new Error('no recording');
  const acknowledged = told
    .slice(0, told.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line !== '');
  const text = written(await eventsOf(archive, session));
  assert.ok(acknowledged.length > 100);
  assert.ok(text.startsWith(acknowledged.map((line) => `${line}\r\n`).join('')));
  const summary = await summaryOf(archive, session);
  assert.is(summary.truncated, true);
  assert.is(summary.exit, null);
  assert.is((await verifyRecording(archive, session)).outcome, 'unsealed');
  truncateSync(archive.locate(session), summary.bytes - 3);
  assert.is((await summaryOf(archive, session)).truncated, true);
});

test.run();
