// What a request asks for, and which forms are let through to nobody.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readRequest } from '../../src/lib/kubernetes/request/read-request.ts';
import { RefusedRequest } from '../../src/lib/kubernetes/request/refused-request.ts';
import { printQuery } from '../../src/lib/kubernetes/request/request-query.ts';

const test = suite('read-request');

/** Method and target, and `verb group/version resource[/subresource] namespace name` with "-" for what is not there. */
const READ: readonly (readonly [string, string])[] = [
  ['GET /api/v1/namespaces/shop/pods/web-1', 'get /v1 pods shop web-1'],
  ['GET /api/v1/namespaces/shop/pods', 'list /v1 pods shop -'],
  ['GET /api/v1/pods?limit=500', 'list /v1 pods - -'],
  ['GET /api/v1/pods?watch=1&resourceVersion=7', 'watch /v1 pods - -'],
  ['GET /api/v1/pods?watch', 'watch /v1 pods - -'],
  ['GET /api/v1/pods?watch=false', 'list /v1 pods - -'],
  ['GET /api/v1/namespaces/shop/pods/web-1?watch=true', 'get /v1 pods shop web-1'],
  ['GET /api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Ddb', 'list /v1 secrets shop db'],
  ['GET /api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Ddb&watch=1', 'watch /v1 secrets shop db'],
  ['GET /api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%21%3Ddb', 'list /v1 secrets shop -'],
  ['GET /api/v1/namespaces', 'list /v1 namespaces - -'],
  ['GET /api/v1/namespaces/shop', 'get /v1 namespaces shop shop'],
  ['PUT /api/v1/namespaces/shop/status', 'update /v1 namespaces/status shop shop'],
  ['PUT /api/v1/namespaces/shop/finalize', 'update /v1 namespaces/finalize shop shop'],
  ['DELETE /api/v1/namespaces/shop', 'delete /v1 namespaces shop shop'],
  ['DELETE /api/v1/namespaces/shop/pods', 'deletecollection /v1 pods shop -'],
  ['DELETE /api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb', 'deletecollection /v1 pods shop -'],
  ['POST /apis/apps/v1/namespaces/shop/deployments?fieldManager=kubectl', 'create apps/v1 deployments shop -'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale', 'patch apps/v1 deployments/scale shop web'],
  [
    'PUT /apis/rbac.authorization.k8s.io/v1/clusterroles/system:node',
    'update rbac.authorization.k8s.io/v1 clusterroles - system:node',
  ],
  [
    'PUT /apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode',
    'update rbac.authorization.k8s.io/v1 clusterroles - system:node',
  ],
  ['GET /api/v1/namespaces/shop/pods/web/log?follow=true&container=app', 'get /v1 pods/log shop web'],
  [
    'GET /api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c&command=id&stdout=true',
    'create /v1 pods/exec shop web',
  ],
  ['POST /api/v1/namespaces/shop/pods/web/exec?command=id', 'create /v1 pods/exec shop web'],
  ['GET /api/v1/namespaces/shop/pods/web/portforward?ports=80&ports=81', 'create /v1 pods/portforward shop web'],
  ['POST /api/v1/namespaces/shop/pods/web/eviction', 'create /v1 pods/eviction shop web'],
  ['POST /api/v1/namespaces/shop/serviceaccounts/ci/token', 'create /v1 serviceaccounts/token shop ci'],
  [
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    'create authorization.k8s.io/v1 selfsubjectaccessreviews - -',
  ],
];

for (const [line, expected] of READ) {
  test(`${line} asks to ${expected}`, () => {
    const [method = '', target = ''] = line.split(' ');
    const { subject } = readRequest(method, target);
    if (subject.kind !== 'resource') return assert.unreachable('it is of a resource');
    const { verb, group, version, resource, subresource, namespace, name } = subject;
    const what = subresource === null ? resource : `${resource}/${subresource}`;
    assert.is(`${verb} ${group}/${version} ${what} ${namespace ?? '-'} ${name ?? '-'}`, expected);
  });
}

for (const path of [
  '/api',
  '/api/',
  '/apis',
  '/api/v1',
  '/apis/apps',
  '/apis/apps/v1',
  '/version',
  '/openapi/v2',
  '/openapi/v3/apis/apps/v1?',
  '/openapi/v3/api/v1?hash=0aF9&timeout=32s',
  '/livez',
  '/readyz/ping',
]) {
  test(`${path} is discovery`, () => {
    assert.equal(readRequest('GET', path).subject, { kind: 'discovery', verb: 'get' });
  });
}

const REFUSED: readonly (readonly [string, number, string])[] = [
  ['GET //api/v1/pods', 400, 'bad-path'],
  ['GET /api//v1/pods', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods//', 400, 'bad-path'],
  ['GET /api/v1/./pods', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/../kube-system/secrets', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/%2e%2e/secrets', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/.%2E/secrets', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%2fexec', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%2Fexec', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%252fexec', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%5cb', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%00b', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%0d%0aHost:b', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/a%3Fwatch=1', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/%', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/%zz', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/%c0%af', 400, 'bad-path'],
  ['GET /api/v1/namespaces/shop/pods/\u00e4', 400, 'bad-path'],
  ['GET http://127.0.0.1/api/v1/pods', 400, 'bad-path'],
  ['GET *', 400, 'bad-path'],
  ['GET /api/v1/pods#x', 400, 'bad-target'],
  [`GET /${'a/'.repeat(20)}b`, 400, 'bad-path'],
  [`GET /api/v1/namespaces/${'a'.repeat(5000)}`, 400, 'bad-path'],
  ['GET /API/v1/pods', 404, 'no-such-path'],
  ['GET /api/v1/PODS', 404, 'no-such-path'],
  ['GET /api/v1/Secrets', 404, 'no-such-path'],
  ['GET /', 404, 'no-such-path'],
  ['GET /metrics', 404, 'no-such-path'],
  ['GET /logs/kube-apiserver.log', 404, 'no-such-path'],
  ['GET /debug/pprof', 404, 'no-such-path'],
  ['POST /version', 404, 'no-such-path'],
  ['GET /.well-known/openid-configuration', 404, 'no-such-path'],
  ['GET /api/v1/namespaces/shop/pods/web/log/more', 404, 'no-such-path'],
  ['GET /api/v1/watch/namespaces/shop/secrets', 403, 'legacy-path'],
  ['GET /api/v1/proxy/nodes/a', 403, 'legacy-path'],
  ['GET /api/v1/nodes/a/proxy', 403, 'proxied-path'],
  ['GET /api/v1/nodes/a/proxy/run/shop/web/app', 403, 'proxied-path'],
  ['POST /api/v1/namespaces/shop/services/https:web:443/proxy/admin', 403, 'proxied-path'],
  ['GET /api/v1/namespaces/shop/pods/web/proxy', 403, 'proxied-path'],
  ['GET /api/v1/pods?watch=maybe', 400, 'bad-query'],
  ['GET /api/v1/pods?watch=f', 400, 'bad-query'],
  ['GET /api/v1/pods?watch=0&watch=1', 400, 'bad-query'],
  ['GET /api/v1/pods?Watch=1', 400, 'bad-query'],
  ['GET /api/v1/pods?as=admin', 400, 'bad-query'],
  ['DELETE /api/v1/namespaces/shop/pods/web?dryRun=All&dryRun=', 400, 'bad-query'],
  ['GET /api/v1/pods?limit=5;watch=1', 400, 'bad-query'],
  ['GET /api/v1/pods?limit=%', 400, 'bad-query'],
  ['GET /api/v1/pods?limit=%ff', 400, 'bad-query'],
  ['GET /api/v1/pods?labelSelector=a%0ab', 400, 'bad-query'],
  [`GET /api/v1/pods?${'command=a&'.repeat(300)}`, 400, 'bad-query'],
  [
    'DELETE /api/v1/namespaces/shop/pods?labelSelector=a&resourceVersion=5&resourceVersionMatch=Exact',
    400,
    'bad-query',
  ],
  ['DELETE /api/v1/namespaces/shop/pods?limit=1', 400, 'bad-query'],
  ['DELETE /api/v1/namespaces/shop/pods?continue=abc', 400, 'bad-query'],
  ['DELETE /api/v1/namespaces/shop/pods?watch=0', 400, 'bad-query'],
  ['GET /api/v1/pods?hash=ab', 400, 'bad-query'],
  ['GET /openapi/v2?hash=ab', 400, 'bad-query'],
  ['GET /openapi/v3/api/v1?hash=../x', 400, 'bad-query'],
  ['HEAD /api/v1/pods', 405, 'bad-method'],
  ['OPTIONS /api/v1/pods', 405, 'bad-method'],
  ['CONNECT /api/v1/pods', 405, 'bad-method'],
  ['get /api/v1/pods', 405, 'bad-method'],
  ['DELETE /api/v1/namespaces/shop/pods/web/exec', 405, 'bad-method'],
];

for (const [line, status, code] of REFUSED) {
  test(`${line.slice(0, 70)} is refused: ${code}`, () => {
    const at = line.indexOf(' ');
    assert.throws(
      () => readRequest(line.slice(0, at), line.slice(at + 1)),
      (error: unknown) => error instanceof RefusedRequest && error.status === status && error.code === code,
    );
  });
}

test('what goes on is printed anew', () => {
  const { path, query } = readRequest('GET', '/api/v1/namespaces/%73hop/pods/?labelSelector=app%20in+(a,b)&limit=5&&');
  assert.is(path, '/api/v1/namespaces/shop/pods');
  assert.is(printQuery(query), 'labelSelector=app%20in%20(a%2Cb)&limit=5');
});

test('what was printed reads as the same again', () => {
  for (const [line] of READ) {
    const [method = '', target = ''] = line.split(' ');
    const first = readRequest(method, target);
    const printed = first.query.length === 0 ? first.path : `${first.path}?${printQuery(first.query)}`;
    assert.equal(readRequest(method, printed), first);
  }
});

test.run();
