// timeout: 300
// What `recordings show` and `replay` say of a kubectl session: its requests, what programs in pods wrote, and nothing that acts on the
// terminal or deceives who reads it, whatever stands in the file.
import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { encodeEvent, encodeHeader, encodeMarker } from '../../src/lib/recording/asciicast.ts';
import { type CliWorld, cliWorld } from '../helpers/cli.ts';

const test = suite('recordings: requests');

const header = (command: string | null = null) =>
  encodeHeader({
    size: { cols: 80, rows: 24 },
    startedAt: 1_796_003_691_000,
    ...{ term: null, shell: null, title: null },
    facts: {
      session: 's-000000000000',
      ...{ target: 'prod', kind: 'kubectl', principal: 'unix:agent', task: null, terminal: false },
      command,
    },
  });
const line = (name: string, data: Record<string, unknown>) => encodeEvent(10, 'm', encodeMarker(name, data)).toString();
const END = line('exit', { code: 0 });

const request = (number: number, more: Record<string, unknown> = {}) =>
  line('api.request', {
    ...{ request: number, verb: 'get', resource: 'pods', namespace: 'default', name: `p${number}` },
    line: `GET /api/v1/namespaces/default/pods/p${number}`,
    ...{ verdict: 'allow', rule: 'kubernetes/look', status: 200, bytes: 7, ms: 12 },
    ...more,
  });
const description = (number: number) =>
  request(number, { resource: null, namespace: null, name: null, line: 'GET /api' });
const EXEC = {
  ...{ verb: 'create', resource: 'pods/exec', status: 101, rule: 'look-inside', exitCode: 3 },
  line: 'POST /api/v1/namespaces/default/pods/p4/exec?command=sh&command=-c&command=exit%203',
  streams: [
    { name: 'stdin', bytes: 0, sha256: 'e3'.repeat(32) },
    { name: 'stdout', bytes: 3, sha256: 'ab'.repeat(32) },
  ],
};
const piece = (number: number, stream: string, text: string) => line('api.stream', { request: number, stream, text });

function recordingOf(world: CliWorld, ...lines: string[]): string {
  const file = join(world.folder, 'session.cast');
  writeFileSync(file, header() + lines.join('') + END);
  return file;
}

const show = (world: CliWorld, file: string, ...flags: string[]) => world.run(['recordings', 'show', file, ...flags]);
/** What could act on a terminal, or turn text around. */
const ACTS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

test('lists the requests in a table, and counts descriptions of the API', async () => {
  await using world = cliWorld();
  const file = recordingOf(
    world,
    ...[description(1), description(2), request(3), request(4, EXEC)],
    request(5, { verb: 'delete', verdict: 'deny', rule: 'kubernetes/pillars', status: 0, bytes: 0 }),
    line('api.refused', { request: 6, line: 'GET //x', code: 'bad-path', message: 'no such path' }),
    line('api.failed', {
      request: 7,
      verb: 'patch',
      resource: 'pods',
      line: 'PATCH /x',
      code: 'cannot-preview',
      status: 0,
    }),
  );
  const { exit, stdout } = await show(world, file);
  assert.is(exit, 0);
  const table = stdout
    .slice(stdout.indexOf('requests\n'))
    .split('\n')
    .map((row) => row.split(/ {2,}/));
  assert.equal(table, [
    ['requests'],
    ['#', 'VERB', 'RESOURCE', 'NAMESPACE/NAME', 'VERDICT', 'RULE', 'STATUS', 'MS', 'BYTES', 'MORE'],
    ['3', 'get', 'pods', 'default/p3', 'allow', 'kubernetes/look', '200', '12', '7', '-'],
    [
      ...['4', 'create', 'pods/exec', 'default/p4', 'allow', 'look-inside', '101', '12', '7'],
      'exit 3 · stdout 3 B abababababab · sh -c "exit 3"',
    ],
    ['5', 'delete', 'pods', 'default/p5', 'deny', 'kubernetes/pillars', '-', '12', '-', '-'],
    ['6', 'GET', '-', '//x', 'refused', '-', '-', '-', '-', 'bad-path: no such path'],
    ['7', 'patch', 'pods', '-', 'failed', '-', '-', '-', '-', 'cannot-preview'],
    ['and 2 descriptions of the API, which --all lists'],
    [''],
  ]);
  assert.match(stdout, /^command {3}\(request by request\)$/m);
  assert.not.match(stdout.slice(0, stdout.indexOf('requests\n')), /api\./, 'they are no markers beside that');

  const all = (await show(world, file, '--all')).stdout;
  assert.match(all, /^1 {2}get {5}- {10}\/api /m);
  assert.not.match(all, /descriptions/);
  const { json } = await show(world, file, '--json');
  assert.equal(
    json.requests.map(({ number, resource, state }: Record<string, unknown>) => [number, resource, state]),
    [
      [1, null, 'ended'],
      [2, null, 'ended'],
      [3, 'pods', 'ended'],
      [4, 'pods/exec', 'ended'],
      [5, 'pods', 'ended'],
      [6, null, 'refused'],
      [7, 'pods', 'failed'],
    ],
  );
  assert.equal(json.requests[3].streams, EXEC.streams);
  assert.equal(
    json.markers.map(({ name }: { name: string }) => name),
    ['exit'],
  );
});

test('says that a session made no request', async () => {
  await using world = cliWorld();
  const file = recordingOf(world);
  assert.match((await show(world, file)).stdout, /^requests\nnone\n$/m);
  assert.equal((await show(world, file, '--json')).json.requests, []);
});

test('shows one request with what its program wrote and was sent', async () => {
  await using world = cliWorld();
  const file = recordingOf(
    world,
    ...[piece(4, 'stdout', 'name? '), piece(7, 'stdout', 'of another\n'), piece(4, 'stdin', 'ann\n')],
    ...[piece(4, 'stderr', 'oops\n'), request(4, EXEC), request(3)],
  );
  const { exit, stdout } = await show(world, file, '--request', '4');
  assert.is(exit, 0);
  assert.is(
    stdout,
    `request   4 create pods/exec default/p4
line      POST /api/v1/namespaces/default/pods/p4/exec?command=sh&command=-c&command=exit%203
runs      sh -c "exit 3"
judged    allow by rule "look-inside"
ended     101 12 ms, exit 3, 7 bytes for the client
stdin     0 bytes, sha256 ${'e3'.repeat(32)}
stdout    3 bytes, sha256 ${'ab'.repeat(32)}

stdout | name? 
stdin  | ann
stderr | oops
`,
  );
  assert.not.match((await show(world, file, '--request', '3')).stdout, / \| |none is kept/);
  const { json } = await show(world, file, '--request', '4', '--json');
  assert.is(json.request.number, 4);
  assert.equal(
    json.streams.map(({ stream, text }: Record<string, unknown>) => [stream, text]),
    [
      ['stdout', 'name? '],
      ['stdin', 'ann\n'],
      ['stderr', 'oops\n'],
    ],
  );
  for (const flags of [[], ['--json']]) {
    const unknown = await show(world, file, '--request', '9', ...flags);
    assert.is(unknown.exit, 64);
    assert.match(`${unknown.stdout}${unknown.stderr}`, /has no request 9/);
  }
});

test('says who approved a request, also where the server never answered, and where nobody did', async () => {
  await using world = cliWorld();
  const approval = { request: 'r-j59m7cn0', by: ['ann', 'bob smith'] };
  const asked = { verb: 'patch', verdict: 'ask', rule: 'scale' };
  const file = recordingOf(
    world,
    ...[request(3, { ...asked, approval }), request(4, { ...asked, status: 0, bytes: 0 })],
    request(5, { ...asked, status: 0, approval: { request: 'r-j59m7cn1', by: ['ann'] } }),
    // A file may say anything.
    ...[
      request(6, { ...asked, approval: { by: 'ann' } }),
      request(7, { ...asked, approval: { request: 'r', by: [1] } }),
    ],
    request(8, { ...asked, approval: 'ann' }),
    line('api.opened', { request: 9, ...EXEC, approval }),
  );
  const { stdout } = await show(world, file);
  const verdicts = stdout
    .slice(stdout.indexOf('requests\n'))
    .split('\n')
    .slice(2, -1)
    .map((row) => row.split(/ {2,}/).slice(4, 7));
  assert.equal(verdicts, [
    ['approved by ann, "bob smith"', 'scale', '200'],
    ['ask', 'scale', '-'],
    ['approved by ann', 'scale', '-'],
    ['ask', 'scale', '200'],
    ['approved by', 'scale', '200'],
    ['ask', 'scale', '200'],
    ['approved by ann, "bob smith"', 'look-inside', '101'],
  ]);
  const one = async (number: number) => (await show(world, file, '--request', String(number))).stdout;
  assert.match(
    await one(3),
    /^judged {4}ask by rule "scale"\napproval {2}approved by ann, "bob smith", request r-j59m7cn0$/m,
  );
  assert.match(await one(4), /^ended {5}not approved 12 ms/m);
  assert.match(await one(5), /^ended {5}no answer 12 ms/m);
  const { json } = await show(world, file, '--json');
  assert.equal(json.requests[0].approval, approval);
  assert.is(json.requests[1].approval, null);
});

test('says of what was only counted that it is not kept', async () => {
  await using world = cliWorld();
  const streams = [{ name: 'sent', bytes: 9, sha256: 'ab'.repeat(32) }];
  const file = recordingOf(world, request(4, { ...EXEC, resource: 'pods/portforward', streams }));
  const { stdout } = await show(world, file, '--request', '4');
  assert.match(stdout, /^sent {6}9 bytes, sha256 (ab){32}\ntext {6}none is kept: .*\n$/m);
});

test('nothing in a recording acts on the terminal, or passes for a request or for another stream', async () => {
  await using world = cliWorld();
  const evil =
    '\u001b[2J\u202e\u0007\u009b1;1H\r\nrequests\n9  get  pods  default/forged  allow  x  200\n\u2028stdin  | forged\n';
  const file = recordingOf(
    world,
    ...[piece(4, 'stdout', evil), piece(4, `stdin${evil}`, 'x'), piece(4, 'stdout', `\n${request(9)}`)],
    request(4, {
      ...EXEC,
      ...{ verb: evil, namespace: evil, name: evil, rule: evil, verdict: evil },
      line: `POST /x?command=${encodeURIComponent(evil)}`,
      streams: [{ name: evil, bytes: 1, sha256: evil }],
    }),
    line('api.refused', { request: 5, line: evil, code: evil, message: evil }),
  );
  const list = await show(world, file);
  const one = await show(world, file, '--request', '4');
  for (const { exit, stdout, stderr } of [list, one]) {
    assert.is(exit, 0, stderr);
    assert.not.match(stdout, ACTS);
    assert.not.match(stdout, /^(9|stdin) /m);
  }
  assert.is(list.stdout.match(/^requests$/gm)?.length, 1);
  assert.equal(
    (await show(world, file, '--json')).json.requests.map(({ number }: { number: number }) => number),
    [4, 5],
  );
  const replayed = await world.run(['replay', file, '--no-wait', '--markers']);
  assert.is(replayed.exit, 0);
  assert.not.match(replayed.stderr.replaceAll('\r\n', '\n'), ACTS);
  assert.match(replayed.stderr, /api\.stream: 4 stdout: \\u\{1b\}\[2J/);
  assert.match(replayed.stderr, /note: this session had no terminal; its requests: sallyport recordings show /);
});

test('lists ten thousand requests, and programs that wrote 100 MB, in little memory', async () => {
  await using world = cliWorld();
  const file = join(world.folder, 'long.cast');
  const out = createWriteStream(file);
  const put = async (text: string) => void (out.write(text) || (await once(out, 'drain')));
  await put(header());
  const text = 'x'.repeat(1_000_000);
  for (let number = 1; number <= 10_000; number += 1) {
    await put(request(number, { line: `GET /api/v1/pods?labelSelector=${'y'.repeat(2000)}` }));
    if (number % 100 === 0) await put(piece(number, 'stdout', text));
  }
  out.end(END);
  await finished(out);
  const env = { NODE_OPTIONS: '--max-old-space-size=64' };
  const run = (...flags: string[]) => world.run(['recordings', 'show', file, ...flags], { env });
  const list = await run();
  assert.is(list.exit, 0, list.stderr);
  assert.is(list.stdout.match(/^\d+ +get +pods/gm)?.length, 10_000);
  const { exit, json } = await run('--json');
  assert.is(exit, 0);
  assert.is(json.requests.length, 10_000);
  const one = await run('--request', '100');
  assert.is(one.exit, 0, one.stderr);
  assert.ok(one.stdout.length > 1_000_000);
});

test.run();
