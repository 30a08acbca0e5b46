// timeout: 120
// Much at once through one endpoint: bodies without an end, many watches, and what is asked beside them.
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect as connectHttp2, type Http2ServerResponse } from 'node:http2';
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../src/lib/core/clock.ts';
import { readRequest } from '../../../src/lib/kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../../src/lib/kubernetes/request/refused-request.ts';
import { MOST_REQUESTS } from '../../../src/lib/targets/kubectl/endpoint.ts';
import { HeldBytes } from '../../../src/lib/targets/kubectl/held-bytes.ts';
import { relayReply } from '../../../src/lib/targets/kubectl/relay.ts';
import { releasesOf } from '../../../src/lib/targets/kubectl/session-endpoint.ts';
import { type ApiEndpoint, apiEndpoint } from '../../helpers/api-endpoint.ts';
import { fakeApiServer, says } from '../../helpers/fake-api-server.ts';
import { knownMask } from '../../helpers/known-mask.ts';
import { soon } from '../../helpers/stream-world.ts';

const test = suite('load');

const MIB = 1024 * 1024;
const PODS = '/api/v1/namespaces/shop/pods';

/** Writes until it is stopped or 100 MiB are written; how much that was. */
async function pour(sink: NodeJS.WritableStream, isStopped: () => boolean): Promise<number> {
  const piece = Buffer.alloc(64 * 1024, 'x');
  sink.setMaxListeners(0);
  let sent = 0;
  while (sent < 100 * MIB && !isStopped()) {
    if (!sink.write(piece)) await Promise.race([once(sink, 'drain'), once(sink, 'close')]).catch(() => {});
    sent += piece.length;
  }
  return sent;
}

async function pourHttp1({ endpoint, ca, token }: ApiEndpoint) {
  const agent = new Agent({ ca });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = request({ agent, host: '127.0.0.1', port: endpoint.port, path: PODS, method: 'POST', headers });
  let status = 0;
  let isOver = false;
  sent.on('response', (reply) => {
    status = reply.statusCode ?? 0;
    reply.resume();
  });
  sent.on('error', () => {});
  sent.on('close', () => {
    isOver = true;
  });
  await pour(sent, () => isOver || status !== 0);
  await soon(() => status !== 0 || isOver, 'an answer');
  agent.destroy();
  return status;
}

async function pourHttp2({ endpoint, ca, token }: ApiEndpoint) {
  const session = connectHttp2(`https://127.0.0.1:${endpoint.port}`, { ca });
  session.on('error', () => {});
  const stream = session.request({
    ...{ ':path': PODS, ':method': 'POST', authorization: `Bearer ${token}` },
    'content-type': 'application/json',
  });
  let status = 0;
  let isOver = false;
  stream.on('response', (head) => {
    status = Number(head[':status']);
  });
  stream.on('error', () => {});
  stream.on('close', () => {
    isOver = true;
  });
  stream.resume();
  await pour(stream, () => isOver || status !== 0);
  await soon(() => status !== 0 || isOver, 'an answer');
  session.destroy();
  return status;
}

for (const [version, post] of [
  ['HTTP/1.1', pourHttp1],
  ['HTTP/2', pourHttp2],
] as const) {
  test(`${version}: a body of 100 MiB is refused in words, and not kept`, async () => {
    await using server = await fakeApiServer((_, response) => says(response, 200, {}));
    await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none' });
    const before = process.memoryUsage().rss;
    for (let turn = 0; turn < 3; turn++) assert.is(await post(api), 413);
    assert.ok(process.memoryUsage().rss - before < 80 * MIB);
    assert.equal([api.refusals, api.asked, server.asked], [Array(3).fill('body-too-large'), [], []]);
  });
}

test('requests keep no more at once than there is room for, and give it back', () => {
  const held = new HeldBytes();
  const [first, second] = [held.share(), held.share()];
  first.take(40 * MIB);
  assert.throws(
    () => second.take(40 * MIB),
    (error: unknown) => error instanceof RefusedRequest && error.status === 429 && error.code === 'too-much-at-once',
  );
  second.take(24 * MIB);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  second.take(40 * MIB);
  assert.throws(() => second.take(1));
});

for (const [version, post] of [
  ['HTTP/1.1', postHttp1],
  ['HTTP/2', postHttp2],
] as const) {
  test(`${version}: what a body took is there again for the next`, async () => {
    await using server = await fakeApiServer((_, response) => says(response, 200, {}));
    await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none' });
    const body = Buffer.from(JSON.stringify({ kind: 'Pod', spec: 'x'.repeat(2.9 * MIB) }));
    // More than 64 MiB in all.
    for (let turn = 0; turn < 24; turn++) assert.is(await post(api, body), 200);
  });
}

async function postHttp1({ endpoint, ca, token }: ApiEndpoint, body: Buffer): Promise<number> {
  const agent = new Agent({ ca });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = request({ agent, host: '127.0.0.1', port: endpoint.port, path: PODS, method: 'POST', headers });
  sent.end(body);
  const [reply] = await once(sent, 'response');
  for await (const _ of reply);
  agent.destroy();
  return reply.statusCode;
}

async function postHttp2({ endpoint, ca, token }: ApiEndpoint, body: Buffer): Promise<number> {
  const session = connectHttp2(`https://127.0.0.1:${endpoint.port}`, { ca });
  const head = { ':path': PODS, ':method': 'POST', 'content-type': 'application/json' };
  const stream = session.request({ ...head, authorization: `Bearer ${token}` });
  stream.end(body);
  const [reply] = await once(stream, 'response');
  for await (const _ of stream);
  session.destroy();
  return Number(reply[':status']);
}

test('80 watches go on beside each other, and a request beside them is answered at once', async () => {
  const watches = new Set<ServerResponse>();
  await using server = await fakeApiServer(({ target }, response) => {
    if (!target.includes('watch=')) {
      says(response, 200, { kind: 'PodList', items: [] });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.add(response);
  });
  await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none' });
  const session = connectHttp2(`https://127.0.0.1:${api.endpoint.port}`, { ca: api.ca });
  session.on('error', () => {});
  const authorization = `Bearer ${api.token}`;
  let events = 0;
  for (let at = 0; at < 80; at++) {
    const stream = session.request({ ':path': `${PODS}?watch=1&limit=${at}`, authorization });
    stream.on('error', () => {});
    stream.on('data', (bytes) => {
      events += bytes.toString().split('\n').length - 1;
    });
  }
  await soon(() => watches.size === 80, 'all watches');
  const began = performance.now();
  const list = session.request({ ':path': PODS, authorization });
  const [head] = await once(list, 'response');
  assert.is(head[':status'], 200);
  assert.ok(performance.now() - began < 1000, 'it waits for a watch');
  const event = `${JSON.stringify({ type: 'MODIFIED', object: { kind: 'Pod', metadata: { name: 'web' } } })}\n`;
  for (const watch of watches) watch.write(event);
  await soon(() => events === 80, 'an event of each');
  // What one of them leaves is not there for the next.
  session.destroy();
  await soon(() => [...watches].every(({ destroyed }) => destroyed), 'the end of all watches');
  await soon(() => api.outcomes.length === 81, 'the outcomes');
});

test('more requests at once than one session may have are told to come later', async () => {
  let release = () => {};
  const released = new Promise<string>((resolve) => {
    release = () => resolve('over');
  });
  await using server = await fakeApiServer((_, response) => says(response, 200, {}));
  await using api = await apiEndpoint({ upstream: server.upstream, secret: 'none', deny: () => released });
  const sessions = [0, 1].map(() => connectHttp2(`https://127.0.0.1:${api.endpoint.port}`, { ca: api.ca }));
  const ask = (at: number) => {
    const stream = sessions[at % 2]?.request({ ':path': PODS, authorization: `Bearer ${api.token}` });
    stream?.on('error', () => {}).resume();
    return stream;
  };
  const waiting = Array.from({ length: MOST_REQUESTS }, (_, at) => ask(at));
  await soon(() => api.asked.length === MOST_REQUESTS, 'all questions');
  const late = ask(0);
  const [head] = await once(late as NodeJS.EventEmitter, 'response');
  assert.equal([head[':status'], head['retry-after']], [429, '1']);
  const answers = Promise.all(waiting.map((stream) => once(stream as NodeJS.EventEmitter, 'response')));
  release();
  for (const [answer] of await answers) assert.is(answer[':status'], 403);
  const after = ask(0);
  const [then] = await once(after as NodeJS.EventEmitter, 'response');
  assert.is(then[':status'], 403);
  for (const session of sessions) session.destroy();
});

test('a client that goes between two pieces is not waited for', async () => {
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => {},
    end: () => {},
    write() {
      response.emit('close');
      return false;
    },
  });
  const reply = Object.assign(Readable.from([Buffer.from('{}')]), { statusCode: 200, headers: {} });
  const gate = { labelOf: () => '', replyMask: () => knownMask('none') };
  const held = new HeldBytes().share();
  const relayed = relayReply(
    readRequest('GET', PODS),
    reply as unknown as IncomingMessage,
    { response: response as unknown as Http2ServerResponse, held },
    { gate, releases: releasesOf(gate), clock: systemClock },
  );
  const outcome = await Promise.race([relayed.catch(() => 'gone'), delay(2000, 'waits')]);
  assert.is(outcome, 'gone');
});

test('what was held back does not overtake what a slow client has not taken yet', async () => {
  const written: string[] = [];
  const response = Object.assign(new EventEmitter(), {
    writeHead: () => {},
    end: () => {},
    write(bytes: Uint8Array) {
      written.push(Buffer.from(bytes).toString());
      setTimeout(() => response.emit('drain'), 300);
      return false;
    },
  });
  const pieces = async function* () {
    yield Buffer.from('x');
    await delay(1200);
  };
  const reply = Object.assign(pieces(), { statusCode: 200, headers: {} });
  let holds = true;
  const mask = {
    push: () => [Buffer.from('a'), Buffer.from('b')],
    get holding() {
      return holds;
    },
    expire() {
      holds = false;
      return [Buffer.from('c')];
    },
    flush: () => [],
  };
  const masks = [knownMask('none'), mask];
  const gate = { labelOf: () => '', replyMask: () => masks.shift() ?? mask };
  await relayReply(
    readRequest('GET', PODS),
    reply as unknown as IncomingMessage,
    { response: response as unknown as Http2ServerResponse, held: new HeldBytes().share() },
    { gate, releases: releasesOf(gate), clock: systemClock },
  );
  assert.equal(written, ['a', 'b', 'c']);
});

test.run();
