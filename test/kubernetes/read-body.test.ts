// A body that two readers could take for two things is read by nobody.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PROTOBUF, readBody } from '../../src/lib/kubernetes/request/read-body.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../src/lib/kubernetes/request/refused-request.ts';
import type { ParsedBody } from '../../src/lib/ports/api-gate.ts';

const test = suite('read-body');

type Body = string | Uint8Array;

function read(method: string, type: string, body: Body): ParsedBody {
  const request = readRequest(method, '/api/v1/namespaces/shop/configmaps/web');
  return readBody(request, { type, bytes: typeof body === 'string' ? Buffer.from(body) : body });
}

function refusal(method: string, type: string, body: Body): RefusedRequest {
  try {
    read(method, type, body);
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
  throw new Error(`was read: ${Buffer.from(body).toString().slice(0, 200)}`);
}

const SSA = 'application/apply-patch+yaml';
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
/** Text in which `<22>` stands for a byte. */
const raw = (text: string) =>
  Buffer.from(
    text.replace(/<(..)>/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );

const MALFORMED: readonly (readonly [string, Body, RegExp])[] = [
  ['nothing but blanks', ' \n', /not one value/],
  ['two values', '{"a":1}{"a":2}', /not one value/],
  ['bytes after the value', '{"a":1}\0', /not one value/],
  ['a value that is cut', '{"a":{"b":1}', /not one value/],
  ['a text that is cut', '{"a":"b', /not one value/],
  ['a text that ends in a backslash', '{"a":"b\\', /not one value/],
  ['a comma at the end', '{"a":1,}', /not one value/],
  ['comments', '{"a":1/*"b":2*/}', /not one value/],
  ['a line end in a text', '{"a":"b\nc"}', /not one value/],
  ['NaN', '{"a":NaN}', /not one value/],
  ['a list', '[{"a":1}]', /no object/],
  ['a text', '"a"', /no object/],
  ['null', 'null', /no object/],
  ['a field twice', '{"a":1,"b":2,"a":3}', /field "a" twice/],
  ['a field twice, deep in a list', '{"x":[1,{"y":[{"b":1,"c":{},"b":[]}]}]}', /field "b" twice/],
  ['a field twice, once by an escape', '{"spec":1,"sp\\u0065c":2}', /field "spec" twice/],
  ['"__proto__" twice', '{"__proto__":{"a":1},"__proto__":{}}', /twice/],
  ['129 levels', nested(129), /nested/],
  ['lists without end', '['.repeat(1_000_000), /nested/],
  ['half of a pair', '{"a":"\\ud83d"}', /surrogate/],
  ['half of a pair as a name', '{"\\udc00":1}', /surrogate/],
  ['a NUL', '{"a":"b\\u0000c"}', /NUL/],
  ['a number without end', `{"a":${'1'.repeat(400)}}`, /number/],
  ['a whole number beyond 2^53', '{"a":9007199254740993}', /number/],
  ['infinity', '{"a":1e999}', /number/],
  ['more digits than a double has', `{"a":0.${'1'.repeat(40)}}`, /number/],
  ['bytes that are no UTF-8', raw('{"a":"<ff>"}'), /UTF-8/],
  ['a character that is longer than needed', raw('{"a":"<c0><af>"}'), /UTF-8/],
  ['half of a pair as UTF-8', raw('{"a":"<ed><a0><80>"}'), /UTF-8/],
  ['a byte order mark', raw('<ef><bb><bf>{"a":1}'), /byte order/],
  ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), /not one value/],
];

for (const [what, body, why] of MALFORMED) {
  test(`${what}: refused as JSON`, () => {
    const { code, status, message } = refusal('POST', 'application/json', body);
    assert.is(code, 'malformed-body');
    assert.is(status, 400);
    assert.match(message, why);
  });
}

test('what is read is what stands there', () => {
  const text =
    '{"kind":"ConfigMap","data":{"a":"\\ud83d\\ude00 \\"{}[],:","A":"","__proto__":"x"},"n":[-1,1.5e3,0,true,null,{},[]]}';
  const parsed = read('POST', 'application/json', text);
  assert.is(parsed.kind, 'object');
  assert.is(JSON.stringify(parsed.kind === 'object' && parsed.object), JSON.stringify(JSON.parse(text)));
  assert.is(({} as { x?: unknown }).x, undefined);
  assert.is(read('POST', 'application/json', nested(128)).kind, 'object');
  assert.is(read('PATCH', 'application/merge-patch+json', ' {"a":null}\r\n').kind, 'object');
  assert.is(read('DELETE', 'application/json', '{"propagationPolicy":"Background"}').kind, 'object');
  assert.equal(readBody(readRequest('DELETE', '/api/v1/namespaces/x/pods'), null), { kind: 'none' });
});

test('a large body is read in a moment', () => {
  const body = JSON.stringify({
    data: Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`key-${i}`, '\\"x'.repeat(20)])),
  });
  const from = performance.now();
  read('POST', 'application/json', body);
  assert.ok(performance.now() - from < 1500, `${body.length} bytes took ${performance.now() - from} ms`);
});

test('a JSON patch is a list of objects, and nothing else', () => {
  const type = 'application/json-patch+json';
  assert.equal(read('PATCH', type, '[{"op":"remove","path":"/a"}]'), {
    kind: 'list',
    list: [{ op: 'remove', path: '/a' }],
  });
  for (const body of ['{"op":"remove"}', '[[]]', '[null]', '"a"']) {
    assert.match(refusal('PATCH', type, body).message, /no list of operations/);
  }
  assert.match(refusal('PATCH', type, '[{"op":"test","op":"remove"}]').message, /twice/);
});

test('protobuf is known by its first bytes, and is for objects alone', () => {
  const bytes = Buffer.from('k8s\0\n\x0a');
  assert.equal(read('POST', PROTOBUF, bytes), { kind: 'protobuf' });
  assert.equal(read('PUT', PROTOBUF, bytes), { kind: 'protobuf' });
  assert.is(refusal('POST', PROTOBUF, '{"a":1}').code, 'malformed-body');
  assert.is(refusal('DELETE', PROTOBUF, bytes).code, 'malformed-body');
  assert.is(refusal('PATCH', PROTOBUF, bytes).status, 415);
});

const TYPES: readonly (readonly [string, string])[] = [
  ['GET', 'application/json'],
  ['PATCH', 'application/json'],
  ['POST', 'application/merge-patch+json'],
  ['PUT', SSA],
  ['DELETE', 'application/yaml'],
  ['POST', 'application/cbor'],
  ['POST', 'constructor'],
  ['POST', ''],
];
for (const [method, type] of TYPES) {
  test(`${method} with "${type}": refused`, () => {
    const { code, status } = refusal(method, type, '{}');
    assert.is(code, 'unreadable-body');
    assert.is(status, 415);
  });
}

const BAD_YAML: readonly (readonly [string, string, RegExp])[] = [
  ['two documents', 'a: 1\n---\nb: 1\n', /one document/],
  ['no document', '# nothing\n', /no object|one document/],
  ['anchors', 'a: &x {b: 1}\nc: 1\n', /anchors/],
  ['references', 'a: &x 1\nb: *x\n', /anchors/],
  ['tags', 'a: !!str 5\n', /tags/],
  ['tags of nobody', 'a: !ruby/object x\n', /doubts|tags/],
  ['binary', 'a: !!binary aGk=\n', /tags/],
  ['directives', '%YAML 1.1\n---\na: 1\n', /directives/],
  ['a field twice', 'a: 1\nb: 2\na: 3\n', /doubts/],
  ['a field twice in JSON', '{"a":1,"a":2}', /twice/],
  ['yes, which is true for some', 'privileged: yes\n', /1\.1 and 1\.2/],
  ['y as a field', 'y: 1\n', /1\.1 and 1\.2|no text/],
  ['octal numbers', 'mode: 0777\n', /1\.1 and 1\.2/],
  ['numbers by the sixties', 'at: 1:30\n', /1\.1 and 1\.2/],
  ['dates', 'at: 2026-01-01\n', /1\.1 and 1\.2/],
  ['numbers with strokes', 'at: 1_000\n', /1\.1 and 1\.2/],
  ['merged fields', 'a: 1\n<<: {b: 2}\n', /1\.1 and 1\.2|no text/],
  ['merged fields in JSON', '{"<<":{"b":2}}', /merge/],
  ['infinity', 'a: .inf\n', /number/],
  ['numbers beyond 2^53', 'a: 9007199254740993\n', /number/],
  ['a list as a field', '? [a]\n: 1\n', /no text/],
  ['a line end for some readers', '{"a":"b\u2028c"}', /line end/],
  ['another line end for some readers', 'a: "b\u0085c"\n', /line end/],
  ['controls', 'a: "b\u0007c"\n', /control/],
  ['a lone carriage return', 'a: 1\rb: 2\n', /control/],
  ['129 levels', Array.from({ length: 140 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'), /nested/],
  ['129 levels on one line', `a: ${'['.repeat(140)}${']'.repeat(140)}`, /nested/],
  ['brackets without end', `a: ${'['.repeat(30_000)}`, /nested/],
  ['brackets without end, after ones that close nothing', `a: ]]]]]]${'['.repeat(30_000)}`, /nested/],
  ['questions without end', `${'? '.repeat(20_000)}a\n`, /nested/],
  ['questions without end in brackets', `a: [${'? '.repeat(20_000)}a]\n`, /nested|doubts/],
  ['lists in lists without end', `${'- '.repeat(20_000)}a\n`, /nested/],
  ['tagged lists in lists', `${'- !a '.repeat(12_000)}a\n`, /nested/],
  ['pairs in pairs without end', `a: {${'a: '.repeat(20_000)}a}\n`, /nested/],
  ['more than 64 KiB', `a: |\n${'  x\n'.repeat(20_000)}`, /64 KiB/],
  ['a tab as indentation', 'a:\n\tb: 1\n', /doubts|no object|control/],
];

for (const [what, body, why] of BAD_YAML) {
  test(`${what}: refused as YAML`, () => {
    const { code, message } = refusal('PATCH', SSA, body);
    assert.is(code, 'malformed-body');
    assert.match(message, why);
  });
}

test('plain YAML is read as the JSON it stands for', () => {
  const text =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web, labels: {"app": \'web\'}}\ndata:\n  a: |\n    one\n    two\n  b: "1_000"\n  c: 10Gi\n  d: 3.5\n  e: true\n  f: ~\nlist:\n- 1\n- x: y z\n';
  const parsed = read('PATCH', SSA, text);
  assert.equal(parsed, {
    kind: 'object',
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web', labels: { app: 'web' } },
      data: { a: 'one\ntwo\n', b: '1_000', c: '10Gi', d: 3.5, e: true, f: null },
      list: [1, { x: 'y z' }],
    },
  });
  assert.is(read('POST', 'application/yaml', '{"kind":"ConfigMap","data":{"a":"\\ud83d\\ude00"}}').kind, 'object');
});

test.run();
