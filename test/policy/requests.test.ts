// What rules say of requests to a cluster: through the reader of requests, as they come.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import { judge, rule, said } from './judged-request.ts';

const test = suite('requests');

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const BY_DEFAULT: readonly (readonly [string, string])[] = [
  ['GET /api/v1/namespaces/shop/pods', 'allow kubernetes/look'],
  ['GET /api/v1/pods?watch=1', 'allow kubernetes/look'],
  ['GET /api/v1/nodes', 'allow kubernetes/look'],
  ['GET /api/v1/namespaces/shop/configmaps/a', 'allow kubernetes/look'],
  ['GET /api/v1/namespaces/shop/pods/web/log', 'allow kubernetes/look'],
  ['GET /apis/apps/v1/namespaces/shop/deployments/web/scale', 'allow kubernetes/look'],
  [`GET ${RBAC}/clusterroles`, 'allow kubernetes/look'],
  ['GET /api/v1/namespaces/shop/secrets', 'ask default'],
  ['GET /api/v1/secrets?watch=1', 'ask default'],
  ['GET /api/v1/namespaces/shop/pods/web/exec?command=id', 'ask default'],
  ['POST /api/v1/namespaces/shop/pods/web/attach', 'ask default'],
  ['GET /api/v1/namespaces/shop/pods/web/portforward', 'ask default'],
  ['GET /api/v1/namespaces/shop/pods/web/ephemeralcontainers', 'ask default'],
  ['POST /api/v1/namespaces/shop/pods', 'ask default'],
  ['DELETE /api/v1/namespaces/shop/pods', 'ask default'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web', 'ask default'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web?dryRun=All', 'allow kubernetes/dry-run'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale?dryRun=All', 'allow kubernetes/dry-run'],
  ['PATCH /api/v1/namespaces/shop/secrets/db?dryRun=All', 'ask default'],
  ['PATCH /api/v1/namespaces/shop/secrets/db/status?dryRun=All', 'ask default'],
  ['POST /api/v1/namespaces/shop/pods/web/eviction?dryRun=All', 'ask default'],
  ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews', 'allow kubernetes/self-review'],
  ['POST /apis/authorization.k8s.io/v1/subjectaccessreviews', 'ask default'],
  ['POST /api/v1/namespaces', 'ask default'],
  ['DELETE /api/v1/namespaces/shop', 'deny kubernetes/pillars'],
  ['DELETE /api/v1/namespaces/shop?dryRun=All', 'deny kubernetes/pillars'],
  ['PUT /api/v1/namespaces/shop/finalize', 'deny kubernetes/pillars'],
  ['PATCH /api/v1/nodes/a', 'deny kubernetes/pillars'],
  ['DELETE /api/v1/nodes', 'deny kubernetes/pillars'],
  [`POST ${RBAC}/namespaces/shop/rolebindings`, 'deny kubernetes/pillars'],
  [`PATCH ${RBAC}/clusterroles/admin`, 'deny kubernetes/pillars'],
  ['DELETE /apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b', 'deny kubernetes/pillars'],
  ['POST /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', 'deny kubernetes/pillars'],
  ['PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/a/approval', 'deny kubernetes/pillars'],
];

for (const [line, expected] of BY_DEFAULT) {
  test(`without a rule: ${line} is ${expected}`, () => assert.is(said(line), expected));
}

const PODS = 'GET /api/v1/namespaces/shop/pods';
const MATCHES: readonly (readonly [string, Rule['match'], string])[] = [
  [PODS, { resource: ['pods'] }, 'both'],
  [PODS, { verb: ['get', 'list'], resource: ['pods'], namespace: ['shop'] }, 'both'],
  // A list shows what single reads would.
  [PODS, { verb: ['get'], resource: ['pods'] }, 'strict'],
  [PODS, { resource: ['pods/log'] }, 'none'],
  [PODS, { resource: ['pods.apps'] }, 'none'],
  [PODS, { namespace: ['sh*'] }, 'both'],
  [PODS, { namespace: ['kube-*'] }, 'none'],
  // A list could hold the one that is named: a denial counts, an allowance of that one does not cover all.
  [PODS, { name: ['web-*'] }, 'strict'],
  ['GET /api/v1/pods', { namespace: ['shop'] }, 'strict'],
  ['GET /api/v1/pods', { namespace: ['*'] }, 'both'],
  ['GET /api/v1/nodes/a', { namespace: ['shop'] }, 'none'],
  ['DELETE /api/v1/namespaces/shop/pods', { verb: ['delete*'], name: ['web'] }, 'strict'],
  ['GET /api/v1/namespaces/shop/pods/web/log', { resource: ['pods'] }, 'none'],
  ['GET /api/v1/namespaces/shop/pods/web/log', { resource: ['pods/*'] }, 'both'],
  ['GET /api/v1/namespaces/shop/pods/web/log', { resource: ['p*'] }, 'none'],
  ['GET /api/v1/namespaces/shop/pods/web/portforward', { verb: ['create'], resource: ['*'] }, 'both'],
  ['GET /api/v1/namespaces/shop/pods/web/exec?command=id', { verb: ['list'], resource: ['*'] }, 'none'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale', { resource: ['deployments.apps/scale'] }, 'both'],
  ['DELETE /apis/apps/v1/namespaces/shop/deployments/web', { resource: ['deployments.apps'], name: ['web'] }, 'both'],
  // It is the same object.
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web', { resource: ['deployments.extensions'] }, 'strict'],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web', { resource: ['deployments.example.com'] }, 'none'],
  ['GET /api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3Ddb', { name: ['db'] }, 'both'],
  ['POST /api/v1/namespaces/shop/pods', { name: ['web'] }, 'strict'],
];

for (const [line, match, expected] of MATCHES) {
  test(`${line} and ${JSON.stringify(match)}: ${expected}`, () => {
    const strict = said(line, [rule('deny', match)]) === 'deny deny';
    const allowing = said(line, [rule('allow', match)]) === 'allow allow';
    assert.is(strict ? (allowing ? 'both' : 'strict') : allowing ? 'allow' : 'none', expected);
  });
}

test('what is created is known by the name in its body', () => {
  const rules = [rule('allow', { verb: ['create'], resource: ['configmaps'], name: ['web-*'] })];
  const line = 'POST /api/v1/namespaces/shop/configmaps';
  assert.is(said(line, rules, { object: { metadata: { name: 'web-1' } } }), 'allow allow');
  assert.is(said(line, rules, { object: { metadata: { name: 'db' } } }), 'ask default');
  assert.is(said(line, rules, { object: { metadata: { generateName: 'web-' } } }), 'ask default');
});

test('deny beats ask beats allow, whatever the order', () => {
  const all = [rule('allow', { verb: ['*'] }), rule('ask', { verb: ['*'] }), rule('deny', { verb: ['*'] })];
  assert.is(said(PODS, all), 'deny deny');
  assert.is(said(PODS, all.slice(0, 2)), 'ask ask');
  assert.is(said(PODS, all.slice(0, 1)), 'allow allow');
});

test('a rule of the policy goes before what holds without one', () => {
  const line = 'DELETE /api/v1/namespaces/old';
  assert.is(said(line, [rule('ask', { verb: ['delete'], resource: ['namespaces'], name: ['old'] })]), 'ask ask');
  assert.is(
    said('DELETE /api/v1/namespaces/new', [rule('ask', { verb: ['delete'], name: ['old'] })]),
    'deny kubernetes/pillars',
  );
});

test('a rule counts where it says', () => {
  assert.is(said(PODS, [rule('deny', { verb: ['*'] }, { on: { target: ['staging'] } })]), 'allow kubernetes/look');
  assert.is(
    said(PODS, [rule('deny', { verb: ['*'] }, { on: { target: ['prod'], principal: ['unix:*'] } })]),
    'deny deny',
  );
});

test('whoever approves is named by every rule that asks', () => {
  const ask = (id: string, approvers: readonly string[], more: Partial<Rule> = {}) =>
    rule('ask', { verb: ['*'] }, { id, approvers, ...more });
  const both = judge(PODS, [ask('a', ['ada', 'ops'], { quorum: 2 }), ask('b', ['ops'], { ttlMs: 10_000 })]);
  assert.equal(both.approval, { approvers: ['ops'], quorum: 2, ttlMs: 10_000 });
  const none = judge(PODS, [ask('a', ['ada']), ask('b', ['ops'])]);
  assert.equal([none.verdict, none.divided], ['deny', true]);
});

test.run();
