// Frames and headers of SPDY/3.1: read whole at every split, and refused where they are not what a client of exec sends.
import { deflateSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { StreamViolation } from '../../src/lib/kubernetes/streams/channel-message.ts';
import { SPDY_DICTIONARY } from '../../src/lib/kubernetes/streams/spdy/dictionary.ts';
import {
  FrameReader,
  printData,
  printGoAway,
  printPing,
  printSynReply,
} from '../../src/lib/kubernetes/streams/spdy/frames.ts';
import { emptyBlock, HeaderBlockReader } from '../../src/lib/kubernetes/streams/spdy/header-blocks.ts';
import {
  control,
  data,
  frame,
  headersText,
  headerWriter,
  readServer,
  synStream,
  word,
} from '../helpers/spdy-client.ts';

const test = suite('spdy');

const isViolation = (error: unknown) => error instanceof StreamViolation;

test("the dictionary is the protocol's: its checksum stands in the first block of every client", () => {
  assert.is(SPDY_DICTIONARY.length, 1423);
  const block = deflateSync('', { dictionary: SPDY_DICTIONARY });
  assert.is(block.toString('hex', 0, 6), '78bbe3c6a7c2');
});

const FRAMES = Buffer.concat([
  control(4, 0, word(1), word(0x0100_0004), word(100)),
  synStream(1, Buffer.from('block')),
  synStream(3, Buffer.from('more'), 1),
  control(9, 0, word(1), word(100)),
  data(1, 'hello'),
  control(6, 0, word(7)),
  data(1, '', true),
  control(3, 0, word(3), word(5)),
  control(7, 0, word(3), word(0)),
]);
const READ = [
  { kind: 'ignored' },
  { kind: 'syn-stream', id: 1, isLast: false, block: Buffer.from('block') },
  { kind: 'syn-stream', id: 3, isLast: true, block: Buffer.from('more') },
  { kind: 'ignored' },
  { kind: 'data', id: 1, isLast: false, bytes: Buffer.from('hello') },
  { kind: 'ping', id: 7 },
  { kind: 'data', id: 1, isLast: true, bytes: Buffer.alloc(0) },
  { kind: 'rst-stream', id: 3 },
  { kind: 'go-away' },
];

test('frames are read in whatever pieces they come', () => {
  for (let size = 1; size <= FRAMES.length; size++) {
    const reader = new FrameReader();
    const frames = [];
    for (let at = 0; at < FRAMES.length; at += size) frames.push(...reader.push(FRAMES.subarray(at, at + size)));
    assert.equal(frames, READ, `pieces of ${size}`);
    assert.ok(reader.isBetween);
  }
});

test('a connection that ends within a frame is not between two', () => {
  const reader = new FrameReader();
  reader.push(data(1, 'hello').subarray(0, 10));
  assert.not(reader.isBetween);
});

for (const [title, bytes] of [
  ['another version', frame(0x8002_0006, 0, word(1))],
  ['an unknown type', control(5, 0, word(1))],
  ['headers of their own', control(8, 0, word(1), Buffer.from('block'))],
  ['a credential', control(10, 0, word(1))],
  ['a reply of the client', control(2, 0, word(1), Buffer.from('block'))],
  ['a stream without a number', synStream(0, Buffer.from('block'))],
  ['a stream of a number too large', synStream(0x8000_0001, Buffer.from('block'))],
  ['a stream of another', control(1, 0, word(3), word(1), Buffer.alloc(2), Buffer.from('block'))],
  ['a stream of one direction', synStream(1, Buffer.from('block'), 2)],
  ['a stream that is cut off', control(1, 0, word(3), word(0))],
  ['data of no stream', data(0, 'hello')],
  ['data with other flags', frame(1, 2, Buffer.from('x'))],
  ['data that is too long', frame(1, 0, Buffer.alloc(1024 * 1024 + 1)).subarray(0, 8)],
  ['headers that are too long', frame(0x8003_0001, 0, Buffer.alloc(20_000)).subarray(0, 8)],
  ['a long ping', control(6, 0, word(1), word(1))],
  ['a ping with flags', control(6, 1, word(1))],
  ['a short reset', control(3, 0, word(1))],
  ['a short farewell', control(7, 0, word(1))],
  ['settings that lie', control(4, 0, word(100), word(1), word(1))],
  ['settings of nothing', control(4, 0)],
  ['a window without a size', control(9, 0, word(1))],
] as const) {
  test(`refused: ${title}`, () => assert.throws(() => new FrameReader().push(bytes), isViolation));
}

test('a frame in single bytes is not kept as as many objects', () => {
  const reader = new FrameReader();
  const bytes = data(1, 'x'.repeat(300_000));
  const before = process.memoryUsage().rss;
  for (let at = 0; at < bytes.length - 1; at++) assert.equal(reader.push(Buffer.from([bytes[at] as number])), []);
  assert.ok(process.memoryUsage().rss - before < 30 * 1024 * 1024);
  const [read] = reader.push(bytes.subarray(-1));
  assert.is(read?.kind === 'data' && read.bytes.length, 300_000);
});

test('headers are read one block after the other, as they were compressed', async () => {
  const write = headerWriter();
  const reader = new HeaderBlockReader();
  for (const headers of [{ streamtype: 'error' }, { streamtype: 'stdin', port: '80' }, {}, { streamtype: 'stdout' }]) {
    assert.equal(Object.fromEntries(reader.read(await write(headersText(headers)))), headers);
  }
});

for (const [title, plain] of [
  ['nothing', Buffer.alloc(0)],
  ['a count alone', word(1)],
  ['a name that is cut off', Buffer.concat([word(1), word(9), Buffer.from('short')])],
  ['a length beyond all', Buffer.concat([word(1), word(0xffff_ffff), Buffer.from('short')])],
  ['more than its headers', Buffer.concat([headersText({ a: 'b' }), Buffer.of(0)])],
  ['too many headers', headersText(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`n${at}`, ''])))],
  ['upper case', headersText({ Streamtype: 'stdin' })],
  ['a name of nothing', headersText({ '': 'x' })],
  [
    'one name twice',
    Buffer.concat([word(2), headersText({ a: 'b' }).subarray(4), headersText({ a: 'c' }).subarray(4)]),
  ],
  ['a megabyte', headersText({ a: 'x'.repeat(1024 * 1024) })],
] as const) {
  test(`headers are refused: ${title}`, async () => {
    const block = await headerWriter()(plain);
    assert.throws(() => new HeaderBlockReader().read(block), isViolation);
  });
}

test('headers that are compressed with another dictionary, or not at all, are refused', async () => {
  const block = await headerWriter(Buffer.from('another'))(headersText({ a: 'b' }));
  assert.throws(() => new HeaderBlockReader().read(block), isViolation);
  assert.throws(() => new HeaderBlockReader().read(headersText({ a: 'b' })), isViolation);
});

test('what is printed is what a client reads', () => {
  const seen = readServer(
    Buffer.concat([
      printSynReply(1, emptyBlock(true)),
      printSynReply(3, emptyBlock(false)),
      printSynReply(5, emptyBlock(false)),
      ...printData(1, Buffer.from('hello'), false),
      ...printData(1, Buffer.alloc(0), true),
      printPing(7),
      printGoAway(5),
    ]),
  );
  assert.equal(
    [...seen.replies],
    [1, 3, 5].map((id) => [id, Buffer.alloc(4)]),
  );
  assert.equal([...seen.texts], [[1, 'hello']]);
  assert.equal([[...seen.ended], seen.pings, seen.others], [[1], [7], [7]]);
});

test.run();
