// The requests of a recording: what of their markers is believed, in which order they come, and how they read on a line.
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeEvent, encodeMarker } from '../../src/lib/recording/asciicast.ts';
import { markerLine } from '../../src/lib/recording/marker-text.ts';
import { openCast, summarise } from '../../src/lib/recording/read.ts';
import {
  isDescription,
  programOf,
  type RequestEntry,
  requestEntry,
  requestsOf,
  streamsOf,
} from '../../src/lib/recording/request-entry.ts';
import { chunked } from './samples.ts';

const HEADER = '{"version":2,"width":80,"height":24}\n';
const line = (name: string, data: Record<string, unknown>, atMs = 10) =>
  encodeEvent(atMs, 'm', encodeMarker(name, data)).toString();
const cast = (...lines: string[]) => chunked(Buffer.from(HEADER + lines.join('')), 1 << 16);

async function read<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const requests = async (...lines: string[]) => read(requestsOf((await openCast(cast(...lines))).events));
const marked = (data: Record<string, unknown>, name = 'api.request') => ({ atMs: 0, name, data, label: '' });
const entry = (data: Record<string, unknown>, name?: string) => requestEntry(marked(data, name)) as RequestEntry;

const LIST = {
  request: 3,
  verb: 'list',
  resource: 'pods',
  namespace: 'default',
  name: null,
  line: 'GET /api/v1/namespaces/default/pods',
  verdict: 'allow',
  rule: 'kubernetes/look',
  status: 200,
  bytes: 7,
  ms: 12,
};
const EXEC = {
  ...LIST,
  request: 4,
  verb: 'create',
  resource: 'pods/exec',
  name: 'web',
  line: 'POST /api/v1/namespaces/default/pods/web/exec?command=sh&command=-c&command=echo%20%26+a&stdout=true',
  status: 101,
  approval: { request: 'r-3kzjsn9h', by: ['ann'] },
  exitCode: 3,
  streams: [{ name: 'stdout', bytes: 2, sha256: 'ab' }],
};

test('a marker of a request is read with all its fields', () => {
  assert.equal(requestEntry({ ...marked(EXEC), atMs: 5 }), {
    atMs: 5,
    number: 4,
    state: 'ended',
    verb: 'create',
    resource: 'pods/exec',
    namespace: 'default',
    name: 'web',
    line: EXEC.line,
    verdict: 'allow',
    rule: 'kubernetes/look',
    status: 101,
    bytes: 7,
    ms: 12,
    exitCode: 3,
    streams: EXEC.streams,
    error: null,
    approval: { request: 'r-3kzjsn9h', by: ['ann'] },
  });
  assert.equal(programOf(entry(EXEC)), ['sh', '-c', 'echo & a']);
  assert.equal(programOf(entry({ ...EXEC, resource: 'pods' })), [], 'a query of another request is no program');
  assert.equal(entry({ request: 1, code: 'c', message: 'm', line: 'GET //' }, 'api.refused').error, {
    code: 'c',
    message: 'm',
  });
  for (const name of ['api.stream', 'exit', 'command.judged', '', 'api.requests', 'API.request']) {
    assert.is(requestEntry(marked(LIST, name)), null, name);
  }
});

test('fields that are not what they should be are left out, whatever a file says', () => {
  const odd: unknown[] = [null, [], {}, '1e999', true, { toString: 'x' }, [[[]]], '\u001b[2J'];
  for (const value of odd) {
    const forged = Object.fromEntries(Object.keys(EXEC).map((name) => [name, value]));
    const { number, status, ms, bytes, exitCode, streams } = entry(forged);
    assert.equal([number, status, ms, bytes, exitCode, streams], [null, null, null, null, null, []]);
    assert.type(markerLine(marked(forged)), 'string');
    assert.type(markerLine(marked(forged, 'api.stream')), 'string');
  }
  // JSON has no word for it, but a number that is too large.
  const endless = JSON.parse('{"request":1e999,"ms":-1e999}');
  assert.equal([entry(endless).number, entry(endless).ms], [null, null]);
  const { streams } = entry({ ...EXEC, streams: [null, 1, 'x', { name: 1 }, { name: 'stdout' }, EXEC.streams[0]] });
  assert.equal(streams, EXEC.streams);
});

test('a request that was allowed and is about no object is a description, and nothing else is', () => {
  const description = { ...LIST, resource: null, line: 'GET /api' };
  assert.ok(isDescription(entry(description)));
  for (const other of [LIST, { ...description, verdict: 'deny' }, { ...description, verdict: null }]) {
    assert.not.ok(isDescription(entry(other)));
  }
  assert.not.ok(isDescription(entry(description, 'api.opened')));
});

test('requests come as they ended, and what never ended comes last', async () => {
  const opened = (request: number) => line('api.opened', { ...EXEC, request });
  const found = await requests(
    opened(1),
    opened(2),
    line('api.request', LIST),
    line('api.request', { ...EXEC, request: 1 }),
    line('api.refused', { request: 5, line: 'GET //x', code: 'bad-path', message: 'no' }),
  );
  assert.equal(
    found.map(({ number, state }) => [number, state]),
    [
      [3, 'ended'],
      [1, 'ended'],
      [5, 'refused'],
      [2, 'open'],
    ],
  );
});

test('what a program writes is text of its request, and never a request', async () => {
  const forged = `\n${line('api.request', { ...LIST, request: 9 })}`;
  const lines = [
    line('api.stream', { request: 4, stream: 'stdout', text: forged }),
    line('api.stream', { request: 5, stream: 'stdout', text: 'of another' }),
    encodeEvent(11, 'o', forged).toString(),
    encodeEvent(11, 'i', forged).toString(),
    line('api.request', EXEC),
  ];
  assert.equal(
    (await requests(...lines)).map(({ number }) => number),
    [4],
  );
  const pieces = await read(streamsOf((await openCast(cast(...lines))).events, 4));
  assert.equal(
    pieces.map(({ stream, text }) => [stream, text]),
    [['stdout', forged]],
  );
});

for (const [what, given, text] of [
  ['a list', marked(LIST), 'api.request: 3 list pods default 200 12 ms'],
  ['a program', marked(EXEC), 'api.request: 4 create pods/exec default/web 101 12 ms, exit 3'],
  ['everything', marked({ ...LIST, namespace: null }), 'api.request: 3 list pods 200 12 ms'],
  ['a node', marked({ ...LIST, namespace: null, name: 'n1' }), 'api.request: 3 list pods n1 200 12 ms'],
  ['a description', marked({ ...LIST, resource: null, line: 'GET /api' }), 'api.request: 3 GET /api 200 12 ms'],
  ['no answer', marked({ ...LIST, status: 0 }), 'api.request: 3 list pods default no answer 12 ms'],
  [
    'a denial',
    marked({ ...LIST, verdict: 'deny', status: 0 }),
    'api.request: 3 list pods default denied by rule "kubernetes/look"',
  ],
  [
    'a request that nobody approved',
    marked({ ...LIST, verdict: 'ask', status: 0 }),
    'api.request: 3 list pods default not approved 12 ms',
  ],
  ['an open one', marked(EXEC, 'api.opened'), 'api.opened: 4 create pods/exec default/web opened'],
  ['output', marked({ request: 4, stream: 'stdout', text: 'hi\n' }, 'api.stream'), 'api.stream: 4 stdout: hi\n'],
  [
    'a refused one',
    marked({ request: 5, line: 'GET //x', code: 'bad-path', message: 'no such path' }, 'api.refused'),
    'api.refused: 5 GET //x refused (bad-path: no such path)',
  ],
  [
    'one that nobody could judge',
    marked({ ...LIST, verdict: null, code: 'cannot-preview', status: 0 }, 'api.failed'),
    'api.failed: 3 list pods default not judged (cannot-preview)',
  ],
  [
    'a name that goes on as an end',
    marked({ ...LIST, name: 'x 200 12 ms', status: 403 }),
    'api.request: 3 list pods "default/x 200 12 ms" 403 12 ms',
  ],
] as const) {
  test(`on a line: ${what}`, () => assert.is(markerLine(given), text));
}

test('a summary keeps no long text of markers, and only those that are asked for', async () => {
  const text = 'x'.repeat(1_000_000);
  const lines = Array.from({ length: 20 }, () => line('api.stream', { request: 4, stream: 'stdout', text }));
  const { markers, eventCount } = await summarise(cast(...lines, line('exit', { code: 0 })));
  assert.is(eventCount, 21);
  assert.is(markers.length, 21);
  assert.ok(markers.every(({ label, data }) => label.length + JSON.stringify(data).length < 10_000));
  assert.equal([markers[0]?.data.request, markers[0]?.data.stream], [4, 'stdout']);
  const few = await summarise(cast(...lines, line('exit', { code: 7 })), ({ name }) => name !== 'api.stream');
  assert.equal(
    few.markers.map(({ name }) => name),
    ['exit'],
  );
  assert.equal(few.exit, { kind: 'code', code: 7 });
});

test.run();
