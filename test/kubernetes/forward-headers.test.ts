// What of a client's headers reaches the server, and in which form replies come back.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { forwardHeaders, type HeadersIn } from '../../src/lib/kubernetes/request/forward-headers.ts';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../src/lib/kubernetes/request/refused-request.ts';

const test = suite('forward-headers');

const PODS = readRequest('GET', '/api/v1/pods');
const APPLY = readRequest('PATCH', '/apis/apps/v1/namespaces/shop/deployments/web');
const DISCOVERY = readRequest('GET', '/openapi/v2');

const refusedAs = (code: string, status: number) => (error: unknown) =>
  error instanceof RefusedRequest && error.code === code && error.status === status;

for (const name of [
  'impersonate-user',
  'impersonate-group',
  'impersonate-uid',
  'impersonate-extra-x',
  'x-remote-user',
  'x-remote-group',
]) {
  test(`${name} is refused`, () => {
    assert.throws(() => forwardHeaders(PODS, { [name]: 'system:masters' }, false), refusedAs('impersonation', 403));
    assert.throws(() => forwardHeaders(DISCOVERY, { [name]: ['a', 'b'] }, false), refusedAs('impersonation', 403));
  });
}

test('nothing else that says who or what stands behind a request goes on', () => {
  const sent = forwardHeaders(
    APPLY,
    {
      ...{
        authorization: 'Bearer mine',
        cookie: 'a=b',
        'x-forwarded-for': '10.0.0.1',
        forwarded: 'for=a',
        host: 'evil',
      },
      ...{
        connection: 'x-drop',
        te: 'trailers',
        'transfer-encoding': 'chunked',
        'content-length': '7',
        expect: '100-continue',
      },
      ...{ 'x-http-method-override': 'DELETE', 'kubectl-command': 'kubectl get', 'user-agent': 'kubectl/v1.32.0' },
      'content-type': 'application/json',
    },
    true,
  );
  assert.equal(Object.keys(sent).sort(), ['accept', 'accept-encoding', 'content-type', 'user-agent']);
});

const ACCEPTS: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['application/vnd.kubernetes.protobuf', 'application/json'],
  ['application/vnd.kubernetes.protobuf,application/json', 'application/json'],
  ['application/yaml', 'application/json'],
  ['application/cbor, application/json', 'application/json'],
  [
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  ],
  [
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json',
  ],
];

for (const [accept, expected] of ACCEPTS) {
  test(`objects come as JSON where a client accepts ${accept}`, () => {
    const headers: HeadersIn = { accept, 'accept-encoding': 'gzip' };
    assert.equal(forwardHeaders(PODS, headers, false), { accept: expected, 'accept-encoding': 'identity' });
  });
}

test('descriptions of the API come as the client has them, compressed and from its cache', () => {
  const headers = {
    accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
    'accept-encoding': 'gzip',
    'if-none-match': '"a"',
  };
  assert.equal(forwardHeaders(DISCOVERY, headers, false), headers);
});

const BODIES: readonly (readonly [string | undefined, string])[] = [
  [undefined, 'application/json'],
  ['application/json', 'application/json'],
  ['Application/JSON; charset=UTF-8', 'application/json'],
  ...[
    'application/strategic-merge-patch+json',
    'application/merge-patch+json',
    'application/json-patch+json',
    'application/apply-patch+yaml',
    'application/yaml',
    'application/vnd.kubernetes.protobuf',
  ].map((type) => [type, type] as const),
];
for (const [type, sent] of BODIES) {
  test(`a body of ${type} is sent as ${sent}`, () => {
    assert.is(forwardHeaders(APPLY, { 'content-type': type }, true)['content-type'], sent);
  });
}

for (const headers of [
  { 'content-type': 'application/vnd.kubernetes.protobuf;type=Pod' },
  { 'content-type': 'application/cbor' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/json;as=Table' },
  { 'content-type': 'text/plain' },
  { 'content-type': '' },
  { 'content-type': 'application/json', 'content-encoding': 'gzip' },
]) {
  test(`a body is refused that comes with ${JSON.stringify(headers)}`, () => {
    assert.throws(() => forwardHeaders(APPLY, headers, true), refusedAs('unreadable-body', 415));
    assert.is(forwardHeaders(APPLY, headers, false)['content-type'], undefined);
  });
}

test.run();
