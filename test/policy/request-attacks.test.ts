// Ways in which a request could get past a rule, or past what holds without one, by another name, another path, another form. With the
// policy that most people will have: looking is allowed, the rest is asked. Each line is one attack.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ApiRequest } from '../../src/lib/core/api-request.ts';
import type { Rule } from '../../src/lib/core/policy-document.ts';
import { RefusedRequest } from '../../src/lib/kubernetes/request/refused-request.ts';
import { judge, rule, said } from './judged-request.ts';

const test = suite('requests: attacks');

const NS = '/api/v1/namespaces/shop';
const SYSTEM = '/api/v1/namespaces/kube-system';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const CSR = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const ALL = [rule('allow', { verb: ['*'], resource: ['*'] })];

/** What no policy lets through: the strongest allow there is, and the default `allow`, change nothing. */
const NEVER: readonly (readonly [string, string, unknown?])[] = [
  [`POST ${NS}/serviceaccounts/default/token`, 'kubernetes/tokens'],
  [`POST ${NS}/serviceaccounts/default/token?dryRun=All`, 'kubernetes/tokens'],
  [`GET ${NS}/serviceaccounts/default/token`, 'kubernetes/tokens'],
  [`PATCH ${NS}/serviceaccounts/default/token`, 'kubernetes/tokens'],
  [
    `POST ${NS}/serviceaccounts/default/token`,
    'kubernetes/tokens',
    { spec: { audiences: ['x'], expirationSeconds: 1e9 } },
  ],
  [`POST /apis/core.example.com/v1/namespaces/shop/serviceaccounts/default/token`, 'kubernetes/tokens'],
  [`POST ${NS}/secrets`, 'kubernetes/tokens', { type: 'kubernetes.io/service-account-token' }],
  [`PUT ${NS}/secrets/a`, 'kubernetes/tokens', { type: 'kubernetes.io/service-account-token' }],
  [`PATCH ${NS}/secrets/a`, 'kubernetes/tokens', { type: 'bootstrap.kubernetes.io/token' }],
];
for (const [line, expected, object] of NEVER) {
  test(`${line} is refused always${object === undefined ? '' : ` with ${JSON.stringify(object)}`}`, () => {
    for (const rules of [[], ALL]) {
      const decision = judge(line, rules, { object }, { default: 'allow' });
      assert.equal([decision.verdict, decision.rule], ['deny', expected]);
      assert.is(decision.guidance?.retry, 'never');
      assert.is(decision.guidance?.exception, 'none: no rule can allow it');
    }
  });
}

const proxied = (request: ApiRequest): ApiRequest => {
  if (request.subject.kind !== 'resource') throw new Error('it is of no resource');
  return { ...request, subject: { ...request.subject, subresource: 'proxy' } };
};

test('a proxy that a reader of paths let through would be refused here', () => {
  for (const resource of ['pods', 'services', 'nodes']) {
    const decision = judge(`GET ${NS}/${resource}/a/status`, ALL, { changed: proxied }, { default: 'allow' });
    assert.equal([decision.verdict, decision.rule], ['deny', 'kubernetes/proxy']);
    assert.throws(
      () => judge(`GET ${NS}/${resource}/a/proxy/x`),
      (error: unknown) => error instanceof RefusedRequest,
    );
    assert.throws(
      () => judge(`GET ${NS}/${resource}/a/Proxy/x`),
      (error: unknown) => error instanceof RefusedRequest,
    );
  }
});

/** What only a rule of the owner's that names it lets through. */
const PILLARS: readonly string[] = [
  `PUT ${CSR}/a/approval`,
  `PATCH ${CSR}/a/approval`,
  `PUT ${CSR}/a/status`,
  `POST ${CSR}`,
  `POST ${RBAC}/namespaces/shop/rolebindings`,
  `POST ${RBAC}/namespaces/shop/roles`,
  `PATCH ${RBAC}/clusterroles/view`,
  `PATCH ${RBAC}/clusterroles/view?dryRun=All`,
  `DELETE ${RBAC}/clusterrolebindings`,
  `POST /apis/rbac.authorization.k8s.io/v1beta1/clusterrolebindings`,
  'POST /apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  'DELETE /apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/a',
  'PATCH /apis/admissionregistration.k8s.io/v1beta1/validatingadmissionpolicies/a',
  'POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  'PUT /apis/apiextensions.k8s.io/v1/customresourcedefinitions/a.b/status',
  'POST /apis/apiregistration.k8s.io/v1/apiservices',
  'PATCH /api/v1/nodes/a',
  'PATCH /api/v1/nodes/a/status',
  'DELETE /api/v1/nodes',
  'POST /api/v1/nodes',
  'DELETE /api/v1/namespaces/shop',
  'DELETE /api/v1/namespaces/shop?dryRun=All',
  'PATCH /api/v1/namespaces/shop',
  'PUT /api/v1/namespaces/shop/finalize',
  'PATCH /api/v1/namespaces/shop/status',
  'DELETE /api/v1/namespaces',
  'POST /api/v1/persistentvolumes',
  'PATCH /apis/storage.k8s.io/v1/storageclasses/a',
  'DELETE /apis/storage.k8s.io/v1/volumeattachments/a',
  'POST /apis/scheduling.k8s.io/v1/priorityclasses',
  'POST /apis/node.k8s.io/v1/runtimeclasses',
  'PATCH /apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/exempt',
  'POST /apis/policy/v1beta1/podsecuritypolicies',
  'DELETE /apis/kyverno.io/v1/clusterpolicies/a',
  'DELETE /apis/constraints.gatekeeper.sh/v1beta1/k8srequiredlabels/a',
  `PATCH ${SYSTEM}/configmaps/coredns`,
  `PATCH ${SYSTEM}/configmaps/aws-auth?dryRun=All`,
  `DELETE ${SYSTEM}/pods/etcd`,
  `POST ${SYSTEM}/pods`,
  `POST ${SYSTEM}/pods/etcd/eviction`,
  `POST ${SYSTEM}/secrets`,
  `PUT /apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler`,
  'PATCH /apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/a',
  'PATCH /apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy',
  'PATCH /api/v1/namespaces/kube-public/configmaps/cluster-info',
];
for (const line of PILLARS) {
  test(`${line} is denied until a rule names it`, () => {
    assert.is(said(line), 'deny kubernetes/pillars');
    assert.is(said(line, [], {}, { default: 'allow' }), 'deny kubernetes/pillars');
    const decision = judge(line, [rule('ask', { verb: ['*'], resource: ['*'] })]);
    assert.is(decision.verdict, 'ask');
  });
}

/** Never looking, never a dry run: what the policy says of everything else. */
const ASKED: readonly string[] = [
  `GET ${NS}/secrets/db`,
  `GET ${NS}/secrets`,
  'GET /api/v1/secrets',
  'GET /api/v1/secrets?watch=true',
  `GET ${NS}/secrets/db?watch=true`,
  `GET ${NS}/secrets?fieldSelector=metadata.name%3Ddb`,
  `GET ${NS}/%73ecrets/db`,
  `GET ${NS}/secrets/db/status`,
  'GET /apis/vault.example.com/v1/namespaces/shop/secrets',
  'GET /apis/oauth.openshift.io/v1/oauthaccesstokens',
  `GET ${SYSTEM}/secrets`,
  `PATCH ${NS}/secrets/db?dryRun=All`,
  `GET ${NS}/pods/web/ephemeralcontainers`,
  `PATCH ${NS}/pods/web/ephemeralcontainers`,
  `PATCH ${NS}/pods/web/ephemeralcontainers?dryRun=All`,
  `POST ${NS}/pods/web/eviction`,
  `POST ${NS}/pods/web/eviction?dryRun=All`,
  `POST ${NS}/pods/web/binding`,
  `POST ${NS}/bindings`,
  `PATCH ${NS}/pods/web/resize`,
  `PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale`,
  `PUT ${NS}/replicationcontrollers/web/scale`,
  `PATCH ${NS}/pods/web/status`,
  `PUT /apis/batch/v1/namespaces/shop/jobs/a/status`,
  `PUT /apis/apps/v1/namespaces/shop/deployments/web/finalizers`,
  `POST ${NS}/events`,
  'POST /apis/events.k8s.io/v1/namespaces/shop/events',
  'PUT /apis/coordination.k8s.io/v1/namespaces/shop/leases/a',
  'DELETE /apis/policy/v1/namespaces/shop/poddisruptionbudgets/a',
  'DELETE /apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/a',
  'PATCH /api/v1/namespaces/shop/resourcequotas/a',
  `DELETE ${NS}/pods`,
  `DELETE ${NS}/pods/web`,
  `POST ${NS}/configmaps`,
  'POST /apis/authentication.k8s.io/v1/tokenreviews',
  'POST /apis/authorization.k8s.io/v1/subjectaccessreviews',
  'POST /apis/authorization.k8s.io/v1/namespaces/shop/localsubjectaccessreviews',
  'GET /apis/subresources.kubevirt.io/v1/namespaces/shop/virtualmachineinstances/a/console',
  `GET ${NS}/pods/web/EXEC?command=id`,
  `GET ${NS}/pods/web/Attach`,
  `GET ${NS}/services/web/log`,
  'POST /api/v1/namespaces',
];
for (const line of ASKED) {
  test(`${line} is for the policy's own default`, () => {
    assert.is(said(line), 'ask default');
    assert.is(said(line, [], {}, { default: 'deny' }), 'deny default');
  });
}

const deny = (match: Rule['match']) => [rule('deny', match)];
/** By another name than the one that a rule denies. */
const BY_ANOTHER_NAME: readonly (readonly [string, Rule['match']])[] = [
  [`GET ${NS}/secrets`, { verb: ['get'], resource: ['secrets'] }],
  [`GET ${NS}/secrets?watch=1`, { verb: ['get'], resource: ['secrets'] }],
  [`GET ${NS}/secrets?watch=1`, { verb: ['list'], resource: ['secrets'] }],
  ['GET /api/v1/secrets', { resource: ['secrets'], namespace: ['shop'] }],
  ['GET /api/v1/secrets', { resource: ['secrets'], namespace: ['shop'], name: ['db'] }],
  [`GET ${NS}/secrets?labelSelector=a%3Db`, { resource: ['secrets'], name: ['db'] }],
  [`GET ${NS}/secrets?fieldSelector=metadata.name!%3Dx`, { resource: ['secrets'], name: ['db'] }],
  [`DELETE ${NS}/pods`, { verb: ['delete'], resource: ['pods'] }],
  [`DELETE ${NS}/pods?labelSelector=app%3Dweb`, { verb: ['delete'], resource: ['pods'], name: ['web-*'] }],
  [`POST ${NS}/pods/web/eviction`, { verb: ['delete'], resource: ['pods'] }],
  [`POST ${NS}/pods/web/eviction`, { verb: ['delete'], resource: ['pods'], name: ['web'] }],
  [`PATCH ${NS}/pods/web/ephemeralcontainers`, { verb: ['create'], resource: ['pods/exec'] }],
  [`PUT ${NS}/pods/web/ephemeralcontainers`, { verb: ['create'], resource: ['pods/exec'], name: ['web'] }],
  [`PATCH ${NS}/pods/web/resize`, { verb: ['update'], resource: ['pods'] }],
  [`POST ${NS}/pods/web/binding`, { verb: ['update'], resource: ['pods'] }],
  [`POST ${NS}/bindings`, { verb: ['create'], resource: ['pods/binding'] }],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale', { verb: ['update'], resource: ['deployments.apps'] }],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web', { verb: ['update'], resource: ['deployments'] }],
  ['PUT /apis/apps/v1/namespaces/shop/deployments/web', { verb: ['patch'], resource: ['deployments'] }],
  ['PATCH /apis/extensions/v1beta1/namespaces/shop/deployments/web', { resource: ['deployments.apps'] }],
  ['PATCH /apis/apps/v1beta2/namespaces/shop/deployments/web', { resource: ['deployments.apps'] }],
  ['GET /apis/extensions/v1beta1/namespaces/shop/ingresses', { resource: ['ingresses.networking.k8s.io'] }],
  ['POST /apis/events.k8s.io/v1/namespaces/shop/events', { resource: ['events'] }],
  [`POST ${NS}/events`, { resource: ['events.events.k8s.io'] }],
  // A server-side apply creates where there is nothing.
  [`PATCH ${NS}/configmaps/a?fieldManager=kubectl`, { verb: ['create'], resource: ['configmaps'] }],
  [
    'PUT /apis/coordination.k8s.io/v1/namespaces/shop/leases/a',
    { verb: ['create'], resource: ['leases.coordination.k8s.io'] },
  ],
  [`POST ${NS}/configmaps`, { verb: ['create'], resource: ['configmaps'], name: ['a'] }],
  [`GET ${NS}/pods/web/exec?command=ls`, { verb: ['create'], resource: ['pods/exec'] }],
  [`GET ${NS}/pods/web/exec?command=ls`, { verb: ['get'], resource: ['pods/exec'] }],
  [`POST ${NS}/pods/web/portforward`, { verb: ['get'], resource: ['pods/portforward'] }],
  [`POST ${NS}/pods/web/exec?command=ls`, { resource: ['pods/*'] }],
  [`GET ${NS}/pods/web/exec?command=ls`, { resource: ['*'] }],
  ['DELETE /apis/example.com/v1/widgets', { namespace: ['shop'] }],
  // What a pattern is made of stands for anything in a name.
  [`GET /api/v1/namespaces/%EE%80%82/pods`, { namespace: ['shop'] }],
  [`GET ${NS}/pods/%EE%80%80`, { name: ['web'] }],
];
for (const [line, match] of BY_ANOTHER_NAME) {
  test(`${line} does not get past ${JSON.stringify(match)}`, () => {
    assert.is(said(line, deny(match)), 'deny deny');
    assert.is(said(line, [...ALL, ...deny(match)]), 'deny deny');
  });
}

/** Harmless neighbours of those: a rule concerns what it names. */
const NEIGHBOURS: readonly (readonly [string, Rule['match']])[] = [
  [`GET ${NS}/secrets/db`, { verb: ['list'], resource: ['secrets'] }],
  [`DELETE ${NS}/pods/web`, { verb: ['deletecollection'], resource: ['pods'] }],
  [`PATCH ${NS}/pods/web/status`, { verb: ['update'], resource: ['pods'] }],
  [`PATCH ${NS}/configmaps/a`, { verb: ['create'], resource: ['configmaps'] }],
  [`POST ${NS}/pods/web/eviction`, { verb: ['delete'], resource: ['pods'], name: ['db'] }],
  ['PATCH /apis/apps/v1/namespaces/shop/deployments/web', { resource: ['deployments.example.com'] }],
  [`GET ${NS}/pods/web/log`, { resource: ['pods'] }],
  [`GET ${NS}/pods`, { resource: ['pods.metrics.k8s.io'] }],
];
for (const [line, match] of NEIGHBOURS) {
  test(`${line} is not what ${JSON.stringify(match)} names`, () => {
    assert.not(said(line, deny(match)) === 'deny deny');
  });
}

/** What an allow must not cover: more, or other, than it names. */
const NOT_COVERED: readonly (readonly [string, Rule['match']])[] = [
  ['DELETE /api/v1/namespaces/shop/pods', { verb: ['delete'], resource: ['pods'] }],
  [`PATCH ${NS}/configmaps/a`, { verb: ['update'], resource: ['configmaps'] }],
  [`POST ${NS}/pods/web/eviction`, { verb: ['delete'], resource: ['pods'] }],
  [`PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale`, { verb: ['patch'], resource: ['deployments'] }],
  [`PATCH ${NS}/pods/web/ephemeralcontainers`, { verb: ['create'], resource: ['pods/exec'] }],
  [`GET ${NS}/secrets`, { verb: ['get'], resource: ['secrets'] }],
  [`GET ${NS}/secrets`, { verb: ['list'], resource: ['secrets'], name: ['db'] }],
  ['GET /api/v1/secrets', { verb: ['list'], resource: ['secrets'], namespace: ['shop'] }],
  ['GET /apis/extensions/v1beta1/namespaces/shop/deployments/a/x', { resource: ['deployments.apps'] }],
  [`DELETE ${NS}/pods`, { verb: ['*'], resource: ['pods'], name: ['web'] }],
  [`POST ${NS}/configmaps`, { verb: ['create'], name: ['a'] }],
  [`PATCH /api/v1/namespaces/%EE%80%82/configmaps/a`, { namespace: ['shop'] }],
  [`DELETE ${NS}/configmaps/%EE%80%82`, { name: ['web'] }],
  [`DELETE /apis/%EE%80%82/v1/namespaces/shop/pods/web`, { resource: ['pods.apps'] }],
  [`DELETE /apis/%EE%80%82/v1/namespaces/shop/pods/web`, { resource: ['pods'] }],
  [`DELETE ${NS}/configmaps/*`, { name: ['web'] }],
  [`DELETE /api/v1/namespaces/*/configmaps/a`, { namespace: ['shop'] }],
];
for (const [line, match] of NOT_COVERED) {
  test(`${JSON.stringify(match)} does not allow ${line}`, () => {
    assert.not.match(said(line, [rule('allow', match)]), /^allow/);
  });
}

test('a name that the server chooses is none that an allow knows, in its own reply either', () => {
  const named = [rule('allow', { verb: ['create'], resource: ['configmaps'], name: ['web-*'] })];
  const line = `POST ${NS}/configmaps`;
  assert.is(said(line, named, { object: { metadata: { generateName: 'web-' } } }), 'ask default');
  assert.is(
    said(line, named, { object: { metadata: { generateName: 'web-', name: 'web-x1' } }, isResult: true }),
    'ask default',
  );
});

test('a client that says it is no apply is believed by nobody but the broker', () => {
  const line = `PATCH ${NS}/configmaps/a?fieldManager=x`;
  const create = deny({ verb: ['create'], resource: ['configmaps'] });
  assert.is(said(line, create), 'deny deny');
  assert.is(said(line, create, { isApply: false }), 'ask default');
  assert.is(said(`PATCH ${NS}/configmaps/a`, create, { isApply: true }), 'deny deny');
});

test('bodies of any shape are judged', () => {
  for (const object of [
    null,
    1,
    'x',
    true,
    [],
    [[]],
    { metadata: 1 },
    { metadata: { name: {} } },
    { type: [] },
    { __proto__: null },
  ]) {
    for (const line of [
      `POST ${NS}/pods`,
      `PATCH ${NS}/secrets/a`,
      `PUT /apis/apps/v1/namespaces/shop/deployments/a`,
    ]) {
      assert.not(judge(line, [], { object }).verdict === 'allow');
    }
  }
});

test('rules for commands say nothing of requests, and rules for requests nothing of commands', () => {
  const commands = [
    rule('allow', { command: ['*'] }),
    rule('deny', { command: ['*'] }),
    rule('allow', { text: '.*' }, { id: 't' }),
  ];
  assert.is(said(`DELETE ${NS}/pods/web`, commands), 'ask default');
  assert.is(said(`GET ${NS}/pods/web/portforward`, commands), 'ask default');
});

test.run();
